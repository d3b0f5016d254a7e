"""How steep an activation is at most: what both its Lipschitz constant and its saturation are told from."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.properties.sweep import extremum, floats

__all__ = ["Steepness", "steepest"]


@dataclass(frozen=True)
class Steepness:
    """The largest |h'| of an elementwise activation, where that is, and whether it grows without end instead."""

    largest: float
    at: float
    unbounded: bool


@functools.lru_cache(maxsize=8)
def steepest(activation: Activation) -> Steepness:
    """Search all magnitudes, ends included."""

    def slope(a: NDArray[np.float64]) -> NDArray[np.float64]:
        slope: NDArray[np.float64] = np.abs(activation.derivative(a))
        return slope

    points = floats(activation.facts.kinks)
    largest, at = extremum(slope, points)
    # Where it still grows from 2^500 to the largest float there is no end to it, however slowly it does.
    far = slope(np.array([[-1e300, -(2.0**500)], [1e300, 2.0**500]]))
    growing = bool(np.any((far[:, 0] >= largest * (1 - 1e-6)) & (far[:, 0] > 1.001 * far[:, 1])))
    return Steepness(largest, at, bool(np.isinf(largest)) or growing)
