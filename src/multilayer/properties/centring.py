"""What it costs in training that outputs are not centred: the same network, trained with and without their mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import ClassVar, Self

import numpy as np

from multilayer.activations import Activation
from multilayer.network import MLP, Dense
from multilayer.optimizers import SGD
from multilayer.properties.contract import Effort, NotMeasured, Property, shown
from multilayer.properties.normal import mean
from multilayer.properties.task import network_for, task
from multilayer.training import train

__all__ = ["Centring"]

_RATES = (0.03, 0.1, 0.3, 1.0)
_TARGET = 0.05
"""A tenth of the loss of a network that always says the mean, which is 1/2."""


@dataclass(frozen=True)
class Centring(Property):
    """Steps of gradient descent to a tenth of the first loss, for h(a), and for h(a) - c with c = E[h] under N(0, 1).

    The centred network starts as the same function: what is taken from its units is given to the biases behind them.
    All else is the same: data, starting weights, plain gradient descent with all samples. Each of the two gets the best
    of four learning rates, as anyone who trains would look for it; the figures are medians over starting weights.
    """

    name: ClassVar[str] = "centring"
    title: ClassVar[str] = "steps to a given loss"
    headings: ClassVar[tuple[str, ...]] = ("steps", "centred")

    steps: float
    """Of the activation as it is; infinite where the loss is not reached."""
    rate: float
    """The best learning rate."""
    centred_steps: float
    centred_rate: float
    subtracted: float
    """c."""
    trainings: int
    most_steps: int

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Train both, at every rate, from the same starting weights."""
        c = mean(activation, 1.0, activation.facts.kinks)
        if not activation.facts.trainable:
            return NotMeasured("its derivative carries no signal, so that backpropagation cannot train through it")
        starts = [network_for(activation, effort.seed + number) for number in range(effort.trainings)]
        steps, rate = _fewest(starts, effort)
        # At rounding's distance from 0 there is nothing to subtract.
        centred = (steps, rate) if abs(c) < 1e-12 else _fewest([_centred(net, c) for net in starts], effort)
        return cls(steps, rate, *centred, c, effort.trainings, effort.steps)

    @property
    def gain(self) -> float:
        """How many times as many steps the activation takes as its centred version; nan where neither arrives."""
        both = math.isinf(self.steps) and math.isinf(self.centred_steps)
        return math.nan if both else self.steps / self.centred_steps

    def lines(self) -> tuple[str, ...]:
        return (
            f"{self._count(self.steps)} as it is (rate {self.rate:g}), {self._count(self.centred_steps)} with its mean "
            f"{shown(self.subtracted)} subtracted (rate {self.centred_rate:g})",
            f"median of {self.trainings} trainings, each at the best of {len(_RATES)} learning rates",
        )

    def cells(self) -> tuple[str, ...]:
        return (self._short(self.steps), self._short(self.centred_steps))

    def _count(self, steps: float) -> str:
        return f"more than {self.most_steps} steps" if math.isinf(steps) else f"{steps:g} steps"

    def _short(self, steps: float) -> str:
        return f"> {self.most_steps}" if math.isinf(steps) else f"{steps:g}"


def _centred(network: MLP, c: float) -> MLP:
    """The same function, with c taken from the outputs of hidden units and given to the next biases."""
    h = network.layers[0].activation
    shifted = Activation.from_functions(
        f"centred_{h.facts.name}", lambda a: h(a) - c, h.derivative, kinks=h.facts.kinks
    )
    first, *others = network.layers
    layers = [Dense(first.W, first.b, shifted)]
    for layer in others:
        last = layer is others[-1]
        layers.append(
            Dense(layer.W, layer.b + c * layer.W.sum(axis=0), layer.activation if last else shifted)
        )
    return MLP(layers)


def _fewest(starts: list[MLP], effort: Effort) -> tuple[float, float]:
    """The median of the steps at the rate where it is smallest, and that rate."""
    best, best_rate = math.inf, _RATES[0]
    limit = effort.steps
    for rate in reversed(_RATES):
        found = median(_steps(network, rate, limit) for network in starts)
        if found < best:
            best, best_rate = found, rate
    return best, best_rate


def _steps(network: MLP, rate: float, limit: int) -> float:
    X, y = task(0)
    training = train(
        network, X, y, loss="squared", optimizer=SGD(rate, momentum=0.0), epochs=limit, batch_size=len(X),
        shuffle=False, rng=0,
    )  # fmt: skip
    for epoch in training:
        if not np.isfinite(epoch.loss) or epoch.loss > 1e3:
            return math.inf
        if epoch.loss <= _TARGET:
            return epoch.steps - 1.0
    return math.inf
