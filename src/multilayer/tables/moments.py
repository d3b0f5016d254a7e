"""Mean, deviation and range of numbers in one pass, with the same bits however they are cut into pieces."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Moments"]

_PART = 2**17
"""Numbers that are one sum."""


class Moments:
    """Moments of numbers that are added piece by piece.

    Of each 2^17 numbers in order, mean and sum of squared deviations are NumPy's; those of two parts make
    mean = mean_a + d n_b / n and squares = squares_a + squares_b + d^2 n_a n_b / n with d = mean_b - mean_a.

    References
    ----------
    Chan, T. F., Golub, G. H., LeVeque, R. J.: Updating formulae and a pairwise algorithm for computing sample
    variances. 1979.

    Examples
    --------
    >>> moments = Moments.of(np.array([1.0, 2.0, 6.0]))
    >>> moments.rows, moments.mean, moments.low, moments.high
    (3, 3.0, 1.0, 6.0)
    """

    def __init__(self) -> None:
        self.low, self.high = math.inf, -math.inf
        self._rows, self._mean, self._squares = 0, 0.0, 0.0
        self._part, self._filled = np.empty(_PART), 0

    @classmethod
    def of(cls, values: NDArray[Any]) -> Moments:
        """Return the moments of numbers."""
        moments = cls()
        moments.add(values)
        return moments

    def add(self, values: NDArray[Any]) -> None:
        """Add numbers, none of which is nan."""
        if len(values):
            self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        for piece in np.split(values, range(_PART - self._filled, len(values), _PART)):
            self._part[self._filled : self._filled + len(piece)] = piece
            self._filled += len(piece)
            if self._filled == _PART:
                self._rows, self._mean, self._squares = self._together()
                self._filled = 0

    @property
    def rows(self) -> int:
        """How many numbers there are."""
        return self._rows + self._filled

    @property
    def mean(self) -> float:
        """The mean; not finite where float64 cannot hold it."""
        return self._together()[1]

    @property
    def deviation(self) -> float:
        """The standard deviation, of the whole and not of a sample."""
        rows, _, squares = self._together()
        return math.sqrt(squares / rows)

    def _together(self) -> tuple[int, float, float]:
        """Return rows, mean and squared deviations of all parts."""
        part = self._part[: self._filled]
        if not len(part):
            return self._rows, self._mean, self._squares
        with np.errstate(all="ignore"):
            mean = float(part.mean())
            squares = float(((part - mean) ** 2).sum())
        if not self._rows:
            return len(part), mean, squares
        rows, away = self._rows + len(part), mean - self._mean
        joined = self._mean + away * (len(part) / rows)
        return rows, joined, self._squares + squares + away * away * (self._rows / rows * len(part))
