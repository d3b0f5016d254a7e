"""Pipelines of scikit-learn that take a table: a ColumnTransformer, scalers and an MLP, as a model of a table.

They are recognized by their attributes; scikit-learn is not imported. Each column becomes a line per number, or an
input per category; the rows of the first weights are put into the order of the columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, quoted
from multilayer.activations import Sigmoid, Softmax
from multilayer.interop import from_model
from multilayer.interop.containers import PipelineStep, scaling_of, with_steps
from multilayer.network import MLP, Dense
from multilayer.tables import ColumnSchema, Encoder, Model, Target
from multilayer.tables.encoder import ColumnEncoder
from multilayer.tables.transforms.categories import OneHot
from multilayer.tables.transforms.linear import Linear
from multilayer.tables.transforms.transform import Transform

__all__ = ["holds_table", "model_of"]

_LARGEST = float(np.finfo(np.float64).max)


def holds_table(model: Any) -> bool:
    """Whether a model is a fitted pipeline that starts with a ColumnTransformer, or the best of a search for one."""
    model = getattr(model, "best_estimator_", model)
    steps: Any = getattr(model, "steps", None)
    return bool(steps) and hasattr(model, "named_steps") and hasattr(steps[0][1], "transformers_")


@dataclass(frozen=True)
class _Part:
    """A transform of a column, and the rows of the first weights that its inputs have; None for weights of 0."""

    schema: ColumnSchema
    transform: Transform
    rows: tuple[int | None, ...]


def model_of(pipeline: Any) -> tuple[Model, tuple[str, ...]]:
    """Return the model of a table that a fitted pipeline is, and notes.

    Raises
    ------
    InputError
        For a transformer that no model of a table has, by its name.
    """
    pipeline = getattr(pipeline, "best_estimator_", pipeline)
    (_, first), *others, (_, last) = pipeline.steps
    network = with_steps(
        tuple(PipelineStep(name, step) for name, step in others if step not in (None, "passthrough")),
        from_model(last),
    )
    parts: list[_Part] = []
    row = 0
    for name, transformer, columns in first.transformers_:
        with located(f"transformer {name}"):
            made, row = _parts(transformer, columns, row)
            parts += made
    if row != network.widths[0]:
        raise InputError(
            fill(
                "its transformers make {row} columns, but the network takes {widths}",
                row=row,
                widths=network.widths[0],
            )
        )
    encoder, order = _encoder(parts)
    target, network = _target(network)
    W = network.layers[0].W
    filled = np.array([W[place] if place is not None else np.zeros_like(W[0]) for place in order])
    layer = Dense(filled, network.layers[0].b, network.layers[0].activation)
    note = fill(
        "columns are prepared as in the pipeline, and rounded to float32; a category that training had not has all of "
        "its inputs off, and a gap that no imputer fills is 0 after scaling"
    )
    return Model(encoder, (MLP([layer, *network.layers[1:]]),), target), (note,)


def _encoder(parts: Iterable[_Part]) -> tuple[Encoder, list[int | None]]:
    """Return the encoder, column by column, and the row of the weights of each of its inputs."""
    columns: dict[ColumnSchema, list[_Part]] = {}
    for part in parts:
        columns.setdefault(part.schema, []).append(part)
    if len({schema.name for schema in columns}) != len(columns):
        raise InputError("a column is taken as a number and as a category; expected one of them")
    encoders = tuple(
        ColumnEncoder(schema, tuple(part.transform for part in found)) for schema, found in columns.items()
    )
    return Encoder(encoders), [row for found in columns.values() for part in found for row in part.rows]


def _parts(transformer: Any, columns: Any, row: int) -> tuple[list[_Part], int]:
    """Return the transforms of some columns, and the number of columns that are made up to here."""
    if isinstance(transformer, str) and transformer == "drop":
        return [], row
    names = [columns] if isinstance(columns, str) else list(columns)
    if not all(isinstance(name, str) for name in names):
        raise InputError("its columns are given by number; fit the pipeline on a data frame, with names")
    inner = [step for _, step in transformer.steps] if hasattr(transformer, "steps") else [transformer]
    inner = [
        step for step in inner if not (step is None or (isinstance(step, str) and step == "passthrough"))
    ]
    if len(inner) == 1 and hasattr(inner[0], "categories_"):
        return _one_hot(inner[0], names, row)
    return _lines(inner, names, row), row + len(names)


def _lines(steps: list[Any], names: list[str], row: int) -> list[_Part]:
    """Return a line for each number: imputers and scalers, one after another."""
    factor, shift = np.ones(len(names)), np.zeros(len(names))
    missing: NDArray[Any] | None = None
    for step in steps:
        if hasattr(step, "statistics_"):
            if getattr(step, "add_indicator", False) or len(step.statistics_) != len(names):
                raise InputError("its imputer adds or leaves out columns; expected add_indicator=False")
            missing = np.asarray(step.statistics_, np.float64) if missing is None else missing
        else:
            affine = scaling_of(step, len(names))
            times = affine.scale / affine.std
            plus = affine.shift - affine.centre * times
            factor, shift = factor * times, shift * times + plus
            missing = None if missing is None else missing * times + plus
    if np.any(factor == 0.0):
        raise InputError("it makes a column constant; leave that column out")
    gaps = np.zeros(len(names)) if missing is None else missing
    return [
        _Part(
            ColumnSchema(name, "number"),
            Linear(float(-shift[place] / factor[place]), float(factor[place]), float(gaps[place])),
            (row + place,),
        )
        for place, name in enumerate(names)
    ]


def _one_hot(encoder: Any, names: list[str], row: int) -> tuple[list[_Part], int]:
    if not hasattr(encoder, "drop_idx_") or getattr(encoder, "_infrequent_enabled", False):
        raise InputError("it is no OneHotEncoder of all categories; expected one without min_frequency")
    parts = []
    for place, (name, categories) in enumerate(zip(names, encoder.categories_, strict=True)):
        texts = tuple(categories.tolist())
        if not all(isinstance(text, str) for text in texts):
            raise InputError(
                fill(
                    "column {name}: its categories are not all texts; make them texts first",
                    name=quoted(name),
                )
            )
        dropped = None if encoder.drop_idx_ is None else encoder.drop_idx_[place]
        rows: list[int | None] = []
        for code in range(len(texts)):
            if code == dropped:
                rows.append(None)
            else:
                rows.append(row)
                row += 1
        transform = OneHot(np.zeros(len(texts)), np.ones(len(texts)), other=False)
        parts.append(_Part(ColumnSchema(name, "category", texts), transform, tuple(rows)))
    return parts, row


def _target(network: MLP) -> tuple[Target, MLP]:
    """Return what the network predicts, and the network with an output for each class."""
    *others, last = network.layers
    name = "target"
    if network.classes is None:
        if last.units > 1 or isinstance(last.activation, Sigmoid | Softmax):
            raise InputError("it predicts several targets; a model of a table has one")
        return Target(name, "regression", low=-_LARGEST, high=_LARGEST), network
    if last.units == 1:  # softmax of 0 and a is 1 - sigmoid(a) and sigmoid(a)
        W, b = np.hstack([np.zeros_like(last.W), last.W]), np.concatenate([np.zeros_like(last.b), last.b])
        network = MLP([*others, Dense(W, b, "softmax")], classes=network.classes)
    return Target(name, "classification", network.classes or ()), network
