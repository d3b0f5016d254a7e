"""The mean squared error, under its own name and on its own scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from multilayer.activations.activation import Interval
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["MeanSquaredError", "mean_squared_error"]


@final
@dataclass(frozen=True)
class MeanSquaredError(Loss):
    r"""Mean squared error: l = (z - y)^2, mean over the K outputs; what "mse" means elsewhere, number for number.

    .. math:: l(z, y) = \frac1K (z - y)^2, \qquad \frac{\partial l}{\partial z} = \frac2K (z - y)

    It is `squared`, half the sum over outputs, times 2 / K, and has the same minimum; a step of plain gradient descent
    is 2 / K times as long.

    Examples
    --------
    >>> import numpy as np
    >>> mean_squared_error.dz(np.array([[1.0, 2.0]]), np.array([[1.5, 1.0]]))
    array([[ 0.5, -1. ]])
    """

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="mean_squared_error",
            formula="(z - y)^2 / outputs",
            derivative="2 (z - y) / outputs",
            latex=r"\frac1K (z - y)^2",
            outputs=Interval(-math.inf, math.inf),
            targets=Interval(-math.inf, math.inf),
            aliases=("mse", "mse_loss"),
            source="Gauss 1821",
        )

    def formula(self, z: Array, y: Array, /) -> Array:
        difference = z - y
        each: Array = difference * difference / z.shape[-1]
        return each

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        slope: Array = 2.0 * (z - y) / z.shape[-1]
        return slope


mean_squared_error = MeanSquaredError()
