"""Samples to train on and to score, and how data sets are split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SCORED", "TRAINED", "Data", "rng_of", "split"]

Array = NDArray[Any]
TRAINED, SCORED = 192, 1000


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to train on and samples to score; y holds class numbers, or rows of numbers."""

    X: Array
    y: Array
    scored_X: Array
    scored_y: Array

    @property
    def classes(self) -> int:
        """How many classes there are; 0 where the targets are numbers."""
        return int(max(self.y.max(), self.scored_y.max())) + 1 if self.y.dtype.kind == "i" else 0

    def first(self, samples: int) -> Data:
        """Return the same with so many samples to train on."""
        return replace(self, X=self.X[:samples], y=self.y[:samples])


def split(X: Array, y: Array, trained: int = TRAINED) -> Data:
    y = y.astype(np.int64) if y.dtype.kind in "bi" else y.reshape(len(y), -1)
    return Data(X[:trained], y[:trained], X[trained:], y[trained:])


def rng_of(seed: int, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, number])
