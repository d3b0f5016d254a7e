"""Starting weights: what five layers of a hundred units make of signal and gradient, before any training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer._base.table import number_text
from multilayer._base.text import fill, percent
from multilayer.activations import Activation, AlongAxis, get
from multilayer.initializers import Glorot, He, Initializer
from multilayer.network import Dense
from multilayer.network.trace import forward
from multilayer.training import backward
from multilayer.web.endpoint import Endpoint
from multilayer.web.session import Session

__all__ = ["ENDPOINTS", "BeginningsRequest", "starting_network"]

LAYERS, UNITS, ROWS, BINS = 5, 100, 1000, 30
_EDGE = 0.02
"""Outputs closer than this to an end of the range count as near it, as a fraction of the range."""


@dataclass(frozen=True)
class Gaussian(Initializer):
    """Weights of a normal distribution with one standard deviation, whatever the layer; b = 0."""

    std: float

    def __call__(
        self, inputs: int, units: int, activation: Activation, rng: Random, /
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.std * rng.standard_normal((inputs, units)), np.zeros(units)


BEGINNINGS: dict[str, tuple[Callable[[], str], Initializer]] = {
    "1": (lambda: fill("standard deviation 1"), Gaussian(1.0)),
    "0.01": (lambda: fill("standard deviation 0.01"), Gaussian(0.01)),
    "glorot": (lambda: fill("Xavier (Glorot)"), Glorot("normal")),
    "he": (lambda: fill("He"), He("normal")),
}


class BeginningsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which activation in every layer, and the seed of weights and rows."""

    activation: str = "sigmoid"
    seed: int = 0


class Layer(msgspec.Struct):
    """One layer: a histogram of its z, and figures as text."""

    counts: list[int]
    low: str
    high: str
    std: str
    """Of z."""
    at_ends: str | None
    """The fraction of z within 2 % of an end of the activation's range; None where it is not bounded."""
    gradient: str
    """The root mean square of da."""


class Beginning(msgspec.Struct):
    """One way to begin, layer by layer."""

    name: str
    title: str
    layers: list[Layer]


class Beginnings(msgspec.Struct):
    """All ways, with what is done with them, and what the figures are."""

    about: str
    ways: list[Beginning]
    figures: str


def beginnings(_: Session, request: BeginningsRequest) -> Beginnings:
    """Return every way to begin, each from the same seed."""
    activation = get(request.activation)
    return Beginnings(
        fill(
            "{rows:,} rows of standard normal numbers go through {layers} layers of {units} units, before any "
            "training. Where all z of a layer stand at the ends, or all at one place, little can be learned.",
            rows=ROWS,
            layers=LAYERS,
            units=UNITS,
        ),
        [
            Beginning(name, title(), _layers(activation, initializer, request.seed))
            for name, (title, initializer) in BEGINNINGS.items()
        ],
        fill(
            "Near the ends: z within {edge} of an end of the range. Gradient: the root mean square of da, where a "
            "standard normal dz comes in at the output.",
            edge=percent(_EDGE),
        ),
    )


def starting_network(
    activation: Activation, initializer: Initializer, seed: int
) -> tuple[tuple[Dense, ...], NDArray[np.float64], NDArray[np.float64]]:
    """Return the layers, the rows, and the gradient that comes in at the output: standard normal numbers."""
    rng = np.random.default_rng(seed)
    X, dz = rng.standard_normal((2, ROWS, UNITS))
    layers = (Dense(*initializer(UNITS, UNITS, activation, rng), activation) for _ in range(LAYERS))
    return tuple(layers), X, dz


def _layers(activation: Activation, initializer: Initializer, seed: int) -> list[Layer]:
    layers, X, dz = starting_network(activation, initializer, seed)
    with np.errstate(all="ignore"):
        records = list(forward(layers, X))
        da = activation.vjp(records[-1].a, records[-1].z, dz)
        gradients = reversed([each.da for each in backward(records, da, inputs=False)])
        return [_layer(activation, each.z, da) for each, da in zip(records, gradients, strict=True)]


def _layer(activation: Activation, z: NDArray[np.float64], da: NDArray[np.float64]) -> Layer:
    ends = activation.facts.range
    bounded = math.isfinite(ends.low) and math.isfinite(ends.high) and not isinstance(activation, AlongAxis)
    finite = z[np.isfinite(z)]
    low, high = (ends.low, ends.high) if bounded else (float(finite.min()), float(finite.max()))
    margin = _EDGE * (high - low)
    near = (z < low + margin) | (z > high - margin)
    return Layer(
        np.histogram(finite, BINS, (low, high if high > low else low + 1.0))[0].tolist(),
        number_text(low, 3),
        number_text(high, 3),
        number_text(z.std(), 3),
        percent(float(near.mean())) if bounded else None,
        number_text(np.sqrt(np.mean(da * da)), 3),
    )


ENDPOINTS = (Endpoint("beginnings", BeginningsRequest, beginnings),)
