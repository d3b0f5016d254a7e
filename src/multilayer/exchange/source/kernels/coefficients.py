"""The coefficients of the core's polynomials, in the file that tools/kernel_coefficients.py writes from native/math."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, overload

import msgspec

__all__ = ["Pieces", "Table", "pieces", "table"]


@dataclass(frozen=True)
class Table(Sequence[float]):
    """Constant numbers under a name, of type f32 or f64."""

    name: str
    kind: str
    numbers: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...
    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        return self.numbers[index]


@dataclass(frozen=True)
class Pieces:
    """A polynomial in sixteen pieces (native/math/pieces.hpp); `c[16 k + i]` is coefficient k of piece i."""

    offset: float
    shift: int
    n: int
    """How many coefficients a piece has."""
    centre: Table
    lead: Table
    c: Table


def table(name: str) -> Table:
    """Return the numbers of that name.

    Powers of two that are kept with a part of their exponents taken away get it back: the entry j of `eighths` is
    2^(j / 8), that of `exp2_short` nearly 2^(j / 16).
    """
    entry = _all()[name]
    found = _table(name, entry["type"], entry["numbers"])
    if name == "eighths":
        numbers = (_raised("<d", "<q", x, j << 49) for j, x in enumerate(found))
        return Table(name, found.kind, tuple(numbers))
    if name == "exp2_short":
        numbers = (_raised("<f", "<i", x, j << 19) for j, x in enumerate(found))
        return Table(name, found.kind, tuple(numbers))
    return found


def pieces(name: str) -> Pieces:
    """Return the float32 pieces of that name."""
    entry = _all()[name]
    short = name.removesuffix("_pieces")
    centre, lead, *c = entry["tables"]
    return Pieces(
        float.fromhex(entry["offset"]),
        entry["shift"],
        len(c),
        _table(f"{short}_centre", "f32", centre),
        _table(f"{short}_lead", "f32", lead),
        _table(f"{short}_c", "f32", [number for row in c for number in row]),
    )


def _table(name: str, kind: str, numbers: Iterable[str]) -> Table:
    return Table(name, kind, tuple(map(float.fromhex, numbers)))


def _raised(number: str, integer: str, x: float, by: int) -> float:
    """Return x with `by` added to its bits."""
    (bits,) = struct.unpack(integer, struct.pack(number, x))
    (raised,) = struct.unpack(number, struct.pack(integer, bits + by))
    return float(raised)


@cache
def _all() -> dict[str, Any]:
    text = files("multilayer.exchange.source.kernels").joinpath("coefficients.json").read_bytes()
    found: dict[str, Any] = msgspec.json.decode(text)
    return found
