"""A bag of networks: what each member is trained on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from multilayer.tables.folds import Fold
from multilayer.tables.member import Member, train_member, training_of
from multilayer.tables.recipe import Plan, Recipe
from multilayer.training import Epoch, Step
from multilayer.training.loop import Training

__all__ = ["Bag"]

_TRIAL_STEPS = 24


@dataclass(frozen=True, eq=False)
class Bag:
    """What the members are trained on."""

    folds: Sequence[Fold]
    classes: int | None
    """None where the target is a number."""
    recipe: Recipe
    seeds: list[int]
    at_once: int | None = None
    """Members that may be trained at a time in this process; None for any number."""
    checkpoint: str | None = None
    """A file whose name, with that of a member, is that of its own checkpoint, where rows are in blocks."""

    @property
    def in_blocks(self) -> bool:
        """Whether rows are read while members are trained."""
        return self.folds[0].in_blocks

    @property
    def rows(self) -> int:
        """Rows that a member is trained on, at most."""
        return max(fold.rows for fold in self.folds)

    def training(self, member: int, plan: Plan) -> Training:
        """Return the training of a member, which has not begun."""
        return training_of(self.folds[member], self.classes, self.recipe, self._rng(member), plan)

    def train(
        self, member: int, plan: Plan, callback: Callable[[Step | Epoch], Any] | None = None
    ) -> Member | None:
        """Train a member, the same one whenever it is called."""
        fold, rng, checkpoint = self.folds[member], self._rng(member), None
        if self.checkpoint is not None and fold.in_blocks:
            checkpoint = f"{self.checkpoint}.member{member + 1}"
        return train_member(
            fold, self.classes, self.recipe, rng, plan=plan, callback=callback, checkpoint=checkpoint
        )

    def _rng(self, member: int) -> np.random.Generator:
        return np.random.default_rng(self.seeds[member])

    def seconds_per_epoch(self, plan: Plan) -> float:
        """Return what an epoch of a member takes by itself: an epoch on the same share of both its parts is timed."""
        first = self.folds[0]
        fold = first.part(_TRIAL_STEPS * plan.batch_rows)
        part = replace(self, folds=[fold])
        times = []
        for epochs in (1, 2):  # the difference of the two is an epoch without what comes before the first one
            began = time.monotonic()
            part.train(0, Plan(epochs, plan.batch_rows))
            times.append(time.monotonic() - began)
        return max(times[1] - times[0], times[1] / 4) * first.rows / fold.rows
