"""A model of a table beside what another program makes of its file: rows that are made for its columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.exchange.onnx import runtime
from multilayer.exchange.onnx.tables import OUTPUT
from multilayer.exchange.proof import Proof, compared_numbers, tolerance
from multilayer.tables import Column, Columns, ColumnSchema, Model
from multilayer.tables.transforms.linear import Linear

__all__ = ["Rows", "compared", "proof"]

_ROWS = 64
_UNKNOWN = "\x7f"
"""A category that no table has."""
_PER_INPUT = 4.0
"""How many eps each input may be off, of its value, and of the centre of its column in its scale: the other program may
scale in float32."""


@dataclass(frozen=True)
class Rows:
    """What the rows may have that are made for a model: gaps and unknown categories in all columns, unless given."""

    gaps: frozenset[str] | None = None
    """Columns of numbers that may have gaps."""
    known_alone: frozenset[str] = frozenset()
    """Columns that have known categories alone, and no gaps."""
    single: bool = False
    """Whether numbers are of float32."""
    whole: frozenset[str] = frozenset()
    """Columns of whole numbers."""

    def of(self, model: Model) -> Columns:
        """Return some rows."""
        rng = np.random.default_rng(0)
        return Columns(self._column(schema, model, rng) for schema in model.encoder.schema)

    def _column(self, schema: ColumnSchema, model: Model, rng: np.random.Generator) -> Column:
        name = schema.name
        if schema.kind == "category":
            among = name in self.known_alone or name in self.whole
            texts = schema.categories if among else (*schema.categories, _UNKNOWN)
            codes = rng.integers(0 if among else -1, len(texts), _ROWS).astype(np.int32)
            return Column(name, "category", codes, texts)
        encoder = next(one for one in model.encoder.columns if one.schema == schema)
        numbers = np.concatenate([one.numbers() for one in encoder.transforms])
        values = rng.normal(float(np.median(numbers)), float(np.abs(numbers).max()) + 1.0, _ROWS)
        if name in self.whole:
            values = np.rint(values)
        if self.single:
            values = values.astype(np.float32).astype(np.float64)
        if self.gaps is None or name in self.gaps:
            values[rng.random(_ROWS) < 0.2] = np.nan
        return Column(name, "number", values)


def proof(model: Model, path: Path) -> Proof | None:
    """Return how far the answers of a file of ours are from the model's; None where no program is installed."""
    found = runtime.run_table(path)
    if found is None:
        return None
    run, by = found
    name = OUTPUT[model.target.task]
    return compared(model, lambda columns: run({one.name: _input(one) for one in columns})[name], by, Rows())


def compared(model: Model, answers: Callable[[Columns], NDArray[Any]], by: str, rows: Rows) -> Proof:
    """Return how far the answers of another program are from those of a model, for rows of these kinds."""
    columns = rows.of(model)
    y = model(columns)
    other = np.asarray(answers(columns), np.float64).reshape(y.shape)
    shape = (_ROWS, -1)
    allowed = _allowed(model, columns)
    return compared_numbers(y.reshape(shape), other.reshape(shape), allowed, by, np.float32)


def _allowed(model: Model, columns: Columns) -> NDArray[np.float64]:
    """Return how far each answer of two correct programs may be apart, of shape (rows, answers)."""
    x = model.encoder(columns)
    centres = [
        abs(one.center * one.scale) if isinstance(one, Linear) else 0.0
        for column in model.encoder.columns
        for one, names in zip(column.transforms, column.names, strict=True)
        for _ in names
    ]
    error = _PER_INPUT * float(np.finfo(np.float32).eps) * (np.abs(x.astype(np.float64)) + centres)
    found = np.mean([tolerance(one, x, error) for one in model.networks], axis=0)
    if model.target.classes:
        temperature = 1.0 if model.calibration is None else model.calibration.temperature
        return np.asarray(found * max(1.0, 1.0 / temperature))
    return np.asarray(found * model.target.scale)


def _input(column: Column) -> NDArray[Any]:
    if column.kind == "number":
        return column.values[:, np.newaxis]
    return np.array([["" if text is None else text] for text in column.texts()], object)
