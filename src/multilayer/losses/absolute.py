"""Absolute error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Interval
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["Absolute", "absolute"]


@final
@dataclass(frozen=True)
class Absolute(Loss):
    r"""Absolute error: l = \|z - y\|, summed over outputs; its minimum is the median.

    .. math:: l(z, y) = |z - y|, \qquad \frac{\partial l}{\partial z} = \operatorname{sign}(z - y)

    At z = y the derivative is taken as 0.
    """

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="absolute",
            formula="|z - y|",
            derivative="sign(z - y)",
            latex=r"|z - y|",
            outputs=Interval(-math.inf, math.inf),
            targets=Interval(-math.inf, math.inf),
            aliases=("absolute_error", "l1"),
            source="Boscovich 1757",
        )

    def formula(self, z: Array, y: Array, /) -> Array:
        return np.abs(z - y)

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return np.sign(z - y)


absolute = Absolute()
