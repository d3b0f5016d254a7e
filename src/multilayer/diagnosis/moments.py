"""Sums over samples, block by block: means, variances, extremes, correlations in constant memory; and histograms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation, sigmoid, softmax
from multilayer.diagnosis.evidence import Floats, Histogram, Integers, Pairs
from multilayer.losses import Loss, binary_cross_entropy, categorical_cross_entropy
from multilayer.optimizers import LBFGS, OptimizerState
from multilayer.training import TrainConfig
from multilayer.training.numpy_engine import NumpyEngine

__all__ = [
    "Linear",
    "Moments",
    "PairSums",
    "counts",
    "fitted",
    "histogram",
    "likely_pairs",
    "scale_of",
]

Array = NDArray[Any]

_BINS = 64
_LIKELY = 0.998
"""What makes a pair worth being followed over all samples: somewhat less than the checks ask for."""
_DRAWN = 1e300
"""The largest edge of a histogram: pictures multiply it by lengths in pixels."""
_ROOM = 1e6
"""How far numbers stay from where one square overflows: room for the sum of 1e12 of them."""


class Moments:
    """Mean, variance and extremes of columns.

    Sums are of differences from `shift`, a guess of the mean, so that a mean far from 0 does not cancel the variance
    away. A block is summed in its own type, blocks in float64.
    """

    def __init__(self, shift: Array) -> None:
        self.shift = shift
        self.count = 0
        self.first, self.second = np.zeros(shift.size), np.zeros(shift.size)
        self.minimum, self.maximum = np.full(shift.size, np.inf), np.full(shift.size, -np.inf)

    def add(self, block: Array) -> Array:
        """Add samples, and return their differences from the shift."""
        from_shift: Array = block - self.shift
        self.count += len(block)
        self.first += from_shift.sum(axis=0)
        squares = np.einsum("ij,ij->j", from_shift, from_shift)
        if not np.isfinite(squares).all():  # beyond float32 already, and far from the end of float64
            squares = np.einsum("ij,ij->j", from_shift, from_shift, dtype=np.float64)
        self.second += squares
        np.minimum(self.minimum, block.min(axis=0), out=self.minimum)
        np.maximum(self.maximum, block.max(axis=0), out=self.maximum)
        return from_shift

    @property
    def offset(self) -> Floats:
        """Mean of the differences from the shift."""
        return self.first / self.count

    @property
    def mean(self) -> Floats:
        return self.shift.astype(np.float64) + self.offset

    @property
    def variance(self) -> Floats:
        """Exactly 0 for a constant column."""
        found = np.maximum(self.second / self.count - self.offset**2, 0.0)
        return np.where(self.minimum == self.maximum, 0.0, found)

    def covariance(self, products: Floats, other: Moments) -> Floats:
        """Return covariances from sums of products of differences from both shifts."""
        return products / self.count - self.offset * other.offset


class PairSums:
    """Correlations of chosen pairs of columns."""

    def __init__(self, pairs: Sequence[tuple[int, int]]) -> None:
        self.left, self.right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        self.products = np.zeros(self.left.size)

    def add(self, from_shift: Array) -> None:
        if self.left.size:
            self.products += np.einsum("ij,ij->j", from_shift[:, self.left], from_shift[:, self.right])

    def beyond(self, threshold: float, moments: Moments) -> Pairs:
        """Return the pairs whose |correlation| is larger than `threshold`."""
        offset, std = moments.offset, np.sqrt(moments.variance)
        with np.errstate(all="ignore"):
            covariance = self.products / moments.count - offset[self.left] * offset[self.right]
            correlation = np.clip(covariance / (std[self.left] * std[self.right]), -1.0, 1.0)
        found = zip(self.left.tolist(), self.right.tolist(), correlation.tolist(), strict=True)
        return tuple(pair for pair in found if abs(pair[2]) > threshold)


def scale_of(columns: Array) -> Array:
    """Return what to divide columns by so that their squares neither overflow nor vanish: 1 for nearly all.

    Others get a power of 2, by which a division changes no digit.
    """
    kind = np.result_type(columns, np.float32)
    limits = np.finfo(kind)
    maximum = np.maximum(np.abs(columns.min(axis=0)), np.abs(columns.max(axis=0))).astype(np.float64)
    fits = (maximum > np.sqrt(limits.tiny) * _ROOM) & (maximum < np.sqrt(limits.max) / _ROOM)
    return np.where(fits | (maximum == 0.0), 1.0, np.exp2(np.frexp(maximum)[1] - 1.0)).astype(kind)


def likely_pairs(columns: Array) -> list[tuple[int, int]]:
    """Return for each column the first one before it that it may be a copy of, up to scale and shift."""
    centred = columns - columns.mean(axis=0, dtype=np.float64).astype(columns.dtype)
    # A column of equal numbers is left with rounding errors, which are not to be compared.
    varies = columns.min(axis=0) < columns.max(axis=0)
    size = np.sqrt(np.einsum("ij,ij->j", centred, centred))
    numbers = np.flatnonzero(varies & (size > 0))
    unit = centred[:, numbers] / size[numbers]
    alike = np.triu(np.abs(unit.T @ unit) > _LIKELY, 1)
    return [(int(numbers[alike[:, j].argmax()]), int(numbers[j])) for j in np.flatnonzero(alike.any(axis=0))]


def histogram(sample: Array) -> Histogram:
    """Return a histogram of all numbers of a sample."""
    most = min(float(np.finfo(sample.dtype).max) / 8, _DRAWN)
    low, high = (float(np.clip(end, -most, most)) for end in (sample.min(), sample.max()))
    margin = 0.05 * (high - low) or max(abs(low), 1.0) * 0.05
    edges = np.linspace(low - margin, high + margin, _BINS + 1)
    return Histogram(edges, counts(sample, edges))


def counts(numbers: Array, edges: Floats) -> Integers:
    """Return how many numbers are in each bin; edges are equally far apart, so that nothing has to be sorted."""
    bins = len(edges) - 1
    # In this order: a quotient of neighbours overflows nowhere, and bins / width may, among the smallest numbers.
    place = np.clip(numbers.astype(np.float64), edges[0], edges[-1])
    place -= edges[0]
    place /= edges[-1] - edges[0]
    place *= bins
    chosen = np.minimum(place.astype(np.int32), bins - 1)
    found: Integers = np.bincount(chosen.ravel(), minlength=bins)
    return found


_ITERATIONS = 30
_PENALTY = 1e-3
_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Linear:
    """x -> x W + b."""

    W: NDArray[Any]
    b: NDArray[Any]

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        found: NDArray[Any] = x @ self.W + self.b
        return found


def fitted(x: NDArray[Any], y: Floats, classes: Integers | None) -> Linear | None:
    """Return the linear model of these samples: least squares for numbers, logistic regression for classes.

    None where its weights are not finite: columns or targets are too large or too small for their type.

    Raises
    ------
    MissingExtraError
        For classes, where SciPy is not installed.
    """
    size = scale_of(x)
    unit = x / size
    mean, std = unit.mean(axis=0, dtype=np.float64), unit.std(axis=0, dtype=np.float64)
    std = np.where(std > 1e-12 * np.abs(mean), std, np.inf)
    scaled = (unit - mean) / std
    try:
        W, b = _numbers(scaled, y) if classes is None else _classes(scaled, y, classes)
    except np.linalg.LinAlgError:
        return None
    W = W / std[:, np.newaxis]
    model = Linear((W / size[:, np.newaxis]).astype(x.dtype), (b - mean @ W).astype(x.dtype))
    return model if np.isfinite(model.W).all() and np.isfinite(model.b).all() else None


def _numbers(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    size = scale_of(y)
    centre = (y / size).mean(axis=0)
    # A little ridge, so that columns that are copies of each other share their weight.
    gram = x.T @ x + _PENALTY * len(x) * 1e-3 * np.eye(x.shape[1])
    return np.linalg.solve(gram, x.T @ (y / size - centre)) * size, centre * size


def _classes(x: Floats, y: Floats, classes: Integers) -> tuple[Floats, Floats]:
    inputs, units = x.shape[1], y.shape[1]
    output: Activation = sigmoid if units == 1 else softmax
    loss: Loss = binary_cross_entropy if units == 1 else categorical_cross_entropy
    engine = NumpyEngine(TrainConfig(loss=loss, l2=_PENALTY * len(x)), (output,))
    targets = classes if units > 1 else classes[:, np.newaxis]

    def parameters(vector: Floats) -> tuple[Floats, Floats]:
        return vector[:-units].reshape(inputs, units), vector[-units:]

    def value(vector: Floats) -> tuple[float, Floats]:
        engine.load(parameters(vector), OptimizerState(0, {}))
        mean, gradient = engine.objective(x, targets, None)
        return mean, np.concatenate([array.ravel() for array in gradient])

    found = np.zeros((inputs + 1) * units)

    def keep(vector: Floats, _: float) -> None:
        found[:] = vector

    LBFGS(tolerance=_TOLERANCE).minimize(value, found.copy(), _ITERATIONS, keep)
    return parameters(found)
