"""Where batches come from: arrays (in memory or memory-mapped), or a function that returns batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer.errors import InputError
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.randomness import Random
from multilayer.training.steps import Batches

__all__ = ["Arrays", "Source", "Stream", "arrays", "inputs", "source", "split"]

BatchFunction = Callable[[], Iterable[tuple[Any, ...]]]
ClassWeight = Mapping[int, float] | str | None


@dataclass(frozen=True, eq=False)
class Arrays:
    """Samples that are all there: X (samples, inputs), prepared targets, weights or None."""

    X: NDArray[Any]
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    chosen: NDArray[np.intp] | None = None
    """The rows to use, where not all of them are."""

    @property
    def rows(self) -> int:
        """Number of rows to use."""
        return len(self.X) if self.chosen is None else len(self.chosen)

    def batches(self, size: int, order: NDArray[np.intp] | None) -> Iterator[Batches]:
        """Yield all batches of an epoch, in one object."""
        yield Batches(
            self.X, self.y, self.weights, self.chosen if order is None else order, min(size, self.rows)
        )

    def count(self, size: int) -> int | None:
        """Return the number of batches in an epoch."""
        return -(-self.rows // min(size, self.rows))


@dataclass(frozen=True, eq=False)
class Stream:
    """Batches that a function returns anew for each epoch: (X, y) or (X, y, weights)."""

    function: BatchFunction
    network: MLP
    loss: Loss

    chosen = None

    def batches(self, size: int, order: NDArray[np.intp] | None) -> Iterator[Batches]:
        """Yield the batches as they come."""
        for number, batch in enumerate(self.function(), 1):
            if not isinstance(batch, tuple) or len(batch) not in (2, 3):
                raise InputError(
                    f"batch {number}: expected (X, y) or (X, y, weights); got {type(batch).__name__}"
                )
            weights = batch[2] if len(batch) == 3 else None
            part = arrays(self.network, self.loss, batch[0], batch[1], weights)
            yield Batches(part.X, part.y, part.weights, None, part.rows)

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
    if not callable(X):
        if y is None:
            raise InputError(
                "y is missing; give targets, or as X a function that returns an iterable of (X, y) batches, a new "
                "one for each epoch"
            )
        return arrays(network, loss, X, y, sample_weight, class_weight)
    if y is not None or sample_weight is not None or class_weight is not None:
        raise InputError(
            "batches from a function bring their own y and weights; leave out y, sample_weight, class_weight"
        )
    return Stream(X, network, loss)


def arrays(
    network: MLP,
    loss: Loss,
    X: Any,
    y: Any,
    sample_weight: ArrayLike | None = None,
    class_weight: ClassWeight = None,
) -> Arrays:
    """Return samples, checked. Nothing is copied: X keeps its type, and is read where a batch needs it."""
    X = inputs(network, X)
    targets = loss.targets(y, network.shape[-1])
    if len(targets) != len(X):
        raise InputError(f"X has {len(X)} samples but y has {len(targets)}; expected one target per sample")
    weights = None if sample_weight is None else _weights(sample_weight, len(X))
    if class_weight is not None:
        by_class = _class_weights(targets, class_weight)
        weights = by_class if weights is None else weights * by_class
    return Arrays(X, targets, weights)


def inputs(network: MLP, X: Any) -> NDArray[Any]:
    """Return X as an array of samples that the network takes, its type as it was."""
    try:
        array: NDArray[Any] = np.asanyarray(X)  # a memory-mapped array stays one
    except ValueError:
        raise InputError("X has rows of different lengths; expected a rectangular array") from None
    width = network.shape[0]
    if array.dtype.kind not in "biuf":
        raise InputError(f"X holds {array.dtype} values; expected real numbers")
    if array.ndim != 2 or array.shape[1] != width:
        raise InputError(f"X has shape {array.shape}; this network takes (samples, {width})")
    if not len(array):
        raise InputError("X has no samples; training needs at least one")
    return array


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


def _weights(sample_weight: ArrayLike, rows: int) -> NDArray[np.float64]:
    weights = np.asarray(sample_weight)
    if weights.shape != (rows,) or weights.dtype.kind not in "biuf":
        raise InputError(
            f"sample_weight has shape {weights.shape} and type {weights.dtype}; "
            f"expected ({rows},) numbers, one per sample"
        )
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise InputError("sample_weight must be finite, never negative, and not all zero")
    return weights.astype(np.float64, copy=False)


def _class_weights(y: NDArray[Any], class_weight: Mapping[int, float] | str) -> NDArray[np.float64]:
    """Return a weight per sample; "balanced" gives every class the same share of the whole."""
    if y.ndim == 2 and y.shape[1] > 1 and not np.isin(y, (0, 1)).all():
        raise InputError("class_weight needs targets that are classes; give sample_weight instead")
    if y.ndim == 2 and y.shape[1] > 1:
        y = y.argmax(axis=1)
    classes, members = np.unique(y.ravel(), return_inverse=True)
    counts = np.bincount(members)
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise InputError(
                f'class_weight must be "balanced" or a weight per class number; got {class_weight!r}'
            )
        per_class = members.size / (len(classes) * counts)
    else:
        per_class = np.array([class_weight.get(int(c), 1.0) for c in classes], dtype=np.float64)
        if not (np.isfinite(per_class) & (per_class >= 0)).all() or not per_class.any():
            raise InputError("class_weight must be finite, never negative, and not all zero")
    return np.asarray(per_class[members], dtype=np.float64)
