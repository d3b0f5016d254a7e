"""What it costs in training that outputs are not centred: the same network, trained with and without their mean."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from statistics import median
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer.activations import Activation, Facts
from multilayer.measure.contract import Effort, NotMeasured, Property, shown
from multilayer.measure.normal import mean
from multilayer.measure.task import network_for, task
from multilayer.network import MLP, Dense
from multilayer.optimizers import SGD
from multilayer.training import train

__all__ = ["Centring"]

_RATES = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8)
# Targets have variance 1: always saying their mean gives a loss of 1/2.
_TARGET, _DIVERGED = 0.1, 1e3
_NOTHING = 1e-12
"""A mean that is 0 but for rounding."""


@dataclass(frozen=True)
class Centring(Property):
    """Steps of gradient descent to a given loss, for h(a), and for h(a) - c with c = E[h] under N(0, 1).

    The loss is a fifth of what always saying the mean gives. The centred network starts as the same function: what is
    taken from its units is given to the biases behind them. All else is the same: data, starting weights, all samples
    in each step, momentum 0.9. Each of the two gets the best of six learning rates, as anyone who trains would look for
    it; figures are medians over starting weights.
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
    centred_steps_same_rate: float
    """Of the centred version at the other's best rate."""
    subtracted: float
    """c."""
    trainings: int
    most_steps: int

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Train both, at every rate, from the same starting weights."""
        if not activation.facts.trainable:
            return NotMeasured(
                "its derivative carries no signal, so that backpropagation cannot train through it"
            )
        c = mean(activation, 1.0, activation.facts.kinks)
        starts = [network_for(activation, effort.seed + number) for number in range(effort.trainings)]
        steps, rate = _fewest(starts, effort.steps)
        centred, same = (steps, rate), steps
        if abs(c) >= _NOTHING:
            shifted = [_centred(network, c) for network in starts]
            centred, same = _fewest(shifted, effort.steps), _median_steps(shifted, rate, effort.steps)
        return cls(steps, rate, *centred, same, c, effort.trainings, effort.steps)

    @property
    def gain(self) -> float:
        """How many times as many steps the activation takes as its centred version; nan where neither arrives."""
        both = math.isinf(self.steps) and math.isinf(self.centred_steps)
        return math.nan if both else self.steps / self.centred_steps

    def lines(self) -> tuple[str, ...]:
        if abs(self.subtracted) < _NOTHING:
            return (
                f"{self._count(self.steps)} (rate {self.rate:g}); its mean is 0, there is nothing to subtract",
            )
        return (
            f"{self._count(self.steps)} as it is (rate {self.rate:g}), {self._count(self.centred_steps)} with its mean "
            f"{shown(self.subtracted, 3)} subtracted (rate {self.centred_rate:g})",
            f"at the same rate {self.rate:g} {self._count(self.centred_steps_same_rate)}; "
            f"median of {self.trainings} trainings, the best of {len(_RATES)} learning rates",
        )

    def cells(self) -> tuple[str, ...]:
        return (self._short(self.steps), self._short(self.centred_steps))

    def _count(self, steps: float) -> str:
        return f"more than {self.most_steps} steps" if math.isinf(steps) else f"{steps:g} steps"

    def _short(self, steps: float) -> str:
        return f"> {self.most_steps}" if math.isinf(steps) else f"{steps:g}"


@dataclass(frozen=True)
class _Shifted(Activation):
    """h(a) - c, with all that h is otherwise."""

    h: Activation
    c: float

    @property
    def facts(self) -> Facts:
        return dataclasses.replace(self.h.facts, name=f"centred_{self.h.facts.name}", aliases=())

    def __call__(self, x: Any, /, *, out: NDArray[Any] | None = None) -> Any:
        return np.subtract(self.h(x), self.c, out=out)

    def derivative(self, x: Any, /) -> Any:
        return self.h.derivative(x)

    def vjp(self, a: ArrayLike, z: ArrayLike, dz: ArrayLike) -> NDArray[Any]:
        return self.h.vjp(a, np.asarray(z) + self.c, dz)


def _centred(network: MLP, c: float) -> MLP:
    """The same function, with c taken from the outputs of hidden units and given to the next biases."""
    first, *others = network.layers
    shifted = _Shifted(first.activation, c)
    layers = [Dense(first.W, first.b, shifted)]
    for layer in others:
        kind = layer.activation if layer is others[-1] else shifted
        layers.append(Dense(layer.W, layer.b + c * layer.W.sum(axis=0), kind))
    return MLP(layers)


def _fewest(starts: list[MLP], limit: int) -> tuple[float, float]:
    """Return the median of the steps at the rate where it is smallest, and that rate."""
    best, best_rate = math.inf, _RATES[0]
    for rate in reversed(_RATES):
        # Whoever takes longer than the best so far need not be waited for.
        found = _median_steps(starts, rate, int(min(limit, best)))
        if found < best:
            best, best_rate = found, rate
    return best, best_rate


def _median_steps(starts: list[MLP], rate: float, limit: int) -> float:
    return median(_steps(network, rate, limit) for network in starts)


def _steps(network: MLP, rate: float, limit: int) -> float:
    X, y = task()
    training = train(
        network, X, y, loss="squared", optimizer=SGD(rate), epochs=limit + 1, batch_size=len(X), shuffle=False
    )
    for epoch in training:  # its loss is that before its one step
        if epoch.loss <= _TARGET:
            return epoch.steps - 1.0
        if not epoch.loss < _DIVERGED:
            break
    if training.interruption.requested:
        raise KeyboardInterrupt  # a training that was cut short says nothing about the steps it takes
    return math.inf
