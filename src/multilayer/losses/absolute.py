"""The absolute error: its sum over outputs, or its mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.backend.training import LossKernel
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["Absolute", "MeanAbsoluteError", "absolute", "mean_absolute_error"]


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
