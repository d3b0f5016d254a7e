"""Squared error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from multilayer.activations.activation import Interval
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = ["Squared", "squared"]


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
            outputs=Interval(-math.inf, math.inf),
            targets=Interval(-math.inf, math.inf),
            aliases=("squared_error", "l2"),
            source="Legendre 1805",
        )

    def formula(self, z: Array, y: Array, /) -> Array:
        difference = z - y
        return 0.5 * difference * difference

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return z - y


squared = Squared()
