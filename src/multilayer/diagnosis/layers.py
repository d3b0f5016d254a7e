"""What one layer does over all samples, summed block by block."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.activations import Activation, Elementwise, Surrogate
from multilayer.diagnosis.evidence import GradientStatistics, Histogram, Layers, LayerStatistics
from multilayer.diagnosis.moments import Moments, counts, histogram
from multilayer.diagnosis.not_finite import whole
from multilayer.initializers import for_activation
from multilayer.measure.curve import SATURATED_BELOW
from multilayer.network import MLP
from multilayer.network.dense import Dense
from multilayer.network.trace import LayerRecord, forward
from multilayer.training import LayerGradient

__all__ = [
    "GradientAccumulator",
    "LayerAccumulator",
    "Sensitivity",
    "dead",
    "drawn",
    "initial_statistics",
    "sensitivity",
]

_FEW = 255
"""Rows at a time: what is made of them stays in the cache, and a byte counts them."""
_GRADIENT_EDGES = np.linspace(-16.0, 4.0, 81)
_NEAR, _FAR = 16.0, 64.0


class LayerAccumulator:
    """Sums over one layer; the samples that are read first give shifts and histograms."""

    def __init__(self, first: LayerRecord) -> None:
        self.layer: Dense = first.layer
        kind = first.a.dtype
        self.a = Moments(first.a.mean(axis=0, dtype=np.float64).astype(kind))
        self.z = Moments(first.z.mean(axis=0, dtype=np.float64).astype(kind))
        self._products = np.zeros(first.layer.units)
        # What a picture shows of a few hundred thousand numbers it shows of all.
        self._a_histogram, self._z_histogram = histogram(first.a), histogram(first.z)
        self._sensitivity = sensitivity(first.layer.activation)
        self._threshold = None if self._sensitivity is None else self._sensitivity.threshold.astype(kind)
        self._active = np.zeros(first.layer.units, np.int64)
        self._saturated = np.zeros(first.layer.units, np.int64)

    def add(self, record: LayerRecord) -> None:
        """Add the samples of a record."""
        for start in range(0, len(record.a), _FEW):
            rows = slice(start, start + _FEW)
            self._add(record.a[rows], record.z[rows])

    def _add(self, a: NDArray[Any], z: NDArray[Any]) -> None:
        a_from_shift, z_from_shift = self.a.add(a), self.z.add(z)
        self._products += np.einsum("ij,ij->j", a_from_shift, z_from_shift)
        if self._threshold is not None:
            slope: NDArray[Any] = np.abs(self.layer.activation.derivative(a))
            self._active += _count(slope != 0.0)
            self._saturated += _count(slope < self._threshold)

    @property
    def statistics(self) -> LayerStatistics:
        a, z = self.a, self.z
        with np.errstate(all="ignore"):
            straight = a.covariance(self._products, z) ** 2 / (a.variance * z.variance)
        constant = (a.variance == 0.0) | (z.variance == 0.0)
        known = self._sensitivity is not None
        return LayerStatistics(
            layer=self.layer,
            samples=a.count,
            mean_a=a.mean,
            variance_a=a.variance,
            mean_z=z.mean,
            variance_z=z.variance,
            mean_square_z=z.variance + z.mean**2,
            minimum_z=z.minimum,
            maximum_z=z.maximum,
            active=self._active if known else None,
            saturated=self._saturated if known else None,
            linearity=np.where(constant, np.nan, np.minimum(straight, 1.0)),
            a=self._a_histogram,
            z=self._z_histogram,
        )


def _count(which: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return how many rows are True in each column, of at most 255."""
    found: NDArray[np.uint8] = np.add.reduce(which.view(np.uint8), axis=0, dtype=np.uint8)
    return found


class GradientAccumulator:
    """The gradient in one layer: `da` comes sample by sample, not divided by their number."""

    def __init__(self, layer: Dense) -> None:
        self._W = layer.W
        self._dW = np.zeros(layer.W.shape)
        self._squares = np.zeros(layer.units)
        self._zeros = np.zeros(layer.units, np.int64)

    def add(self, gradient: LayerGradient) -> None:
        """Add the samples of a block."""
        self._dW += gradient.dW
        for start in range(0, len(gradient.da), _FEW):
            da = gradient.da[start : start + _FEW]
            self._squares += np.einsum("ij,ij->j", da, da)
            self._zeros += _count(da == 0.0)

    def statistics(self, samples: int) -> GradientStatistics:
        W, growth = self._W.astype(np.float64), self._dW / samples
        dW = np.abs(growth)
        with np.errstate(divide="ignore"):
            sizes = np.clip(np.log10(dW), _GRADIENT_EDGES[0], _GRADIENT_EDGES[-1])
        # A gradient may overflow where no sum of the forward pass does: infinity less infinity is too large, too.
        sizes = np.nan_to_num(sizes, nan=_GRADIENT_EDGES[-1])
        return GradientStatistics(
            norm_W=float(np.linalg.norm(W)),
            norm_dW=float(np.linalg.norm(dW)),
            dW=Histogram(_GRADIENT_EDGES, counts(sizes, _GRADIENT_EDGES)),
            rms_da=np.sqrt(self._squares / samples),
            zero_da=self._zeros / samples,
            growth=float((W * growth).sum()),
        )


def initial_statistics(
    start: MLP | None, x: NDArray[Any], rng: Random
) -> tuple[Layers | None, Layers | None]:
    """Return the layers of `start` on samples x, and those of a network of its shape with new weights.

    Each is None where it is not known, or lets numbers overflow.
    """
    if start is None:
        return None, None
    x = x.astype(start.dtype, copy=False)
    return _looked_at(start.layers, x), _looked_at(drawn(start, rng), x)


def drawn(network: MLP, rng: Random) -> list[Dense]:
    """Return layers of the shape of a network's, with the weights that `initializers.for_activation` draws."""
    found = []
    for layer in network.layers:
        W, b = for_activation(layer.activation)(layer.inputs, layer.units, layer.activation, rng)
        found.append(Dense(W.astype(network.dtype), b.astype(network.dtype), layer.activation))
    return found


def _looked_at(layers: Sequence[Dense], x: NDArray[Any]) -> Layers | None:
    records = tuple(forward(layers, x))
    if not whole(records).all():
        return None
    found = []
    for record in records:
        sums = LayerAccumulator(record)
        sums.add(record)
        found.append(sums.statistics)
    return tuple(found)


def dead(layer: LayerStatistics) -> NDArray[np.bool_] | None:
    """Return which units of a layer are dead; None where that has no meaning.

    A bounded unit that is stuck at another value than 0 is saturated, not dead.
    """
    facts = layer.layer.activation.facts
    if layer.active is None or layer.saturated is None or not facts.trainable:
        return None
    if math.isinf(facts.range.high):
        return np.asarray(layer.saturated == layer.samples)
    known = sensitivity(layer.layer.activation)
    silent = (layer.minimum_z == 0) & (layer.maximum_z == 0)
    return np.asarray((layer.active == 0) & silent & (known is not None and known.flat))


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The maximum of |h'(a)|, and the size below which a unit counts as saturated: shape () or (units,)."""

    maximum: NDArray[np.float64]
    threshold: NDArray[np.float64]
    flat: bool
    """Whether h' is exactly 0 on an interval near 0, so that a unit can die."""


@lru_cache(maxsize=256)
def sensitivity(activation: Activation) -> Sensitivity | None:
    """Return what is known of the size of h', or None for an activation along an axis.

    Where |h'| grows without bound (exponential, a cube) there is no maximum; its mean for a standard normal a takes
    its place.

    Examples
    --------
    >>> from multilayer.activations import sigmoid, relu
    >>> float(sensitivity(sigmoid).threshold), sensitivity(sigmoid).flat, sensitivity(relu).flat
    (0.0025, False, True)
    """
    backward = activation.backward if isinstance(activation, Surrogate) else activation
    if not isinstance(backward, Elementwise):
        return None
    kinks = np.array([kink + side for kink in backward.facts.kinks for side in (-1e-6, 1e-6)])
    near, far = _grid(_NEAR, kinks), _grid(_FAR, kinks)
    slopes, farther = _slopes(backward, near), _slopes(backward, far)
    maximum = np.maximum(slopes.max(axis=0), farther.max(axis=0))
    unbounded = farther.max(axis=0) > 1.5 * slopes.max(axis=0)
    density = np.exp(-0.5 * near * near)
    typical = (slopes * density.reshape(-1, *[1] * (slopes.ndim - 1))).sum(axis=0) / density.sum()
    maximum = np.where(unbounded | ~np.isfinite(maximum), typical, maximum)
    zero = slopes == 0.0
    flat = bool((zero[1:] & zero[:-1]).any()) and bool((~zero).any())
    return Sensitivity(maximum, SATURATED_BELOW * maximum, flat)


def _grid(end: float, kinks: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sort(np.concatenate([np.linspace(-end, end, 2049), kinks]))


def _slopes(activation: Elementwise, points: NDArray[np.float64]) -> NDArray[np.float64]:
    width = max((value.size for value in activation.parameters if np.ndim(value)), default=0)
    a: Any = np.repeat(points[:, np.newaxis], width, axis=1) if width else points
    with np.errstate(all="ignore"):
        slopes = np.abs(np.asarray(activation.derivative(a), dtype=np.float64))
    return np.where(np.isnan(slopes), 0.0, slopes)
