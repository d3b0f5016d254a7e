"""Copies: rows that are there twice, so that a model is scored on rows that it was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, quoted
from multilayer.tables.columns import Columns
from multilayer.tables.suspicions.case import Case, Suspicion

__all__ = ["chance_of_equal", "copies", "groups_of"]

_LEAST_COPIES = 10
_LEAST_SHARE = 0.01
_LEAST_DIFFERENT, _FINE = 0.25, 0.5
"""Rows are hardly equal by chance where a quarter of them are different ones, and a column of numbers or dates has as
many different values as half of these."""


def copies(case: Case) -> Iterator[Suspicion]:
    """Suspect rows that equal another one in all columns and in the target: ten or more, and 1 % of all.

    Identifiers are not compared. Nothing is suspected where rows may be equal by chance: where fewer than a quarter of
    them are different ones, or no column of numbers or dates has a value of its own in half of these.
    """
    columns, y = case.sample.columns, case.sample.y
    if not len(y):
        return
    group = _of_rows(columns, y)
    count = len(y) - (int(group.max()) + 1)
    if not _by_chance(columns, group) and count >= max(_LEAST_COPIES, _LEAST_SHARE * len(y)):
        sentence = fill(
            "{rows:,} of {all:,} rows are copies of others, equal in all columns and in {target}: where one of them is "
            "held out, another is trained on, and scores are too good; leave copies out",
            rows=count,
            all=len(y),
            target=quoted(case.target),
        )
        yield Suspicion("copies", (), sentence)


def chance_of_equal(columns: Columns, y: NDArray[Any]) -> float:
    """Return how often a row of such a table equals another one by chance: the share of its rows that do.

    It is 0 where rows are hardly equal by chance, see `copies`.
    """
    if not len(y):
        return 0.0
    group = _of_rows(columns, y)
    return min(1.0, _share_twice(group)) if _by_chance(columns, group) else 0.0


def groups_of(columns: Columns) -> NDArray[np.int64]:
    """Return a number for each row, the same for rows that are equal in all columns."""
    return _grouped([column.values for column in columns], columns.rows)


def _of_rows(columns: Columns, y: NDArray[Any]) -> NDArray[np.int64]:
    compared = [column.values for column in columns if column.kind != "identifier"]
    return _grouped([*compared, y], len(y))


def _grouped(arrays: Sequence[NDArray[Any]], rows: int) -> NDArray[np.int64]:
    """Return numbers from 0 for rows that are equal in all arrays; a row that is alone is not looked at again."""
    group, alone = np.empty(rows, np.int64), 0
    shared, within = np.arange(rows), np.zeros(rows, np.int64)
    for values in arrays:
        left = values[shared]
        within = _divided(within, left if left.dtype.kind != "O" else left.astype(str))
        single = np.bincount(within)[within] == 1
        count = int(np.count_nonzero(single))
        group[shared[single]] = np.arange(alone, alone + count)
        alone += count
        shared, within = shared[~single], within[~single]
        if not len(shared):
            return group
    group[shared] = alone + np.unique(within, return_inverse=True)[1]
    return group


def _divided(group: NDArray[np.int64], values: NDArray[Any]) -> NDArray[np.int64]:
    _, place = np.unique(values, return_inverse=True)
    if not group.any():
        return np.asarray(place, np.int64)
    _, found = np.unique(group * (int(place.max()) + 1) + place, return_inverse=True)
    return np.asarray(found, np.int64)


def _share_twice(group: NDArray[np.int64]) -> float:
    """Return the share of rows that are there twice, of a row more that is: where none is, it is not taken for 0."""
    return float((np.count_nonzero(np.bincount(group)[group] > 1) + 1) / len(group))


def _by_chance(columns: Columns, group: NDArray[np.int64]) -> bool:
    different = int(group.max()) + 1
    if different < _LEAST_DIFFERENT * len(group):
        return True
    return not any(
        len(np.unique(column.values)) >= _FINE * different
        for column in columns
        if column.kind in {"number", "date"}
    )
