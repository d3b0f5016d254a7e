"""Trainings with each remedy, seed by seed, until all are done, time is up or Ctrl-C comes."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from statistics import median

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.diagnosis.remedies.problem import Problem
from multilayer.diagnosis.remedies.ranking import INTERRUPTED, Row
from multilayer.diagnosis.remedies.remedy import Variant
from multilayer.network import MLP
from multilayer.training.interruption import Interruption
from multilayer.training.progress import Advance, bar

__all__ = ["Trials"]

_TIME_IS_UP = "the time limit of {seconds:g} s was reached"


class Trials:
    """The scores of several setups on one problem, the first of them the one that others are compared with."""

    def __init__(self, problem: Problem, variants: Sequence[Variant]) -> None:
        self.problem = problem
        self.partial: str | None = None
        """Why not all trainings were made, where that is so."""
        self._variants = variants
        self._scores: list[list[float]] = [[] for _ in variants]
        self._seconds: list[list[float]] = [[] for _ in variants]
        data = problem.data
        standardized = data.standardized() if any(one.setup.standardize for one in variants) else data
        self._data = [standardized if one.setup.standardize else data for one in variants]

    def run(self, seeds: Sequence[int], time_limit: float | None, progress: bool | None) -> None:
        """Train all with the first seed, then all with the second, and so on.

        Raises
        ------
        InputError, KeyboardInterrupt
            When not even the first training could be made.
        """
        deadline = math.inf if time_limit is None else time.monotonic() + time_limit
        interruption = Interruption()
        epochs = len(seeds) * sum(variant.setup.config.epochs for variant in self._variants)
        with interruption, bar("epoch", epochs, progress) as advance:
            finished = self._run(seeds, deadline, interruption, advance)
        if finished:
            return
        if self._scores[0]:
            ended = INTERRUPTED if interruption.requested else _TIME_IS_UP
            self.partial = fill(ended, seconds=time_limit)
            return
        if interruption.requested:
            raise KeyboardInterrupt
        raise InputError(
            f"the time limit of {time_limit:g} s was reached before the first training of "
            f"{self.problem.setup.config.epochs} epochs ended; allow more time, or fewer epochs"
        )

    def tried(self, number: int) -> bool:
        """Whether a setup was trained at all."""
        return bool(self._scores[number])

    def row(self, remedy: str, number: int) -> Row:
        """Return what a setup gained, with the seeds that all were trained with, or else with the first."""
        seeds = max(1, min(map(len, self._scores)))
        scores, before = self._scores[number][:seeds], self._scores[0][:seeds]
        gains = tuple(_difference(after, old) for after, old in zip(scores, before, strict=True))
        variant = self._variants[number]
        return Row(
            remedy, variant.change, variant.call, tuple(scores), gains, median(self._seconds[number][:seeds])
        )

    def _run(
        self, seeds: Sequence[int], deadline: float, interruption: Interruption, advance: Advance
    ) -> bool:
        """Return whether all trainings were made."""
        done = 0
        for seed in seeds:
            for number, variant in enumerate(self._variants):
                if interruption.requested or time.monotonic() > deadline:
                    return False
                advance(done, variant.change)
                began = time.perf_counter()
                trained = variant.setup.trained(
                    self._data[number].X,
                    self._data[number].y,
                    seed,
                    callbacks=[lambda event: time.monotonic() > deadline],
                )
                if trained.stopped in {"interrupted", "callback"}:
                    return False  # half a training has no score
                self._seconds[number].append(time.perf_counter() - began)
                self._scores[number].append(self._score(trained.network, number))
                done += variant.setup.config.epochs
                advance(done, variant.change)
        return True

    def _score(self, network: MLP, number: int) -> float:
        data = self._data[number]
        with np.errstate(all="ignore"):
            score = float(self.problem.metric.function(data.scored_y, network(data.scored_X), None))
        return -math.inf if math.isnan(score) else score


def _difference(after: float, before: float) -> float:
    return 0.0 if after == before else after - before  # where both are infinite, nothing was gained
