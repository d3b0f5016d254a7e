"""Transforms of categories: an input for each, one for two of them, or their place in an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from multilayer._base.text import fill
from multilayer.backend.encoding import write_scaled
from multilayer.tables.columns import UNSEEN, ColumnSchema, Kind
from multilayer.tables.transforms.transform import Inputs, Numbers, as_inputs, counted

__all__ = ["OneHot", "Ordinal", "TwoValues"]


@dataclass(frozen=True, eq=False)
class OneHot:
    """A category: an input for each, `on` for the one that it is and `off` for all others.

    With `other` the last input is for categories that are rare or not in the table of training. Where the category is
    missing, or unseen without `other`, all inputs are `off`.
    """

    off: Numbers
    on: Numbers
    other: bool

    kind: ClassVar[str] = "one-hot"
    columns: ClassVar[tuple[Kind, ...]] = ("category",)
    formula: ClassVar[str] = "on for the category that it is, off for the others"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return "column=category" for each, the last one "column is another" where there is one."""
        named = (fill("{column}={category}", column=schema.name, category=one) for one in schema.categories)
        return (*named, *([fill("{column} is another", column=schema.name)] if self.other else []))

    def write(self, values: Any, out: Inputs) -> None:
        """Write a row of `off` with one `on`."""
        out[:] = self.off
        place = np.where(values == UNSEEN, len(self.off) - 1, values) if self.other else values
        rows = np.flatnonzero(place >= 0)
        place = place[rows]
        out[rows, place] = self.on[place]

    def numbers(self) -> Numbers:
        """Return off, then on."""
        return np.concatenate([self.off, self.on])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> OneHot:
        """Return the transform with these values, for each category and perhaps for others."""
        off, on = as_inputs(numbers)[: len(numbers) // 2], numbers[len(numbers) // 2 :]
        others = len(off) - len(schema.categories)
        if len(off) != len(on) or others not in (0, 1) or not len(off):
            raise ValueError(
                f"expected two numbers for each of {len(schema.categories)} categories, found {len(numbers)}"
            )
        return cls(off, on, bool(others))


@dataclass(frozen=True)
class TwoValues:
    """One of two categories as one input: `first` or `second`, and `neither` where it is missing or unseen."""

    first: float = -1.0
    second: float = 1.0
    neither: float = 0.0

    kind: ClassVar[str] = "two values"
    columns: ClassVar[tuple[Kind, ...]] = ("category",)
    formula: ClassVar[str] = "a number for each, another where it is neither"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return "column=second category"."""
        return (fill("{column}={category}", column=schema.name, category=schema.categories[1]),)

    def write(self, values: Any, out: Inputs) -> None:
        """Write one of three numbers."""
        table = np.array([self.first, self.second, self.neither], np.float32)
        out[:, 0] = table[np.where(values < 0, 2, values)]

    def numbers(self) -> Numbers:
        """Return the three numbers."""
        return np.array([self.first, self.second, self.neither])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> TwoValues:
        """Return the transform with these three numbers."""
        if len(schema.categories) != 2:
            raise ValueError(f"expected two categories, found {len(schema.categories)}")
        return cls(*counted(as_inputs(numbers), 3))


@dataclass(frozen=True)
class Ordinal:
    """A category as its place in the order of the schema, scaled as a number is."""

    center: float
    scale: float

    kind: ClassVar[str] = "ordinal"
    columns: ClassVar[tuple[Kind, ...]] = ("category",)
    formula: ClassVar[str] = "z / sqrt(1 + (z/3)^2), z = (place - center) scale"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return the name of the column."""
        return (schema.name,)

    def write(self, values: Any, out: Inputs) -> None:
        """Write the scaled places."""
        write_scaled(np.where(values < 0, np.nan, values), self.center, self.scale, out)

    def numbers(self) -> Numbers:
        """Return center and scale."""
        return np.array([self.center, self.scale])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> Ordinal:
        """Return the transform with this center and scale."""
        return cls(*counted(numbers, 2))
