"""Whether outputs are centred at zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from multilayer.activations import Activation
from multilayer.measure.contract import Effort, NotMeasured, Property, percent, shown
from multilayer.measure.normal import mean
from multilayer.measure.signal import Stability, fixed_variance

__all__ = ["Centre"]

_WORDS = {"attracts": "attracts", "repels": "repels", "neutral": "neither attracts nor repels", None: ""}


@dataclass(frozen=True)
class Centre(Property):
    """E[h(a)] for a standard normal a, and for the variance at the fixed point of the variance map; by quadrature."""

    name: ClassVar[str] = "centre"
    title: ClassVar[str] = "mean output"
    headings: ClassVar[tuple[str, ...]] = ("mean output",)

    mean: float
    deviation: float
    """The standard deviation of h(a), for a standard normal a."""
    constant_share: float
    """E[h]^2 / E[h^2]: how much of the signal's power says nothing."""
    zero_centred: bool
    """Whether the mean is 0 to rounding."""
    fixed_variance: float | None
    """The fixed point of the variance map that signals of variance 1 start from or move to, if there is one."""
    fixed_stability: Stability | None
    fixed_mean: float | None
    """E[h(a)] for that variance."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Integrate."""
        kinks = activation.facts.kinks
        first = mean(activation, 1.0, kinks)
        second = mean(lambda a: np.square(activation(a)), 1.0, kinks)
        variance = mean(lambda a: np.square(np.asarray(activation(a)) - first), 1.0, kinks)
        fixed = fixed_variance(activation)
        return cls(
            mean=first,
            deviation=math.sqrt(variance),
            constant_share=first * first / second if second else math.nan,
            zero_centred=abs(first) <= 1e-14 * math.sqrt(second),
            fixed_variance=None if fixed is None else fixed.variance,
            fixed_stability=None if fixed is None else fixed.stability,
            fixed_mean=None if fixed is None else mean(activation, math.sqrt(fixed.variance), kinks),
        )

    def lines(self) -> tuple[str, ...]:
        power = f"not zero-centred, {percent(self.constant_share)} of its power is the mean"
        found = shown(0.0 if self.zero_centred else self.mean)
        lines = [
            f"{found} ± {shown(self.deviation)} under N(0, 1): "
            f"{'zero-centred' if self.zero_centred else power}"
        ]
        if self.fixed_variance is not None and self.fixed_mean is not None:
            fixed_mean = shown(0.0 if self.zero_centred else self.fixed_mean)
            where = f"the fixed point of the variance map, which {_WORDS[self.fixed_stability]}"
            lines.append(f"{fixed_mean} under N(0, {shown(self.fixed_variance)}), {where}")
        return tuple(lines)

    def cells(self) -> tuple[str, ...]:
        return (shown(0.0 if self.zero_centred else self.mean, 3),)
