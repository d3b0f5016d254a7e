"""What an activation does to gradients: their norm after many layers, and whether their entries share one sign."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.activations import Activation
from multilayer.initializers import Glorot, He, Initializer, LeCun, for_activation
from multilayer.measure.centring import network_for, task
from multilayer.measure.property import Effort, NoFigure, Property, shown
from multilayer.network.initialized import initialize
from multilayer.training import gradients
from multilayer.training.backpropagation import backward

__all__ = ["Depth", "Survival", "UpdateDirection"]

_STANDARD: tuple[Initializer, ...] = (Glorot("uniform"), He("normal"), LeCun("normal"))
_SAMPLES = 16


@dataclass(frozen=True)
class Survival:
    """Of one initializer: the norm of the gradient after so many layers, as a fraction of the one that came in."""

    initializer: str
    chosen: bool
    """Whether it is the one that the project chooses for this activation."""
    median: tuple[float, ...]
    """Over the seeds, for each depth."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    """Ends of the confidence interval of the median: order statistics, which zeros and infinities do not disturb."""

    @property
    def orders(self) -> float:
        """How many orders of magnitude the deepest network loses; negative where the gradient grows."""
        last = self.median[-1]
        return -math.log10(last) if last > 0 else math.inf


@dataclass(frozen=True)
class Depth(Property):
    """The norm of the gradient with respect to x, divided by that with respect to y, for networks of 1 to 50 layers.

    Square layers with this activation, random weights of `initialize`, standard normal inputs, and a standard normal
    gradient at the output; float64. A network of d layers is the first d of the deepest one.
    """

    name: ClassVar[str] = "depth"
    title: ClassVar[str] = N_("gradient through depth")
    headings: ClassVar[tuple[str, ...]] = (N_("gradient after 50 layers"),)
    only_elementwise: ClassVar[bool] = False

    depths: tuple[int, ...]
    width: int
    seeds: int
    confidence: float
    """Of the bands: the probability that the median lies within."""
    survivals: tuple[Survival, ...]
    """Of Glorot's, He's and LeCun's initialization, and of the project's choice."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Draw networks, and propagate gradients back through them."""
        chosen = for_activation(activation)
        skipped, confidence = _band(effort.seeds)
        survivals = []
        for initializer in dict.fromkeys((*_STANDARD, chosen)):
            with np.errstate(all="ignore"):
                fractions = np.array(list(_fractions(activation, initializer, effort)))
            fractions = np.sort(np.where(np.isnan(fractions), np.inf, fractions), axis=0)
            bounds = (np.median(fractions, axis=0), fractions[skipped], fractions[-1 - skipped])
            median, low, high = (tuple(bound.tolist()) for bound in bounds)
            survivals.append(Survival(repr(initializer), initializer == chosen, median, low, high))
        return cls(effort.depths, effort.width, effort.seeds, confidence, tuple(survivals))

    @property
    def chosen(self) -> Survival:
        """The gradient with the project's own choice of weights."""
        return next(survival for survival in self.survivals if survival.chosen)

    def lines(self) -> tuple[str, ...]:
        about = fill(
            "{layers} layers of {units} units; median of {seeds} networks and its {confidence} interval",
            layers=self.depths[-1],
            units=self.width,
            seeds=self.seeds,
            confidence=percent(self.confidence),
        )
        bands = (
            fill(
                "{initializer} (chosen): x {median} [{low}, {high}]"
                if survival.chosen
                else "{initializer}: x {median} [{low}, {high}]",
                initializer=survival.initializer,
                median=shown(survival.median[-1], 3),
                low=shown(survival.low[-1], 3),
                high=shown(survival.high[-1], 3),
            )
            for survival in self.survivals
        )
        return (about, *bands)

    def cells(self) -> tuple[str, ...]:
        return (shown(self.chosen.median[-1], 2),)


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
    title: ClassVar[str] = N_("update direction")
    headings: ClassVar[tuple[str, ...]] = (N_("one-sign gradients"),)

    per_sample: float
    """The fraction of a sample's gradients, a row of weights each, with one sign."""
    of_all: float
    """The fraction of units whose gradient over all samples has one sign."""
    by_chance: float
    """What random signs would give."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Take the gradients of a few networks before their first step."""
        X, y = task()
        single, whole = [], []
        for number in range(effort.trainings):
            found = gradients(network_for(activation, effort.seed + number), X, y, "squared")
            z, da = found.trace[1].x, found[1].da
            each = z[:, :, np.newaxis] * da[:, np.newaxis, :]
            single.append(_one_signed(each))
            whole.append(_one_signed(found[1].dW[np.newaxis]))
        inputs = z.shape[1]
        if not np.any(each):
            return NoFigure(fill("no gradient comes back to this layer: every derivative on the way is 0"))
        return cls(float(np.mean(single)), float(np.mean(whole)), 2.0 ** (1 - inputs))

    def lines(self) -> tuple[str, ...]:
        template = N_(
            "{per_sample} of a sample's gradients into a unit have one sign, {of_all} of those over all samples"
        )
        return (fill(template, per_sample=percent(self.per_sample), of_all=percent(self.of_all)),)

    def cells(self) -> tuple[str, ...]:
        return (percent(self.per_sample),)


def _fractions(
    activation: Activation, initializer: Initializer, effort: Effort
) -> Iterator[NDArray[np.float64]]:
    widths = [effort.width] * (max(effort.depths) + 1)
    for number in range(effort.seeds):
        rng = np.random.default_rng([effort.seed, number])
        network = initialize(
            widths, activation, activation, initializer=initializer, dtype=np.float64, rng=rng
        )
        x, dz = rng.standard_normal((2, _SAMPLES, effort.width))
        trace = network.trace(x)
        fractions = []
        for depth in effort.depths:
            top = trace[depth - 1]
            *_, first = backward(trace[:depth], activation.vjp(top.a, top.z, dz))
            fractions.append(np.linalg.norm(first.dx) / np.linalg.norm(dz))  # type: ignore[arg-type]
        yield np.array(fractions)


def _band(seeds: int) -> tuple[int, float]:
    """Return how many of the sorted values to skip at either end of a 95 % interval of the median, and what it covers.

    The number of values below the median is binomial, whatever their distribution.
    """

    def coverage(skipped: int) -> float:
        return 1.0 - 2.0 * sum(math.comb(seeds, k) for k in range(skipped + 1)) / 2.0**seeds

    skipped = 0
    while skipped + 1 < seeds / 2 and coverage(skipped + 1) >= 0.95:
        skipped += 1
    return skipped, coverage(skipped)


def _one_signed(gradient: NDArray[np.float64]) -> float:
    """Return the fraction of gradients (samples, inputs, units) with one sign over their inputs, of those not all 0."""
    rises, falls = (gradient > 0).any(axis=1), (gradient < 0).any(axis=1)
    moved = rises | falls
    return float((moved & (rises != falls)).sum() / max(1, moved.sum()))
