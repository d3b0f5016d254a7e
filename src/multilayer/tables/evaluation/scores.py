"""Scores of predictions, of all rows at once for many weightings of them: what a bootstrap needs.

A score takes y, the outputs, and weights of shape (rounds, rows), and returns a number for each round. A bootstrap
draws rows with replacement: a weight is how often a row was drawn. One round of ones is the score itself. Where a round
has nothing to score (no row of a class) it is nan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.translation import N_

__all__ = ["OF_CLASSES", "OF_NUMBERS", "Score", "main_score", "resamples", "scored"]

Array = NDArray[np.float64]

_ROUNDS = (200, 1000)
_MOST_NUMBERS = 100_000_000
_BLOCK_NUMBERS = 4_000_000
_LEAST_PROBABILITY = 1e-15
"""Below it a probability costs no more: as scikit-learn clips it."""


@dataclass(frozen=True)
class Score:
    """A score: y are class numbers and outputs probabilities (rows, classes), or both are numbers (rows,)."""

    name: str
    function: Callable[[NDArray[Any], Array, Array], Array]
    greater_is_better: bool = True

    @property
    def sign(self) -> int:
        """1 where greater is better, else -1."""
        return 1 if self.greater_is_better else -1

    def left(self, value: float, constant: float) -> float:
        """Return how much is left of the distance of the best constant from a perfect score, which is 1 or 0.

        >>> OF_CLASSES[3].left(0.75, constant=0.5), OF_NUMBERS[0].left(1.0, constant=4.0)
        (0.5, 0.25)
        """
        perfect = float(self.greater_is_better)
        return (perfect - value) / (perfect - constant)


def accuracy(y: NDArray[Any], p: Array, weights: Array) -> Array:
    """Return the share of rows whose class is the most probable one."""
    return _mean(p.argmax(axis=1) == y, weights)


def balanced_accuracy(y: NDArray[Any], p: Array, weights: Array) -> Array:
    """Return the mean over classes of the share of a class's rows that are right."""
    right = p.argmax(axis=1) == y
    return _over_classes([_mean(right[rows], weights[:, rows]) for rows in _rows_of_classes(y, p)])


def log_loss(y: NDArray[Any], p: Array, weights: Array) -> Array:
    """Return the mean of -log of the true class's probability."""
    return _mean(-np.log(np.maximum(p[np.arange(len(y)), y], _LEAST_PROBABILITY)), weights)


def auc(y: NDArray[Any], p: Array, weights: Array) -> Array:
    """Return the area under the ROC curve: of the second of two classes, else the mean of each class against the rest.

    It is the probability that a row of the class has a greater probability than one of the rest; ties count half.
    """
    classes = [1] if p.shape[1] == 2 else range(p.shape[1])
    return _over_classes([_auc(y == number, p[:, number], weights) for number in classes])


def _auc(positive: NDArray[np.bool_], values: Array, weights: Array) -> Array:
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(values[order]) > 0])  # of values that are equal
    drawn = weights[:, order]
    above = np.add.reduceat(drawn * positive[order], starts, axis=1)
    below = np.add.reduceat(drawn, starts, axis=1) - above
    won = (above * (np.cumsum(below, axis=1) - below / 2)).sum(axis=1)
    return _divided(won, above.sum(axis=1) * below.sum(axis=1))


def root_mean_squared_error(y: NDArray[Any], z: Array, weights: Array) -> Array:
    """Return the root of the mean squared distance."""
    return np.asarray(np.sqrt(_mean((y - z) ** 2, weights)))


def mean_absolute_error(y: NDArray[Any], z: Array, weights: Array) -> Array:
    """Return the mean distance."""
    return _mean(np.abs(y - z), weights)


def r2(y: NDArray[Any], z: Array, weights: Array) -> Array:
    """Return the explained fraction of the variance of y; nan where y is constant."""
    centred = y - y.mean()  # so that no digits cancel
    variance = _mean(centred**2, weights) - _mean(centred, weights) ** 2
    variance[np.ptp(y) == 0.0 or variance <= 0] = np.nan
    return np.asarray(1 - _mean((y - z) ** 2, weights) / variance)


OF_CLASSES: tuple[Score, ...] = (
    Score(N_("accuracy"), accuracy),
    Score(N_("balanced accuracy"), balanced_accuracy),
    Score(N_("log-loss"), log_loss, greater_is_better=False),
    Score("AUC", auc),
)
OF_NUMBERS: tuple[Score, ...] = (
    Score("RMSE", root_mean_squared_error, greater_is_better=False),
    Score("MAE", mean_absolute_error, greater_is_better=False),
    Score("R²", r2),
)


def main_score(classes: int) -> Score:
    """Return the score that a verdict rests on: AUC for two classes, log-loss for more, RMSE for numbers."""
    if not classes:
        return OF_NUMBERS[0]
    return OF_CLASSES[3 if classes == 2 else 2]


def resamples(rows: int, classes: int, rng: np.random.Generator) -> Iterator[Array]:
    """Yield weights of bootstrap rounds, in blocks: 1,000 rounds, for large tables fewer, 200 at least."""
    least, most = _ROUNDS
    rounds = int(np.clip(_MOST_NUMBERS // max(1, rows * max(1, classes)), least, most))
    block = max(1, _BLOCK_NUMBERS // max(1, rows))
    for start in range(0, rounds, block):
        count = min(block, rounds - start)
        drawn = rng.integers(0, rows, (count, rows))
        drawn += np.arange(count)[:, np.newaxis] * rows
        yield np.bincount(drawn.ravel(), minlength=count * rows).reshape(count, rows).astype(np.float64)


def scored(
    scores: Sequence[Score], y: NDArray[Any], outputs: Sequence[Array], weights: Array
) -> NDArray[np.float64]:
    """Return all scores of all outputs: shape (outputs, scores, rounds)."""
    return np.array([[score.function(y, one, weights) for score in scores] for one in outputs])


def _mean(values: NDArray[Any], weights: Array) -> Array:
    return _divided(weights @ values.astype(np.float64), weights.sum(axis=1))


def _divided(a: Array, b: Array) -> Array:
    return np.asarray(np.divide(a, b, out=np.full(a.shape, np.nan), where=b > 0))


def _rows_of_classes(y: NDArray[Any], p: Array) -> list[NDArray[np.bool_]]:
    return [y == number for number in range(p.shape[1])]


def _over_classes(found: list[Array]) -> Array:
    """Return the mean over the classes that a round has."""
    values = np.stack(found)
    there = ~np.isnan(values)
    return _divided(np.where(there, values, 0.0).sum(axis=0), there.sum(axis=0).astype(np.float64))
