"""What of a bag is trained: how many members, how many at a time, and for how long each."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from multilayer import backend
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.tables.bag import Bag
from multilayer.tables.recipe import Plan

__all__ = ["Schedule", "scheduled", "threads_of_each"]

_WORTH = 32
"""Epochs that a member needs; below that a time limit costs members first."""
_MARGIN = 0.85
"""The share of a time limit that is planned for training: trial epochs differ from later ones."""


@dataclass(frozen=True)
class Schedule:
    """What is trained: how many members, in how many threads at a time, and for how long each."""

    members: int
    plan: Plan
    threads: int
    notes: tuple[str, ...] = ()


def scheduled(bag: Bag, seconds: float | None, processors: int) -> Schedule:
    """Return what fits into the time on so many processors, each of which trains one member at a time."""
    members, plan = len(bag.seeds), bag.recipe.plan(bag.rows)
    threads = min(processors, members, bag.at_once or members)
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
    with backend.threads(threads_of_each(threads)):
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


def threads_of_each(members: int) -> int:
    """Return how many threads of the core each of so many members may use at a time."""
    return max(1, backend.get_threads() // members)
