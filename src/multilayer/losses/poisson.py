"""The Poisson loss, for counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from multilayer.activations import Exponential
from multilayer.activations.activation import Activation, Interval
from multilayer.backend.training import LossKernel
from multilayer.losses.loss import Array, Loss, LossFacts, log, log_derivative

__all__ = [
    "Poisson",
    "poisson",
]


@final
@dataclass(frozen=True)
class Poisson(Loss):
    r"""Poisson loss: half the deviance of counts y whose expected value is z; 0 where z = y.

    .. math:: l(z, y) = z - y - y \log \frac{z}{y}, \qquad \frac{\partial l}{\partial z} = 1 - \frac{y}{z}

    Fused with the exponential (the log link):

    .. math:: l(a, y) = e^a - y - y (a - \log y), \qquad \frac{\partial l}{\partial a} = e^a - y

    With another output activation that is never negative, log is replaced by its tangent below 2.2e-16.

    References
    ----------
    McCullagh, P., Nelder, J. A. (1989). Generalized Linear Models, 2nd edition.
    """

    fused_activations: ClassVar[tuple[type[Activation], ...]] = (Exponential,)

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="poisson",
            formula="z - y - y log(z / y)",
            derivative="1 - y / z",
            latex=r"z - y - y \log \frac{z}{y}",
            outputs=Interval(0.0, math.inf, (True, False)),
            targets=Interval(0.0, math.inf, (True, False)),
            advice="use exponential, or softplus",
            source="McCullagh, Nelder 1989",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("poisson")

    def formula(self, z: Array, y: Array, /) -> Array:
        return z - y - y * (log(z) - _log_of_count(y))

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return 1.0 - y * log_derivative(z)

    def fused_formula(self, a: Array, y: Array, /) -> Array:
        return np.exp(a) - y - y * (a - _log_of_count(y))

    def fused_derivative_formula(self, a: Array, y: Array, /) -> Array:
        return np.exp(a) - y


def _log_of_count(y: Array) -> Array:
    """log(y), and 0 for y = 0, where y log(y) is 0."""
    return np.log(np.where(y == 0.0, 1.0, y))


poisson = Poisson()
