"""Proofs that no plane exists, short enough to check by hand."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from numpy.typing import ArrayLike

from multilayer._base.arrays import plain_array
from multilayer._base.text import fill, printable

__all__ = ["CommonPoint", "Conflict"]

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
        template = "every two classes are, but these {count} demands sum to 0 > 0: {demands}"
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
