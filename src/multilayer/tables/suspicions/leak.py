"""Leak: one column alone predicts the target, which real columns hardly do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, percent, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import Column
from multilayer.tables.suspicions.case import Case, Suspicion

__all__ = ["leak"]

Array = NDArray[np.float64]

_LEAST_ROWS = 40
_MOST_NUMBERS = 20_000_000
_ROWS = (500, 10_000)
"""The fewest and the most rows that are looked at, by the number of columns."""

_WRONG = 0.02
"""Of the errors that the most frequent class makes, those that a leak may leave."""
_OTHERS = 10
"""Rows beside the most frequent class; with fewer a column predicts them by chance."""
_EXPLAINED = 0.98
"""Of the variance of the target's ranks."""


def leak(case: Case) -> Iterator[Suspicion]:
    """Suspect each column that predicts the target of held-out rows nearly without error.

    The target of a row is predicted from the row with the nearest value among the rows of the other half: its most
    frequent class, or its mean, on a line between two neighbours. A target that is a number counts by its rank, so that
    a few large ones do not decide. Nearest values are a weak model of a noisy column, so a column that passes is no
    near miss.
    """
    rows = _rows(case)
    if rows.size < _LEAST_ROWS:
        return
    predicted: Callable[[Array, Any], float | None] = (
        _classes_predicted if case.classes else _numbers_predicted
    )
    y = case.y[rows] if case.classes else _ranks(case.y[rows])
    for column in case.columns.take(rows):
        share = predicted(_places(column), y)
        if share is not None:
            template = _CLASSES if case.classes else _NUMBERS
            sentence = fill(
                template, column=quoted(column.name), target=quoted(case.target), share=percent(share)
            )
            yield Suspicion("leak", (column.name,), sentence)


_CLASSES = N_(
    "the column {column} alone predicts {target}, right in {share} of held-out rows: it may be known only together "
    "with the target; leave it out unless a new row has it before its target is known"
)
_NUMBERS = N_(
    "the column {column} alone predicts {target}, {share} of its variance in held-out rows (by ranks): it may be known "
    "only together with the target; leave it out unless a new row has it before its target is known"
)


def _rows(case: Case) -> NDArray[np.intp]:
    least, most = _ROWS
    count = int(np.clip(_MOST_NUMBERS // max(1, len(case.columns)), least, most))
    rows, rng = len(case.y), np.random.default_rng(0)
    return rng.choice(rows, count, replace=False) if rows > count else rng.permutation(rows)


def _places(column: Column) -> Array:
    """Return values as numbers that can be compared, each category and each gap its own."""
    if column.kind in {"number", "category"}:
        values = column.values.astype(np.float64)
    elif column.kind == "date":
        values = np.where(column.missing, np.nan, column.values.astype(np.int64).astype(np.float64))
    else:
        _, place = np.unique([text or "" for text in column.values], return_inverse=True)
        values = place.astype(np.float64)
    finite = values[np.isfinite(values)]
    # Far from all others, so that gaps are nearest to gaps.
    away = finite.min() - 10 * (np.ptp(finite) + 1) if finite.size else 0.0
    return np.asarray(np.where(np.isfinite(values), values, away))


def _halves(count: int) -> Iterator[tuple[slice, slice]]:
    half = count // 2
    yield slice(None, half), slice(half, None)
    yield slice(half, None), slice(None, half)


def _classes_predicted(values: Array, y: NDArray[np.int64]) -> float | None:
    """Return the share of rows whose class is predicted, where that is nearly all."""
    wrong, others = 0, len(y) - int(np.bincount(y).max())
    if others < _OTHERS:
        return None
    classes = int(y.max()) + 1
    for known, held in _halves(len(y)):
        distinct, place = np.unique(values[known], return_inverse=True)
        counts = np.bincount(place * classes + y[known], minlength=distinct.size * classes)
        frequent = counts.reshape(-1, classes).argmax(axis=1)
        wrong += int(np.count_nonzero(frequent[_nearest(distinct, values[held])] != y[held]))
        if wrong > _WRONG * others:
            return None
    return 1 - wrong / len(y)


def _numbers_predicted(values: Array, y: Array) -> float | None:
    """Return the share of the variance that is predicted, where that is nearly all."""
    left, whole = 0.0, float(((y - y.mean()) ** 2).sum())
    for known, held in _halves(len(y)):
        distinct, place = np.unique(values[known], return_inverse=True)
        mean = np.bincount(place, y[known]) / np.bincount(place)
        left += float(((np.interp(values[held], distinct, mean) - y[held]) ** 2).sum())
        if whole == 0 or left > (1 - _EXPLAINED) * whole:
            return None
    return 1 - left / whole


def _nearest(distinct: Array, values: Array) -> NDArray[np.intp]:
    after = np.clip(np.searchsorted(distinct, values), 1, max(1, distinct.size - 1))
    if distinct.size == 1:
        return np.zeros(len(values), np.intp)
    return np.where(values - distinct[after - 1] <= distinct[after] - values, after - 1, after)


def _ranks(y: NDArray[np.generic]) -> Array:
    """Return ranks, equal ones for equal numbers."""
    _, place, count = np.unique(y, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])
