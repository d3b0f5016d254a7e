"""How far the training of a bag is: told after each epoch of a member, and in a bar."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.cluster import WorkerLost
from multilayer.tables.bag import Bag
from multilayer.tables.member import Member
from multilayer.tables.schedule import Schedule
from multilayer.training.interruption import Interruption
from multilayer.training.progress import bar, write_line

__all__ = ["FitProgress", "Progress", "Show", "Watch", "shown"]


@dataclass(frozen=True)
class FitProgress:
    """How far `fit_table` is: after an epoch of a member, and, where rows are read in blocks, within it."""

    done: int
    """Epochs of all members so far, with those that a member ended without; rows, where these are read in blocks."""
    total: int
    """Epochs or rows of all members that are planned; under a time limit they are planned again meanwhile."""
    member: int
    """From 1."""
    epoch: int
    """The one that is over, or under way."""
    loss: float
    """Of the rows that the member held out, as a `Member` has it; within an epoch of the last batch."""
    seconds: float
    """Since training began."""
    unit: Literal["epoch", "row"] = "epoch"
    """What is counted."""
    within_epoch: bool = False

    @property
    def sentence(self) -> str:
        """How the member is, in words."""
        if self.within_epoch:
            template = N_("member {member}, epoch {epoch}: loss {loss:.4g}")
            return fill(template, member=self.member, epoch=self.epoch, loss=self.loss)
        return fill("member {member}: held-out loss {loss:.4g}", member=self.member, loss=self.loss)

    @property
    def seconds_left(self) -> float:
        """Time to the end, if the other epochs take as long as those that are done."""
        return self.seconds / self.done * (self.total - self.done)


Show = Callable[[FitProgress | WorkerLost], Any]
Progress = Show | bool | None


class Watch:
    """Reports the progress of all members, and ends them when the time is over."""

    def __init__(
        self,
        interruption: Interruption,
        bag: Bag,
        schedule: Schedule,
        show: Show,
        before: dict[int, Member],
    ) -> None:
        self.given_up = False
        self.show = show
        self._interruption, self._schedule = interruption, schedule
        self._lock = threading.Lock()
        self._unit: Literal["epoch", "row"] = "row" if bag.in_blocks else "epoch"
        self._of_epoch = bag.rows if bag.in_blocks else 1
        self._epochs = dict[int, float]()
        self._began = time.monotonic() - sum(one.seconds for one in before.values()) / schedule.threads
        for number, member in before.items():
            self.tell_rest(number, member)

    def has_to_end(self, *, needed: bool = False, coming: float = 0.0) -> bool:
        """Whether members have to end; one that is `needed` only when training was interrupted.

        Those that ask again after `coming` seconds end now where it would be too late then.
        """
        if self.given_up or self._interruption.requested:
            return True
        return not needed and self._schedule.has_ended(coming)

    def looks(self) -> Callable[[bool], bool]:
        """Return what one member asks again and again, whether it has to end; it says whether it is needed.

        The longest time between two looks is what comes before the next one, at most, as far as is known.
        """
        last, longest = math.inf, 0.0

        def has_to_end(needed: bool) -> bool:
            nonlocal last, longest
            now = self._schedule.now()
            last, longest = now, max(longest, now - last)
            return self.has_to_end(needed=needed, coming=longest)

        return has_to_end

    def tell(self, member: int, epochs: float, loss: float | None) -> None:
        """Report how many epochs a member has done, whole ones or a part of one."""
        with self._lock:
            if epochs <= self._epochs.get(member, 0):
                return  # a message that is late, or a member that is trained again
            self._epochs[member] = epochs
            self._show(member, epochs, loss)

    def tell_rest(self, number: int, member: Member) -> None:
        """Report the epochs of a member that is done, as far as they were not reported before."""
        whole = 0 if member.part_of_epoch else len(member.scores)
        for epoch in range(int(self._epochs.get(number, 0)), whole):
            self.tell(number, epoch + 1, member.scores[epoch])
        planned = self._schedule.begun.get(number, self._schedule.usual).epochs
        if not member.cut_short and whole < planned:
            with self._lock:
                self._epochs[number] = planned
                self._show(number, whole, member.scores[-1])

    def _show(self, member: int, epochs: float, loss: float | None) -> None:
        done = int(sum(self._epochs.values()) * self._of_epoch)
        total = self._schedule.epochs * self._of_epoch
        seconds = time.monotonic() - self._began
        loss = math.nan if loss is None else loss
        within = epochs != int(epochs)
        self.show(FitProgress(done, total, member + 1, math.ceil(epochs), loss, seconds, self._unit, within))


@contextmanager
def shown(progress: Progress, bag: Bag, schedule: Schedule) -> Iterator[Show]:
    """Yield what shows the progress: the function that is given, or a bar."""
    if callable(progress):
        yield progress
        return
    what, each = ("row", bag.rows) if bag.in_blocks else ("epoch", 1)
    with bar(what, schedule.epochs * each, progress) as advance:

        def show(at: FitProgress | WorkerLost) -> None:
            if isinstance(at, FitProgress):
                advance(at.done, at.sentence, at.total)
            else:
                write_line(at.sentence, progress)

        yield show
