"""Models that are as good as they are made: no training."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from multilayer.tables import Calibration, Column, Columns, Conformal, Encoder, Target


@dataclass
class Known:
    """Predicts by a function of the columns; the parts are those of a `Model`."""

    encoder: Encoder
    target: Target
    function: Any
    intervals: Any = None
    calibration: Calibration | None = None
    record: dict = field(default_factory=dict)

    def __call__(self, table):
        return self.function(table)


def linear_case(seed, rows=600, task="regression", noise=1.0):
    """A table of three numbers and a target that is linear in two of them."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    columns = [Column(name, "number", values) for name, values in zip("abc", x.T, strict=True)]
    z = 2 * x[:, 0] - x[:, 1]
    if task == "regression":
        return Columns([*columns, Column("y", "number", z + noise * rng.normal(size=rows))])
    bought = rng.random(rows) < 1 / (1 + np.exp(-2 * z / max(noise, 1e-3)))
    return Columns([*columns, Column("y", "category", bought.astype(np.int32), ("no", "yes"))])


def perfect(columns, task="regression", noise=1.0):
    """The model that made the table."""

    def function(table):
        z = 2 * table["a"].values - table["b"].values
        if task == "regression":
            return z
        p = 1 / (1 + np.exp(-2 * z / noise))
        return np.stack([1 - p, p], axis=1)

    return Known(Encoder.fit(columns.without(["y"])), Target.of(columns["y"]), function)


def constant(columns, task="regression"):
    """A model that knows nothing: predictions that have nothing to do with y."""

    def function(table):
        values = np.sin(1e4 * table["c"].values)
        if task == "regression":
            return 0.1 * values
        p = 0.5 + 0.3 * values
        return np.stack([1 - p, p], axis=1)

    return Known(Encoder.fit(columns.without(["y"])), Target.of(columns["y"]), function)


def with_intervals(model, columns, task):
    """The model with intervals or sets from another table."""
    y = columns["y"].values
    model.intervals = Conformal.fit(model(columns), y.astype(np.int64) if task != "regression" else y)
    return model
