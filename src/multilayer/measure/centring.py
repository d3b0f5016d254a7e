"""The cost in training of outputs that are not centred: the same small network, with and without their mean."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass
from statistics import median
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.activations import Activation, Facts
from multilayer.measure.property import Effort, NoFigure, Property, shown
from multilayer.measure.sweep import mean
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.optimizers import SGD
from multilayer.training import train

__all__ = ["Centring", "network_for", "task"]

_SAMPLES, _INPUTS, _UNITS = 128, 8, 24
_RATES = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8)
# Targets have variance 1: a constant output, their mean, has a loss of 1/2.
_TARGET, _DIVERGED = 0.1, 1e3
_AS_IT_IS = N_(
    "{steps} as it is (rate {rate:g}), {centred} with its mean {mean} subtracted (rate {centred_rate:g})"
)
_SAME_RATE = N_(
    "at the same rate {rate:g} {same}; median of {trainings} trainings, the best of {rates} learning rates"
)
_NOTHING = 1e-12
"""A mean that is 0 but for rounding."""


@functools.cache
def task() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the task: standard normal X (128, 8), and y, products and waves of it with mean 0 and variance 1."""
    X = np.random.default_rng(0).standard_normal((_SAMPLES, _INPUTS))
    y = X[:, 0] * X[:, 1] + np.sin(2.0 * X[:, 2]) + X[:, 3:].sum(axis=1) / 2.0
    y = (y - y.mean()) / y.std()
    return X, y[:, np.newaxis]


def network_for(activation: Activation, seed: int) -> MLP:
    """Return a network of two hidden layers of 24 units for it, with random weights."""
    return initialize((_INPUTS, _UNITS, _UNITS, 1), activation, dtype=np.float64, rng=seed)


@dataclass(frozen=True)
class Centring(Property):
    """Steps of gradient descent to a given loss, for h(a), and for h(a) - c with c = E[h] under N(0, 1).

    The loss is a fifth of that of a constant output. The centred network starts as the same function: what is
    subtracted from its units is added to the biases of the next layer. All else is the same: data, starting weights,
    all samples in each step, momentum 0.9. Each of the two gets the best of six learning rates; figures are medians
    over starting weights.
    """

    name: ClassVar[str] = "centring"
    title: ClassVar[str] = N_("steps to a given loss")
    headings: ClassVar[tuple[str, ...]] = (N_("steps"), N_("centred"))

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
    max_steps: int

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Train both, at every rate, from the same starting weights."""
        if not activation.facts.trainable:
            return NoFigure(
                fill("its derivative carries no signal, so that backpropagation cannot train through it")
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
        places = {
            "steps": self._count(self.steps),
            "rate": self.rate,
            "mean": shown(self.subtracted, 3),
            "centred": self._count(self.centred_steps),
            "centred_rate": self.centred_rate,
            "same": self._count(self.centred_steps_same_rate),
            "trainings": self.trainings,
            "rates": len(_RATES),
        }
        if abs(self.subtracted) < _NOTHING:
            return (fill("{steps} (rate {rate:g}); its mean is 0, there is nothing to subtract", **places),)
        return fill(_AS_IT_IS, **places), fill(_SAME_RATE, **places)

    def cells(self) -> tuple[str, ...]:
        return (self._short(self.steps), self._short(self.centred_steps))

    def _count(self, steps: float) -> str:
        if math.isinf(steps):
            return fill("more than {steps} steps", steps=self.max_steps)
        return fill("{steps:g} steps", steps=steps)

    def _short(self, steps: float) -> str:
        return f"> {self.max_steps}" if math.isinf(steps) else f"{steps:g}"


@dataclass(frozen=True)
class _Shifted(Activation):
    """h(a) - c; everything else is as h has it."""

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
    """Return the same function, with c subtracted from the outputs of hidden units and added to the next biases."""
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
        # A rate that takes longer than the best so far is not followed to the end.
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
        raise KeyboardInterrupt  # a training that was cut short does not show how many steps it takes
    return math.inf
