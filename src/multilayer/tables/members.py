"""Members of a bag, trained at the same time: in threads of this process, or by the workers of a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.cluster import Link, Shared, completed, connected, workers_of
from multilayer.tables.bag import Bag
from multilayer.tables.finished import Finished, FinishedFile
from multilayer.tables.member import Member
from multilayer.tables.recipe import Plan
from multilayer.tables.schedule import Deadline, Schedule, threads_of_each
from multilayer.tables.watch import Progress, Watch, shown
from multilayer.training import Epoch, Step
from multilayer.training.interruption import Interruption

__all__ = ["Found", "train_bag"]


@dataclass(frozen=True, eq=False)
class Found:
    """The members that were trained, by number, and how."""

    members: dict[int, Member]
    plan: Plan
    """Of the member that was given most epochs."""
    notes: tuple[str, ...]


def train_bag(
    bag: Bag,
    deadline: Deadline | None,
    progress: Progress,
    cluster: Any = None,
    checkpoint: AnyPath | None = None,
) -> Found:
    """Train the members, each the same one whoever trains it; those that a checkpoint has are taken from there."""
    with ExitStack() as stack:
        interruption = stack.enter_context(Interruption())
        client = None if cluster is None else stack.enter_context(connected(cluster))
        processors = backend.get_threads() if client is None else sum(workers_of(client).values())
        schedule = Schedule(bag, deadline, max(1, processors), time.monotonic)
        if checkpoint is not None:
            bag = replace(bag, checkpoint=str(Path(checkpoint).absolute()))  # on workers, too
        finished = Finished() if checkpoint is None else FinishedFile(checkpoint, bag, schedule.usual)
        stack.callback(finished.close)
        before = dict(finished.members)
        show = stack.enter_context(shown(progress, bag, schedule))
        watch = Watch(interruption, bag, schedule, show, before)
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
    notes = schedule.notes(found)
    if before:
        notes += (fill("members that an earlier run had finished: {members}", members=len(before)),)
    parts = [number + 1 for number, member in found.items() if member.part_of_epoch]
    if parts:
        notes += (fill(_PARTS, members=", ".join(map(str, parts))),)
    if interruption.requested:
        notes += (fill("training was interrupted; {members} members are there", members=len(found)),)
    elif not schedule.has_ended() and (lost := sorted(schedule.begun.keys() - found.keys())):
        notes += (fill(_NOT_FINITE, members=", ".join(str(number + 1) for number in lost)),)
    return Found(found, replace(schedule.usual, epochs=schedule.most_epochs), notes)


_PARTS = N_("ended within the first epoch, which has not seen all rows: member {members}")
_NOT_FINITE = N_("left out, as there were no finite weights after an epoch: member {members}")


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
    epochs, metric = 0.0, bag.recipe.metric(bag.classes is not None)

    def look(event: Step | Epoch) -> bool:
        nonlocal epochs
        if isinstance(event, Epoch):
            epochs = event.epoch
            tell(epochs, event.validation_loss if metric is None else event.metrics[metric.name])
        elif bag.in_blocks and event.batches and event.batch < event.batches:
            epochs = event.epoch - 1 + event.batch / event.batches
            tell(epochs, event.loss)
        return has_to_end(member == 0 and not epochs)

    return bag.train(member, plan, look)


def _in_threads(bag: Bag, numbers: list[int], schedule: Schedule, watch: Watch, finished: Finished) -> None:
    def train(member: int) -> None:
        plan = schedule.begin(member)
        if plan is None:
            return
        with backend.threads(threads_of_each(schedule.threads)):
            found = trained(
                bag,
                member,
                plan,
                watch.looks(),
                lambda epoch, loss: watch.tell(member, epoch, loss),
            )
        if found is not None:
            schedule.end(member, found)
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
        self, bag: Bag, numbers: list[int], schedule: Schedule, watch: Watch, finished: Finished
    ) -> None:
        """Train the members with these numbers."""
        shared = Shared(self._client, bag)

        def between() -> None:
            for place, (epoch, loss) in shared.messages():
                watch.tell(numbers[place], epoch, loss)
            if watch.has_to_end():
                shared.end()

        try:
            for outcome in completed(
                self._client,
                member_on_worker,
                [(member,) for member in numbers],
                watch.show,
                shared=shared,
                between=between,
                sent=lambda member: (member, schedule.begin(member)),
                waiting=not schedule.is_limited,  # a member is planned when it begins
            ):
                if outcome.error is not None:
                    raise outcome.error
                if outcome.value is not None:
                    number = numbers[outcome.number]
                    schedule.end(number, outcome.value)
                    finished.add(number, outcome.value)
                    watch.tell_rest(number, outcome.value)
        except BaseException:
            shared.end()
            raise
        finally:
            shared.close()


def member_on_worker(bag: Bag, link: Link, member: int, plan: Plan | None) -> Member | None:
    """Train a member that has a plan; on a worker."""
    if plan is None:
        return None
    return trained(
        bag,
        member,
        plan,
        lambda needed: link.has_to_end() and not needed,
        lambda epoch, loss: link.tell((epoch, loss)),
    )
