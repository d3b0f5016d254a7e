"""What counts as saturated, from the activation's own derivative."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation, Elementwise, Surrogate
from multilayer.measure.curve import SATURATED_BELOW

__all__ = ["Sensitivity", "sensitivity"]

_NEAR, _FAR = 16.0, 64.0


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The largest |h'(a)|, and the size below which a unit counts as saturated: shape () or (units,)."""

    largest: NDArray[np.float64]
    threshold: NDArray[np.float64]
    flat: bool
    """Whether h' is exactly 0 on an interval near 0, so that a unit can die."""


@lru_cache(maxsize=256)
def sensitivity(activation: Activation) -> Sensitivity | None:
    """Return what is known of the size of h', or None for an activation along an axis.

    Where |h'| grows without bound (exponential, a cube) there is no largest one; its mean for a standard normal a takes
    its place.

    Examples
    --------
    >>> from multilayer.activations import sigmoid, relu
    >>> float(sensitivity(sigmoid).threshold), sensitivity(sigmoid).flat, sensitivity(relu).flat
    (0.0025, False, True)
    """
    backward = activation.backward if isinstance(activation, Surrogate) else activation
    if not isinstance(backward, Elementwise):
        return None
    kinks = np.array([kink + side for kink in backward.facts.kinks for side in (-1e-6, 1e-6)])
    near, far = _grid(_NEAR, kinks), _grid(_FAR, kinks)
    slopes, farther = _slopes(backward, near), _slopes(backward, far)
    largest = np.maximum(slopes.max(axis=0), farther.max(axis=0))
    unbounded = farther.max(axis=0) > 1.5 * slopes.max(axis=0)
    density = np.exp(-0.5 * near * near)
    typical = (slopes * density.reshape(-1, *[1] * (slopes.ndim - 1))).sum(axis=0) / density.sum()
    largest = np.where(unbounded | ~np.isfinite(largest), typical, largest)
    zero = slopes == 0.0
    flat = bool((zero[1:] & zero[:-1]).any()) and bool((~zero).any())
    return Sensitivity(largest, SATURATED_BELOW * largest, flat)


def _grid(end: float, kinks: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sort(np.concatenate([np.linspace(-end, end, 2049), kinks]))


def _slopes(activation: Elementwise, points: NDArray[np.float64]) -> NDArray[np.float64]:
    width = max((value.size for value in activation.parameters if np.ndim(value)), default=0)
    a: Any = np.repeat(points[:, np.newaxis], width, axis=1) if width else points
    with np.errstate(all="ignore"):
        slopes = np.abs(np.asarray(activation.derivative(a), dtype=np.float64))
    return np.where(np.isnan(slopes), 0.0, slopes)
