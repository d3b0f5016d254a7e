"""Network JSON: a network file that can be written by hand, and that keeps every bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.storage import decode
from multilayer.activations import Activation
from multilayer.io.network_document import NetworkDocument, build, check_finite, outline_of, read_document
from multilayer.network import MLP

__all__ = ["read", "write"]


def read(data: bytes, where: str, activations: Sequence[Activation]) -> MLP:
    """Return the network in JSON text."""
    document = read_document(decode(data, where), NetworkDocument, where)
    kind = np.dtype(document.dtype)
    numbers = []
    for number, layer in enumerate(document.layers, 1):
        place = f"{where}: layer {number}"
        numbers.append((_array(layer.W, kind, f"{place}: W"), _array(layer.b, kind, f"{place}: b")))
    return build(document, numbers, where, activations)


def write(network: MLP) -> bytes:
    """Return the network as JSON text, one row of weights per line."""
    outline = outline_of(network)
    layers = []
    for layer, entry in zip(network.layers, outline.pop("layers"), strict=True):
        numbers = {"W": _rows(layer.W), "b": _numbers(layer.b)}
        layers.append(_object(numbers | {"activation": _text(entry["activation"])}, "    "))
    head = {key: _text(value) for key, value in outline.items()}
    return (_object(head | {"layers": _list(layers, "  ")}, "") + "\n").encode("utf-8")


def _array(rows: list[Any], kind: np.dtype[Any], where: str) -> NDArray[Any]:
    if isinstance(rows[0], list):
        for number, row in enumerate(rows, 1):
            if len(row) != len(rows[0]):
                raise InputError(
                    "{where}, row {number}: expected {rows} numbers, as in row 1, found {row}",
                    where=where,
                    number=number,
                    rows=len(rows[0]),
                    row=len(row),
                )
    with np.errstate(
        over="ignore"
    ):  # beyond the range of float32: an infinity, which is refused with its place
        array = np.array(rows, np.float64).astype(kind)
    check_finite(array, where)
    return array


def _numbers(array: NDArray[Any]) -> str:
    return "[" + ", ".join(_digits(array)) + "]"


def _rows(array: NDArray[Any]) -> str:
    return _list([_numbers(row) for row in array], "      ")


def _digits(array: NDArray[Any]) -> Iterator[str]:
    """Yield the shortest decimal of each number that is read back as that number.

    A reader rounds to float64 first. For almost every float32 number its own shortest decimal survives the two
    roundings; where it does not (7.038531e-26 is an example), the digits of the same number in float64 do.
    """
    if array.dtype == np.float32:
        short = array.astype(np.str_).astype(np.float64)
        array = np.where(short.astype(np.float32) == array, short, array.astype(np.float64))
    return map(repr, array.tolist())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _object(entries: dict[str, str], indent: str) -> str:
    lines = ",\n".join(f'{indent}  "{key}": {value}' for key, value in entries.items())
    return f"{{\n{lines}\n{indent}}}"


def _list(entries: list[str], indent: str) -> str:
    lines = ",\n".join(f"{indent}  {entry}" for entry in entries)
    return f"[\n{lines}\n{indent}]"
