"""Members of a bag, trained at the same time: in threads of this process, or by the workers of a cluster."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.cluster import Link, Shared, WorkerLost, completed, connected, workers_of
from multilayer.tables.bag import Bag
from multilayer.tables.finished import Finished, FinishedFile
from multilayer.tables.recipe import Member, Plan
from multilayer.tables.schedule import Schedule, scheduled, threads_of_each
from multilayer.training import Epoch, Step
from multilayer.training.interruption import Interruption
from multilayer.training.progress import bar, write_line

__all__ = ["FitProgress", "Found", "Progress", "train_bag"]


@dataclass(frozen=True)
class FitProgress:
    """How far `fit_table` is: after an epoch of a member, and, where rows are read in blocks, within it."""

    done: int
    """Epochs of all members so far, with those that a member ended without; rows, where these are read in blocks."""
    total: int
    """Epochs or rows of all members that are planned."""
    member: int
    """From 1."""
    epoch: int
    """The one that is over, or under way."""
    loss: float
    """Of the rows that the member held out; within an epoch of the last batch."""
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


@dataclass(frozen=True, eq=False)
class Found:
    """The members that were trained, by number, and how."""

    members: dict[int, Member]
    schedule: Schedule
    notes: tuple[str, ...]


def train_bag(
    bag: Bag,
    deadline: float | None,
    progress: Progress,
    cluster: Any = None,
    checkpoint: AnyPath | None = None,
) -> Found:
    """Train the members, each the same one whoever trains it; those that a checkpoint has are taken from there."""
    with ExitStack() as stack:
        interruption = stack.enter_context(Interruption())
        client = None if cluster is None else stack.enter_context(connected(cluster))
        processors = backend.get_threads() if client is None else sum(workers_of(client).values())
        seconds = None if deadline is None else deadline - time.monotonic()
        schedule = scheduled(bag, seconds, max(1, processors))
        if checkpoint is not None:
            bag = replace(bag, checkpoint=str(Path(checkpoint).absolute()))  # on workers, too
        finished = Finished() if checkpoint is None else FinishedFile(checkpoint, bag, schedule.plan)
        stack.callback(finished.close)
        before = dict(finished.members)
        show = stack.enter_context(_shown(progress, bag, schedule))
        watch = _Watch(interruption, deadline, bag, schedule, show, before)
        left = [number for number in range(schedule.members) if number not in before]
        train = _in_threads if client is None else _Workers(client).train
        train(bag, left, schedule, watch, finished)
    found = dict(sorted(finished.members.items()))
    if not found and interruption.requested:
        raise KeyboardInterrupt
    if not found:
        raise InputError(
            "no member has finite weights after an epoch; lower the learning rates of the recipe, or look for "
            "extreme numbers in the table"
        )
    notes = schedule.notes
    if before:
        notes += (fill("members that an earlier run had finished: {members}", members=len(before)),)
    parts = [number + 1 for number, member in found.items() if member.part_of_epoch]
    if parts:
        notes += (fill(_PARTS, members=", ".join(map(str, parts))),)
    if interruption.requested:
        notes += (fill("training was interrupted; {members} members are there", members=len(found)),)
    elif len(found) < schedule.members:
        notes += (fill("the time was over; {members} members are there", members=len(found)),)
    return Found(found, schedule, notes)


_PARTS = N_("ended within the first epoch, which has not seen all rows: member {members}")


class _Watch:
    """Reports the progress of all members, and ends them when the time is over."""

    def __init__(
        self,
        interruption: Interruption,
        deadline: float | None,
        bag: Bag,
        schedule: Schedule,
        show: Show,
        before: dict[int, Member],
    ) -> None:
        self.given_up = False
        self.show = show
        self._interruption, self._deadline, self._schedule = interruption, deadline, schedule
        self._lock = threading.Lock()
        self._unit: Literal["epoch", "row"] = "row" if bag.in_blocks else "epoch"
        self._of_epoch = bag.rows if bag.in_blocks else 1
        self._epochs = dict[int, float]()
        self._began = time.monotonic() - sum(one.seconds for one in before.values()) / schedule.threads
        for number, member in before.items():
            self.tell_rest(number, member)

    def has_to_end(self, *, needed: bool = False) -> bool:
        """Whether members have to end; one that is `needed` only when training was interrupted."""
        if self.given_up or self._interruption.requested:
            return True
        return self._deadline is not None and not needed and time.monotonic() > self._deadline

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
        if not member.cut_short and whole < self._schedule.plan.epochs:
            with self._lock:
                self._epochs[number] = self._schedule.plan.epochs
                self._show(number, whole, member.scores[-1])

    def _show(self, member: int, epochs: float, loss: float | None) -> None:
        done = int(sum(self._epochs.values()) * self._of_epoch)
        total = self._schedule.members * self._schedule.plan.epochs * self._of_epoch
        seconds = time.monotonic() - self._began
        loss = math.nan if loss is None else loss
        within = epochs != int(epochs)
        self.show(FitProgress(done, total, member + 1, math.ceil(epochs), loss, seconds, self._unit, within))


def trained(
    bag: Bag,
    member: int,
    plan: Plan,
    has_to_end: Callable[[bool], bool],
    tell: Callable[[float, float | None], Any],
) -> Member | None:
    """Train a member, unless it is too late: a model needs a network, so the first one is given an epoch.

    Where rows are in blocks, an epoch may take hours, and the first one is given some steps.
    """
    if has_to_end(member == 0):
        return None
    epochs = 0.0

    def look(event: Step | Epoch) -> bool:
        nonlocal epochs
        if isinstance(event, Epoch):
            epochs = event.epoch
            tell(epochs, event.validation_loss)
        elif bag.in_blocks and event.batches and event.batch < event.batches:
            epochs = event.epoch - 1 + event.batch / event.batches
            tell(epochs, event.loss)
        return has_to_end(member == 0 and not epochs)

    return bag.train(member, plan, look)


def _in_threads(bag: Bag, numbers: list[int], schedule: Schedule, watch: _Watch, finished: Finished) -> None:
    def train(member: int) -> None:
        with backend.threads(threads_of_each(schedule.threads)):
            found = trained(
                bag,
                member,
                schedule.plan,
                lambda needed: watch.has_to_end(needed=needed),
                lambda epoch, loss: watch.tell(member, epoch, loss),
            )
        if found is not None:
            finished.add(member, found)
            watch.tell_rest(member, found)

    with ThreadPoolExecutor(schedule.threads, "multilayer-member") as threads:
        try:
            for task in [threads.submit(train, number) for number in numbers]:
                task.result()
        except BaseException:
            watch.given_up = True
            threads.shutdown(cancel_futures=True)
            raise


class _Workers:
    """The workers of a cluster, each of which gets the rows once."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def train(
        self, bag: Bag, numbers: list[int], schedule: Schedule, watch: _Watch, finished: Finished
    ) -> None:
        """Train the members with these numbers."""
        shared = Shared(self._client, bag)

        def between() -> None:
            for place, (epoch, loss) in shared.messages():
                watch.tell(numbers[place], epoch, loss)
            if watch.has_to_end():
                shared.end()

        calls = [(member, schedule.plan) for member in numbers]
        try:
            for outcome in completed(
                self._client, member_on_worker, calls, watch.show, shared=shared, between=between
            ):
                if outcome.error is not None:
                    raise outcome.error
                if outcome.value is not None:
                    finished.add(numbers[outcome.number], outcome.value)
                    watch.tell_rest(numbers[outcome.number], outcome.value)
        except BaseException:
            shared.end()
            raise
        finally:
            shared.close()


def member_on_worker(bag: Bag, link: Link, member: int, plan: Plan) -> Member | None:
    """Train a member; on a worker."""
    return trained(
        bag,
        member,
        plan,
        lambda needed: link.has_to_end() and not needed,
        lambda epoch, loss: link.tell((epoch, loss)),
    )


@contextmanager
def _shown(progress: Progress, bag: Bag, schedule: Schedule) -> Iterator[Show]:
    if callable(progress):
        yield progress
        return
    total = schedule.members * schedule.plan.epochs
    what, each = ("row", bag.rows) if bag.in_blocks else ("epoch", 1)
    with bar(what, total * each, progress) as advance:

        def show(at: FitProgress | WorkerLost) -> None:
            if isinstance(at, FitProgress):
                advance(at.done, at.sentence)
            else:
                write_line(at.sentence, progress)

        yield show
