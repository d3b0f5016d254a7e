"""How far another program is from a model of a table, on a user's rows or on made ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.exchange.given import OTHER
from multilayer.exchange.proof import Proof, compared_numbers, tolerance
from multilayer.tables import Column, Columns, ColumnSchema, Model
from multilayer.tables.transforms.linear import Linear

__all__ = ["Rows", "compared"]

_ROWS = 64
_FARTHEST_DATE = 2**31
"""In seconds from 1970: to 1901 and 2038."""
_PER_INPUT = 4.0
"""How many eps each input may be off, of its value, and of the centre of its column in its scale: the other program may
scale in float32."""


@dataclass(frozen=True)
class Rows:
    """What rows may have that both sides take: gaps and unknown categories in all columns, unless given."""

    gaps: frozenset[str] | None = None
    """Columns of numbers that may have gaps."""
    known_alone: frozenset[str] = frozenset()
    """Columns that have known categories alone, and no gaps."""
    single: bool = False
    """Whether numbers are of float32."""
    whole: frozenset[str] = frozenset()
    """Columns of whole numbers."""

    def of(self, model: Model, given: Columns | None = None) -> Columns:
        """Return the rows that a user gave, or some that are made for the columns.

        Raises
        ------
        InputError
            For a given value that the other program does not take, as the model does.
        """
        if given is not None:
            for column in given:
                self._check(column)
            return given
        rng = np.random.default_rng(0)
        return Columns(self._column(schema, model, rng) for schema in model.encoder.schema)

    def _check(self, column: Column) -> None:
        refused = self._refused(column)
        if not refused.any():
            return
        row = int(refused.argmax())
        text = column.texts()[row]
        names = {None: fill("a gap"), OTHER: fill("a category of no training row")}
        raise InputError(
            "row {row} of the rows to check has {found} in column {name}, which the source does not take; leave "
            "the row out",
            row=row + 1,
            found=names.get(text) or text,
            name=quoted(column.name),
        )

    def _refused(self, column: Column) -> NDArray[np.bool_]:
        """Return which values the other program does not take."""
        name, values, gaps = column.name, column.values, column.missing
        if column.kind == "date":
            return np.zeros(len(values), np.bool_)
        if column.kind == "category":
            among = name in self.known_alone or name in self.whole
            return np.asarray((gaps | (values == len(column.categories) - 1)) & among)
        parts = (name in self.whole) & ~gaps & (values != np.rint(values))
        return np.asarray(parts | (gaps & (not self._takes_gaps(name))))

    def _takes_gaps(self, name: str) -> bool:
        """Whether a column of numbers may have gaps; integers have none."""
        return name not in self.whole and (self.gaps is None or name in self.gaps)

    def _column(self, schema: ColumnSchema, model: Model, rng: np.random.Generator) -> Column:
        name = schema.name
        if schema.kind == "category":
            among = name in self.known_alone or name in self.whole
            texts = schema.categories if among else (*schema.categories, OTHER)
            codes = rng.integers(0 if among else -1, len(texts), _ROWS).astype(np.int32)
            return Column(name, "category", codes, texts)
        if schema.kind == "date":
            dates = (
                rng.integers(-_FARTHEST_DATE, _FARTHEST_DATE, _ROWS)
                .astype("datetime64[s]")
                .astype("datetime64[us]")
            )
            dates[rng.random(_ROWS) < 0.2] = np.datetime64("NaT")
            return Column(name, "date", dates)
        encoder = next(one for one in model.encoder.columns if one.schema == schema)
        numbers = np.concatenate([one.numbers() for one in encoder.transforms])
        values = rng.normal(float(np.median(numbers)), float(np.abs(numbers).max()) + 1.0, _ROWS)
        if name in self.whole:
            values = np.rint(values)
        if self.single:
            values = values.astype(np.float32).astype(np.float64)
        if self._takes_gaps(name):
            values[rng.random(_ROWS) < 0.2] = np.nan
        return Column(name, "number", values)


def compared(model: Model, answers: Callable[[Columns], NDArray[Any]], by: str, columns: Columns) -> Proof:
    """Return how far the answers of another program, which have this type, are from those of a model."""
    y = model(columns)
    other = np.asarray(answers(columns), np.float64).reshape(y.shape)
    shape = (columns.rows, -1)
    allowed = _allowed(model, columns)
    return compared_numbers(y.reshape(shape), other.reshape(shape), allowed, by, np.float32)


def _allowed(model: Model, columns: Columns) -> NDArray[np.float64]:
    """Return how far each answer of two correct programs may be apart, of shape (rows, answers)."""
    x = model.encoder.apart()(columns)
    centres = [
        abs(one.center * one.scale) if isinstance(one, Linear) else 0.0
        for column in model.encoder.columns
        for one, names in zip(column.transforms, column.names, strict=True)
        for _ in names
    ]
    error = _PER_INPUT * float(np.finfo(np.float32).eps) * (np.abs(x.astype(np.float64)) + centres)
    for norm in model.encoder.norms:
        error = norm.spread(x, error)
    x = model.encoder.joined(x)
    found = np.mean([tolerance(one, x, error) for one in model.networks], axis=0)
    if model.target.classes:
        temperature = 1.0 if model.calibration is None else model.calibration.temperature
        return np.asarray(found * max(1.0, 1.0 / temperature))
    return np.asarray(found * model.target.scale)
