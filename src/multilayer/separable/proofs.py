"""Proofs that no plane exists, short enough to check by hand."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from multilayer._base.arrays import plain_array
from multilayer._base.text import fill, printable
from multilayer._base.translation import N_
from multilayer.separable.problem import SeparationProblem
from multilayer.separable.samples import Floats, Integers

__all__ = ["CommonPoint", "Conflict", "distance", "exact_planes", "in_float64"]

_LARGEST_EXPONENT = 1000  # of a weight: leaves room for the sums
_SMALLEST_EXPONENT = -960  # of a weight: all of its digits are there
_READABLE = 200
_ATTEMPTS = 97

Planes = list[list[Fraction]]


def exact_planes(problem: SeparationProblem, U: Integers) -> Planes:
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


def in_float64(problem: SeparationProblem, planes: Planes) -> Floats | None:
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


def distance(problem: SeparationProblem, planes: Planes) -> float:
    """Return the smallest Euclidean distance of a sample from a border between its class and another."""
    U = problem.frame.of_planes(planes)
    smallest = math.inf
    for own, rival in problem.pairs():
        sample = problem.smallest_lead_of_pair(U, own, rival).demand.sample
        *w, b = _difference(planes, own, rival)
        lead = _dot(w, problem.frame.X[sample]) + b
        smallest = min(smallest, _root(lead * lead / sum(a * a for a in w)))
    return smallest


def _bias(problem: SeparationProblem, w: Floats) -> float:
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


_SHOWN = 8


@dataclass(frozen=True)
class CommonPoint:
    """A point in the convex hulls of two classes: no plane has it on both of its sides.

    The point is a weighted mean of samples of the one class, and of samples of the other, exactly. A plane
    with all of one class strictly on one side has every weighted mean of it on that side.

    Attributes
    ----------
    classes : pair of labels
    samples : pair of tuples of int
        Row indices of samples of the first class, and of the second, from 0; in print from 1.
    weights : pair of tuples of Fraction
        Their weights: positive, sum 1.
    point : tuple of Fraction
        The point.
    """

    classes: tuple[Hashable, Hashable]
    samples: tuple[tuple[int, ...], tuple[int, ...]]
    weights: tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
    point: tuple[Fraction, ...]

    def holds(self, X: ArrayLike, y: ArrayLike) -> bool:
        """Whether the proof holds for these data, checked in exact arithmetic."""
        labels = plain_array("y", y)
        return all(
            all(weight > 0 for weight in weights)
            and sum(weights) == 1
            and all(labels[sample] == name for sample in samples)
            and weighted_sum(X, samples, weights) == self.point
            for name, samples, weights in zip(self.classes, self.samples, self.weights, strict=True)
        )

    def __str__(self) -> str:
        (one, other), (of_one, of_other) = self.classes, self.samples
        point = ", ".join(map(_number, self.point[:_SHOWN])) + (", ..." if len(self.point) > _SHOWN else "")
        text = fill(
            "the point ({point}) lies in the convex hull of class {one} ({of_one}) and of class {other} ({of_other})",
            point=point,
            one=one,
            other=other,
            of_one=_samples(of_one),
            of_other=_samples(of_other),
        )
        return printable(text)


@dataclass(frozen=True)
class Conflict:
    """Demands that no linear network meets together, where every two classes can be separated.

    A demand: a sample x scores higher for its own class than for a rival,
    x (W_own − W_rival) + b_own − b_rival > 0. With these weights the left sides sum to 0, whatever W and b
    are: 0 > 0.

    Attributes
    ----------
    samples : tuple of int
        Row index (counted from 0) of the sample of each demand.
    own, rivals : tuples of labels
        Its class, and the class it is to beat.
    weights : tuple of Fraction
        Weight of each demand: positive, sum 1.
    """

    samples: tuple[int, ...]
    own: tuple[Hashable, ...]
    rivals: tuple[Hashable, ...]
    weights: tuple[Fraction, ...]

    def holds(self, X: ArrayLike, y: ArrayLike) -> bool:
        """Whether the proof holds for these data, checked in exact arithmetic."""
        labels = plain_array("y", y)
        right = all(labels[sample] == own for sample, own in zip(self.samples, self.own, strict=True))
        different = all(own != rival for own, rival in zip(self.own, self.rivals, strict=True))
        positive = all(weight > 0 for weight in self.weights) and sum(self.weights) == 1
        return (
            right
            and different
            and positive
            and all(self._balanced(X, name) for name in {*self.own, *self.rivals})
        )

    def _balanced(self, X: ArrayLike, name: Hashable) -> bool:
        """Whether the factors of W_name and b_name in the weighted sum are 0."""
        signed = [
            weight * ((own == name) - (rival == name))
            for own, rival, weight in zip(self.own, self.rivals, self.weights, strict=True)
        ]
        return sum(signed) == 0 and not any(weighted_sum(X, self.samples, signed))

    def __str__(self) -> str:
        demands = [
            fill(
                "sample {sample} scores higher for {own} than for {rival} (times {weight})",
                sample=sample + 1,
                own=own,
                rival=rival,
                weight=_number(weight),
            )
            for sample, own, rival, weight in zip(
                self.samples, self.own, self.rivals, self.weights, strict=True
            )
        ]
        listed = ", ".join(demands[:_SHOWN]) + (", ..." if len(demands) > _SHOWN else "")
        template = N_("every two classes are, but these {count} demands sum to 0 > 0: {demands}")
        return printable(fill(template, count=len(demands), demands=listed))


def weighted_sum(X: ArrayLike, samples: Iterable[int], weights: Iterable[Fraction]) -> tuple[Fraction, ...]:
    """Return the exact sum of weight times sample."""
    array = plain_array("X", X)
    total = [Fraction(0)] * array.shape[1]
    for sample, weight in zip(samples, weights, strict=True):
        total = [
            part + weight * Fraction(value) for part, value in zip(total, array[sample].tolist(), strict=True)
        ]
    return tuple(total)


def _number(value: Fraction) -> str:
    """Return a short decimal or a short fraction where it is exact, else a rounded number."""
    near = float(value)
    if near == value and len(f"{near:.12g}") < 10:
        return f"{near:.12g}"
    return str(value) if len(str(value)) < 10 else f"≈{near:.6g}"


def _samples(indices: tuple[int, ...]) -> str:
    if len(indices) == 1:
        return fill("sample {number}", number=indices[0] + 1)
    numbers = ", ".join(str(index + 1) for index in indices[:_SHOWN])
    if len(indices) <= _SHOWN:
        return fill("samples {numbers}", numbers=numbers)
    return fill("samples {numbers} and {count} more", numbers=numbers, count=len(indices) - _SHOWN)
