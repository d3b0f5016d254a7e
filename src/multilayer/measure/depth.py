"""How much of a gradient is left after many layers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.initializers import Glorot, He, Initializer, LeCun, for_activation
from multilayer.measure.contract import Effort, NotMeasured, Property, percent, shown
from multilayer.network.initialized import initialize
from multilayer.training.backward import backward

__all__ = ["Depth", "Survival"]

_STANDARD: tuple[Initializer, ...] = (Glorot("uniform"), He("normal"), LeCun("normal"))
_SAMPLES = 16


@dataclass(frozen=True)
class Survival:
    """Of one initializer: the norm of the gradient behind so many layers, as a share of what came in."""

    initializer: str
    chosen: bool
    """Whether it is the one that the project chooses for this activation."""
    median: tuple[float, ...]
    """Over the seeds, for each depth."""
    low: tuple[float, ...]
    high: tuple[float, ...]
    """Ends of the confidence interval of the median: order statistics, so that zeros and infinities do no harm."""

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
    title: ClassVar[str] = "gradient through depth"
    headings: ClassVar[tuple[str, ...]] = ("gradient after 50 layers",)
    only_elementwise: ClassVar[bool] = False

    depths: tuple[int, ...]
    width: int
    seeds: int
    confidence: float
    """Of the bands: the probability that the median lies within."""
    survivals: tuple[Survival, ...]
    """Of Glorot's, He's and LeCun's initialization, and of the project's choice."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Draw networks, and send gradients back through them."""
        chosen = for_activation(activation)
        skipped, confidence = _band(effort.seeds)
        survivals = []
        for initializer in dict.fromkeys((*_STANDARD, chosen)):
            with np.errstate(all="ignore"):
                shares = np.array(list(_shares(activation, initializer, effort)))
            shares = np.sort(np.where(np.isnan(shares), np.inf, shares), axis=0)
            bounds = (np.median(shares, axis=0), shares[skipped], shares[-1 - skipped])
            median, low, high = (tuple(bound.tolist()) for bound in bounds)
            survivals.append(Survival(repr(initializer), initializer == chosen, median, low, high))
        return cls(effort.depths, effort.width, effort.seeds, confidence, tuple(survivals))

    @property
    def chosen(self) -> Survival:
        """The gradient with the project's own choice of weights."""
        return next(survival for survival in self.survivals if survival.chosen)

    def lines(self) -> tuple[str, ...]:
        deepest = self.depths[-1]
        bands = tuple(
            f"{survival.initializer}{' (chosen)' if survival.chosen else ''}: x {shown(survival.median[-1], 3)} "
            f"[{shown(survival.low[-1], 3)}, {shown(survival.high[-1], 3)}]"
            for survival in self.survivals
        )
        about = f"{deepest} layers of {self.width} units; median of {self.seeds} networks and its"
        return (f"{about} {percent(self.confidence)} interval", *bands)

    def cells(self) -> tuple[str, ...]:
        return (shown(self.chosen.median[-1], 2),)


def _shares(
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
        shares = []
        for depth in effort.depths:
            top = trace[depth - 1]
            *_, first = backward(trace[:depth], activation.vjp(top.a, top.z, dz))
            shares.append(np.linalg.norm(first.dx) / np.linalg.norm(dz))  # type: ignore[arg-type]
        yield np.array(shares)


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
