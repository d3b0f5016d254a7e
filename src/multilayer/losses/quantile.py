"""The quantile (pinball) loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.backend.training import LossKernel
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["Quantile", "quantile"]


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
