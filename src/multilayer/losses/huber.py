"""Huber's loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.backend.training import LossKernel
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["Huber", "huber"]


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
