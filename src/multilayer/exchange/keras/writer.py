"""A network as a `.keras` archive: Dense layers of Keras 3, and its layers for activations with parameters."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import activations as act
from multilayer._base.errors import InputError, located
from multilayer.activations import Activation
from multilayer.exchange.imported import Target
from multilayer.exchange.keras.activations import NAMES
from multilayer.exchange.keras.hdf5 import written
from multilayer.io.network_document import outline_of
from multilayer.network import MLP

__all__ = ["layers_for", "write"]

_VERSION = "3.6.0"
"""The oldest Keras that has all of what is written."""
_NAME_OF = {activation: name for name, activation in NAMES.items()}
_WITH_SETTINGS: dict[type[Activation], Callable[[Any], tuple[str, dict[str, Any]]]] = {
    act.LeakyReLU: lambda h: ("LeakyReLU", {"negative_slope": h.slope}),
    act.ELU: lambda h: ("ELU", {"alpha": h.alpha}),
    act.ThresholdedReLU: lambda h: ("ReLU", {"max_value": None, "negative_slope": 0.0, "threshold": h.theta}),
    act.PReLU: lambda h: ("PReLU", {"shared_axes": None}),
}


def layers_for(activation: Activation) -> tuple[str, tuple[str, dict[str, Any]] | None]:
    """Return the name of an activation in a Dense of Keras, or "linear" and the layer of Keras that it is.

    Raises
    ------
    InputError
        For an activation that Keras has not.
    """
    if activation in _NAME_OF:
        return _NAME_OF[activation], None
    if type(activation) in _WITH_SETTINGS:
        return "linear", _WITH_SETTINGS[type(activation)](activation)
    raise InputError(
        "Keras has no activation {activation!r}; write the network as .onnx, .safetensors or .json",
        activation=activation,
    )


def write(network: MLP, target: Target) -> dict[str, bytes]:
    """Return the bytes of a `.keras` archive, which `keras.saving.load_model` reads."""
    kind = network.dtype.name
    layers: list[dict[str, Any]] = [
        _layer("InputLayer", {"batch_shape": [None, network.widths[0]], "name": "x"}, kind)
    ]
    groups: dict[str, tuple[dict[str, str], dict[str, NDArray[Any]]]] = {"vars": ({"name": "network"}, {})}
    counts: Counter[str] = Counter()

    def add(class_name: str, group: str, config: dict[str, Any], *arrays: NDArray[Any]) -> None:
        layers.append(_layer(class_name, config, kind))
        number = counts[group]
        counts[group] += 1
        path = f"layers/{group}_{number}/vars" if number else f"layers/{group}/vars"
        groups[path] = {"name": config["name"]}, {str(place): array for place, array in enumerate(arrays)}

    for number, layer in enumerate(network.layers, 1):
        with located(f"layer {number}"):
            name, more = layers_for(layer.activation)
        settings = {"name": f"layer{number}", "units": layer.units, "activation": name, "use_bias": True}
        add("Dense", "dense", settings, layer.W, layer.b)
        if more is not None:
            class_name, config = more
            arrays = _slopes(layer.activation, layer.units, network.dtype) if class_name == "PReLU" else ()
            add(class_name, _GROUPS[class_name], {"name": f"activation{number}", **config}, *arrays)
    config = {"name": "network", "trainable": True, "dtype": _policy(kind), "layers": layers}
    document = {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}
    outline = outline_of(network)
    extra: dict[str, Any] = {key: outline[key] for key in ("classes", "inputs") if key in outline}
    metadata: dict[str, Any] = {"keras_version": _VERSION, "date_saved": target.origin.get("made", "")}
    if target.origin:
        extra["origin"] = json.dumps(target.origin)
    if extra:
        metadata["multilayer"] = extra
    return {".keras": _archive(document, metadata, written(groups))}


_GROUPS = {"LeakyReLU": "leaky_re_lu", "ELU": "elu", "ReLU": "re_lu", "PReLU": "p_re_lu"}


def _slopes(activation: Any, units: int, dtype: np.dtype[Any]) -> tuple[NDArray[Any]]:
    return (np.broadcast_to(np.asarray(activation.slope), units).astype(dtype),)


def _policy(kind: str) -> dict[str, Any]:
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": kind}, "registered_name": None}


def _layer(class_name: str, config: dict[str, Any], kind: str) -> dict[str, Any]:
    dtype: Any = kind if class_name == "InputLayer" else _policy(kind)
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": config | {"dtype": dtype},
        "registered_name": None,
    }


def _archive(document: dict[str, Any], metadata: dict[str, Any], numbers: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (
            ("metadata.json", json.dumps(metadata).encode()),
            ("config.json", json.dumps(document).encode()),
            ("model.weights.h5", numbers),
        ):
            archive.writestr(zipfile.ZipInfo(name), content)  # without the time, so that bytes repeat
    return file.getvalue()
