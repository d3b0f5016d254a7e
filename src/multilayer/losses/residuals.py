"""Losses of the residual z - y: squared, absolute, Huber, quantile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.backend.training import LossKernel
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = [
    "Absolute",
    "Huber",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Quantile",
    "Squared",
    "absolute",
    "huber",
    "mean_absolute_error",
    "mean_squared_error",
    "quantile",
    "squared",
]


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
            aliases=("absolute_error", "l1"),
            source="Boscovich 1757",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("absolute")

    def formula(self, z: Array, y: Array, /) -> Array:
        return np.abs(z - y)

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return np.sign(z - y)


absolute = Absolute()


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
            aliases=("mae", "l1_loss"),
            source="Boscovich 1757",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("mean_absolute", units)

    def formula(self, z: Array, y: Array, /) -> Array:
        each: Array = np.abs(z - y) / z.shape[-1]
        return each

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        slope: Array = np.sign(z - y) / z.shape[-1]
        return slope


mean_absolute_error = MeanAbsoluteError()


@final
@dataclass(frozen=True)
class Huber(Loss):
    r"""Huber's loss: squared error up to `delta`, absolute error beyond, joined with equal slope.

    .. math:: l(z, y) = \begin{cases} \frac12 r^2 & |r| \le \delta \\ \delta (|r| - \frac{\delta}{2}) & |r| > \delta
              \end{cases}, \quad r = z - y, \qquad \frac{\partial l}{\partial z} = \min(\max(r, -\delta), \delta)

    References
    ----------
    Huber, P. J. (1964). Robust estimation of a location parameter. Annals of Mathematical Statistics 35.
    """

    delta: float = setting(1.0, above=0.0)

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="huber",
            formula="r^2 / 2 if |r| <= delta else delta (|r| - delta / 2), r = z - y",
            derivative="min(max(z - y, -delta), delta)",
            latex=r"\frac12 r^2 \text{ if } |r| \le \delta \text{ else } \delta (|r| - \frac{\delta}{2})",
            aliases=("huber_loss",),
            source="Huber 1964",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("huber", self.delta)

    def formula(self, z: Array, y: Array, /) -> Array:
        distance = np.abs(z - y)
        # The smaller of distance and delta, so that the square is never of a large number.
        near = np.minimum(distance, self.delta)
        return near * (distance - 0.5 * near)

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return np.clip(z - y, -self.delta, self.delta)


huber = Huber()


@final
@dataclass(frozen=True)
class Quantile(Loss):
    r"""Quantile loss: its minimum is the quantile `q` of the targets; 1/2 is half the absolute error.

    .. math:: l(z, y) = \max(q (y - z), (q - 1)(y - z)), \qquad
              \frac{\partial l}{\partial z} = \begin{cases} -q & z < y \\ 1 - q & z > y \end{cases}

    At z = y the derivative is taken as 0.

    References
    ----------
    Koenker, R., Bassett, G. (1978). Regression quantiles. Econometrica 46.
    """

    q: float = setting(0.5, above=0.0, below=1.0)

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="quantile",
            formula="max(q (y - z), (q - 1) (y - z))",
            derivative="-q if z < y else 1 - q",
            latex=r"\max(q (y - z), (q - 1)(y - z))",
            aliases=("pinball", "pinball_loss", "quantile_loss"),
            source="Koenker, Bassett 1978",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("quantile", self.q)

    def formula(self, z: Array, y: Array, /) -> Array:
        below = y - z
        return np.maximum(self.q * below, (self.q - 1.0) * below)

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return np.where(z < y, -self.q, np.where(z > y, 1.0 - self.q, 0.0 * (z - y)))


quantile = Quantile()
