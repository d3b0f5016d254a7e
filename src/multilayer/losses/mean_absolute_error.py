"""The mean absolute error, under its own name and on its own scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Interval
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["MeanAbsoluteError", "mean_absolute_error"]


@final
@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    r"""Mean absolute error: l = \|z - y\|, mean over the K outputs; what "mae" means elsewhere, number for number.

    .. math:: l(z, y) = \frac1K |z - y|, \qquad \frac{\partial l}{\partial z} = \frac1K \operatorname{sign}(z - y)

    It is `absolute`, the sum over outputs, divided by K, and for a single output the same. At z = y the derivative is
    taken as 0.
    """

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="mean_absolute_error",
            formula="|z - y| / outputs",
            derivative="sign(z - y) / outputs",
            latex=r"\frac1K |z - y|",
            outputs=Interval(-math.inf, math.inf),
            targets=Interval(-math.inf, math.inf),
            aliases=("mae", "l1_loss"),
            source="Boscovich 1757",
        )

    def formula(self, z: Array, y: Array, /) -> Array:
        each: Array = np.abs(z - y) / z.shape[-1]
        return each

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        slope: Array = np.sign(z - y) / z.shape[-1]
        return slope


mean_absolute_error = MeanAbsoluteError()
