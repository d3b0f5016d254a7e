"""The range that is really reached, over floats of all magnitudes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation, Interval
from multilayer.measure.contract import Effort, NotMeasured, Property, is_elementwise, shown
from multilayer.measure.sweep import extremum, floats

__all__ = ["RangeReached"]

_UNDECLARED = Interval(-np.inf, np.inf, (True, True))
"""What `Custom` puts in where nothing is said."""


@dataclass(frozen=True)
class RangeReached(Property):
    """The smallest and largest h(a) over finite float64 numbers a, beside the range that the facts declare.

    An open end counts as kept when it is reached by rounding: sigmoid is 1.0 from a = 36.7 on. An activation along an
    axis is measured as the first output for the row (a, 0).
    """

    name: ClassVar[str] = "range"
    title: ClassVar[str] = "range reached"
    headings: ClassVar[tuple[str, ...]] = ("range reached",)
    only_elementwise: ClassVar[bool] = False

    low: float
    lowest_at: float
    high: float
    highest_at: float
    declared_low: float
    declared_high: float
    as_declared: bool | None
    """Whether nothing lies outside the declared range, and its ends are reached or come near; None where one's own
    activation declares none."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Sweep all binades, and close in on the ends."""

        def value(a: NDArray[Any]) -> NDArray[Any]:
            if is_elementwise(activation):
                return np.asarray(activation(a))
            return np.asarray(activation(np.stack([a, np.zeros_like(a)], axis=-1)))[..., 0]

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
        declared = f"{shown(self.declared_low)} to {shown(self.declared_high)}"
        verdict = {True: f"as declared ({declared})", False: f"not what is declared ({declared})"}
        return (
            f"{shown(self.low)} at a = {shown(self.lowest_at)}, {shown(self.high)} at a = {shown(self.highest_at)}",
            "no range is declared" if self.as_declared is None else verdict[self.as_declared],
        )

    def cells(self) -> tuple[str, ...]:
        return (f"{shown(self.low, 3)} to {shown(self.high, 3)}{' !' if self.as_declared is False else ''}",)


def _kept(found: float, at: float, declared: float, sign: float) -> bool:
    """Whether an end is what is declared: at infinity where it still grows at the largest floats."""
    if np.isinf(declared):
        return sign * found > 1e100 or abs(at) > 1e300
    slack = 1e-6 * max(1.0, abs(declared))
    return bool(sign * (found - declared) <= 4 * np.spacing(abs(declared)) and abs(found - declared) <= slack)
