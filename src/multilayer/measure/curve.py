"""The curve of an activation: its range, its slope, where it is saturated, and where its derivative is exactly 0."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.activations import Activation, Interval, curves_of
from multilayer.measure.property import Effort, NoFigure, Property, shown, span, texts
from multilayer.measure.sweep import extremum, floats, fraction_of_floats, mass, regions

__all__ = ["SATURATED_BELOW", "Lipschitz", "RangeReached", "Saturation", "ZeroDerivative"]

SATURATED_BELOW = 0.01
"""An activation is saturated where |h'| is below this fraction of its maximum."""

_UNDECLARED = Interval(-np.inf, np.inf, (True, True))
"""The range of a user-defined activation that declares none."""
_MOST_LISTED = 4
_DECLARED = {
    None: N_("no range is declared"),
    True: N_("as declared ({declared_low} to {declared_high})"),
    False: N_("not what is declared ({declared_low} to {declared_high})"),
}


@dataclass(frozen=True)
class RangeReached(Property):
    """The smallest and largest h(a) over finite float64 numbers a, beside the range that the facts declare.

    An open end counts as kept when it is reached by rounding: sigmoid is 1.0 from a = 36.7 on. An activation along an
    axis is measured as the first output for the row (a, 0).
    """

    name: ClassVar[str] = "range"
    title: ClassVar[str] = N_("range reached")
    headings: ClassVar[tuple[str, ...]] = (N_("range reached"),)
    only_elementwise: ClassVar[bool] = False

    low: float
    lowest_at: float
    high: float
    highest_at: float
    declared_low: float
    declared_high: float
    as_declared: bool | None
    """Whether nothing lies outside the declared range, and its ends are reached or come near; None where a
    user-defined activation declares none."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Sweep all binades, and close in on the ends."""

        value, _ = curves_of(activation)
        points = floats(activation.facts.kinks)[1:-1]
        high, highest_at = extremum(value, points)
        low, lowest_at = extremum(lambda a: -value(a), points)
        declared = activation.facts.range
        kept = (
            None
            if declared == _UNDECLARED
            else _kept(-low, lowest_at, declared.low, -1.0) and _kept(high, highest_at, declared.high, 1.0)
        )
        return cls(-low, lowest_at, high, highest_at, declared.low, declared.high, kept)

    def lines(self) -> tuple[str, ...]:
        figures = texts(self)
        reached = fill("{low} at a = {lowest_at}, {high} at a = {highest_at}", **figures)
        return reached, fill(_DECLARED[self.as_declared], **figures)

    def cells(self) -> tuple[str, ...]:
        template = N_("{low} to {high} !") if self.as_declared is False else N_("{low} to {high}")
        return (fill(template, **texts(self, 3)),)


@dataclass(frozen=True)
class Saturation(Property):
    r"""The regions where \|h'(a)\| is below 1 % of its maximum, their ends bisected to the last float."""

    name: ClassVar[str] = "saturation"
    title: ClassVar[str] = N_("saturated")
    headings: ClassVar[tuple[str, ...]] = (N_("saturated where"),)

    fraction: float
    """The fraction of the largest |h'| below which an activation is saturated."""
    threshold: float
    """The same as a value of |h'|."""
    regions: tuple[tuple[float, float], ...]
    """Closed intervals of a, in ascending order; infinite ends belong to them."""
    probability: float
    """That a standard normal a lies in them."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Bisect between the floats of a sweep."""
        slope = _steepest(activation)
        if slope.unbounded:
            return NoFigure(fill("|h'| has no largest value to take 1 % of"))
        if slope.largest == 0.0:
            return NoFigure(fill("h' is 0 everywhere, so that 1 % of its largest value is 0 too"))
        threshold = SATURATED_BELOW * slope.largest
        found = regions(
            lambda a: np.abs(activation.derivative(a)) < threshold, floats(activation.facts.kinks)
        )
        return cls(SATURATED_BELOW, threshold, found, mass(found))

    def lines(self) -> tuple[str, ...]:
        threshold = shown(self.threshold)
        if not self.regions:
            return (fill("nowhere: |h'| is never below {threshold}", threshold=threshold),)
        about = fill(
            "there |h'| < {threshold}; probability under N(0, 1): {probability}",
            threshold=threshold,
            probability=percent(self.probability),
        )
        return self._where(", ", 6), about

    def cells(self) -> tuple[str, ...]:
        if not self.regions:
            return (fill("nowhere"),)
        if len(self.regions) == 2 and self.regions[0] == (-math.inf, -self.regions[1][0]):
            return (f"|a| ≥ {shown(self.regions[1][0], 3)}",)
        return (self._where("; ", 3),)

    def _where(self, comma: str, digits: int) -> str:
        """Return the regions, or how many the sweep met where a function oscillates without end."""
        if len(self.regions) > _MOST_LISTED:
            return fill("{count} regions", count=len(self.regions))
        return comma.join(span(*region, digits=digits) for region in self.regions)


@dataclass(frozen=True)
class ZeroDerivative(Property):
    """Where h'(a) is exactly 0 as computed: by definition, as for relu, or by underflow, as for sigmoid.

    Single zeros (of gelu, say, at its lowest point) do not count.
    """

    name: ClassVar[str] = "zero_derivative"
    title: ClassVar[str] = N_("derivative exactly 0")
    headings: ClassVar[tuple[str, ...]] = (N_("h' = 0 under N(0,1)"),)

    regions: tuple[tuple[float, float], ...]
    """In float64."""
    probability: float
    """That a standard normal a lies there."""
    fraction_float64: float
    """The fraction of all finite float64 numbers that lie there."""
    fraction_float32: float
    """The same of float32 numbers, with the derivative computed in float32."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Find the regions in both types."""
        wide, narrow = (_zeros(activation, kind) for kind in (np.float64, np.float32))
        fractions = (fraction_of_floats(wide, np.float64), fraction_of_floats(narrow, np.float32))
        return cls(wide, mass(wide), *fractions)

    def lines(self) -> tuple[str, ...]:
        if not self.regions and not self.fraction_float32:
            return (fill("nowhere"),)
        where = ", ".join(span(*region, digits=6) for region in self.regions) or fill("nowhere in float64")
        return (
            fill(
                "{where}; probability under N(0, 1): {probability}", where=where, probability=self.cells()[0]
            ),
            fill(
                "{float64} of all float64 numbers, {float32} of float32",
                float64=percent(self.fraction_float64),
                float32=percent(self.fraction_float32),
            ),
        )

    def cells(self) -> tuple[str, ...]:
        # Under a normal distribution nothing underflows; but an underflow far out is not "nowhere".
        return (percent(max(self.probability, 1e-300) if self.regions else 0.0),)


@dataclass(frozen=True)
class Lipschitz(Property):
    r"""The Lipschitz constant sup \|h'\|, and where it is attained; infinite where h jumps, whatever h' is there."""

    name: ClassVar[str] = "lipschitz"
    title: ClassVar[str] = N_("Lipschitz constant")
    headings: ClassVar[tuple[str, ...]] = (N_("Lipschitz"),)

    constant: float
    attained: tuple[tuple[float, float], ...]
    """Where, as closed intervals of a. Infinite ends are limits."""
    jumps: tuple[float, ...]
    """Kinks where the value itself jumps."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Look for jumps at the kinks, then for the largest slope."""
        kinks = activation.facts.kinks
        jumps = tuple(kink for kink in kinks if _jumps(activation, kink))
        if jumps:
            return cls(math.inf, tuple((at, at) for at in jumps), jumps)
        slope = _steepest(activation)
        if slope.unbounded:
            return cls(math.inf, ((slope.at, slope.at),), ())
        points = np.union1d(floats(kinks), [slope.at])
        attained = regions(lambda a: np.abs(activation.derivative(a)) == slope.largest, points)
        # In the last bits rounding decides which of the floats around a smooth maximum attain it: one stands for all.
        wide = tuple(found for found in attained if found[1] - found[0] > 1e-3)
        return cls(slope.largest, wide or ((slope.at, slope.at),), ())

    def lines(self) -> tuple[str, ...]:
        if self.jumps:
            return (fill("∞: it jumps at {places}", places=", ".join(span(at, at) for at in self.jumps)),)
        if math.isinf(self.constant):
            return (fill("∞: |h'| grows without end towards a = {end}", end=shown(self.attained[0][0])),)
        places = ", ".join(span(*found, digits=6) for found in self.attained)
        return (fill("{constant}, attained at {places}", constant=shown(self.constant, 6), places=places),)

    def cells(self) -> tuple[str, ...]:
        return (shown(self.constant, 5),)


@dataclass(frozen=True)
class _Steepness:
    """The largest |h'| of an elementwise activation, and where it is; or where it grows without end."""

    largest: float
    at: float
    unbounded: bool
    """Whether it grows without end; `at` is then infinite, or the place of a vertical tangent."""


@functools.lru_cache(maxsize=8)
def _steepest(activation: Activation) -> _Steepness:
    """Search all magnitudes."""

    def slope(a: NDArray[np.float64]) -> NDArray[np.float64]:
        size: NDArray[np.float64] = np.abs(activation.derivative(a))
        return size

    points = floats(activation.facts.kinks)[1:-1]
    largest, at = extremum(slope, points)
    # A slope that still grows from 2^500 to the largest float has no bound, however slowly it grows.
    for end in (-np.inf, np.inf):
        far, farther = slope(np.copysign([2.0**500, np.finfo(np.float64).max], end))
        if farther >= largest * (1 - 1e-6) and (np.isinf(farther) or farther > 1.001 * far):
            return _Steepness(largest, end, True)
    return _Steepness(largest, at, bool(np.isinf(largest)))


def _kept(found: float, at: float, declared: float, sign: float) -> bool:
    """Whether an end is what is declared: at infinity where it still grows at the largest floats."""
    if np.isinf(declared):
        return sign * found > 1e100 or abs(at) > 1e300
    slack = 1e-6 * max(1.0, abs(declared))
    return bool(sign * (found - declared) <= 4 * np.spacing(abs(declared)) and abs(found - declared) <= slack)


def _zeros(activation: Activation, kind: Any) -> tuple[tuple[float, float], ...]:
    points = floats(activation.facts.kinks, kind)
    return regions(lambda a: np.asarray(activation.derivative(a)) == 0, points, minimum=4)


def _jumps(activation: Activation, kink: float) -> bool:
    """Whether the values on both sides differ by far more than a slope over the smallest distance explains."""
    reach = 1e-9 * max(1.0, abs(kink))
    left, middle, right = np.asarray(activation(np.array([kink - reach, kink, kink + reach])))
    return bool(max(abs(left - middle), abs(right - middle)) > 1e-4)
