"""A network out of a `.keras` archive, or out of `.weights.h5` with the activations given."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from multilayer._base import storage, strict_json
from multilayer._base.errors import InputError, located
from multilayer._base.storage import decode, shown
from multilayer._base.text import fill, one_line, quoted
from multilayer.exchange import weights
from multilayer.exchange.archives import Archive
from multilayer.exchange.chain import Chain
from multilayer.exchange.imported import Asked, Imported
from multilayer.exchange.keras import runtime
from multilayer.exchange.keras.config import layers_of
from multilayer.exchange.keras.hdf5 import Groups, opened
from multilayer.exchange.keras.layers import State, take
from multilayer.network import MLP

__all__ = ["read", "read_weights"]

_ORIGIN = "origin"
_DENSE = re.compile(r"dense(?:_(\d{1,6}))?")
_EMPTY = ("layers", "vars", "optimizer", "seed_generator")


def read(path: Path, asked: Asked) -> Imported:
    """Return the network in a `.keras` archive."""
    where = shown(path)
    archive = Archive(storage.read(path), where)
    config = _json(archive, "config.json")
    metadata = _json(archive, "metadata.json") if "metadata.json" in archive.names else {}
    made = metadata if isinstance(metadata, dict) else {}
    chain = Chain(None)
    with located(where), opened(archive.read("model.weights.h5"), "model.weights.h5") as root:
        state = State(chain, root)
        for layer in layers_of(config):
            with located(str(layer)):
                take(state, layer)
        chain.end()
    version = one_line(str(made.get("keras_version", "")), 20)
    extra = made.get("multilayer")
    classes, inputs, origin = _ours(extra if isinstance(extra, dict) else {})
    network = MLP(chain.layers, classes=classes, inputs=inputs)
    program = partial(runtime.program, path)
    return Imported(network, f"Keras {version}".strip(), tuple(chain.notes), origin, program)


def _ours(extra: dict[str, Any]) -> tuple[Any, Any, dict[str, str]]:
    """Return the labels, the names and the origin that a file of ours has in its metadata."""
    origin = extra.get(_ORIGIN)
    return extra.get("classes"), extra.get("inputs"), {_ORIGIN: origin} if isinstance(origin, str) else {}


def _json(archive: Archive, name: str) -> Any:
    where = f"{archive.where}: {name}"
    return strict_json.parse(decode(archive.read(name), where), where)


def read_weights(path: Path, asked: Asked) -> Imported:
    """Return the network of the Dense layers in `.weights.h5`, with the activations that were given."""
    where = shown(path)
    arrays: dict[str, NDArray[Any]] = {}
    names = []
    with opened(storage.read(path), where) as root:
        if root.has_attribute("model_config"):
            raise InputError(
                "{where}: a file of Keras 2; load it in Keras and save it again: model.save('model.keras')",
                where=where,
            )
        layers = root.enter("layers")
        for number, name, group in sorted(_dense_groups(layers) if layers is not None else []):
            kernel, bias = group.array("0", (None, None)), group.array("1", (None,))
            if kernel is None:
                raise InputError("{where}: the weights of {name} are missing", where=where, name=quoted(name))
            arrays[f"{number}.kernel"] = kernel
            if bias is not None:
                arrays[f"{number}.bias"] = bias
            names.append(name)
    network, _ = weights.network_of(arrays, where, asked, units_first=False)
    note = fill("layers in the order of the file: {names}", names=one_line(", ".join(names)))
    return Imported(network, "weights of Keras", (note,))


def _dense_groups(layers: Groups) -> list[tuple[int, str, Groups]]:
    """Return number, name and arrays of each Dense; refuse other layers with weights."""
    found = []
    for name in layers.names:
        group = layers.enter(name)
        inner = group.enter("vars") if group is not None else None
        match = _DENSE.fullmatch(name)
        if inner is None or group is None or not inner.names:
            if group is not None and "layers" in group.names and name not in _EMPTY:
                raise InputError(
                    "{where}: {name} is a model of its own; give the .keras file",
                    where=layers.where,
                    name=quoted(name),
                )
        elif match is None:
            raise InputError(
                "{where}: {name} has weights and is no Dense; give the .keras file, which has its place",
                where=layers.where,
                name=quoted(name),
            )
        else:
            found.append((int(match[1] or 0), name, inner))
    numbers = {number for number, *_ in found}
    for number in range(max(numbers, default=0)):  # Keras counts the Dense layers of a model from "dense"
        if number not in numbers:
            name = f"dense_{number}" if number else "dense"
            raise InputError(
                "{where}: the weights of {name} are missing", where=layers.where, name=quoted(name)
            )
    return found
