"""The Lipschitz constant: how much a change of a can change h(a), at most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from multilayer.activations import Activation
from multilayer.measure.contract import Effort, NotMeasured, Property, shown, span
from multilayer.measure.steepness import steepest
from multilayer.measure.sweep import floats, regions

__all__ = ["Lipschitz"]


@dataclass(frozen=True)
class Lipschitz(Property):
    r"""sup \|h'\|, and where it is attained; infinite where h jumps, whatever h' says beside the jump."""

    name: ClassVar[str] = "lipschitz"
    title: ClassVar[str] = "Lipschitz constant"
    headings: ClassVar[tuple[str, ...]] = ("Lipschitz",)

    constant: float
    attained: tuple[tuple[float, float], ...]
    """Where, as closed intervals of a. Infinite ends are limits."""
    jumps: tuple[float, ...]
    """Kinks where the value itself jumps."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Look for jumps at the kinks, then for the largest slope."""
        kinks = activation.facts.kinks
        jumps = tuple(kink for kink in kinks if _jumps(activation, kink))
        if jumps:
            return cls(math.inf, tuple((at, at) for at in jumps), jumps)
        slope = steepest(activation)
        if slope.unbounded:
            return cls(math.inf, ((slope.at, slope.at),), ())
        points = np.union1d(floats(kinks), [slope.at])
        attained = regions(lambda a: np.abs(activation.derivative(a)) == slope.largest, points)
        # In the last bits rounding decides which of the floats around a smooth maximum attain it: one stands for all.
        wide = tuple(found for found in attained if found[1] - found[0] > 1e-3)
        return cls(slope.largest, wide or ((slope.at, slope.at),), ())

    def lines(self) -> tuple[str, ...]:
        if self.jumps:
            return (f"∞: it jumps at {', '.join(span(at, at) for at in self.jumps)}",)
        if math.isinf(self.constant):
            return (f"∞: |h'| grows without end towards a = {shown(self.attained[0][0])}",)
        where = " and ".join(span(*found, digits=6) for found in self.attained)
        return (f"{shown(self.constant, 6)}, attained at {where}",)

    def cells(self) -> tuple[str, ...]:
        return (shown(self.constant, 5),)


def _jumps(activation: Activation, kink: float) -> bool:
    """Whether the values on both sides differ by far more than a slope over the smallest distance explains."""
    reach = 1e-9 * max(1.0, abs(kink))
    left, middle, right = np.asarray(activation(np.array([kink - reach, kink, kink + reach])))
    return bool(max(abs(left - middle), abs(right - middle)) > 1e-4)
