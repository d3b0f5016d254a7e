"""Columns of blocks in one pass and bounded memory: their kind, and what an encoder is fitted to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import MISSING, Column, Kind
from multilayer.tables.files.arrow import arrow, column_of, filled
from multilayer.tables.kinds import declared_category, of_numbers, of_texts
from multilayer.tables.reading import Understood
from multilayer.tables.texts import Seen, Texts, shortest
from multilayer.tables.transforms.tally import Tally

__all__ = ["ColumnInBlocks", "Counts", "column_in_blocks", "is_of"]

_MOST = 2**20
"""Different values of a column that are counted; of more texts only those of the sample are looked at."""
_AT_ONCE = 2**17

_TOO_MANY = N_(
    "column {name}: expected at most {most:,} categories, found more; leave it out, or set its type to text"
)
_LIKE_OTHERS = N_(
    "column {name}: found more than {most:,} different texts, which look like values of the type {kind}; set the type "
    "{kind} for it"
)


class ColumnInBlocks(Protocol):
    """A column that is seen once, block by block."""

    def add(self, values: Any, rows: NDArray[np.int64]) -> None:
        """Take the values of a block, an array of Arrow, of rows with these numbers."""

    def found(self, sample: Any, rows: int) -> tuple[Understood, Tally]:
        """Return what the column is, by the values of some rows and what was seen of all."""


def column_in_blocks(name: str, kind: Kind | None, arrow_type: Any) -> ColumnInBlocks:
    """Return what takes the values of a column of this type of Arrow, and of the kind that the user set."""
    if kind in {"text", "identifier"}:
        return _Read(name, kind)
    if is_of(arrow_type, "dictionary") and kind in {None, "category"}:
        of_texts = is_of(arrow_type.value_type, "string", "large_string")
        return _Declared(name) if of_texts else _Distinct(name, "category")
    if kind == "category":
        return _Distinct(name, kind)
    if kind is None and is_of(arrow_type, "string", "large_string", "string_view", "boolean"):
        return _Distinct(name, None)
    return _Read(name, kind)


def is_of(arrow_type: Any, *belongs: str) -> bool:
    """Whether a type of Arrow belongs to one of these kinds, as `pyarrow.types` names them."""
    return any(getattr(arrow("types"), f"is_{each}")(arrow_type) for each in belongs)


@dataclass
class _Read:
    """Values that are read as they come: numbers, dates, what is no input; texts as the kind that the user set."""

    name: str
    kind: Kind | None
    gaps: int = 0
    low: float = np.inf
    high: float = -np.inf
    counting: bool = True
    """Whether they are the number of their row, so far, which begins with `first`, 0 or 1."""
    first: float | None = None

    def add(self, values: Any, rows: NDArray[np.int64]) -> None:
        """Take the values of a block."""
        if self.kind in {"text", "identifier"}:
            return
        column = column_of(self.name, values, self.kind or _plain(values)).column
        self.gaps += int(np.count_nonzero(column.missing))
        if column.kind == "number":
            present = column.values[~np.isnan(column.values)]
            if len(present):
                self.low, self.high = (
                    min(self.low, float(present.min())),
                    max(self.high, float(present.max())),
                )
            self._count(column.values, rows)

    def _count(self, values: NDArray[Any], rows: NDArray[np.int64]) -> None:
        if self.counting and len(values):
            self.first = float(values[0] - rows[0]) if self.first is None else self.first
            self.counting = self.first in {0.0, 1.0} and bool(np.all(values - rows == self.first))

    def found(self, sample: Any, rows: int) -> tuple[Understood, Tally]:
        """Return what the column is; numbers that count up in all rows are an identifier."""
        read = column_of(self.name, sample, self.kind or _plain(sample))
        if read.column.kind == "number" and self.kind is None:
            read = of_numbers(self.name, read.column.values, counting=self.counting)
            if self.gaps < rows and read.column.missing.all():
                read = Understood(read.column)  # what is no gap is not in the sample
        low, high = (self.low, self.high) if self.low <= self.high else (np.nan, np.nan)
        return read, Tally(read.column, rows, self.gaps, low, high)


def _plain(values: Any) -> Kind | None:
    """Return the kind of numbers, so that no identifier is looked for in a part of them; else None."""
    numbers = ("integer", "floating", "decimal", "time", "duration")
    return "number" if is_of(values.type, *numbers) else None


@dataclass
class Counts:
    """How often each of at most about a million different values occurs, and where first."""

    many: bool = False
    _merged: Any = None
    _waiting: list[Any] = field(default_factory=list)

    def add(self, values: Any, rows: NDArray[np.int64]) -> None:
        """Take the values of a block, texts or numbers; what is missing is left out."""
        if self.many:
            return
        table = arrow().table({"value": values, "count": np.ones(len(values), np.int64), "first": rows})
        self._waiting.append(_grouped(table.filter(arrow("compute").is_valid(table["value"]))))
        most = max(_AT_ONCE, 0 if self._merged is None else self._merged.num_rows)
        if sum(len(table) for table in self._waiting) > most:
            self._merge()

    def _merge(self) -> None:
        tables = [*([] if self._merged is None else [self._merged]), *self._waiting]
        self._waiting = []
        if tables:
            self._merged = _grouped(arrow().concat_tables(tables))
            self.many = self._merged.num_rows > _MOST
        if self.many:
            self._merged = None

    def found(self) -> tuple[list[Any], Seen]:
        """Return the values in the order of their first rows, where they are not too `many`."""
        self._merge()
        if self._merged is None:
            return [], Seen(np.empty(0, np.int64), np.empty(0, np.int64))
        table = self._merged.sort_by("first")
        counts, firsts = (np.asarray(table[name].to_pylist(), np.int64) for name in ("count", "first"))
        return table["value"].to_pylist(), Seen(counts, firsts)


def _grouped(table: Any) -> Any:
    grouped = table.group_by("value", use_threads=False).aggregate([("count", "sum"), ("first", "min")])
    return grouped.select(["value", "count_sum", "first_min"]).rename_columns(["value", "count", "first"])


@dataclass
class _Distinct:
    """Texts and truth values, of which each different one is counted; numbers as categories, too."""

    name: str
    kind: Kind | None
    counts: Counts = field(default_factory=Counts)

    def add(self, values: Any, rows: NDArray[np.int64]) -> None:
        """Take the values of a block."""
        self.counts.add(_countable(self.name, values), rows)

    def found(self, sample: Any, rows: int) -> tuple[Understood, Tally]:
        """Return what the column is by its different values, or by those of the sample where they are too many."""
        values = _countable(self.name, sample)
        distinct, seen = self.counts.found()
        if self.counts.many:
            return self._of_many(column_of(self.name, values, self.kind), rows)
        texts = Texts(_as_texts(distinct), _codes(values, distinct), seen)
        read = of_texts(self.name, texts, self.kind)
        once = Texts(texts.distinct, np.arange(len(distinct), dtype=np.int32))
        return read, _tally(
            read.column, of_texts(self.name, once, read.column.kind).column, seen.counts, rows
        )

    def _of_many(self, read: Understood, rows: int) -> tuple[Understood, Tally]:
        kind = read.column.kind
        if self.kind is not None:
            raise InputError(_TOO_MANY, name=quoted(self.name), most=_MOST)
        if kind in {"number", "date"}:
            raise InputError(_LIKE_OTHERS, name=quoted(self.name), most=_MOST, kind=kind)
        if kind == "category":
            read = of_texts(self.name, Texts.of(read.column.texts()), "text")
        return read, Tally(read.column, rows, 0)


def _countable(name: str, values: Any) -> Any:
    """Return values as texts, or as numbers, of one type in all blocks."""
    if is_of(values.type, "dictionary"):
        values = values.cast(values.type.value_type)
    if is_of(values.type, "boolean", "string_view"):
        return values.cast("large_string")
    if _plain(values) == "number":
        numbers = column_of(name, values, "number").column.values
        return arrow().array(numbers, mask=np.isnan(numbers))
    return values


def _as_texts(distinct: list[Any]) -> list[str]:
    return [shortest(value) if isinstance(value, float) else value for value in distinct]


def _codes(values: Any, distinct: list[Any]) -> NDArray[np.int32]:
    places = {value: place for place, value in enumerate(distinct)}
    return np.array([-1 if value is None else places[value] for value in values.to_pylist()], np.int32)


def _tally(column: Column, once: Column, counts: NDArray[np.int64], rows: int) -> Tally:
    """Return the tally of a column, given each of its different values once."""
    present = ~once.missing
    gaps = rows - int(counts[present].sum())
    if column.kind == "category":
        codes = once.values[present]
        of_each = np.bincount(codes, counts[present], len(column.categories)).astype(np.int64)
        return Tally(column, rows, gaps, counts=of_each)
    if column.kind == "number" and present.any():
        values = once.values[present]
        return Tally(column, rows, gaps, float(values.min()), float(values.max()))
    return Tally(column, rows, gaps)


@dataclass
class _Declared:
    """Categories that are declared as such, with an order; those without rows stay."""

    name: str
    places: dict[Any, int] = field(default_factory=dict)
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def add(self, values: Any, rows: NDArray[np.int64]) -> None:
        """Take the values of a block."""
        codes = self._codes(values)
        self.counts = np.resize(
            np.append(self.counts, np.zeros(len(self.places), np.int64)), len(self.places)
        )
        self.counts += np.bincount(codes[codes >= 0], minlength=len(self.places))

    def _codes(self, values: Any) -> NDArray[np.int32]:
        """Return the place of each row among the categories of all blocks so far."""
        chunks = values.chunks if hasattr(values, "chunks") else [values]
        found = [np.empty(0, np.int32)]
        for chunk in chunks:
            to = [self.places.setdefault(value, len(self.places)) for value in chunk.dictionary.to_pylist()]
            found.append(np.array([*to, MISSING], np.int32)[filled(chunk.indices.cast("int64"), MISSING)])
        if len(self.places) > _MOST:
            raise InputError(_TOO_MANY, name=quoted(self.name), most=_MOST)
        return np.concatenate(found)

    def found(self, sample: Any, rows: int) -> tuple[Understood, Tally]:
        """Return the categories in the order in which they were declared."""
        codes, names = self._codes(sample), _as_texts(list(self.places))
        column = declared_category(self.name, Texts(names, codes))
        once = declared_category(self.name, Texts(names, np.arange(len(names), dtype=np.int32)))
        return Understood(column), _tally(column, once, self.counts, rows)
