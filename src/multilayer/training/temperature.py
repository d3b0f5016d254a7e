"""The temperature of class probabilities: the one factor on logits that makes given classes most likely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["inverse_temperature", "softmax"]

Array = NDArray[np.float64]

_LEAST, _MOST = 1e-3, 1e3
"""Logits without any information end at the first, those that are always right at the second."""
_STEPS = 100
_TOLERANCE = 1e-12


def inverse_temperature(
    logits: Array, of_targets: float, weights: Array | None = None, *, most: float = _MOST
) -> float:
    """Return 1/T from 0.001 to `most`, such that softmax(logits / T) has the least mean log-loss.

    The mean log-loss is convex in 1/T: its slope is the mean of E_p[logits] less that of the targets' logits, its
    curvature the mean of Var_p[logits]. Newton's steps find the zero of the slope; one that leaves the interval in
    which the zero is known to be is replaced by a bisection, in log 1/T.

    Parameters
    ----------
    logits : ndarray, shape (rows, classes)
    of_targets : float
        The mean logit of the targets: of logits[row, class of the row].
    weights : ndarray, shape (rows,), optional
        Of each row in both means.
    most : float
        1 lets a temperature take certainty away, and add none.

    Examples
    --------
    >>> logits = np.array([[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    >>> round(1 / inverse_temperature(logits, of_targets=3.0), 3)  # right in 3 of 4: log 3 = 4 / T
    3.641
    """
    low, high = _LEAST, most
    if _slope(logits, low, weights)[0] >= of_targets:
        return low
    if _slope(logits, high, weights)[0] <= of_targets:
        return high
    inverse = min(1.0, most)
    for _ in range(_STEPS):
        expected, variance = _slope(logits, inverse, weights)
        low, high = (low, inverse) if expected > of_targets else (inverse, high)
        step = (of_targets - expected) / variance if variance > 0 else np.inf
        next_one = inverse + step
        if not low < next_one < high:
            next_one = float(np.sqrt(low * high))
        if abs(next_one - inverse) <= _TOLERANCE * inverse:
            break
        inverse = next_one
    return inverse


def _slope(logits: Array, inverse: float, weights: Array | None) -> tuple[float, float]:
    """Return the means over rows of the expectation and the variance of the logits under softmax(logits / T)."""
    p = softmax(logits * inverse)
    expected = (p * logits).sum(axis=1)
    variance = (p * (logits - expected[:, np.newaxis]) ** 2).sum(axis=1)
    return float(np.average(expected, weights=weights)), float(np.average(variance, weights=weights))


def softmax(a: Array) -> Array:
    """Return the probabilities of each row, float64, of shape (..., classes)."""
    powers = np.exp(a - a.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
