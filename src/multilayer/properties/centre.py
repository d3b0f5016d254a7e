"""Whether outputs are centred at zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from multilayer.activations import Activation
from multilayer.properties.contract import Effort, NotMeasured, Property, shown
from multilayer.properties.normal import mean
from multilayer.properties.signal import settled

__all__ = ["Centre"]


@dataclass(frozen=True)
class Centre(Property):
    """E[h(a)] for a standard normal a, and for the variance that settles in a deep network; by quadrature."""

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
    settled_variance: float | None
    """The variance of a that settles in a deep network of the project's own initialization, if one does."""
    settled_mean: float | None
    """E[h(a)] for that variance."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Integrate."""
        kinks = activation.facts.kinks
        first = mean(activation, 1.0, kinks)
        second = mean(lambda a: np.square(activation(a)), 1.0, kinks)
        variance = mean(lambda a: np.square(np.asarray(activation(a)) - first), 1.0, kinks)
        q = settled(activation)
        return cls(
            mean=first,
            deviation=math.sqrt(variance),
            constant_share=first * first / second if second else math.nan,
            zero_centred=abs(first) <= 1e-14 * math.sqrt(second),
            settled_variance=q,
            settled_mean=None if q is None else mean(activation, math.sqrt(q), kinks),
        )

    def lines(self) -> tuple[str, ...]:
        centred = "zero-centred" if self.zero_centred else "not zero-centred"
        found = shown(0.0 if self.zero_centred else self.mean)
        lines = [
            f"{found} ± {shown(self.deviation)} under N(0, 1): {centred}, "
            f"{100 * self.constant_share:.3g} % of its power is the mean"
        ]
        if self.settled_variance is not None and self.settled_mean is not None:
            settled_mean = 0.0 if self.zero_centred else self.settled_mean
            lines.append(
                f"{shown(settled_mean)} under N(0, {shown(self.settled_variance)}), as it settles in a deep network"
            )
        return tuple(lines)

    def cells(self) -> tuple[str, ...]:
        return (shown(0.0 if self.zero_centred else self.mean, 3),)
