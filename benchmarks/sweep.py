"""Networks of random shapes: what the chosen cases of `forward` do not show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.cases import ForwardCase
from benchmarks.race import Outcome

# Widths and rows as people choose them, and any others beside them.
_WIDTHS = (1, 2, 3, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 784, 1000, 1024, 2048)
_ROWS = (1, 2, 3, 5, 10, 16, 32, 64, 100, 200, 256, 500, 1000, 2000, 5000, 10_000, 20_000)
_MOST_LAYERS = 10

# Those that every peer has, in both types.
_HIDDEN = ("relu", "relu", "sigmoid", "tanh", "leaky_relu", "elu")
_OUTPUTS = ("identity", "identity", "softmax", "sigmoid")
_MOST_PRODUCTS = 1e10
"""Multiply-adds of a call; beyond that, rows are drawn again."""

ONCE_LOST = (
    ForwardCase((2048, 16), "relu", "identity", 1000, goal=1.0, dtype="float64"),
    ForwardCase((20, 1000, 2048, 16, 256, 5, 32, 1, 1, 1, 500), "relu", "identity", 200, goal=1.0),
    ForwardCase((20, 512, 500, 2048, 1000, 8, 2), "relu", "identity", 2, goal=1.0),
)
"""Shapes that a peer was faster with; they are measured beside the random ones."""


def random_cases(shapes: int, seed: int) -> list[ForwardCase]:
    """Return that many cases; the same for the same seed, and fewer are the first of more."""
    rng, outputs = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    return [replace(_random_case(rng), output=str(outputs.choice(_OUTPUTS))) for _ in range(shapes)]


def _random_case(rng: np.random.Generator) -> ForwardCase:
    layers = int(rng.integers(1, _MOST_LAYERS, endpoint=True))
    shape = tuple(_one_of(_WIDTHS, rng) for _ in range(layers + 1))
    hidden, dtype = str(rng.choice(_HIDDEN)), str(rng.choice(("float32", "float64")))
    while True:
        case = ForwardCase(shape, hidden, "identity", _one_of(_ROWS, rng), goal=1.0, dtype=dtype)
        if case.flops <= 2 * _MOST_PRODUCTS:
            return case


def _one_of(usual: Sequence[int], rng: np.random.Generator) -> int:
    """Return one of the usual numbers, or as often any number up to the largest, small ones as likely as large ones."""
    if rng.random() < 0.5:
        return int(rng.choice(usual))
    return round(math.exp(rng.uniform(0, math.log(usual[-1]))))


@dataclass(frozen=True)
class Summary:
    """What all shapes of a sweep come to."""

    geometric_mean: float
    lowest: float
    losses: list[tuple[str, str, float]]
    """Case, fastest peer and ratio, the worst first."""


def summary(outcomes: Sequence[Outcome]) -> Summary:
    """Sum up the ratios of the cases that have one."""
    ratios = {o.case: (o.fastest_peer(), r) for o in outcomes if (r := o.ratio()) is not None}
    numbers = [ratio for _, ratio in ratios.values()]
    losses = sorted(((c, peer, r) for c, (peer, r) in ratios.items() if r < 1), key=lambda loss: loss[2])
    return Summary(float(np.exp(np.mean(np.log(numbers)))), min(numbers), losses)
