"""The batches that training steps take."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.training.samples import Rows

__all__ = ["Batches"]


@dataclass(frozen=True, eq=False)
class Batches:
    """Rows to train on, `size` at a time: those that `order` names, or all as they stand, from `start` to `stop`."""

    X: Rows
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    order: NDArray[np.intp] | None
    size: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start

    def __len__(self) -> int:
        return math.ceil(self.rows / self.size)

    def slice(self, first: int, last: int) -> Batches:
        """Return the batches from `first` up to `last`, counted from 0."""
        start, stop = self.start + first * self.size, self.start + last * self.size
        return replace(self, start=start, stop=min(stop, self.stop))

    def gather(
        self, number: int, dtype: np.dtype[Any]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]:
        """Return x, y and weights of batch `number`, x in the type of the network."""
        x = np.require(np.asarray(self.X[self.chosen(number)]), dtype, "A")
        return x, *self.targets(number)

    def targets(self, number: int) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
        """Return y and weights of batch `number`."""
        rows = self.chosen(number)
        return np.asarray(self.y[rows]), None if self.weights is None else self.weights[rows]

    def chosen(self, number: int) -> Any:
        """Return the rows of batch `number`: a slice, or an array of indices."""
        start = self.start + number * self.size
        rows = slice(start, min(start + self.size, self.stop))
        return rows if self.order is None else self.order[rows]
