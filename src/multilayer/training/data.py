"""Training data: arrays (in memory, memory-mapped or sparse) or an iterable of batches, and batches of their rows."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.arrays import count_of_columns, is_frame, numbers, plain_array, well_laid_out
from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.labels import class_numbers
from multilayer.training.class_weights import ClassWeight, weights_by_class

__all__ = [
    "Arrays",
    "Batches",
    "ClassWeight",
    "Rows",
    "Source",
    "Stream",
    "arrays",
    "inputs",
    "mean_weights",
    "sample_weights",
    "source",
    "split",
    "targets",
]

BatchFunction = Callable[[], Iterable[tuple[Any, ...]]]


class Rows(Protocol):
    """What training needs of X: rows by a slice or an array of indices, as an array. `np.memmap` reads only these."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, rows: Any, /) -> NDArray[Any]: ...


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

    def count(self, size: int) -> int | None:
        """Return the number of batches in an epoch."""
        return -(-self.rows // min(size, self.rows))


@dataclass(frozen=True, eq=False)
class Stream:
    """Batches (X, y) or (X, y, weights), out of an iterable that a function returns for each epoch."""

    function: BatchFunction
    network: MLP
    loss: Loss

    chosen = None

    def batches(self, size: int, order: NDArray[np.intp] | None) -> Iterator[Batches]:
        """Yield the batches as they come."""
        batches = self.function()
        if not isinstance(batches, Iterable):
            raise InputError(
                f"X is a function; expected that it returns batches (X, y), got {type(batches).__name__}"
            )
        for number, batch in enumerate(batches, 1):
            if not isinstance(batch, tuple) or len(batch) not in (2, 3):
                raise InputError(
                    f"batch {number}: expected (X, y) or (X, y, weights); got {type(batch).__name__}"
                )
            weights = batch[2] if len(batch) == 3 else None
            part = arrays(self.network, self.loss, batch[0], batch[1], weights)
            yield from part.batches(part.rows, None)

    def count(self, size: int) -> int | None:
        """Return None: a function does not tell how many batches it has."""
        return None


Source = Arrays | Stream


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
        raise InputError(f"X has {rows} samples but y has {len(y)}; expected one target per sample")
    weights = None if sample_weight is None else sample_weights(sample_weight, rows)
    if class_weight is not None:
        by_class = weights_by_class(network, y, class_weight)
        weights = by_class if weights is None else weights * by_class
    return Arrays(X, y, weights)


def inputs(network: MLP, X: Any) -> Rows:
    """Return X as samples that the network takes: an array (memory-mapped or not, its type as it was), or sparse.

    The columns of a data frame are taken by the names of the inputs, where the network has some.
    """
    rows: Rows = SparseRows.of(X) if hasattr(X, "tocsr") else numbers("X", X, network.input_names)
    width = network.widths[0]
    if len(rows.shape) != 2 or rows.shape[1] != width:
        raise InputError(f"X has shape {rows.shape}; this network takes (samples, {width})")
    if not rows.shape[0]:
        raise InputError("X has no samples; training needs at least one")
    return rows


def targets(network: MLP, loss: Loss, y: Any) -> NDArray[Any]:
    """Return y as the loss takes it, labels as the loss takes their classes.

    Where the network has labels, y of shape (samples,) and a data frame of one column hold labels, by the rule in
    `multilayer.network.labels`; of other data frames there is a column for each label, by name. Everything else is in
    the form of the loss already.
    """
    classes, units = network.classes, network.widths[-1]
    if classes is None:
        return loss.targets(y, units)
    if is_frame(y):
        if count_of_columns(y) != 1:
            return loss.targets(numbers("y", y, network.output_names, "a class of the network"), units)
        y = plain_array("y", y)[:, 0]
    given = plain_array("y", y)
    if given.ndim != 1:
        return loss.targets(given if given.ndim else y, units)
    advice = f"; give labels, or the wanted outputs in shape (samples, {units})"
    return loss.targets_of_classes(class_numbers(classes, given, advice=advice), units)


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A SciPy sparse matrix, of which the rows of a batch are made dense."""

    csr: Any

    @staticmethod
    def of(X: Any) -> SparseRows:
        """Return the rows of any sparse matrix of real numbers."""
        kind = np.dtype(X.dtype)
        if kind.kind not in "biuf":
            raise InputError(f"X holds {kind} values; expected real numbers")
        return SparseRows(X.tocsr() if kind.isnative else X.astype(kind.newbyteorder("=")).tocsr())

    @property
    def shape(self) -> tuple[int, ...]:
        """Samples and inputs."""
        shape: tuple[int, ...] = self.csr.shape
        return shape

    def __getitem__(self, rows: Any, /) -> NDArray[Any]:
        dense: NDArray[Any] = self.csr[rows].toarray()
        return dense


def split(data: Arrays, fraction: float, rng: Random) -> tuple[Arrays, Arrays]:
    """Return training and validation data: a random share of the rows, none of them copied."""
    held_out = round(fraction * data.rows)
    if not 0.0 < fraction < 1.0 or not 0 < held_out < data.rows:
        raise InputError(
            f"validation={fraction!r} takes {held_out} of {data.rows} samples; expected a share between 0 and 1 that "
            "leaves some on both sides"
        )
    rows = rng.permutation(data.rows)
    return (
        Arrays(data.X, data.y, data.weights, np.sort(rows[held_out:])),
        Arrays(data.X, data.y, data.weights, np.sort(rows[:held_out])),
    )


def sample_weights(sample_weight: ArrayLike, rows: int) -> NDArray[np.float64]:
    """Return weights as training takes them: finite, never negative, and one per sample."""
    weights = numbers("sample_weight", sample_weight)
    if weights.shape != (rows,):
        raise InputError(f"sample_weight has shape {weights.shape}; expected ({rows},), one per sample")
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise InputError("sample_weight must be finite, never negative, and not all zero")
    return well_laid_out(np.asarray(weights, np.float64))
