"""What of a bag is trained: how many members, how many at a time, and for how long each."""

from __future__ import annotations

import math
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from multilayer import backend
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.tables.bag import Bag
from multilayer.tables.member import Member
from multilayer.tables.recipe import Plan

__all__ = ["Deadline", "Schedule", "threads_of_each"]

_WORTH = 32
"""Epochs that a member needs; below that a time limit costs members first."""
_BY_TRIAL, _BY_MEMBERS = 0.85, 0.95
"""The share of the time left that is planned: trial epochs differ from later ones, and members less from each other."""


@dataclass(frozen=True)
class Deadline:
    """When a model has to be there, by the clock, and how long it takes from so many trained members to a model."""

    at: float
    finishing: Callable[[int], float] = lambda members: 0.0

    def of_training(self, members: int) -> float:
        """Return when so many members have to be trained."""
        return self.at - self.finishing(members)


class Schedule:
    """What is trained: all members and epochs, or what a deadline leaves of them.

    Under a deadline each member is planned when it begins. The time left, but for what comes after training, is shared
    by the members that have not begun, or by so many of them that each has 32 epochs. At first an epoch takes what it
    takes in a trial, and no member ends early. As soon as members are done, an epoch takes what it took them, and
    others end early as they did: with its best epoch at the share s of the planned ones, a member takes
    min(epochs, s * epochs + patience + 1). What begins is taken for the longest of them, what comes after it for their
    mean.

    Parameters
    ----------
    bag : Bag
    deadline : Deadline or None
        When the model has to be there.
    processors : int
        Each trains one member at a time.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        bag: Bag,
        deadline: Deadline | None,
        processors: int,
        clock: Callable[[], float],
    ) -> None:
        self.members = len(bag.seeds)
        """That are asked for."""
        self.usual = bag.recipe.plan(bag.rows)
        """Of a member that has time enough."""
        self.threads = min(processors, self.members, bag.at_once or self.members)
        self._rows, self._epochs_of_recipe = bag.rows, bag.recipe.epochs
        self._patience = bag.recipe.patience(bag.classes is not None)
        self._deadline, self._clock = deadline, clock
        self._lock = threading.Lock()
        self._plans = dict[int, Plan]()
        """Of the members that have begun."""
        self._done = dict[int, Member]()
        """Those that show how long others take."""
        self._ended = False
        self._trial = math.nan
        if deadline is not None:
            with backend.threads(threads_of_each(self.threads)):
                self._trial = bag.seconds_per_epoch(self.usual)
        self._to_come = self._planned()
        """How many members there are still room for, and the plan of each, as far as is known."""

    @property
    def is_limited(self) -> bool:
        """Whether there is a deadline."""
        return self._deadline is not None

    @property
    def begun(self) -> dict[int, Plan]:
        """The plans of the members that have begun, by number."""
        with self._lock:
            return dict(self._plans)

    @property
    def epochs(self) -> int:
        """The epochs of all members together: those that are planned, and as many as others will have."""
        with self._lock:
            room, plan = self._to_come
            return sum(plan.epochs for plan in self._plans.values()) + room * plan.epochs

    @property
    def most_epochs(self) -> int:
        """The epochs of the member that was given most."""
        return max((plan.epochs for plan in self.begun.values()), default=self.usual.epochs)

    def now(self) -> float:
        """Return the time by the clock."""
        return self._clock()

    def has_ended(self, coming: float = 0.0) -> bool:
        """Whether a deadline has ended training, or does so now, as it would be over before `coming` seconds are.

        Once it has, it has for all members.
        """
        if self._deadline is not None and not self._ended:
            end = self._deadline.of_training(len(self.begun))
            self._ended = self._clock() + coming > end
        return self._ended

    def begin(self, number: int) -> Plan | None:
        """Return the plan of a member that begins, again where its worker was lost; None where time is short."""
        with self._lock:
            self._plans.pop(number, None)
            room, plan = self._planned()
            self._to_come = max(room - 1, 0), plan
            if not room:
                return None
            self._plans[number] = plan
            return plan

    def end(self, number: int, member: Member) -> None:
        """Learn from a member that is done, unless it was ended."""
        if not member.cut_short:
            with self._lock:
                self._done[number] = member

    def _planned(self) -> tuple[int, Plan]:
        """Return how many members there is room for, and the plan of the next one."""
        left, deadline = self.members - len(self._plans), self._deadline
        if deadline is None:
            return left, self.usual
        idle = max(self.threads - len(self._plans), 0)  # threads that have had no member get one in any case
        worth = min(_WORTH, self.usual.epochs)

        def room(turns: int) -> int:
            return min(left, max(idle, 1) + (turns - 1) * self.threads)

        def affordable(turns: int) -> float:
            return self._affordable(deadline, len(self._plans) + room(turns))

        possible = range(-(-left // self.threads), 0, -1)
        turns = next((turns for turns in possible if affordable(turns) >= turns * worth), 0)
        if not (turns or idle):
            return 0, self.usual
        turns = max(turns, 1)
        most = affordable(turns)
        epochs = bisect_right(range(1, self.usual.epochs + 1), most, key=lambda n: self._cost(n, turns))
        return room(turns), replace(self.usual, epochs=max(epochs, 1))

    def _affordable(self, deadline: Deadline, members: int) -> float:
        """Return the epochs of one thread that are planned for the time left, with so many members in the end."""
        seconds = max(deadline.of_training(members) - self._clock(), 0.0)
        if not self._done:
            return _BY_TRIAL * seconds / self._trial
        done = self._done.values()
        epoch = sum(member.seconds for member in done) / sum(len(member.scores) for member in done)
        return _BY_MEMBERS * seconds / epoch

    def _cost(self, epochs: int, turns: int) -> float:
        """Return the epochs that so many members take one after another, each of which may have so many."""
        if not self._done:
            return turns * epochs
        taken = [
            min(epochs, member.best_epoch / self._plans[number].epochs * epochs + self._patience + 1)
            for number, member in self._done.items()
        ]
        return max(taken) + (turns - 1) * sum(taken) / len(taken)

    def notes(self, found: Mapping[int, Member]) -> tuple[str, ...]:
        """Return what members have less than usual, in sentences."""
        notes = []
        if self.usual.epochs < self._epochs_of_recipe:
            template = N_("{rows:,} rows are many: {epochs} epochs instead of {usual}, in batches of {batch}")
            notes.append(
                fill(
                    template,
                    rows=self._rows,
                    epochs=self.usual.epochs,
                    usual=self._epochs_of_recipe,
                    batch=self.usual.batch_rows,
                )
            )
        if self._deadline is None:
            return tuple(notes)
        over, plans = self.has_ended(), self.begun
        given = [
            len(member.scores) if over and member.cut_short else plans[number].epochs
            for number, member in found.items()
        ]
        fewest, most = min(given), max(given)
        if fewest < self.usual.epochs or len(given) < self.members:
            template = _SAME if fewest == most else _DIFFERENT
            numbers = {"fewest": fewest, "most": most, "usual": self.usual.epochs}
            notes.append(fill(template, **numbers, members=len(given), asked=self.members))
        return tuple(notes)


_SAME = N_(
    "the time limit leaves {most} of {usual} epochs, and {members} of {asked} members; give more seconds for better "
    "predictions"
)
_DIFFERENT = N_(
    "the time limit leaves {fewest} to {most} of {usual} epochs, and {members} of {asked} members; give more seconds "
    "for better predictions"
)


def threads_of_each(members: int) -> int:
    """Return how many threads of the core each of so many members may use at a time."""
    return max(1, backend.get_threads() // members)
