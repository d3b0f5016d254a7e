"""Safetensors: the weights as bytes, and the rest of the network as metadata."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from multilayer import strict_json
from multilayer.activations import Activation
from multilayer.errors import InputError
from multilayer.files.document import Outline, build, check_finite, outline_of, read_document
from multilayer.files.format import Format
from multilayer.network import MLP
from multilayer.storage import decode
from multilayer.wording import near_matches, one_line, quoted

__all__ = ["safetensors"]

_TYPES = {"float32": "F32", "float64": "F64"}
_METADATA = "multilayer"
_LENGTH = 8
"""Bytes at the start of a file that give the length of its header."""


class _Tensor(Struct, forbid_unknown_fields=True):
    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


def read(data: bytes, where: str, activations: Sequence[Activation]) -> MLP:
    """Return the network that tensors and metadata make."""
    metadata, tensors = _header(data, where)
    if _METADATA not in metadata:
        raise InputError(
            f"{where}: expected metadata '{_METADATA}' that describes the network, found none; "
            "multilayer.save() writes it"
        )
    outline = read_document(metadata[_METADATA], Outline, f"{where}: metadata '{_METADATA}'")
    _check_tensors(tensors, outline, where)
    try:
        arrays = load_tensors(data)
    except SafetensorError as error:  # holes, overlaps and bytes behind the last tensor
        raise InputError(
            f"{where}: tensors do not fill the file as they should ({one_line(str(error))})"
        ) from None
    for name in tensors:
        check_finite(arrays[name], f"{where}: tensor {name}")
    numbers = [(arrays[weights], arrays[biases]) for weights, biases in _names(len(outline.layers))]
    return build(outline, numbers, where, activations)


def write(network: MLP) -> bytes:
    """Return the network as the bytes of a safetensors file."""
    metadata = {_METADATA: json.dumps(outline_of(network))}
    tensors: dict[str, NDArray[Any]] = {}
    for (weights, biases), layer in zip(_names(len(network.layers)), network.layers, strict=True):
        tensors |= {weights: layer.W, biases: layer.b}
    return save_tensors(tensors, metadata)


def _names(layers: int) -> list[tuple[str, str]]:
    return [(f"layer{number}.W", f"layer{number}.b") for number in range(1, layers + 1)]


def _header(data: bytes, where: str) -> tuple[dict[str, str], dict[str, _Tensor]]:
    """Return metadata and tensors as the header has them.

    The library reads the header again, but it accepts a name given twice, and the last one wins.
    """
    length = int.from_bytes(data[:_LENGTH], "little")
    end = _LENGTH + length
    if len(data) < _LENGTH or end > len(data):
        raise InputError(
            f"{where}: expected a safetensors header of {length} bytes, found a file of {len(data)}; "
            "it is cut short, or is something else"
        )
    header = strict_json.parse(decode(data[_LENGTH:end], f"{where}: header"), f"{where}: header")
    metadata = header.pop("__metadata__", {}) if isinstance(header, dict) else {}
    return (
        strict_json.convert(metadata, dict[str, str], f"{where}: header: __metadata__"),
        strict_json.convert(header, dict[str, _Tensor], f"{where}: header"),
    )


def _check_tensors(tensors: dict[str, _Tensor], outline: Outline, where: str) -> None:
    """Refuse tensors that do not make up the network, before memory is taken for any of them."""
    names = dict.fromkeys(name for pair in _names(len(outline.layers)) for name in pair)
    missing = next((name for name in names if name not in tensors), None)
    if missing is not None:
        raise InputError(
            f"{where}: the tensor {missing} is missing; the network has {len(outline.layers)} layers"
        )
    for name, tensor in tensors.items():
        if name not in names:
            raise InputError(f"{where}: unknown tensor {quoted(name)}; {near_matches(name, names)}")
        expected = _TYPES[outline.dtype]
        if tensor.dtype != expected:
            raise InputError(
                f"{where}: tensor {name}: expected {expected}, as the network is {outline.dtype}, "
                f"found {quoted(tensor.dtype)}"
            )
        axes = 2 if name.endswith("W") else 1
        if len(tensor.shape) != axes or min(tensor.shape) < 1:
            shape = "(inputs, units)" if axes == 2 else "(units,)"
            raise InputError(
                f"{where}: tensor {name}: expected the shape {shape}, at least one of each, "
                f"found {one_line(str(tuple(tensor.shape)), 60)}"
            )
        begin, end = tensor.data_offsets
        size = math.prod(tensor.shape) * np.dtype(outline.dtype).itemsize
        if end - begin != size:
            raise InputError(
                f"{where}: tensor {name}: expected {size} bytes for the shape "
                f"{tuple(tensor.shape)}, found {end - begin}"
            )


safetensors = Format("safetensors", ".safetensors", read, write)
