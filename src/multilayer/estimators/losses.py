"""The squared error of several outputs, with the two meanings that scikit-learn gives it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from multilayer.losses import Loss, LossFacts, squared
from multilayer.losses.loss import Array

__all__ = ["SquaredOfOutputs"]


@final
@dataclass(frozen=True)
class SquaredOfOutputs(Loss):
    """Half the squared error: the number that is reported is its mean over outputs, the gradient that of its sum.

    So `loss_` and `tol` mean what they mean in scikit-learn, and the steps are its steps.
    """

    outputs: int

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return replace(
            squared.facts, name="squared_of_outputs", formula="(z - y)^2 / (2 outputs)", aliases=()
        )

    def formula(self, z: Array, y: Array, /) -> Array:
        return squared.formula(z, y) / self.outputs

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return squared.derivative_formula(z, y)
