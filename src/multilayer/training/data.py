"""Training data: arrays, blocks of rows outside of memory, or an iterable of batches."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer._base.translation import N_
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training.batches import Batches
from multilayer.training.blocks import Blocks, ShuffledBlocks, Sides
from multilayer.training.samples import ClassWeight, Rows, inputs, sample_weights, targets, weights_by_class

__all__ = [
    "Arrays",
    "Source",
    "Stream",
    "arrays",
    "chunks",
    "divided",
    "mean_of",
    "mean_weights",
    "source",
    "split",
    "split_blocks",
]

T = TypeVar("T")
BatchFunction = Callable[[], Iterable[tuple[Any, ...]]]


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

    def batches(self, size: int, order: NDArray[np.intp] | None, done: int = 0) -> Iterator[Batches]:
        """Yield the batches of an epoch after the first `done`, in one object."""
        order, size = self.chosen if order is None else order, min(size, self.rows)
        yield Batches(self.X, self.y, self.weights, order, size, done * size, self.rows)

    def order(self, before: NDArray[np.intp] | None, shuffle: bool, rng: Random) -> NDArray[np.intp] | None:
        """Return the order of an epoch, drawn from that of the epoch before; None for rows as they stand."""
        order = self.chosen if before is None else before
        if not shuffle:
            return order
        rows = np.arange(self.rows) if order is None else order
        return rows[rng.permutation(self.rows)]

    def is_order(self, order: NDArray[np.intp]) -> bool:
        """Whether it could be the order of an epoch: each row once."""
        rows = np.arange(self.rows) if self.chosen is None else np.sort(self.chosen)
        return np.array_equal(np.sort(order), rows)

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

    def batches(self, size: int, order: NDArray[np.intp] | None, done: int = 0) -> Iterator[Batches]:
        """Yield the batches after the first `done` as they come."""
        batches = self.function()
        if not isinstance(batches, Iterable):
            raise InputError(
                "X is a function; expected that it returns batches (X, y), got {kind}",
                kind=type(batches).__name__,
            )
        for number, batch in enumerate(batches, 1):
            if not isinstance(batch, tuple) or len(batch) not in (2, 3):
                raise InputError(
                    "batch {number}: expected (X, y) or (X, y, weights); got {kind}",
                    number=number,
                    kind=type(batch).__name__,
                )
            if number <= done:
                continue
            weights = batch[2] if len(batch) == 3 else None
            part = arrays(self.network, self.loss, batch[0], batch[1], weights)
            yield from part.batches(part.rows, None)

    def count(self, size: int) -> int | None:
        """Return None: the number of batches is not known."""
        return None


Source = Arrays | ShuffledBlocks | Stream


def chunks(
    source: Source, size: int, order: NDArray[np.intp] | None, done: int, stops: Sequence[int]
) -> Iterator[Batches]:
    """Yield the batches of an epoch after the first `done`, up to each multiple of one of `stops`, or to the end."""
    for batches in source.batches(size, order, done):
        first, total = 0, len(batches)
        while first < total:
            last = min([total, *(first + stop - (done + first) % stop for stop in stops)])
            yield batches.slice(first, last)
            first = last
        done += total


def source(
    network: MLP, loss: Loss, X: Any, y: Any, sample_weight: ArrayLike | None, class_weight: ClassWeight
) -> Source:
    """Return the training data, checked against network and loss."""
    if isinstance(X, Blocks):
        return ShuffledBlocks.of(_alone(X, y, sample_weight, class_weight), network, loss)
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
    return Stream(_alone(function, *others), network, loss)


def _alone(X: T, *others: Any) -> T:
    if any(other is not None for other in others):
        raise InputError("batches bring their own y and weights; leave out y, sample_weight and class_weight")
    return X


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
            "X has {rows} samples but y has {targets}; expected one target per sample",
            rows=rows,
            targets=len(y),
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
            "validation={fraction!r} takes {held_out} of {rows} samples; expected a "
            "fraction between 0 and 1 that leaves some on both sides",
            fraction=fraction,
            held_out=held_out,
            rows=data.rows,
        )
    chosen = np.zeros(data.rows, bool)
    chosen[rng.permutation(data.rows)[:held_out]] = True
    return divided(data, chosen)


_MOST_HELD_OUT = 2**28
"""Bytes of rows that are held out of blocks, and stay in memory; 256 MiB."""


def split_blocks(data: ShuffledBlocks, fraction: float, rng: Random) -> tuple[ShuffledBlocks, Arrays]:
    """Return training and validation data: about a fraction of the rows, by `Sides`. All blocks are read once."""
    width, dtype = data.cells
    sides = Sides.of(width, fraction, rng)
    used = data.block_rows.copy()
    x = np.empty((int(used.max()), width), dtype)
    held: list[tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]] = []
    size = 0
    for block, rows in enumerate(data.block_rows.tolist()):
        y, weights = data.prepared(block, x[:rows])
        out = sides.held_out(x[:rows])
        used[block] -= np.count_nonzero(out)
        held.append((x[:rows][out], y[out], None if weights is None else weights[out]))
        size += held[-1][0].nbytes + held[-1][1].nbytes
        if size > _MOST_HELD_OUT:
            template = N_(
                "validation={fraction} holds out more than {most} MiB, which stay in memory; give a smaller fraction, "
                "or (X, y)"
            )
            raise InputError(template, fraction=fraction, most=_MOST_HELD_OUT >> 20)
    all_x, all_y, all_weights = zip(*held, strict=True)
    if not size or not used.any():
        raise InputError(
            "validation={fraction} leaves no rows on one side; give another fraction", fraction=fraction
        )
    weights = None if all_weights[0] is None else np.concatenate(all_weights)
    validation = Arrays(data.blocks.inputs_of(np.concatenate(all_x)), np.concatenate(all_y), weights)
    return replace(data, block_rows=used, sides=sides), validation


def divided(data: Arrays, held_out: NDArray[np.bool_]) -> tuple[Arrays, Arrays]:
    """Return the rows that are not held out, and those that are, without copying."""
    if held_out.dtype != bool or held_out.shape != (data.rows,) or held_out.all() or not held_out.any():
        raise InputError(
            "validation is an array of {dtype} of shape {shape}; expected True for each sample to hold out, of "
            "shape ({rows},), and some on both sides",
            dtype=held_out.dtype,
            shape=held_out.shape,
            rows=data.rows,
        )
    parts = (replace(data, chosen=np.flatnonzero(part)) for part in (~held_out, held_out))
    return next(parts), next(parts)
