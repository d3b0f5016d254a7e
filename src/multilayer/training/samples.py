"""Samples, targets and weights as training takes them: checked, and not copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.arrays import plain_array, well_laid_out
from multilayer._base.data_frames import count_of_columns, is_frame, numbers
from multilayer._base.errors import InputError
from multilayer._base.fields import Limits
from multilayer._base.text import fill, one_line
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.labels import class_numbers

__all__ = [
    "ClassWeight",
    "MadeRows",
    "Rows",
    "SparseRows",
    "check_some_weight",
    "checked_class_weights",
    "inputs",
    "numbers_of_named",
    "sample_weights",
    "targets",
    "weights_by_class",
]

ClassWeight = Mapping[Any, float] | str | None

_WEIGHT = Limits(minimum=0.0)


class Rows(Protocol):
    """What training needs of X: rows by a slice or an array of indices, as an array. `np.memmap` reads only these."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, rows: Any, /) -> NDArray[Any]: ...


@runtime_checkable
class MadeRows(Rows, Protocol):
    """Rows that are made where a batch needs them."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that they are made in: float32 or float64."""

    def write(self, rows: Any, x: NDArray[Any], /) -> None:
        """Write some rows into x, of this type."""


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A SciPy sparse matrix, of which the rows of a batch are made dense."""

    csr: Any

    @staticmethod
    def of(X: Any) -> SparseRows:
        """Return the rows of any sparse matrix of real numbers."""
        kind = np.dtype(X.dtype)
        if kind.kind not in "biuf":
            raise InputError("X holds {kind} values; expected real numbers", kind=kind)
        return SparseRows(X.tocsr() if kind.isnative else X.astype(kind.newbyteorder("=")).tocsr())

    @property
    def shape(self) -> tuple[int, ...]:
        """Samples and inputs."""
        shape: tuple[int, ...] = self.csr.shape
        return shape

    def __getitem__(self, rows: Any, /) -> NDArray[Any]:
        dense: NDArray[Any] = self.csr[rows].toarray()
        return dense


def inputs(network: MLP, X: Any) -> Rows:
    """Return X as samples that the network takes: an array (memory-mapped or not, its type as it was), sparse, or made.

    The columns of a data frame are taken by the names of the inputs, where the network has some.
    """
    rows = _rows(network, X)
    width = network.widths[0]
    if len(rows.shape) != 2 or rows.shape[1] != width:
        raise InputError(
            "X has shape {shape}; this network takes (samples, {width})", shape=rows.shape, width=width
        )
    if not rows.shape[0]:
        raise InputError("X has no samples; training needs at least one")
    return rows


def _rows(network: MLP, X: Any) -> Rows:
    if isinstance(X, MadeRows):
        return X
    return SparseRows.of(X) if hasattr(X, "tocsr") else numbers("X", X, network.input_names)


def targets(network: MLP, loss: Loss, y: Any) -> NDArray[Any]:
    """Return y as the loss takes it, labels as the loss takes their classes.

    Where the network has labels, y of shape (samples,) and a data frame of one column hold labels, by the rule in
    `multilayer.network.labels`; of other data frames there is a column for each label, by name. Everything else is in
    the form of the loss already.
    """
    classes, units = network.classes, network.widths[-1]
    if classes is None:
        _refuse_labels(y)
        return loss.targets(y, units)
    if is_frame(y):
        if count_of_columns(y) != 1:
            return loss.targets(numbers("y", y, network.output_names, "a class of the network"), units)
        y = plain_array("y", y)[:, 0]
    given = plain_array("y", y)
    if given.ndim != 1:
        return loss.targets(given if given.ndim else y, units)
    advice = fill("; give labels, or the wanted outputs in shape (samples, {units})", units=units)
    return loss.targets_of_classes(class_numbers(classes, given, advice=advice), units)


def _refuse_labels(y: Any) -> None:
    if is_frame(y):
        return
    given = plain_array("y", y)
    first = given.flat[0] if given.dtype.kind == "O" and given.size else None
    if given.ndim == 1 and (given.dtype.kind in "UT" or isinstance(first, str)):
        raise InputError(
            "y holds text, and this network has no class labels; make it with classes=[...], or give class numbers "
            "from 0"
        )


def sample_weights(sample_weight: ArrayLike, rows: int, *, of_all: bool = True) -> NDArray[np.float64]:
    """Return weights as training takes them: finite, never negative, and one per sample; `of_all` samples not all 0."""
    weights = numbers("sample_weight", sample_weight)
    if weights.shape != (rows,):
        raise InputError(
            "sample_weight has shape {shape}; expected ({rows},), one per sample",
            shape=weights.shape,
            rows=rows,
        )
    if not (np.isfinite(weights) & (weights >= 0)).all() or (of_all and not weights.any()):
        raise InputError("sample_weight must be finite, never negative, and not all zero")
    return well_laid_out(np.asarray(weights, np.float64))


def weights_by_class(
    network: MLP, y: NDArray[Any], class_weight: Mapping[Any, float] | str
) -> NDArray[np.float64]:
    """Return a weight per sample, for targets as the loss prepares them.

    "balanced" gives every class the same total weight. The keys of a mapping are the labels of a network that has
    labels, else class numbers; a class that it does not name counts 1.

    Raises
    ------
    InputError
        When targets are not classes, a key is not a class, or a weight is negative or not finite.
    """
    found, members = np.unique(_classes_of(y), return_inverse=True)
    weights: NDArray[np.float64]
    if isinstance(class_weight, Mapping):
        weights = _of_mapping(network, found, class_weight)
    elif isinstance(class_weight, str) and class_weight == "balanced":
        weights = members.size / (len(found) * np.bincount(members))
    else:
        raise InputError(
            'class_weight must be "balanced" or a weight per class, as {{0: 1.0, 1: '
            "5.0}}; got {class_weight}",
            class_weight=one_line(repr(class_weight), 60),
        )
    return np.asarray(weights[members])


def _classes_of(y: NDArray[Any]) -> NDArray[Any]:
    if y.ndim == 1 or y.shape[1] == 1:
        return y.ravel()
    if not (np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()):
        raise InputError("class_weight needs targets with one class per sample; give sample_weight instead")
    return np.asarray(y.argmax(axis=1))


def _of_mapping(network: MLP, found: NDArray[Any], class_weight: Mapping[Any, float]) -> NDArray[np.float64]:
    """Return the weight of each class that was found in the targets."""
    classes = sorted({*range(max(network.widths[-1], 2)), *found.tolist()})
    named = numbers_of_named(network.classes or classes, class_weight)
    every = np.ones(len(classes))
    every[named] = list(checked_class_weights(class_weight).values())
    weights: NDArray[np.float64] = every[np.searchsorted(classes, found)]
    check_some_weight(weights)
    return weights


def numbers_of_named(
    classes: Sequence[Any], class_weight: Mapping[Any, float], whose: str = "network"
) -> NDArray[np.int64]:
    """Return the number of the class that each key is, by the rule for labels; each class is named once at most."""
    named = class_numbers(classes, list(class_weight), name="class_weight", whose=whose)
    if len(set(named.tolist())) < len(named):
        raise InputError("class_weight names one class twice; name each once")
    return named


def checked_class_weights(class_weight: Mapping[Any, float]) -> dict[Any, float]:
    """Return the weight of each class that is named, a finite number that is not negative."""
    return {key: _WEIGHT.checked(f"class_weight[{key!r}]", weight) for key, weight in class_weight.items()}


def check_some_weight(weights: NDArray[np.float64]) -> None:
    """Refuse class weights that leave nothing to train on."""
    if not weights.any():
        raise InputError("class_weight must not be zero for all classes")
