"""What a transform is: from the values of one column to inputs of a network."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from multilayer.tables.columns import ColumnSchema, Kind

__all__ = ["Inputs", "Numbers", "Transform", "as_inputs", "counted"]

Numbers: TypeAlias = NDArray[np.float64]
Inputs: TypeAlias = NDArray[np.float32]
"""Shape (rows, inputs): a part of the encoded matrix."""


class Transform(Protocol):
    """From the values of a column to inputs of a network."""

    kind: ClassVar[str]
    """The name in files and summaries."""
    formula: ClassVar[str]
    """What is computed, for readers."""
    columns: ClassVar[tuple[Kind, ...]]
    """The kinds of columns that it is for."""

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return a name for each input."""

    def write(self, values: Any, out: Inputs) -> None:
        """Write the inputs of some rows into `out`.

        Values are as `Column.values` holds them; dates are a `Calendar`.
        """

    def numbers(self) -> Numbers:
        """Return the fitted numbers in the order in which `of` takes them."""

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> Transform:
        """Return the transform of these finite numbers, and of this part of a date.

        Raises
        ------
        ValueError
            When they are not those of such a transform on such a column.
        """


_LARGEST_INPUT = 1e6


def as_inputs(numbers: Numbers) -> Numbers:
    """Return numbers that are inputs as they stand; ValueError where one is far larger than any that is fitted."""
    if np.any(np.abs(numbers) > _LARGEST_INPUT):
        raise ValueError(f"expected inputs up to {_LARGEST_INPUT:g}, found {np.abs(numbers).max():g}")
    return numbers


def counted(numbers: Numbers, count: int) -> list[float]:
    """Return numbers as a list; ValueError unless there are so many."""
    if len(numbers) != count:
        raise ValueError(f"expected {count} numbers, found {len(numbers)}")
    found: list[float] = numbers.tolist()
    return found
