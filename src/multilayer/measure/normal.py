"""Means under a normal distribution, by quadrature: exact to rounding for smooth functions, kinks and jumps included.

Gauss-Legendre on panels that are split where the function has a kink, and whose widths follow both scales: that of the
distribution, and that of the function, which does not depend on the width of the distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["mass", "mean"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
# Where the density falls below the smallest float; exp(a) times it is largest well before.
_END = 38.0
_PANELS = np.linspace(-_END, _END, 153)
_SCALES = np.ldexp(1.0, np.arange(-12, 13))


def mean(
    function: Callable[[NDArray[np.float64]], Any], std: float = 1.0, kinks: tuple[float, ...] = ()
) -> float:
    """Return E[function(a)] for a normal `a` with mean 0 and standard deviation `std`.

    >>> mean(np.square, 3.0)  # doctest: +ELLIPSIS
    9.0...
    """
    if std == 0.0:
        return float(np.asarray(function(np.zeros(1)))[0])
    function_edges = np.array([*kinks, *(k + s for k in (0.0, *kinks) for s in (*_SCALES, *-_SCALES))]) / std
    edges = np.unique(np.concatenate([_PANELS, function_edges[np.abs(function_edges) < _END]]))
    centre, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    z = (centre[:, np.newaxis] + half[:, np.newaxis] * _NODES).ravel()
    weights = (half[:, np.newaxis] * _WEIGHTS).ravel() * np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    with np.errstate(all="ignore"):
        return float(np.dot(np.asarray(function(std * z), np.float64), weights))


def mass(intervals: tuple[tuple[float, float], ...]) -> float:
    """Return the probability that a standard normal number lies in one of these intervals."""
    root = math.sqrt(2.0)
    return sum(
        0.5 * (math.erfc(low / root) - math.erfc(high / root))
        if low > 0
        else 0.5 * (math.erfc(-high / root) - math.erfc(-low / root))
        for low, high in intervals
    )
