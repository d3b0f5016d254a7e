"""What a model has to beat: simple models, fitted on a training table, or in folds of the table at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.translation import N_
from multilayer.tables.columns import Columns

__all__ = ["CONSTANT", "Baseline", "Problem", "constant", "outputs_in_folds"]

Array = NDArray[np.float64]

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Problem:
    """Columns with their target: class numbers, int, where `classes` is more than 0, else float64."""

    columns: Columns
    y: NDArray[Any]
    classes: int

    @property
    def alike(self) -> bool:
        """Whether all rows have the same target."""
        return bool(np.all(self.y == self.y[0]))

    @property
    def can_be_learned(self) -> bool:
        """Whether a model can be fitted in each fold: on ten rows or more, and two of each of two classes."""
        if len(self.y) < 2 * FOLDS or self.alike:
            return False
        return not self.classes or int(np.count_nonzero(np.bincount(self.y) >= 2)) >= 2

    def take(self, rows: Any) -> Problem:
        """Return some of the rows."""
        return Problem(self.columns.take(rows), self.y[rows], self.classes)


@dataclass(frozen=True)
class Baseline:
    """A way of prediction to compare with: `outputs(problem, new)` fits on a problem and predicts new columns.

    It returns probabilities of shape (rows, classes), or numbers of shape (rows,). `multilayer.estimators.baselines`
    has a linear model and gradient boosting.
    """

    name: str
    """As in "better than {name}"."""
    outputs: Callable[[Problem, Columns], Array]


def constant(y: NDArray[Any], classes: int, rows: int) -> Array:
    """Return the mean of y for each row, or the shares of the classes, each as if it had been there once more."""
    if not classes:
        return np.full(rows, float(y.mean()))
    counts = np.bincount(y, minlength=classes) + 1.0
    return np.tile(counts / counts.sum(), (rows, 1))


CONSTANT = Baseline(
    N_("the best constant"), lambda problem, new: constant(problem.y, problem.classes, new.rows)
)


def outputs_in_folds(baseline: Baseline, problem: Problem, rng: np.random.Generator) -> Array:
    """Return predictions of each row, by a fit on the rows of the four other folds."""
    found = np.empty((len(problem.y), problem.classes) if problem.classes else len(problem.y))
    for held in _folds(problem, rng):
        kept = np.setdiff1d(np.arange(len(problem.y)), held)
        found[held] = baseline.outputs(problem.take(kept), problem.columns.take(held))
    return found


def _folds(problem: Problem, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Yield the rows of each fold, at random, with classes spread evenly."""
    order = rng.permutation(len(problem.y))
    if problem.classes:
        order = order[np.argsort(problem.y[order], kind="stable")]
    for first in range(min(FOLDS, len(order))):
        yield np.sort(order[first::FOLDS])
