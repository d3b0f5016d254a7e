"""Where something holds to the last float, and means under a normal distribution."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["extremum", "floats", "fraction_of_floats", "mass", "mean", "regions"]

Function = Callable[[NDArray[Any]], NDArray[Any]]
_DENSE = 32.0
_ORDINALS = {4: np.int32, 8: np.int64}


def floats(kinks: tuple[float, ...] = (), kind: Any = np.float64) -> NDArray[Any]:
    """Return finite floats of every magnitude and sign in ascending order, dense around 0, and around each kink.

    The first and the last are the infinities.
    """
    limits = np.finfo(kind)
    exponents = np.arange(limits.minexp - limits.nmant, limits.maxexp, dtype=np.float64)
    with np.errstate(under="ignore"):
        binades = np.concatenate([np.exp2(exponents) * part for part in (1.0, 1.25, 1.5, 1.75)])
    corners = np.array(kinks, kind)
    points = [
        binades,
        -binades,
        np.linspace(-_DENSE, _DENSE, 8193),
        *(side for end in (np.inf, -np.inf) for side in (corners, np.nextafter(corners, kind(end)))),
        [0.0, limits.max, -limits.max, np.inf, -np.inf],
    ]
    return np.unique(np.concatenate(points).astype(kind))


def regions(holds: Function, points: NDArray[Any], minimum: int = 1) -> tuple[tuple[float, float], ...]:
    """Return the closed intervals of floats where `holds` is true, ends included, found from ascending `points`.

    Between a point where it holds and one where it does not, the end is bisected down to neighbouring floats. Intervals
    of fewer than `minimum` floats, which are zeros that are crossed and no flat stretch, are left out.
    """
    true = holds(points).astype(bool)
    changes = np.flatnonzero(true[1:] != true[:-1])
    inside = np.where(true[changes], points[changes], points[changes + 1])
    outside = np.where(true[changes], points[changes + 1], points[changes])
    ends = list(_bisected(holds, inside, outside).tolist())
    if true[0]:
        ends.insert(0, float(points[0]))
    if true[-1]:
        ends.append(float(points[-1]))
    kind = points.dtype.type
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return tuple((low, high) for low, high in pairs if _count(low, high, kind) >= minimum)


def fraction_of_floats(intervals: tuple[tuple[float, float], ...], kind: Any) -> float:
    """Return the fraction of all finite floats (0 counted once) lies in these intervals."""
    largest = float(np.finfo(kind).max)
    inside = sum(_count(max(low, -largest), min(high, largest), kind) for low, high in intervals)
    return inside / _count(-largest, largest, kind)


def extremum(function: Function, points: NDArray[np.float64]) -> tuple[float, float]:
    """Return the largest value of `function`, and where it is: among the points, and then ever closer around the best.

    Of equal values the one closest to 0 counts. The dense points around 0 are also searched by themselves, so that the
    largest sample of a wave far out does not stand for its maximum.
    """
    dense = points[np.abs(points) <= _DENSE]
    near, far = _closed_in(function, dense), _closed_in(function, points)
    return far if far[0] > near[0] else near


def _closed_in(function: Function, points: NDArray[np.float64]) -> tuple[float, float]:
    value, at = -np.inf, 0.0
    if not points.size:
        return value, at
    for _ in range(12):
        found = np.where(np.isnan(y := function(points)), -np.inf, y)
        top = found.max()
        if top > value:
            best = np.flatnonzero(found == top)
            value, at = float(top), float(points[best[np.abs(points[best]).argmin()]])
        if not np.isfinite(at):
            break
        place = int(np.searchsorted(points, at))
        low, high = points[max(place - 1, 0)], points[min(place + 1, points.size - 1)]
        if not (np.isfinite(low) and np.isfinite(high)):
            break
        points = np.unique(np.linspace(low, high, 65))
    return value, at


def _bisected(holds: Function, inside: NDArray[Any], outside: NDArray[Any]) -> NDArray[Any]:
    """Move `inside`, where `holds` is true, next to where it is not; halving the floats between, not the distance."""
    near, far = _ordinal(inside), _ordinal(outside)
    for _ in range(8 * inside.itemsize + 1):
        middle = (near >> 1) + (far >> 1) + (near & far & 1)  # cannot overflow
        true = holds(_float(middle, inside.dtype)).astype(bool)
        settled = np.abs(near - far) <= 1
        near, far = np.where(true & ~settled, middle, near), np.where(~true & ~settled, middle, far)
    return _float(near, inside.dtype)


def _ordinal(x: NDArray[Any]) -> NDArray[Any]:
    """Number the floats in ascending order: 0 for both zeros, 1 for the smallest positive one."""
    bits = (x + 0.0).view(_ORDINALS[x.itemsize])
    return np.where(bits < 0, np.iinfo(bits.dtype).min - bits, bits)


def _float(ordinal: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    bits = np.where(ordinal < 0, np.iinfo(ordinal.dtype).min - ordinal, ordinal)
    return bits.astype(ordinal.dtype).view(kind)


def _count(low: float, high: float, kind: Any) -> int:
    first, last = _ordinal(np.array([low, high], kind)).tolist()
    return int(last - first + 1)


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
