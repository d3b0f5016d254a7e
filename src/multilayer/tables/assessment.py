"""What the rows that members held out tell about a bag: its calibration, its intervals, its scores; and how long that
takes to find out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.network import MLP
from multilayer.tables.ambiguity import MOST_ROWS, error_ratio
from multilayer.tables.bag import Bag
from multilayer.tables.calibration import Calibration
from multilayer.tables.conformal import Conformal
from multilayer.tables.evaluation.skill import skill_of
from multilayer.tables.folds import Fold
from multilayer.tables.suspicions import Skill
from multilayer.tables.target import Target

__all__ = ["Assessment", "AssessmentTime", "assess", "time_of_assessment"]

_REHEARSED = 1024
"""Rows, at most, with which it is timed."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """Of a bag, by rows each of which one member held out."""

    calibration: Calibration | None
    """None for numbers."""
    intervals: Conformal
    scores: Mapping[str, float]
    skill: Skill


def assess(
    target: Target, networks: Sequence[MLP], folds: Sequence[Fold], outputs: Sequence[NDArray[np.float32]]
) -> Assessment:
    """Return what the members' outputs for the rows that they held out tell."""
    a = np.concatenate(outputs).astype(np.float64)
    y = np.concatenate([fold.held_out_y for fold in folds])
    ratio = 1.0
    if not target.classes:
        ratio = error_ratio(networks, folds, float(np.mean((a[:, 0] - y) ** 2)))
    return _of_outputs(target, a, y, ratio)


def _of_outputs(target: Target, a: NDArray[np.float64], y: NDArray[Any], ratio: float) -> Assessment:
    """Return the same, with the error of the bag over that of a member."""
    if target.classes:
        calibration = Calibration.fit(a, y)
        predicted = calibration.apply(a)
        scores = {
            "log-loss": float(-np.log(predicted[np.arange(len(y)), y]).mean()),
            "accuracy": float(np.mean(predicted.argmax(axis=1) == y)),
        }
    else:
        calibration = None
        predicted, y = target.decode(a[:, 0]), target.unscaled(y)
        error = predicted - y
        scores = {
            "root mean squared error": float(np.sqrt(np.mean(error**2))),
            "mean absolute error": float(np.mean(np.abs(error))),
        }
    skill = skill_of(predicted, y, len(target.classes))
    return Assessment(calibration, Conformal.fit(predicted, y, ratio), scores, skill)


@dataclass(frozen=True)
class AssessmentTime:
    """How many seconds `assess` takes for so many members.

    >>> AssessmentTime(held_out=1000, row=1e-5, output=0.0)(8)
    0.08
    """

    held_out: int
    """Rows of a member."""
    row: float
    """Seconds for each of these rows."""
    output: float
    """Seconds of a network for a row, where all networks are compared on some rows; 0 for classes."""

    def __call__(self, members: int) -> float:
        """Return the seconds."""
        rows = members * self.held_out
        compared = min(rows, MOST_ROWS) * members if members > 1 else 0
        return rows * self.row + compared * self.output


def time_of_assessment(bag: Bag, target: Target, clock: Callable[[], float]) -> AssessmentTime:
    """Return how long `assess` will take, by a rehearsal on some rows, with random outputs and first weights."""
    fold = bag.folds[0]
    y = fold.held_out_y[:: -(-len(fold.held_out_y) // _REHEARSED)]
    a = np.random.default_rng(0).standard_normal((len(y), target.outputs))
    for _ in range(2):  # the first one takes what comes once in a process
        began = clock()
        _of_outputs(target, a, y, 1.0)
        row = (clock() - began) / len(y)
    output = 0.0 if target.classes else _seconds_of_output(bag, clock)
    return AssessmentTime(len(fold.held_out_y), row, output)


def _seconds_of_output(bag: Bag, clock: Callable[[], float]) -> float:
    """Return what a network takes for a row."""
    fold = bag.folds[0]
    network = replace(bag, folds=[fold.part(1)]).training(0, bag.recipe.plan(1)).network
    x = next(iter(fold.held_out_x()))[:_REHEARSED]
    for _ in range(2):
        began = clock()
        network(x)
        seconds = clock() - began
    return seconds / len(x)
