"""Rows that a model was trained on, as hashes, by which they are known again in another table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from re import fullmatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base import strict_json
from multilayer.tables.columns import Columns
from multilayer.tables.suspicions.copies import chance_of_equal

__all__ = ["KnownRows", "Seen"]

_KEPT = 1024
_BYTES, _HASH = 8, np.dtype("<u8")
"""Of a hash: two different rows of 10^9 pairs have the same one with a probability of 10^-10."""
_LEAST_SEEN, _LEAST_SHARE = 3, 0.01
_NUMBERS = 2**20
"""Numbers that are packed at a time."""


@dataclass(frozen=True)
class Seen:
    """How many of `rows` rows a model was trained on; an estimate where not all rows of training are known."""

    count: int
    rows: int
    is_estimate: bool

    @property
    def share(self) -> float:
        """Of the rows."""
        return self.count / self.rows


@dataclass(frozen=True)
class KnownRows:
    """Hashes of rows with their target, of a fixed choice of them where they are many.

    Numbers that are not whole are rounded to float32 first: written as text, those of float32 have digits for no more.

    Examples
    --------
    >>> from multilayer.tables import Column
    >>> table = Columns([Column("age", "number", np.sqrt(np.arange(50.0)))])
    >>> known = KnownRows.of(table, np.zeros(50))
    >>> known.seen(table.take(slice(10, 20)), np.zeros(10))
    Seen(count=10, rows=10, is_estimate=False)
    >>> known.seen(table, np.ones(50)) is None
    True
    """

    rows: int
    """Of training."""
    by_chance: float
    """The share of other rows of the same kind that are among them by chance."""
    hashes: str
    """Hexadecimal, 16 digits a row."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.by_chance <= 1.0:
            raise ValueError("expected a share from 0 to 1 of rows that are equal by chance")
        if not fullmatch(r"([0-9a-f]{16})+", self.hashes) or len(self.hashes) > 2 * _BYTES * self.rows:
            raise ValueError("expected 16 hexadecimal digits for each of the rows, or for some of them")

    @classmethod
    def of(cls, columns: Columns, y: NDArray[Any], *, rows: int | None = None) -> KnownRows:
        """Return the hashes of at most 1,024 rows; these are some of `rows`, where that is given."""
        step = -(-len(y) // _KEPT)
        return cls._of(columns, y, len(y) if rows is None else rows, max(1, step))

    @classmethod
    def all_of(cls, columns: Columns, y: NDArray[Any]) -> KnownRows:
        """Return the hashes of all rows."""
        return cls._of(columns, y, len(y), 1)

    @classmethod
    def _of(cls, columns: Columns, y: NDArray[Any], rows: int, step: int) -> KnownRows:
        columns, y = _rounded(columns, y)
        hashes = _hashes(columns.take(slice(None, None, step)), y[::step])
        return cls(rows, chance_of_equal(columns, y), hashes.tobytes().hex())

    def outline(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        found: dict[str, Any] = strict_json.plain(self)
        return found

    @classmethod
    def from_outline(cls, outline: Mapping[str, Any], where: str = "known_rows") -> KnownRows:
        """Return what `outline` returned.

        Raises
        ------
        InputError
            When it is none; the message begins with `where`.
        """
        return strict_json.convert(outline, cls, where)

    @classmethod
    def kept_by(cls, record: Mapping[str, Any] | None) -> KnownRows | None:
        """Return those that the record of a model keeps; None where it keeps none."""
        outline = dict(record or {}).get("known_rows")
        return None if outline is None else cls.from_outline(outline)

    def seen(self, columns: Columns, y: NDArray[Any]) -> Seen | None:
        """Return how many of these rows are among those of training; None where chance or a few rows explain it.

        Those that are found are more than chance explains: by three, by 1 % of the rows, and by three standard
        deviations. Where only a part of the rows of training is known, the same part of the rows is found.
        """
        columns, y = _rounded(columns, y)
        known = np.frombuffer(bytes.fromhex(self.hashes), _HASH)
        rows, part = len(y), len(known) / self.rows
        found = int(np.count_nonzero(np.isin(_hashes(columns, y), known)))
        # Not less where a part is known: a row that is there by chance has several copies, of which one is enough.
        by_chance = rows * max(self.by_chance, chance_of_equal(columns, y))
        if found - by_chance < max(_LEAST_SEEN, _LEAST_SHARE * rows * part, 3 * math.sqrt(by_chance)):
            return None
        return Seen(min(rows, round(found / part)), rows, len(known) < self.rows)


def _rounded(columns: Columns, y: NDArray[Any]) -> tuple[Columns, NDArray[Any]]:
    comparable = (
        replace(column, values=_as_float32(column.values)) if column.kind == "number" else column
        for column in columns
    )
    return Columns(comparable), _as_float32(y) if y.dtype.kind == "f" else y


def _as_float32(values: NDArray[Any]) -> NDArray[Any]:
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32).astype(np.float64)
    return np.where(values == np.rint(values), values, rounded)


def _hashes(columns: Columns, y: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the hash of each row, the same in each process. Text and identifiers are not compared."""
    arrays = [column.values for column in columns if column.kind in {"number", "category", "date"}]
    rows = _NUMBERS // (len(arrays) + 1) + 1
    found = bytearray()
    for start in range(0, len(y), rows):
        packed = np.stack([_bits(values[start : start + rows]) for values in (*arrays, y)], axis=1)
        for row in packed:
            found += blake2b(row, digest_size=_BYTES).digest()
    return np.frombuffer(bytes(found), _HASH)


def _bits(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return 64 bits for each value, the same for equal values."""
    if values.dtype.kind != "f":
        return values.astype("<i8")
    values = values.astype("<f8") + 0.0  # -0.0 becomes 0.0
    values[np.isnan(values)] = np.nan
    return values.view("<i8")
