"""What transforms are fitted to: the values of some rows of a column, and a few figures of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.tables.columns import Column

__all__ = ["Tally", "sample_rows"]

_SAMPLE = 2**16
"""Rows that quartiles and edges are taken from."""


@lru_cache(maxsize=1)
def sample_rows(rows: int) -> NDArray[np.intp] | None:
    """Return the rows that quartiles are taken from: all, as None, or a fixed sample of many."""
    if rows <= _SAMPLE:
        return None
    sample = np.sort(np.random.default_rng(0).choice(rows, _SAMPLE, replace=False))
    sample.flags.writeable = False  # as it is kept
    return sample


@dataclass(frozen=True, eq=False)
class Tally:
    """A column of any length in bounded memory.

    Examples
    --------
    >>> tally = Tally.of(Column("job", "category", np.array([0, 1, 0, -1]), ("clerk", "cook")))
    >>> tally.rows, tally.gaps, tally.counts.tolist()
    (4, 1, [2, 1])
    """

    column: Column
    """The values of the sample, see `sample_rows`; of a category all of its categories."""
    rows: int
    """All rows, as for the other figures."""
    gaps: int
    low: float = np.nan
    high: float = np.nan
    """The least and the greatest number; nan where there is none."""
    counts: NDArray[np.int64] | None = None
    """The rows of each category."""

    @property
    def varies(self) -> bool:
        """Whether it is known that two rows differ."""
        if 0 < self.gaps < self.rows:
            return True
        return self.low < self.high if self.counts is None else int(np.count_nonzero(self.counts)) > 1

    @classmethod
    def of(cls, column: Column, sample: NDArray[np.intp] | None = None) -> Tally:
        """Return the tally of a column in memory, whose quartiles are those of some rows, all unless given."""
        values, missing = column.values, column.missing
        some = column if sample is None else column.take(sample)
        gaps = int(np.count_nonzero(missing))
        figures: dict[str, Any] = {}
        if column.kind == "number" and gaps < len(values):
            present = values[~missing] if gaps else values
            figures = {"low": float(present.min()), "high": float(present.max())}
        if column.kind == "category":
            figures = {"counts": np.bincount(values[values >= 0], minlength=len(column.categories))}
        return cls(some, len(values), gaps, **figures)
