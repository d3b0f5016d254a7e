"""How the columns of X are correlated with the targets, summed block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.diagnosis.evidence import Floats, Integers
from multilayer.diagnosis.moments import Moments
from multilayer.losses import Loss

__all__ = ["TargetSums"]


class TargetSums:
    """Correlations with each target, and with the number of the class: a column may hold that."""

    def __init__(
        self, loss: Loss, y: NDArray[Any], units: int, classes: Integers | None, inputs: int
    ) -> None:
        self._loss, self._y, self._units, self._classes = loss, y, units, classes
        first = self._columns(slice(0, 1024))
        self._moments = Moments(first.mean(axis=0))
        self._products = np.zeros((inputs, first.shape[1]))

    def _columns(self, rows: Any) -> Floats:
        y = self._loss.dense(self._y[rows], self._units)
        if self._classes is None or self._units <= 2:
            return y
        return np.concatenate([y, self._classes[rows, np.newaxis]], axis=1, dtype=np.float64)

    def add(self, x: NDArray[Any], rows: Any) -> None:
        """Add samples: differences of the inputs from their shift, and which rows of y belong to them."""
        y = self._moments.add(self._columns(rows))
        self._products += x.T @ y.astype(x.dtype)

    def largest(self, x: Moments) -> Floats:
        """Return the largest |correlation| of each column; 0 for one that is constant."""
        covariance = self._products / x.count - np.outer(x.offset, self._moments.offset)
        with np.errstate(all="ignore"):
            correlation = np.abs(covariance) / np.sqrt(np.outer(x.variance, self._moments.variance))
        found: Floats = np.minimum(np.nan_to_num(correlation, posinf=0.0).max(axis=1), 1.0)
        return found
