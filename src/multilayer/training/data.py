"""Where batches come from: arrays (in memory, memory-mapped or sparse), or whatever brings batches."""

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
from multilayer.settings import Limits
from multilayer.training.plan import Batches, Rows
from multilayer.wording import one_line

__all__ = [
    "Arrays",
    "Source",
    "Stream",
    "arrays",
    "check_some_weight",
    "checked_class_weights",
    "inputs",
    "sample_weights",
    "source",
    "split",
]

BatchFunction = Callable[[], Iterable[tuple[Any, ...]]]
ClassWeight = Mapping[int, float] | str | None

_CLASS_WEIGHT = Limits(least=0.0)


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
        for number, batch in enumerate(self.function(), 1):
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
        return _stream(network, loss, X, y, sample_weight, class_weight)
    if y is None and isinstance(X, Iterable) and not isinstance(X, np.ndarray):
        return _stream(network, loss, lambda: X, y, sample_weight, class_weight)
    if y is None:
        raise InputError("y is missing; give targets, or as X an iterable of batches (X, y)")
    return arrays(network, loss, X, y, sample_weight, class_weight)


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
    X = inputs(network, X)
    targets = loss.targets(y, network.shape[-1])
    rows = X.shape[0]
    if len(targets) != rows:
        raise InputError(f"X has {rows} samples but y has {len(targets)}; expected one target per sample")
    weights = None if sample_weight is None else sample_weights(sample_weight, rows)
    if class_weight is not None:
        by_class = _class_weights(targets, class_weight)
        weights = by_class if weights is None else weights * by_class
    return Arrays(X, targets, weights)


def inputs(network: MLP, X: Any) -> Rows:
    """Return X as samples that the network takes: an array (memory-mapped or not, its type as it was), or sparse."""
    if hasattr(X, "tocsr"):
        array: Any = SparseRows(X.tocsr())
    else:
        try:
            array = np.asanyarray(X)  # a memory-mapped array stays one
        except ValueError:
            raise InputError("X has rows of different lengths; expected a rectangular array") from None
        if array.dtype.kind not in "biuf":
            raise InputError(f"X holds {array.dtype} values; expected real numbers")
    width = network.shape[0]
    if len(array.shape) != 2 or array.shape[1] != width:
        raise InputError(f"X has shape {array.shape}; this network takes (samples, {width})")
    if not array.shape[0]:
        raise InputError("X has no samples; training needs at least one")
    rows: Rows = array
    return rows


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A SciPy sparse matrix, of which the rows of a batch are made dense."""

    csr: Any

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
    try:
        weights = np.asarray(sample_weight)
    except ValueError:
        raise InputError(
            "sample_weight has entries of different lengths; expected one number per sample"
        ) from None
    if weights.shape != (rows,) or weights.dtype.kind not in "biuf":
        raise InputError(
            f"sample_weight has shape {weights.shape} and type {weights.dtype}; "
            f"expected ({rows},) numbers, one per sample"
        )
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise InputError("sample_weight must be finite, never negative, and not all zero")
    return np.ascontiguousarray(weights, np.float64)


def _class_weights(y: NDArray[Any], class_weight: Mapping[int, float] | str) -> NDArray[np.float64]:
    """Return a weight per sample; "balanced" gives every class the same share of the whole."""
    if y.ndim == 2 and y.shape[1] > 1:
        if not (np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()):
            raise InputError(
                "class_weight needs targets with one class per sample; give sample_weight instead"
            )
        y = y.argmax(axis=1)
    classes, members = np.unique(y.ravel(), return_inverse=True)
    counts = np.bincount(members)
    if isinstance(class_weight, str) and class_weight == "balanced":
        per_class = members.size / (len(classes) * counts)
    elif isinstance(class_weight, Mapping):
        given = checked_class_weights(class_weight)
        per_class = np.array([given.get(int(c), 1.0) for c in classes], dtype=np.float64)
        check_some_weight(per_class)
    else:
        raise InputError(
            f'class_weight must be "balanced" or a weight per class number, as {{0: 1.0, 1: 5.0}}; '
            f"got {one_line(repr(class_weight), 60)}"
        )
    return np.asarray(per_class[members], dtype=np.float64)


def checked_class_weights(class_weight: Mapping[Any, float]) -> dict[Any, float]:
    """Return the weight of each class that is named, a finite number that is not negative."""
    return {
        key: _CLASS_WEIGHT.checked(f"class_weight[{key!r}]", weight) for key, weight in class_weight.items()
    }


def check_some_weight(weights: NDArray[np.float64]) -> None:
    """Refuse class weights that leave nothing to train on."""
    if not weights.any():
        raise InputError("class_weight must not be zero for all classes")
