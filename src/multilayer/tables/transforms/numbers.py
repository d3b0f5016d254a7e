"""Transforms of numbers: scaled, by quantile, in bins.

References
----------
- Y. Gorishniy, I. Rubachev, A. Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022:
  piecewise-linear encoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from multilayer._base.text import fill
from multilayer.backend.encoding import write_binned, write_scaled
from multilayer.tables.columns import ColumnSchema, Kind
from multilayer.tables.transforms.transform import Inputs, Numbers, as_inputs, counted

__all__ = ["Binned", "Normal", "Scaled", "well_apart"]

_STEEPEST = 1e300


def well_apart(points: Numbers) -> bool:
    """Whether numbers increase, by steps with which float64 can compute."""
    with np.errstate(over="ignore", divide="ignore"):
        steps = np.diff(points)
        return bool(np.all(steps > 0.0) and np.isfinite(steps).all() and np.all(1.0 / steps < _STEEPEST))


@dataclass(frozen=True)
class Scaled:
    """A number: z = smooth_clip((x - center) scale), 0 where x is missing, as for the median."""

    center: float
    scale: float

    kind: ClassVar[str] = "scaled"
    columns: ClassVar[tuple[Kind, ...]] = ("number",)
    formula: ClassVar[str] = "z / sqrt(1 + (z/3)^2), z = (x - center) scale"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return the name of the column."""
        return (schema.name,)

    def write(self, values: Any, out: Inputs) -> None:
        """Write the scaled numbers."""
        write_scaled(values, self.center, self.scale, out)

    def numbers(self) -> Numbers:
        """Return center and scale."""
        return np.array([self.center, self.scale])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> Scaled:
        """Return the transform with this center and scale."""
        return cls(*counted(numbers, 2))


@dataclass(frozen=True, eq=False)
class Normal:
    """A number by its place in the training data: a quantile of the normal distribution.

    Piecewise linear between the points (x, z) in `points`, z = the normal distribution's quantile for the share of
    training values up to x, in the middle of those that are equal; constant outside. `middle` is taken where x is
    missing.
    """

    points: Numbers
    """Shape (2, n): x, increasing, and z."""
    middle: float

    kind: ClassVar[str] = "normal"
    columns: ClassVar[tuple[Kind, ...]] = ("number",)
    formula: ClassVar[str] = "normal quantile of the share of training values below x"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return the name of the column."""
        return (schema.name,)

    def write(self, values: Any, out: Inputs) -> None:
        """Write the quantiles."""
        x, z = self.points
        filled = np.clip(np.where(np.isnan(values), self.middle, values), x[0], x[-1])
        place = np.clip(np.searchsorted(x, filled, side="right") - 1, 0, len(x) - 2)
        out[:, 0] = z[place] + (filled - x[place]) * self._slopes[place]

    @cached_property
    def _slopes(self) -> Numbers:
        slopes: Numbers = np.diff(self.points[1]) / np.diff(self.points[0])
        return slopes

    def numbers(self) -> Numbers:
        """Return the middle, then x, then z."""
        return np.concatenate([[self.middle], *self.points])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> Normal:
        """Return the transform through these points."""
        if len(numbers) < 5 or len(numbers) % 2 == 0:
            raise ValueError(f"expected two points or more, found {len(numbers)} numbers")
        points = numbers[1:].reshape(2, -1)
        if not well_apart(points[0]):
            raise ValueError("expected points that increase")
        as_inputs(points[1])
        return cls(points, float(numbers[0]))


@dataclass(frozen=True, eq=False)
class Binned:
    """A number by bins, piecewise linear: input t is clip((x - b_t) / (b_{t+1} - b_t), 0, 1) for the edges b."""

    edges: Numbers
    middle: float
    """Taken where x is missing."""

    kind: ClassVar[str] = "binned"
    columns: ClassVar[tuple[Kind, ...]] = ("number",)
    formula: ClassVar[str] = "clip((x - b_t) / (b_t+1 - b_t), 0, 1) for each bin t"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return a name for each bin."""
        return tuple(
            fill("{column} from {low:.6g} to {high:.6g}", column=schema.name, low=low, high=high)
            for low, high in zip(self.edges, self.edges[1:], strict=False)
        )

    def write(self, values: Any, out: Inputs) -> None:
        """Write a number from 0 to 1 for each bin."""
        write_binned(values, self.middle, self.edges, out)

    def numbers(self) -> Numbers:
        """Return the middle, then the edges."""
        return np.concatenate([[self.middle], self.edges])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> Binned:
        """Return the transform with these edges."""
        edges = numbers[1:]
        if len(edges) < 2 or not well_apart(edges):
            raise ValueError("expected two edges or more that increase")
        return cls(edges, float(numbers[0]))
