"""Safetensors: weights and biases as tensors, and the rest of the network as metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from safetensors.numpy import save as save_tensors

from multilayer._base import tensor_file
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import near_matches, one_line, quoted
from multilayer.activations import Activation
from multilayer.io.network_document import Outline, build, check_finite, outline_of, read_document
from multilayer.network import MLP

__all__ = ["MODEL", "NETWORK", "holds_model", "read", "write"]

_TYPES = {"float32": "F32", "float64": "F64"}
NETWORK = "multilayer"
"""The metadata of a network."""
MODEL = "multilayer-model"
"""The metadata of a model of a table, which `multilayer.tables.model_file` reads."""


def read(data: bytes, where: str, activations: Sequence[Activation]) -> MLP:
    """Return the network in tensors and metadata."""
    file = tensor_file.read(data, where)
    if MODEL in file.metadata:
        raise InputError(
            "{where}: expected a network, found a model of a table; "
            "multilayer.tables.Model.load reads it, and multilayer predict",
            where=where,
        )
    if NETWORK not in file.metadata:
        raise InputError(
            "{where}: expected metadata '{network}' that describes the network, found "
            "none; multilayer.save() writes it",
            where=where,
            network=NETWORK,
        )
    outline = read_document(file.metadata[NETWORK], Outline, f"{where}: metadata '{NETWORK}'")
    _check_entries(file.entries, outline, where)
    arrays = file.arrays()
    for name in arrays:
        check_finite(arrays[name], f"{where}: tensor {name}")
    numbers = [(arrays[weights], arrays[biases]) for weights, biases in _names(len(outline.layers))]
    return build(outline, numbers, where, activations)


def holds_model(path: AnyPath) -> bool:
    """Whether a file is a model of a table, not a network; also False where it cannot be read."""
    if not shown(path).lower().endswith(".safetensors"):
        return False
    try:
        return MODEL in tensor_file.load(path).metadata
    except InputError:
        return False


def write(network: MLP) -> bytes:
    """Return the network as the bytes of a safetensors file."""
    metadata = {NETWORK: json.dumps(outline_of(network))}
    tensors: dict[str, NDArray[Any]] = {}
    for (weights, biases), layer in zip(_names(len(network.layers)), network.layers, strict=True):
        tensors |= {weights: layer.W, biases: layer.b}
    return save_tensors(tensors, metadata)


def _names(layers: int) -> list[tuple[str, str]]:
    return [(f"layer{number}.W", f"layer{number}.b") for number in range(1, layers + 1)]


def _check_entries(entries: dict[str, tensor_file.TensorEntry], outline: Outline, where: str) -> None:
    """Refuse tensors that are not those of the network, before memory is allocated for them."""
    names = dict.fromkeys(name for pair in _names(len(outline.layers)) for name in pair)
    missing = next((name for name in names if name not in entries), None)
    if missing is not None:
        raise InputError(
            "{where}: the tensor {missing} is missing; the network has {layers} layers",
            where=where,
            missing=missing,
            layers=len(outline.layers),
        )
    for name, entry in entries.items():
        if name not in names:
            raise InputError(
                "{where}: unknown tensor {name}; {near}",
                where=where,
                name=quoted(name),
                near=near_matches(name, names),
            )
        expected = _TYPES[outline.dtype]
        if entry.dtype != expected:
            raise InputError(
                "{where}: tensor {name}: expected {expected}, as the network is {dtype}, found {entry_dtype}",
                where=where,
                name=name,
                expected=expected,
                dtype=outline.dtype,
                entry_dtype=quoted(entry.dtype),
            )
        axes = 2 if name.endswith("W") else 1
        if len(entry.shape) != axes or min(entry.shape) < 1:
            shape = "(inputs, units)" if axes == 2 else "(units,)"
            raise InputError(
                "{where}: tensor {name}: expected the shape {shape}, at least one of "
                "each, found {entry_shape}",
                where=where,
                name=name,
                shape=shape,
                entry_shape=one_line(str(tuple(entry.shape)), 60),
            )
