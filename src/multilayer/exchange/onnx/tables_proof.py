"""A model of a table beside what ONNX Runtime makes of its file: rows that are made for its columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.exchange.onnx import runtime
from multilayer.exchange.onnx.tables import OUTPUT
from multilayer.exchange.proof import Proof
from multilayer.tables import Column, Columns, ColumnSchema, Model

__all__ = ["proof"]

_ROWS = 64
_UNKNOWN = "\x7f"
"""A category that no table has."""
_APART = 1e-5
"""How far answers may be apart, of 1 for probabilities, of the target's range for a quantity: networks are float32."""


def proof(model: Model, path: Path) -> Proof | None:
    """Return how far the answers of a file are from the model's; None where no program is installed."""
    found = runtime.run_table(path)
    if found is None:
        return None
    run, by = found
    rng = np.random.default_rng(0)
    columns = Columns(_column(schema, model, rng) for schema in model.encoder.schema)
    inputs = {column.name: _input(column) for column in columns}
    y, other = model(columns), run(inputs)[OUTPUT[model.target.task]]
    apart = np.abs(y - other).reshape(_ROWS, -1)
    size = 1.0 if model.target.classes else max(model.target.high - model.target.low, 1e-300)
    share = apart / (_APART * size)
    row, output = np.unravel_index(int(share.argmax()), share.shape)
    spacing = np.spacing(np.abs(y).astype(np.float32)).astype(np.float64).reshape(_ROWS, -1)
    return Proof(
        by,
        _ROWS,
        float((apart / spacing).max()),
        float(share.max()),
        int(row) + 1,
        int(output) + 1,
        of_table=True,
    )


def _column(schema: ColumnSchema, model: Model, rng: np.random.Generator) -> Column:
    if schema.kind == "category":
        texts = np.array([*schema.categories, _UNKNOWN])
        codes = rng.integers(-1, len(texts), _ROWS).astype(np.int32)
        return Column(schema.name, "category", codes, tuple(texts.tolist()))
    encoder = next(one for one in model.encoder.columns if one.schema == schema)
    numbers = np.concatenate([one.numbers() for one in encoder.transforms])
    values = rng.normal(float(np.median(numbers)), float(np.abs(numbers).max()) + 1.0, _ROWS)
    values[rng.random(_ROWS) < 0.2] = np.nan
    return Column(schema.name, "number", values)


def _input(column: Column) -> NDArray[Any]:
    if column.kind == "number":
        return column.values[:, np.newaxis]
    return np.array([["" if text is None else text] for text in column.texts()], object)
