"""Columns of a table: named values, each of one kind, with gaps kept as gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import near_matches, quoted

__all__ = ["KINDS", "MISSING", "SHOWN", "UNSEEN", "Column", "ColumnSchema", "Columns", "Kind"]

Kind: TypeAlias = Literal["number", "category", "date", "text", "identifier"]
"""What the values of a column are: numbers to compute with, one of a few categories, dates with or without a time,
free text, or a name for the row, from which nothing can be learned."""

KINDS: tuple[Kind, ...] = get_args(Kind)

MISSING = -1
"""The code of a missing category."""

UNSEEN = -2
"""The code of a category that a schema does not have."""

SHOWN = 3
"""So many categories that a schema does not have are named."""


@dataclass(frozen=True, eq=False)
class Column:
    """The values of one column.

    Parameters
    ----------
    name : str
        The name of the column, unique in its table.
    kind : str
        Decides the type of the values.
    values : ndarray, shape (rows,)
        float64 for numbers, where nan is missing; int32 codes for categories, places in `categories`, or `MISSING` or
        `UNSEEN`; datetime64[us] for dates, where NaT is missing; else Python objects, str or None.
    categories : tuple of str
        The categories as text, for that kind alone. A number among them is its shortest text: 1.0 is "1".
    unseen : tuple of str
        The first texts behind `UNSEEN`, in the rows that were read together, one more than `SHOWN` at most.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    categories: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def schema(self) -> ColumnSchema:
        """What a column of another table must be like to be read as this one."""
        return ColumnSchema(self.name, self.kind, self.categories)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Whether each value is missing."""
        if self.kind == "number":
            return np.asarray(np.isnan(self.values))
        if self.kind == "category":
            return np.asarray(self.values == MISSING)
        if self.kind == "date":
            return np.asarray(np.isnat(self.values))
        return np.fromiter((value is None for value in self.values), bool, len(self.values))

    def take(self, rows: Any) -> Column:
        """Return the values of some rows, chosen by index, mask or slice."""
        return replace(self, values=self.values[rows])

    def texts(self) -> list[str | None]:
        """Return the values as text, None where missing or unseen."""
        if self.kind == "category":
            return [self.categories[code] if code >= 0 else None for code in self.values.tolist()]
        if self.kind in {"text", "identifier"}:
            return list(self.values)
        return [None if gap else str(value) for gap, value in zip(self.missing, self.values, strict=True)]


@dataclass(frozen=True)
class ColumnSchema:
    """What a column is: its name, its kind, and its categories in the order of their codes."""

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()


class Columns:
    """A table in memory: columns of equal length, in order, found by name.

    Examples
    --------
    >>> import numpy as np
    >>> table = Columns([Column("age", "number", np.array([31.0, np.nan]))])
    >>> table.rows, table.names
    (2, ('age',))
    """

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {column.name: column for column in columns}

    @property
    def names(self) -> tuple[str, ...]:
        """The names in order."""
        return tuple(self._columns)

    @classmethod
    def joined(cls, pieces: Sequence[Columns]) -> Columns:
        """Return the rows of all pieces, of which each has the columns of the first one."""
        return cls(_joined([piece[name] for piece in pieces]) for name in pieces[0].names)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return next((len(column.values) for column in self), 0)

    @property
    def schema(self) -> tuple[ColumnSchema, ...]:
        """What each column is."""
        return tuple(column.schema for column in self)

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise InputError(
                "no column is called {name}; {near}", name=quoted(name), near=near_matches(name, self.names)
            ) from None

    def select(self, names: Iterable[str]) -> Columns:
        """Return some of the columns, in the order of the names."""
        return Columns(self[name] for name in names)

    def without(self, names: Sequence[str]) -> Columns:
        """Return the other columns."""
        return Columns(column for column in self if column.name not in names)

    def take(self, rows: Any) -> Columns:
        """Return some of the rows, chosen by index, mask or slice."""
        return Columns(column.take(rows) for column in self)


def _joined(parts: Sequence[Column]) -> Column:
    unseen = dict.fromkeys(text for part in parts for text in part.unseen)
    values = np.concatenate([part.values for part in parts])
    return replace(parts[0], values=values, unseen=tuple(unseen)[: SHOWN + 1])
