"""Whether a value is missing, as an input of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill
from multilayer.tables.columns import MISSING, ColumnSchema, Kind
from multilayer.tables.transforms.dates import Calendar
from multilayer.tables.transforms.transform import Inputs, Numbers, as_inputs, counted

__all__ = ["Indicator"]


@dataclass(frozen=True)
class Indicator:
    """Whether the value is missing: `on` where it is, else `off`."""

    off: float = 0.0
    on: float = 1.0

    kind: ClassVar[str] = "missing"
    columns: ClassVar[tuple[Kind, ...]] = ("number", "category", "date")
    formula: ClassVar[str] = "on where missing, else off"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return the name of the column, "is missing" behind it."""
        return (fill("{column} is missing", column=schema.name),)

    def write(self, values: Any, out: Inputs) -> None:
        """Write whether values are missing."""
        out[:, 0] = np.where(_missing(values), np.float32(self.on), np.float32(self.off))

    def numbers(self) -> Numbers:
        """Return off and on."""
        return np.array([self.off, self.on])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> Indicator:
        """Return the transform with these two values."""
        return cls(*counted(as_inputs(numbers), 2))


def _missing(values: Any) -> NDArray[np.bool_]:
    if isinstance(values, Calendar):
        return values.missing
    found: NDArray[np.bool_] = np.isnan(values) if values.dtype.kind == "f" else values == MISSING
    return found
