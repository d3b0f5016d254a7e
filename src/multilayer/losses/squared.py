"""The squared error: half its sum over outputs, or its mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from multilayer.backend.training import LossKernel
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["MeanSquaredError", "Squared", "mean_squared_error", "squared"]


@final
@dataclass(frozen=True)
class Squared(Loss):
    r"""Squared error: l = (z - y)^2 / 2, summed over outputs; its minimum is the mean.

    .. math:: l(z, y) = \tfrac12 (z - y)^2, \qquad \frac{\partial l}{\partial z} = z - y

    Half the sum, as in scikit-learn and in "l2" loss; `mean_squared_error`, or "mse", is the mean of whole squares.

    Examples
    --------
    >>> import numpy as np
    >>> squared.dz(np.array([[1.0, 2.0]]), np.array([[1.5, 1.0]]))
    array([[ 0.5, -1. ]])
    """

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="squared",
            formula="(z - y)^2 / 2",
            derivative="z - y",
            latex=r"\frac12 (z - y)^2",
            aliases=("squared_error", "l2"),
            source="Legendre 1805",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("squared")

    def formula(self, z: Array, y: Array, /) -> Array:
        difference = z - y
        return 0.5 * difference * difference

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return z - y


squared = Squared()


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
            aliases=("mse", "mse_loss"),
            source="Gauss 1821",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("mean_squared", units)

    def formula(self, z: Array, y: Array, /) -> Array:
        difference = z - y
        each: Array = difference * difference / z.shape[-1]
        return each

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        slope: Array = 2.0 * (z - y) / z.shape[-1]
        return slope


mean_squared_error = MeanSquaredError()
