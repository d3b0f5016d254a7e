"""A bag of networks: which rows each member holds out, how long it is trained, and the threads that train it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.tables.recipe import Member, Plan, Recipe, train_member
from multilayer.training import Epoch, Step
from multilayer.training.interruption import Interruption
from multilayer.training.progress import bar
from multilayer.training.samples import Rows

__all__ = [
    "Bag",
    "FitProgress",
    "Found",
    "Progress",
    "Schedule",
    "fold_count",
    "folds_of",
    "held_out_rows",
    "train_bag",
]

_FEWEST_FOLDS, _MOST_FOLDS = 5, 10
_WORTH = 32
"""Epochs that a member needs; below that a time limit costs members first."""
_MARGIN = 0.85
"""The share of a time limit that is planned for training: trial epochs differ from later ones."""
_TRIAL_STEPS = 24


@dataclass(frozen=True)
class FitProgress:
    """How far `fit_table` is, after an epoch of a member."""

    done: int
    """Epochs of all members so far."""
    total: int
    """Epochs of all members that are planned."""
    member: int
    """From 1."""
    epoch: int
    loss: float
    """Of the rows that the member held out."""
    seconds: float
    """Since training began."""

    @property
    def seconds_left(self) -> float:
        """Time to the end, if the other epochs take as long as those that are done."""
        return self.seconds / self.done * (self.total - self.done)


Progress = Callable[[FitProgress], Any] | bool | None


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


@dataclass(frozen=True)
class Schedule:
    """What is trained: how many members, in how many threads at a time, and for how long each."""

    members: int
    plan: Plan
    threads: int
    notes: tuple[str, ...] = ()


def _scheduled(bag: Bag, seconds: float | None) -> Schedule:
    """Return what fits into the time."""
    members, plan = len(bag.seeds), bag.recipe.plan(bag.rows)
    threads = min(backend.get_threads(), members)
    notes: tuple[str, ...] = ()
    if plan.epochs < bag.recipe.epochs:
        template = N_("{rows:,} rows are many: {epochs} epochs instead of {usual}, in batches of {batch}")
        notes = (
            fill(
                template,
                rows=bag.rows,
                epochs=plan.epochs,
                usual=bag.recipe.epochs,
                batch=plan.batch_rows,
            ),
        )
    if seconds is None:
        return Schedule(members, plan, threads, notes)
    began = time.monotonic()
    with backend.threads(_threads_of_each(threads)):
        epoch = bag.seconds_per_epoch(plan)
    affordable = _MARGIN * max(seconds - (time.monotonic() - began), 0.0) / epoch  # epochs of one thread
    least = min(_WORTH, plan.epochs)
    turns = max(1, min(-(-members // threads), int(affordable // least)))
    epochs = max(1, min(plan.epochs, int(affordable / turns)))
    fitting = min(members, turns * threads)
    if (fitting, epochs) != (members, plan.epochs):
        template = N_(
            "the time limit leaves {epochs} epochs of {usual}, and {members} members of {asked}; give more "
            "seconds for better predictions"
        )
        notes += (fill(template, epochs=epochs, usual=plan.epochs, members=fitting, asked=members),)
    return Schedule(fitting, replace(plan, epochs=epochs), threads, notes)


def _threads_of_each(members: int) -> int:
    """Return how many threads of the core each of so many members may use at a time."""
    return max(1, backend.get_threads() // members)


@dataclass(frozen=True, eq=False)
class Found:
    """The members that were trained, by number, and how."""

    members: dict[int, Member]
    schedule: Schedule
    notes: tuple[str, ...]


def train_bag(bag: Bag, deadline: float | None, progress: Progress) -> Found:
    with Interruption() as interruption:
        schedule = _scheduled(bag, None if deadline is None else deadline - time.monotonic())
        watch = _Watch(interruption, deadline, schedule)
        with (
            _shown(progress, schedule) as watch.show,
            ThreadPoolExecutor(schedule.threads, "multilayer-member") as threads,
        ):
            try:
                tasks = [threads.submit(watch.train, bag, member) for member in range(schedule.members)]
                outcomes = [task.result() for task in tasks]
            except BaseException:
                watch.given_up = True
                threads.shutdown(cancel_futures=True)
                raise
    found = {number: member for number, member in enumerate(outcomes) if member is not None}
    if not found and interruption.requested:
        raise KeyboardInterrupt
    if not found:
        raise InputError(
            "no member has finite weights after an epoch; lower the learning rates of the recipe, or look for "
            "extreme numbers in the table"
        )
    notes = schedule.notes
    if interruption.requested:
        notes += (fill("training was interrupted; {members} members are there", members=len(found)),)
    elif len(found) < schedule.members:
        notes += (fill("the time was over; {members} members are there", members=len(found)),)
    return Found(found, schedule, notes)


class _Watch:
    """Trains members in several threads, reports their progress, and ends them when the time is over."""

    def __init__(self, interruption: Interruption, deadline: float | None, schedule: Schedule) -> None:
        self.given_up = False
        self.show: Callable[[FitProgress], Any] = lambda _: None
        self._interruption, self._deadline, self._schedule = interruption, deadline, schedule
        self._threads_of_each = _threads_of_each(schedule.threads)
        self._lock = threading.Lock()
        self._began, self._done = time.monotonic(), 0

    def train(self, bag: Bag, member: int) -> Member | None:
        """Train a member, unless it is too late."""
        if self._has_to_end(needed=member == 0):
            return None
        epochs = 0

        def look(event: Step | Epoch) -> bool:
            nonlocal epochs
            if isinstance(event, Epoch):
                epochs = event.epoch
                self._tell(member, event)
            # A model needs a network: the first one is given an epoch.
            return self._has_to_end(needed=member == 0 and not epochs)

        with backend.threads(self._threads_of_each):
            return bag.train(member, self._schedule.plan, look)

    def _has_to_end(self, *, needed: bool) -> bool:
        if self.given_up or self._interruption.requested:
            return True
        return self._deadline is not None and not needed and time.monotonic() > self._deadline

    def _tell(self, member: int, event: Epoch) -> None:
        schedule = self._schedule
        with self._lock:
            self._done += 1
            loss = math.nan if event.validation_loss is None else event.validation_loss
            total, seconds = schedule.members * schedule.plan.epochs, time.monotonic() - self._began
            self.show(FitProgress(self._done, total, member + 1, event.epoch, loss, seconds))


@contextmanager
def _shown(progress: Progress, schedule: Schedule) -> Iterator[Callable[[FitProgress], Any]]:
    if callable(progress):
        yield progress
        return
    with bar("epoch", schedule.members * schedule.plan.epochs, progress) as advance:

        def show(at: FitProgress) -> None:
            words = fill("member {member}: held-out loss {loss:.4g}", member=at.member, loss=at.loss)
            advance(at.done, words)

        yield show
