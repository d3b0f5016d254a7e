"""A logarithm without a pole: what likelihoods take of outputs that can be 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["SMALLEST", "log", "log_derivative"]

Array = NDArray[np.float64]

SMALLEST = float(np.finfo(np.float64).eps)
"""Below this, the logarithm is replaced by its tangent.

log(0) would be an infinite loss that no gradient leads away from. The tangent keeps value and derivative finite and
continuous, so that an output of 0 (of sparsemax, hard_sigmoid, relu) is a large mistake, and one that can be mended.
"""


def log(z: Array) -> Array:
    """Return log(z) for z >= SMALLEST, and its tangent at SMALLEST below."""
    return np.log(np.maximum(z, SMALLEST)) + np.minimum(z - SMALLEST, 0.0) / SMALLEST


def log_derivative(z: Array) -> Array:
    """Return the derivative of `log`: 1 / z, at most 1 / SMALLEST."""
    return 1.0 / np.maximum(z, SMALLEST)
