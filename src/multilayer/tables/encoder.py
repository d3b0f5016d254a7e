"""The encoder: a table as the inputs of a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import Table
from multilayer._base.text import fill, one_line, quoted
from multilayer.backend import get_threads
from multilayer.tables.columns import Columns, ColumnSchema
from multilayer.tables.conform import conform
from multilayer.tables.row_norm import RowNorm
from multilayer.tables.transforms.categories import OneHot
from multilayer.tables.transforms.dates import Calendar
from multilayer.tables.transforms.fitting import EncoderSettings, fit_transforms
from multilayer.tables.transforms.tally import Tally, sample_rows
from multilayer.tables.transforms.transform import Transform

__all__ = ["ColumnEncoder", "Encoder", "EncoderSummary", "LeftOut"]

_LEAST_ROWS, _MOST_ROWS, _NUMBERS = 1024, 16_384, 2**19
"""Rows that are encoded at a time, and how many numbers they may have, so that all of it stays in a cache."""

_WORTH_THREADS = 8
"""So many pieces are shared by threads."""

_MOST_SHOWN = 500


@dataclass(frozen=True)
class ColumnEncoder:
    """A column of the table and its transforms, one beside the other."""

    schema: ColumnSchema
    transforms: tuple[Transform, ...]

    @cached_property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """The names of the inputs of each transform."""
        return tuple(transform.names(self.schema) for transform in self.transforms)

    @property
    def shares(self) -> bool:
        """Whether an input is for all categories that the schema does not have, as training had rare ones."""
        return any(isinstance(transform, OneHot) and transform.other for transform in self.transforms)


@dataclass(frozen=True)
class LeftOut:
    """A column that gives no input, and why."""

    column: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Encoder:
    """A table as inputs x of a network: float32 of shape (rows, inputs).

    Each column has its transforms (see `multilayer.tables.transforms`), whose inputs stand beside one another, columns
    in the order of the table. A row has the same bits alone and in any batch.

    It is not folded into the first layer of a network, as no transform is linear in the value of its column: the smooth
    clip is within 1 % of a line up to z = 0.4 alone, bins have corners, a category has a table of numbers.

    Attributes
    ----------
    columns : tuple of ColumnEncoder
    left_out : tuple of LeftOut
        Columns of training that give no input; tables to encode need not have them.
    norms : tuple of RowNorm
        Inputs that are divided by their norm, row by row, behind the transforms; no input is in two of them.

    Examples
    --------
    >>> from multilayer.tables import Column, Columns
    >>> age = Column("age", "number", np.array([20.0, 30.0, 40.0, np.nan]))
    >>> job = Column("job", "category", np.array([0, 1, 0, 0]), ("clerk", "cook"))
    >>> encoder = Encoder.fit(Columns([age, job]))
    >>> encoder.names
    ('age', 'age is missing', 'job=cook')
    >>> encoder.sources
    ('age', 'age', 'job')
    >>> encoder(Columns([age, job])).shape
    (4, 3)
    """

    columns: tuple[ColumnEncoder, ...]
    left_out: tuple[LeftOut, ...] = ()
    norms: tuple[RowNorm, ...] = ()

    @classmethod
    def fit(cls, columns: Columns, settings: EncoderSettings | None = None) -> Encoder:
        """Return an encoder of tables like this one, without its target.

        Raises
        ------
        InputError
            When there are no rows, or no column varies.
        """
        sample = sample_rows(columns.rows)
        return cls.of_tallies(columns, (Tally.of(column, sample) for column in columns), settings)

    @classmethod
    def of_tallies(
        cls, sample: Columns, tallies: Iterable[Tally], settings: EncoderSettings | None = None
    ) -> Encoder:
        """Return the same encoder, of some rows and what is known of each column."""
        settings = EncoderSettings() if settings is None else settings
        _check(sample, settings)
        fitted = [fit_transforms(tally, settings) for tally in tallies]
        left_out = tuple(LeftOut(one.schema.name, one.reason) for one in fitted if not one.transforms)
        if len(left_out) == len(fitted):
            raise InputError(_nothing_to_learn(left_out))
        return cls(
            tuple(ColumnEncoder(one.schema, one.transforms) for one in fitted if one.transforms), left_out
        )

    @cached_property
    def schema(self) -> tuple[ColumnSchema, ...]:
        """The columns that a table to encode must have."""
        return tuple(column.schema for column in self.columns)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """A name for each input, no two alike."""
        names = [name for column in self.columns for names in column.names for name in names]
        for norm in self.norms:
            for place in norm.places:
                names[place] = norm.name(names[place])
        return _distinct(names)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The column that each input comes from; the norm of a row comes from others, too."""
        return tuple(column.schema.name for column in self.columns for names in column.names for _ in names)

    @property
    def width(self) -> int:
        """The number of inputs."""
        return self._places[-1]

    @cached_property
    def _places(self) -> tuple[int, ...]:
        """Where the inputs of each transform begin, and the end."""
        counts = (len(names) for column in self.columns for names in column.names)
        return tuple(accumulate(counts, initial=0))

    def __call__(self, columns: Columns, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Return the inputs x of every row, in `out` where that is given.

        Raises
        ------
        InputError
            When a column is missing, or is of another kind.
        """
        values = [column.values for column in conform(columns, self.schema)]
        x = np.empty((columns.rows, self.width), np.float32) if out is None else out
        step = min(_MOST_ROWS, max(_LEAST_ROWS, _NUMBERS // self.width))

        def write(start: int) -> None:
            self.write([one[start : start + step] for one in values], x[start : start + step])

        starts = range(0, columns.rows, step)
        if len(starts) < _WORTH_THREADS or get_threads() == 1:
            for start in starts:
                write(start)
            return x
        with ThreadPoolExecutor(get_threads(), "multilayer-encoder") as threads:
            for _ in threads.map(write, starts):  # what one of them raises is raised here
                pass
        return x

    def write(self, values: Sequence[NDArray[np.generic]], x: NDArray[np.float32]) -> None:
        """Write the inputs of some rows into x; `values` are theirs of each column of the schema."""
        if not len(x):
            return
        places = iter(zip(self._places, self._places[1:], strict=False))
        for column, cells in zip(self.columns, values, strict=True):
            prepared = Calendar(cells) if column.schema.kind == "date" else cells
            for transform in column.transforms:
                begin, end = next(places)
                transform.write(prepared, x[:, begin:end])
        for norm in self.norms:
            norm.write(x)

    def apart(self) -> Encoder:
        """Return the encoder of columns one by one, before norms of rows; `joined` makes the inputs of its result."""
        return replace(self, norms=()) if self.norms else self

    def joined(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the inputs of rows that `apart` encoded; x itself where there are no norms."""
        if not self.norms:
            return x
        made = x.copy()
        for norm in self.norms:
            norm.write(made)
        return made

    def summary(self) -> EncoderSummary:
        """Return what becomes of each column; printable."""
        return EncoderSummary(self)

    def __repr__(self) -> str:
        return fill(
            "Encoder({columns} columns, {inputs} inputs)", columns=len(self.columns), inputs=self.width
        )

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()


def _check(columns: Columns, settings: EncoderSettings) -> None:
    if not len(columns):
        raise InputError("the table has no columns beside its target; expected one or more")
    if not columns.rows:
        raise InputError("the table has no rows; expected one or more to fit an encoder to")
    for name in settings.ordinal:
        column = columns[name]
        if column.kind != "category":
            raise InputError(
                "column {name}: expected categories to put in order, found the type {kind}",
                name=quoted(name),
                kind=column.kind,
            )


def _nothing_to_learn(left_out: tuple[LeftOut, ...]) -> str:
    return fill(
        "no column of the table gives an input; expected one that varies; {column}: {reason}",
        column=quoted(left_out[0].column),
        reason=left_out[0].reason,
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of which none is there twice: columns may be called like inputs of others."""
    used = dict[str, None]()
    for name in names:
        new, number = name, 1
        while new in used:
            number += 1
            new = f"{name} ({number})"
        used[new] = None
    return tuple(used)


@dataclass(frozen=True, eq=False, repr=False)
class EncoderSummary:
    """What becomes of each column, transform by transform, and which columns give no input."""

    encoder: Encoder

    def table(self) -> Table:
        """Return a row for each kind of transform of each column."""
        rows = list[tuple[str, ...]]()
        for column in self.encoder.columns:
            widths = Counter[tuple[str, str]]()
            for transform, names in zip(column.transforms, column.names, strict=True):
                widths[transform.kind, transform.formula] += len(names)
            schema = column.schema
            rows += [(schema.name, schema.kind, *kind, str(width)) for kind, width in widths.items()]
        for norm in self.encoder.norms:
            together = fill("{count} inputs of a row together", count=len(norm.places))
            rows.append((together, "", norm.norm, norm.formula, ""))
        rows += [(one.column, "", "left out", one.reason, "0") for one in self.encoder.left_out]
        more = len(rows) - _MOST_SHOWN
        if more > 0:
            rows[_MOST_SHOWN:] = [(fill("and {more:,} more", more=more), "", "", "", "")]
        caption = fill(
            "{columns} columns give {inputs} inputs",
            columns=len(self.encoder.columns),
            inputs=self.encoder.width,
        )
        cut = (tuple(one_line(cell, 60) for cell in row) for row in rows)
        heads = (fill("column"), fill("kind"), fill("transform"), fill("formula"), fill("inputs"))
        return Table(caption, heads, tuple(cut), frozenset(range(4)))

    def __repr__(self) -> str:
        return self.table().text(indent="")

    def _repr_html_(self) -> str:
        return self.table().html()
