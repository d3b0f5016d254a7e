"""Where an activation is saturated: its derivative is next to nothing there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from multilayer.activations import Activation
from multilayer.measure.contract import Effort, NotMeasured, Property, percent, shown, span
from multilayer.measure.normal import mass
from multilayer.measure.steepness import steepest
from multilayer.measure.sweep import floats, regions

__all__ = ["SHARE", "Saturation"]

SHARE = 0.01
"""Of the largest |h'|: what is below is saturated."""
_MANY = 4


@dataclass(frozen=True)
class Saturation(Property):
    r"""The regions where \|h'(a)\| is below 1 % of its largest value, their ends bisected to the last float."""

    name: ClassVar[str] = "saturation"
    title: ClassVar[str] = "saturated"
    headings: ClassVar[tuple[str, ...]] = ("saturated where",)

    share: float
    """Which part of the largest |h'| counts as next to nothing."""
    threshold: float
    """The same as a value of |h'|."""
    regions: tuple[tuple[float, float], ...]
    """Closed intervals of a, in ascending order; infinite ends belong to them."""
    probability: float
    """That a standard normal a lies in them."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Bisect between the floats of a sweep."""
        slope = steepest(activation)
        if slope.unbounded:
            return NotMeasured("|h'| has no largest value to take 1 % of")
        if slope.largest == 0.0:
            return NotMeasured("h' is 0 everywhere, so that 1 % of its largest value is 0 too")
        threshold = SHARE * slope.largest
        found = regions(
            lambda a: np.abs(activation.derivative(a)) < threshold, floats(activation.facts.kinks)
        )
        return cls(SHARE, threshold, found, mass(found))

    def lines(self) -> tuple[str, ...]:
        if not self.regions:
            return (f"nowhere: |h'| is never below {shown(self.threshold)}",)
        where = self._where(", ", 6)
        return (
            where,
            f"there |h'| < {shown(self.threshold)}; probability under N(0, 1): {percent(self.probability)}",
        )

    def cells(self) -> tuple[str, ...]:
        if not self.regions:
            return ("nowhere",)
        if len(self.regions) == 2 and self.regions[0] == (-math.inf, -self.regions[1][0]):
            return (f"|a| ≥ {shown(self.regions[1][0], 3)}",)
        return (self._where("; ", 3),)

    def _where(self, comma: str, digits: int) -> str:
        """Where; of a function that comes and goes without end, in how many places the sweep met it."""
        if len(self.regions) > _MANY:
            return f"{len(self.regions)} regions"
        return comma.join(span(*region, digits=digits) for region in self.regions)
