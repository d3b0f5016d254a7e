"""Training data, arrays or an iterable of batches, and the batches that steps take."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer._base.text import fill
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training.samples import ClassWeight, Rows, inputs, sample_weights, targets, weights_by_class

__all__ = [
    "Arrays",
    "Batches",
    "Source",
    "Stream",
    "arrays",
    "chunks",
    "divided",
    "mean_of",
    "mean_weights",
    "source",
    "split",
]

BatchFunction = Callable[[], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True, eq=False)
class Batches:
    """Rows to train on, `size` at a time: those that `order` names, or all as they stand, from `start` to `stop`."""

    X: Rows
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    order: NDArray[np.intp] | None
    size: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start

    def __len__(self) -> int:
        return math.ceil(self.rows / self.size)

    def slice(self, first: int, last: int) -> Batches:
        """Return the batches from `first` up to `last`, counted from 0."""
        start, stop = self.start + first * self.size, self.start + last * self.size
        return replace(self, start=start, stop=min(stop, self.stop))

    def gather(
        self, number: int, dtype: np.dtype[Any]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]:
        """Return x, y and weights of batch `number`, x in the type of the network."""
        x = np.require(np.asarray(self.X[self.chosen(number)]), dtype, "A")
        return x, *self.targets(number)

    def targets(self, number: int) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
        """Return y and weights of batch `number`."""
        rows = self.chosen(number)
        return np.asarray(self.y[rows]), None if self.weights is None else self.weights[rows]

    def chosen(self, number: int) -> Any:
        """Return the rows of batch `number`: a slice, or an array of indices."""
        start = self.start + number * self.size
        rows = slice(start, min(start + self.size, self.stop))
        return rows if self.order is None else self.order[rows]


def mean_of(values: NDArray[Any], fractions: NDArray[np.float64]) -> float:
    """Return the mean of one value per sample, given each one's fraction of it."""
    with np.errstate(all="ignore"):
        return float(np.dot(values.astype(np.float64, copy=False), fractions))


def mean_weights(weights: NDArray[Any] | None, rows: int) -> tuple[NDArray[np.float64], float]:
    """Return each sample's fraction of the mean, and the sum of all weights. Weights all 0 give fractions of 0."""
    if weights is None:
        return np.full(rows, 1.0 / rows), float(rows)
    total = float(weights.sum(dtype=np.float64))
    return (weights / total if total else np.zeros(rows)).astype(np.float64, copy=False), total


@dataclass(frozen=True, eq=False)
class Arrays:
    """Samples that are all there: X (samples, inputs), prepared targets, weights or None."""

    X: Rows
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    chosen: NDArray[np.intp] | None = None
    """The rows to use, where not all of them are."""

    @property
    def rows(self) -> int:
        """Number of rows to use."""
        return self.X.shape[0] if self.chosen is None else len(self.chosen)

    def batches(self, size: int, order: NDArray[np.intp] | None) -> Iterator[Batches]:
        """Yield all batches of an epoch, in one object."""
        order = self.chosen if order is None else order
        yield Batches(self.X, self.y, self.weights, order, min(size, self.rows), 0, self.rows)

    def order(self, before: NDArray[np.intp] | None, shuffle: bool, rng: Random) -> NDArray[np.intp] | None:
        """Return the order of an epoch, drawn from that of the epoch before; None for rows as they stand."""
        order = self.chosen if before is None else before
        if not shuffle:
            return order
        rows = np.arange(self.rows) if order is None else order
        return rows[rng.permutation(self.rows)]

    def count(self, size: int) -> int | None:
        """Return the number of batches in an epoch."""
        return -(-self.rows // min(size, self.rows))


@dataclass(frozen=True, eq=False)
class Stream:
    """Batches (X, y) or (X, y, weights), out of an iterable that a function returns for each epoch."""

    function: BatchFunction
    network: MLP
    loss: Loss

    def order(self, before: NDArray[np.intp] | None, shuffle: bool, rng: Random) -> NDArray[np.intp] | None:
        """Return None: batches come in their own order."""
        return None

    def batches(self, size: int, order: NDArray[np.intp] | None) -> Iterator[Batches]:
        """Yield the batches as they come."""
        batches = self.function()
        if not isinstance(batches, Iterable):
            raise InputError(
                fill(
                    "X is a function; expected that it returns batches (X, y), got {kind}",
                    kind=type(batches).__name__,
                )
            )
        for number, batch in enumerate(batches, 1):
            if not isinstance(batch, tuple) or len(batch) not in (2, 3):
                raise InputError(
                    fill(
                        "batch {number}: expected (X, y) or (X, y, weights); got {kind}",
                        number=number,
                        kind=type(batch).__name__,
                    )
                )
            weights = batch[2] if len(batch) == 3 else None
            part = arrays(self.network, self.loss, batch[0], batch[1], weights)
            yield from part.batches(part.rows, None)

    def count(self, size: int) -> int | None:
        """Return None: the number of batches is not known."""
        return None


Source = Arrays | Stream


def chunks(
    source: Source, size: int, order: NDArray[np.intp] | None, done: int, every: int | None
) -> Iterator[Batches]:
    """Yield the batches of an epoch after the first `done`, up to each multiple of `every`, or to the end."""
    for batches in source.batches(size, order):
        first, stop = max(done, 0), len(batches)
        step = every or stop
        while first < stop:
            last = min(first + step - first % step, stop)
            yield batches.slice(first, last)
            first = last
        done -= stop


def source(
    network: MLP,
    loss: Loss,
    X: Any,
    y: Any,
    sample_weight: ArrayLike | None,
    class_weight: ClassWeight,
) -> Source:
    """Return the training data, checked against network and loss."""
    if callable(X):
        _check_no_arguments(X)
        return _stream(network, loss, X, y, sample_weight, class_weight)
    if y is None and isinstance(X, Iterable) and not hasattr(X, "shape"):
        return _stream(network, loss, lambda: X, y, sample_weight, class_weight)
    if y is None:
        raise InputError("y is missing; give targets, or as X an iterable of batches (X, y)")
    return arrays(network, loss, X, y, sample_weight, class_weight)


def _check_no_arguments(function: BatchFunction) -> None:
    try:
        inspect.signature(function).bind()
    except TypeError:
        raise InputError(
            "X is a function that needs arguments; expected one without, that returns the batches of an epoch"
        ) from None
    except ValueError:  # written in C, without a signature
        pass


def _stream(network: MLP, loss: Loss, function: BatchFunction, *others: Any) -> Stream:
    if any(other is not None for other in others):
        raise InputError("batches bring their own y and weights; leave out y, sample_weight and class_weight")
    return Stream(function, network, loss)


def arrays(
    network: MLP,
    loss: Loss,
    X: Any,
    y: Any,
    sample_weight: ArrayLike | None = None,
    class_weight: ClassWeight = None,
) -> Arrays:
    """Return samples, checked. Nothing is copied: X keeps its type, and is read where a batch needs it."""
    X, y = inputs(network, X), targets(network, loss, y)
    rows = X.shape[0]
    if len(y) != rows:
        raise InputError(
            fill(
                "X has {rows} samples but y has {targets}; expected one target per sample",
                rows=rows,
                targets=len(y),
            )
        )
    weights = None if sample_weight is None else sample_weights(sample_weight, rows)
    if class_weight is not None:
        by_class = weights_by_class(network, y, class_weight)
        weights = by_class if weights is None else weights * by_class
    return Arrays(X, y, weights)


def split(data: Arrays, fraction: float, rng: Random) -> tuple[Arrays, Arrays]:
    """Return training and validation data: a random fraction of the rows, without copying."""
    held_out = round(fraction * data.rows)
    if not 0.0 < fraction < 1.0 or not 0 < held_out < data.rows:
        raise InputError(
            fill(
                "validation={fraction!r} takes {held_out} of {rows} samples; expected a "
                "fraction between 0 and 1 that leaves some on both sides",
                fraction=fraction,
                held_out=held_out,
                rows=data.rows,
            )
        )
    chosen = np.zeros(data.rows, bool)
    chosen[rng.permutation(data.rows)[:held_out]] = True
    return divided(data, chosen)


def divided(data: Arrays, held_out: NDArray[np.bool_]) -> tuple[Arrays, Arrays]:
    """Return the rows that are not held out, and those that are, without copying."""
    if held_out.dtype != bool or held_out.shape != (data.rows,) or held_out.all() or not held_out.any():
        raise InputError(
            fill(
                "validation is an array of {dtype} of shape {shape}; expected True for each sample to hold out, of "
                "shape ({rows},), and some on both sides",
                dtype=held_out.dtype,
                shape=held_out.shape,
                rows=data.rows,
            )
        )
    parts = (replace(data, chosen=np.flatnonzero(part)) for part in (~held_out, held_out))
    return next(parts), next(parts)
