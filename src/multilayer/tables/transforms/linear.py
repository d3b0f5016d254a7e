"""A number as a line: what standardizing scalers of other packages make of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from multilayer.tables.columns import ColumnSchema, Kind
from multilayer.tables.transforms.transform import Inputs, Numbers, counted

__all__ = ["Linear"]


@dataclass(frozen=True)
class Linear:
    """A number: z = (x - center) scale, computed in float64 and rounded; `missing` where x is missing.

    No encoder is fitted with it: models of other packages are converted with it.
    """

    center: float
    scale: float
    missing: float = 0.0

    kind: ClassVar[str] = "linear"
    columns: ClassVar[tuple[Kind, ...]] = ("number",)
    formula: ClassVar[str] = "(x - center) scale, another number where missing"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return the name of the column."""
        return (schema.name,)

    def write(self, values: Any, out: Inputs) -> None:
        """Write the scaled numbers."""
        with np.errstate(over="ignore", invalid="ignore"):
            z = (values - self.center) * self.scale
            out[:, 0] = np.where(np.isnan(values), self.missing, z)

    def numbers(self) -> Numbers:
        """Return center, scale and what stands for missing numbers."""
        return np.array([self.center, self.scale, self.missing])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> Linear:
        """Return the transform with these numbers."""
        return cls(*counted(numbers, 3))
