"""A bag of networks: which rows each member holds out, and what it is trained on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer.tables.recipe import Member, Plan, Recipe, train_member
from multilayer.training import Epoch, Step
from multilayer.training.samples import Rows

__all__ = ["Bag", "fold_count", "folds_of", "held_out_rows"]

_FEWEST_FOLDS, _MOST_FOLDS = 5, 10
_TRIAL_STEPS = 24


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


@dataclass(frozen=True, eq=False)
class Bag:
    """What the members are trained on."""

    x: Rows
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    classes: int | None
    recipe: Recipe
    held_out: list[NDArray[np.bool_]]
    seeds: list[int]

    @property
    def rows(self) -> int:
        """Rows that a member is trained on, at most."""
        return len(self.y) - min(int(np.count_nonzero(rows)) for rows in self.held_out)

    def train(
        self, member: int, plan: Plan, callback: Callable[[Step | Epoch], Any] | None = None
    ) -> Member | None:
        """Train a member, the same one whenever it is called."""
        rng, held_out = np.random.default_rng(self.seeds[member]), self.held_out[member]
        data = self.x, self.y, self.weights, held_out, self.classes
        return train_member(*data, self.recipe, rng, plan=plan, callback=callback)

    def seconds_per_epoch(self, plan: Plan) -> float:
        """Return what an epoch of a member takes by itself: an epoch on the same share of both its parts is timed."""
        inside, outside = np.flatnonzero(~self.held_out[0]), np.flatnonzero(self.held_out[0])
        share = min(1.0, _TRIAL_STEPS * plan.batch_rows / len(inside))
        chosen = inside[: math.ceil(share * len(inside))]
        some = np.concatenate([chosen, outside[: math.ceil(share * len(outside))]])
        part = replace(
            self,
            x=self.x[some],
            y=self.y[some],
            weights=None,
            held_out=[np.arange(len(some)) >= len(chosen)],
        )
        times = []
        for epochs in (1, 2):  # the difference of the two is an epoch without what comes before the first one
            began = time.monotonic()
            part.train(0, Plan(epochs, plan.batch_rows))
            times.append(time.monotonic() - began)
        return max(times[1] - times[0], times[1] / 4) * len(inside) / len(chosen)
