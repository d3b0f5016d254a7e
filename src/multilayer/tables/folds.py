"""The rows of one member of a bag: those that it is trained on, and those that it holds out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer.network import MLP
from multilayer.training import train
from multilayer.training.loop import Training
from multilayer.training.samples import Rows

__all__ = ["ArrayFold", "Fold", "fold_count", "folds_of", "held_out_rows"]

_FEWEST_FOLDS, _MOST_FOLDS = 5, 10
_AT_ONCE = 4096
"""Held-out rows that are predicted at a time: a copy of all would take memory."""


class Fold(Protocol):
    """Rows of a table for one member, wherever they are."""

    @property
    def in_blocks(self) -> bool:
        """Whether an epoch is long, as its rows are read meanwhile: it is shown, kept and ended in parts."""

    @property
    def rows(self) -> int:
        """The number of rows to train on."""

    @property
    def held_out_y(self) -> NDArray[Any]:
        """The targets of the rows that are held out."""

    def held_out_x(self) -> Iterator[NDArray[np.float32]]:
        """Yield the encoded rows that are held out, some at a time."""

    def some(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return encoded rows to train on, so many at most, drawn at random."""

    def training(self, start: MLP, **options: Any) -> Training:
        """Return the training of a network, measured on the rows that are held out."""

    def part(self, rows: int) -> Fold:
        """Return about so many rows to train on in memory, and the same share of the others, to time a training."""


@dataclass(frozen=True, eq=False)
class ArrayFold:
    """Rows that are all there.

    Parameters
    ----------
    x : Rows, shape (rows, inputs)
        Encoded rows: an array, or rows that are encoded where a batch needs them.
    y : ndarray, shape (rows,)
        Class numbers, or numbers of mean 0 and variance 1.
    weights : ndarray, shape (rows,), optional
        The weight of each row, in training and in the score.
    held_out : ndarray of bool, shape (rows,)
    """

    x: Rows
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    held_out: NDArray[np.bool_]
    in_blocks: bool = field(default=False, init=False)

    @property
    def rows(self) -> int:
        """The number of rows to train on."""
        return len(self.y) - int(np.count_nonzero(self.held_out))

    @property
    def held_out_y(self) -> NDArray[Any]:
        """The targets of the rows that are held out."""
        return self.y[self.held_out]

    def held_out_x(self) -> Iterator[NDArray[np.float32]]:
        """Yield the encoded rows that are held out, some at a time."""
        chosen = np.flatnonzero(self.held_out)
        for start in range(0, len(chosen), _AT_ONCE):
            yield self.x[chosen[start : start + _AT_ONCE]]

    def some(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return encoded rows to train on, so many at most, drawn at random."""
        return self.x[rng.permutation(np.flatnonzero(~self.held_out))[:count]]

    def training(self, start: MLP, **options: Any) -> Training:
        """Return the training of a network, measured on the rows that are held out."""
        return train(start, self.x, self.y, sample_weight=self.weights, validation=self.held_out, **options)

    def part(self, rows: int) -> ArrayFold:
        """Return so many rows to train on, and the same share of the others, without weights."""
        inside, outside = np.flatnonzero(~self.held_out), np.flatnonzero(self.held_out)
        share = min(1.0, rows / len(inside))
        chosen = inside[: math.ceil(share * len(inside))]
        some = np.concatenate([chosen, outside[: math.ceil(share * len(outside))]])
        return ArrayFold(self.x[some], self.y[some], None, np.arange(len(some)) >= len(chosen))


def folds_of(y: NDArray[Any], folds: int, rng: Random) -> NDArray[np.intp]:
    """Return the fold of each row, stratified: of any run of y in ascending order, each fold has its share.

    Rows are sorted by y, those of the same y in a random order; of each `folds` neighbours every fold gets one. So a
    fold has its share of each class, to two rows at most, and of small and large numbers.

    >>> folds_of(np.array([0, 0, 1, 1]), 2, np.random.default_rng(0)).tolist() in ([0, 1, 0, 1], [0, 1, 1, 0],
    ...                                                                             [1, 0, 0, 1], [1, 0, 1, 0])
    True
    """
    rows = len(y)
    order = np.empty(rows, np.intp)
    order[rng.permutation(rows)] = np.arange(rows)
    order = order[np.argsort(_as_small(y)[order], kind="stable")]
    hands = np.tile(np.arange(folds), (-(-rows // folds), 1))
    if isinstance(rng, np.random.Generator):
        rng.permuted(hands, axis=1, out=hands)
    else:
        for hand in hands:
            rng.shuffle(hand)
    found = np.empty(rows, np.intp)
    found[order] = hands.ravel()[:rows]
    return found


def _as_small(y: NDArray[Any]) -> NDArray[Any]:
    """Return class numbers in 16 bits where they are that small, as NumPy then sorts them by counting."""
    return y.astype(np.int16) if y.dtype.kind == "i" and y.max() < 2**15 else y


def fold_count(members: int, rows: int) -> int:
    """Return into how many folds rows are parted; each member holds out one of them."""
    return min(max(members, _FEWEST_FOLDS), _MOST_FOLDS, rows)


def held_out_rows(y: NDArray[Any], members: int, rng: Random) -> list[NDArray[np.bool_]]:
    """Return the rows that each member holds out. More members than folds hold out those of further partitions."""
    if len(y) < 2:
        raise InputError("the table has one row; expected two or more, as members hold out some of them")
    count = fold_count(members, len(y))
    held_out: list[NDArray[np.bool_]] = []
    while len(held_out) < members:
        fold = folds_of(y, count, rng)
        held_out += [fold == number for number in range(count)]
    return held_out[:members]
