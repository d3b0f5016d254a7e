"""Whether the weights into a unit can move in directions of their own, or all the same way only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.measure.contract import Effort, NotMeasured, Property, percent
from multilayer.measure.task import network_for, task
from multilayer.training import gradients

__all__ = ["UpdateDirection"]


@dataclass(frozen=True)
class UpdateDirection(Property):
    """How often the gradient of the weights into a unit has one sign: where all its inputs have.

    The unit's gradient for a sample is da z, with z the outputs of the layer before: if all of these are positive, all
    weights of the unit rise or all fall. Counted over units and samples of a network's second hidden layer at its
    start, entries that are 0 left out, and over units for the gradient of the whole data.

    References
    ----------
    LeCun, Y., Bottou, L., Orr, G., Müller, K.-R. (1998). Efficient BackProp, section 4.3.
    """

    name: ClassVar[str] = "update_direction"
    title: ClassVar[str] = "update direction"
    headings: ClassVar[tuple[str, ...]] = ("one-sign gradients",)

    per_sample: float
    """The share of a sample's gradients, a row of weights each, with one sign."""
    of_all: float
    """The share of units whose gradient over all samples has one sign."""
    by_chance: float
    """What random signs would give."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Look at the gradients of a few networks before their first step."""
        X, y = task()
        single, whole = [], []
        for number in range(effort.trainings):
            found = gradients(network_for(activation, effort.seed + number), X, y, "squared")
            z, da = found.trace[1].x, found[1].da
            each = z[:, :, np.newaxis] * da[:, np.newaxis, :]
            single.append(_share(each))
            whole.append(_share(found[1].dW[np.newaxis]))
        inputs = z.shape[1]
        if not np.any(each):
            return NotMeasured("no gradient comes back to this layer: every derivative on the way is 0")
        return cls(float(np.mean(single)), float(np.mean(whole)), 2.0 ** (1 - inputs))

    def lines(self) -> tuple[str, ...]:
        return (
            f"{percent(self.per_sample)} of a sample's gradients into a unit have one sign, "
            f"{percent(self.of_all)} of those over all samples",
        )

    def cells(self) -> tuple[str, ...]:
        return (f"{percent(self.per_sample)}",)


def _share(gradient: NDArray[np.float64]) -> float:
    """Of gradients of shape (samples, inputs, units): how many have one sign over their inputs, of those not all 0."""
    rises, falls = (gradient > 0).any(axis=1), (gradient < 0).any(axis=1)
    moved = rises | falls
    return float((moved & (rises != falls)).sum() / max(1, moved.sum()))
