"""Inputs of a row over their norm: what Normalizer of scikit-learn and of ONNX makes of numbers of several columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill
from multilayer.tables.transforms.transform import Inputs, Numbers

__all__ = ["NORMS", "Norm", "RowNorm"]


@dataclass(frozen=True)
class Norm:
    """A norm, as it is computed number by number, in float64."""

    formula: str
    start: float
    added: Callable[[Numbers, Numbers], Numbers]
    """The total with the next number."""
    ended: Callable[[Numbers], Numbers] = np.positive


NORMS: dict[str, Norm] = {
    "l1": Norm("x / sum |x|", 0.0, lambda total, x: total + np.abs(x)),
    "l2": Norm("x / sqrt(sum x^2)", 0.0, lambda total, x: total + x * x, np.sqrt),
    "max": Norm("x / max |x|", 0.0, lambda total, x: np.maximum(total, np.abs(x))),
    "largest": Norm("x / max x", -np.inf, np.maximum),
}
"""By name. `largest` is MAX of ONNX: no norm where numbers are negative, but what its runtimes compute."""


@dataclass(frozen=True)
class RowNorm:
    """Some inputs of each row over their norm, computed in float64 and rounded to float32.

    A row whose norm is at most `least` stays as it is: a row of zeros, always. Squares of float32 are exact in float64,
    so nothing overflows, and sums go in the order of the places: a row has the same bits alone and in any batch.

    No encoder is fitted with it: models of other packages are converted with it.

    Examples
    --------
    >>> x = np.array([[3.0, 7.0, -4.0], [0.0, 7.0, 0.0]], np.float32)
    >>> RowNorm("l2", (0, 2)).write(x)
    >>> x.tolist() == [[np.float32(0.6), 7.0, np.float32(-0.8)], [0.0, 7.0, 0.0]]
    True
    """

    norm: str
    """One of `NORMS`."""
    places: tuple[int, ...]
    """Which inputs, ascending."""
    least: float = 0.0

    @property
    def formula(self) -> str:
        """What is computed, for readers."""
        return NORMS[self.norm].formula

    def name(self, column: str) -> str:
        """Return the name of an input that was called so before."""
        return fill("{input} / norm", input=column)

    def norms(self, x: Inputs) -> Numbers:
        """Return the norm of each row; 1 where the row stays as it is."""
        norm = NORMS[self.norm]
        total = np.full(len(x), norm.start)
        with np.errstate(over="ignore", invalid="ignore"):
            for place in self.places:
                total = norm.added(total, x[:, place].astype(np.float64))
            total = norm.ended(total)
        return np.where(np.abs(total) <= self.least, 1.0, total)

    def write(self, x: Inputs) -> None:
        """Replace the inputs of some rows."""
        norms = self.norms(x)
        with np.errstate(over="ignore", invalid="ignore"):
            for place in self.places:
                x[:, place] = x[:, place].astype(np.float64) / norms

    def spread(self, x: Inputs, error: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far inputs are off, where those before the norm are off so far."""
        spread, norms, places = error.copy(), np.abs(self.norms(x)), list(self.places)
        with np.errstate(over="ignore", invalid="ignore"):
            share = np.abs(x[:, places].astype(np.float64)) / norms[:, np.newaxis]
            of_norm = error[:, places].sum(axis=1, keepdims=True)
            spread[:, places] = (error[:, places] + share * of_norm) / norms[:, np.newaxis]
        return spread
