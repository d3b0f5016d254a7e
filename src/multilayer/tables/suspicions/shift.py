"""Shift: columns of a table that are not distributed as those that a model was trained on."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from multilayer._base.text import fill, percent, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import MISSING, Column
from multilayer.tables.suspicions.case import Case, Suspicion
from multilayer.tables.suspicions.profile import ColumnProfile, numbers_of, shares_up_to

__all__ = ["shift"]

_SMALLEST = 0.1
"""Distances below this are not worth a word, however many rows show them."""
_CHANCE = 1e-3
"""The probability that a table from the same source is suspected, all columns together."""

_GAPS = N_("the column {column} is not as in training: it is missing in {now} of the rows, there in {then}")
_NEW = N_(
    "the column {column} is not as in training: {now} of the rows have a category that training did not have"
)
_SHARE = N_("the column {column} is not as in training: {category} is {now} of it, there {then}")
_VALUES = N_(
    "the column {column} is not as in training: {now} of its values are {point:.6g} or less, there {then} (distance "
    "{distance:.2f})"
)
_DATES = N_("the column {column} is not as in training: {now} of it is up to {point}, there {then}")


def shift(case: Case) -> Iterator[Suspicion]:
    """Suspect each column whose distribution has moved.

    The distance is that of Kolmogorov and Smirnov for numbers and dates, at the points of the profile; for
    categories the largest difference of a share. What is missing is compared as a share, too. A distance counts from
    0.1 on, and above what chance does to samples of these sizes: sqrt(log(2 / alpha) / 2 (1 / rows + 1 / rows)), with
    alpha = 0.001 / columns (Massey 1951, Bonferroni).
    """
    if case.seen is None or not case.columns.rows or not case.seen.rows:
        return
    chance = _CHANCE / max(1, len(case.seen.columns))
    spread = 0.5 * math.log(2 / chance) * (1 / case.columns.rows + 1 / case.seen.rows)
    least = max(_SMALLEST, math.sqrt(spread))
    for before in case.seen.columns:
        if before.name in case.columns:
            sentence = _moved(before, case.columns[before.name], least, case.seen.rows)
            if sentence:
                yield Suspicion("shift", (before.name,), sentence)


def _moved(before: ColumnProfile, column: Column, least: float, rows: int) -> str:
    missing = float(column.missing.mean())
    if abs(missing - before.missing) > least:
        return fill(_GAPS, column=quoted(column.name), now=percent(missing), then=percent(before.missing))
    if before.points and column.kind == before.kind:
        return _moved_numbers(before, column, least)
    if before.categories and column.kind == before.kind:
        return _moved_categories(before, column, least, rows)
    return ""


def _moved_numbers(before: ColumnProfile, column: Column, least: float) -> str:
    values = numbers_of(column)
    if not values.size:
        return ""
    points, then = np.array(before.points), np.array(before.shares)
    now = shares_up_to(values, points)
    # Below the first point lies nothing of training, so that a table that is moved down is apart at all points.
    below = float(np.mean(values < points[0]))
    place = int(np.abs(now - then).argmax())
    distance = float(abs(now[place] - then[place]))
    if max(distance, below) <= least:
        return ""
    distance = max(distance, below)
    point = before.points[place]
    return fill(
        _DATES if column.kind == "date" else _VALUES,
        column=quoted(column.name),
        point=np.datetime64(int(point), "us").astype("datetime64[D]") if column.kind == "date" else point,
        now=percent(float(now[place])),
        then=percent(float(then[place])),
        distance=distance,
    )


def _moved_categories(before: ColumnProfile, column: Column, least: float, rows: int) -> str:
    present = max(1, int(np.count_nonzero(column.values != MISSING)))
    counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
    shares = dict(zip(column.categories, (counts / present).tolist(), strict=True))
    new = sum(before.shares) - sum(shares.get(name, 0.0) for name in before.categories)
    # Each category is kept for rows of training, and so is rarer elsewhere, by about one row of them (Good 1953).
    kept = sum(share > 0 for share in before.shares) / rows
    if new > least + kept:
        return fill(_NEW, column=quoted(column.name), now=percent(min(1.0, new)))
    gaps = [
        abs(shares.get(name, 0.0) - then) for name, then in zip(before.categories, before.shares, strict=True)
    ]
    place = int(np.argmax(gaps))
    if gaps[place] <= least:
        return ""
    category = before.categories[place]
    return fill(
        _SHARE,
        column=quoted(column.name),
        category=quoted(category),
        now=percent(shares.get(category, 0.0)),
        then=percent(before.shares[place]),
    )
