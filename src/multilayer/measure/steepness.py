"""How steep an activation is at most: what both its Lipschitz constant and its saturation are told from."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.measure.sweep import extremum, floats

__all__ = ["Steepness", "steepest"]


@dataclass(frozen=True)
class Steepness:
    """The largest |h'| of an elementwise activation, and where that is; or where to it grows without end."""

    largest: float
    at: float
    unbounded: bool
    """Whether it does; `at` is then infinite, or the place of a vertical tangent."""


@functools.lru_cache(maxsize=8)
def steepest(activation: Activation) -> Steepness:
    """Search all magnitudes."""

    def slope(a: NDArray[np.float64]) -> NDArray[np.float64]:
        size: NDArray[np.float64] = np.abs(activation.derivative(a))
        return size

    points = floats(activation.facts.kinks)[1:-1]
    largest, at = extremum(slope, points)
    # Where it still grows from 2^500 to the largest float there is no end to it, however slowly it does.
    for end in (-np.inf, np.inf):
        far, farther = slope(np.copysign([2.0**500, np.finfo(np.float64).max], end))
        if farther >= largest * (1 - 1e-6) and (np.isinf(farther) or farther > 1.001 * far):
            return Steepness(largest, end, True)
    return Steepness(largest, at, bool(np.isinf(largest)))
