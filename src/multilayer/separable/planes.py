"""Exact planes rounded to float64 so that every sample keeps its side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from multilayer.separable.problem import Problem
from multilayer.separable.samples import Floats, Integers

__all__ = ["distance", "exact_planes", "in_float64"]

_LARGEST_EXPONENT = 1000  # of a weight: leaves room for the sums
_SMALLEST_EXPONENT = -960  # of a weight: all of its digits are there
_READABLE = 200
_ATTEMPTS = 97

Planes = list[list[Fraction]]


def exact_planes(problem: Problem, U: Integers) -> Planes:
    """Return weights and bias (d + 1 numbers) of each plane in U, scaled to the middle of float64's range."""
    planes = [problem.frame.plane(row) for row in U]
    scores = max(
        abs(u).bit_length() + bits for row in U for u, bits in zip(row, problem.frame.bits, strict=True)
    )
    weights = max((_exponent(w) for plane in planes for w in plane[:-1]), default=scores)
    # The largest weight about 1 reads best, unless columns are so large or small that scores would suffer.
    wanted = weights if abs(weights - scores) < _READABLE else scores
    exponents = [_exponent(number) for plane in planes for number in plane if number]
    wanted = min([wanted, *(exponent - _SMALLEST_EXPONENT for exponent in exponents)])
    scale = Fraction(2) ** -max([wanted, *(exponent - _LARGEST_EXPONENT for exponent in exponents)])
    return [[number * scale for number in plane] for plane in planes]


def in_float64(problem: Problem, planes: Planes) -> Floats | None:
    """Return float64 planes (k, d + 1) that meet all demands exactly, or None where none was found.

    A positive multiple of a plane is the same plane, but rounds differently: about a hundred are tried.
    Between two classes the bias is computed from the rounded weights.
    """
    for step in range(_ATTEMPTS):
        multiple = 1 + Fraction(step, _ATTEMPTS)
        rounded = np.array([[_nearest(multiple * number) for number in plane] for plane in planes])
        if not np.isfinite(rounded).all():
            continue
        if len(planes) == 1:
            rounded[0, -1] = _bias(problem, rounded[0, :-1])
        if (
            np.isfinite(rounded).all()
            and problem.smallest_lead(problem.frame.of_planes(_fractions(rounded))).lead > 0
        ):
            return rounded
    return None


def distance(problem: Problem, planes: Planes) -> float:
    """Return the smallest Euclidean distance of a sample from a border between its class and another."""
    U = problem.frame.of_planes(planes)
    smallest = math.inf
    for own, rival in problem.pairs():
        sample = problem.smallest_lead_of_pair(U, own, rival).demand.sample
        *w, b = _difference(planes, own, rival)
        lead = _dot(w, problem.frame.X[sample]) + b
        smallest = min(smallest, _root(lead * lead / sum(a * a for a in w)))
    return smallest


def _bias(problem: Problem, w: Floats) -> float:
    """Return the float64 nearest to the middle between the two classes, for planes of weights w."""
    weights = _fractions(w[None, :])[0]
    U = problem.frame.of_planes([[*weights, Fraction(0)]])
    low, high = (
        _dot(weights, problem.frame.X[problem.smallest_lead_of_pair(U, k, 1 - k).demand.sample])
        for k in (0, 1)
    )
    return _nearest(-(low + high) / 2)


def _difference(planes: Planes, own: int, rival: int) -> list[Fraction]:
    zero = [Fraction(0)] * len(planes[0])
    first, second = (planes[k - 1] if k else zero for k in (own, rival))
    return [a - b for a, b in zip(first, second, strict=True)]


def _dot(w: Sequence[Fraction], x: Floats) -> Fraction:
    return sum((a * Fraction(value) for a, value in zip(w, x.tolist(), strict=True)), Fraction(0))


def _fractions(values: Floats) -> Planes:
    return [[Fraction(value) for value in row] for row in values.tolist()]


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _exponent(value: Fraction) -> int:
    """Return about log2 |value|; a very small number for 0."""
    return abs(value.numerator).bit_length() - value.denominator.bit_length() if value else -(10**6)


def _root(value: Fraction) -> float:
    """Return the square root of a value that may be beyond the range of float64."""
    half = _exponent(value) // 2
    return math.ldexp(math.sqrt(value / Fraction(4) ** half), half)
