"""Inputs from which nothing can be learned: names of rows, and constants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import UNSEEN, Column
from multilayer.tables.suspicions.case import Case, Suspicion, listed

__all__ = ["constant", "identifier"]

_LEAST_ROWS = 20
_MOSTLY = 0.9
"""The share of different values from which on categories name the rows."""
_DENSE = 3.0
"""Different whole numbers that fill their range up to this factor were counted out."""
_FIRST = 100
"""Rows within which most columns vary."""


_NAMES_ROWS = N_(
    "the column {column} has {distinct:,} different values in {rows}, as a name or a number of the row has: it "
    "predicts nothing about new rows; leave it out, or set its type to identifier"
)
_LEFT_OUT = N_(
    "the column {column} has {distinct:,} different values in {rows}, as a name or a number of the row has: it "
    "is no input, as it predicts nothing about new rows"
)
_ROWS, _SOME = N_("{rows:,} rows"), N_("{some:,} of {rows:,} rows")


def identifier(case: Case) -> Iterator[Suspicion]:
    """Suspect columns whose values name the rows: whole numbers counted out, categories nearly all different."""
    for column in case.sample.columns:
        present = column.values[~column.missing]
        if len(present) < _LEAST_ROWS or not _IS_NAME[column.kind](present):
            continue
        looked_at = len(column.values)
        sentence = fill(
            _LEFT_OUT if column.kind == "identifier" else _NAMES_ROWS,
            column=quoted(column.name),
            distinct=len(set(present.tolist())),
            rows=fill(
                _ROWS if looked_at == case.columns.rows else _SOME, some=looked_at, rows=case.columns.rows
            ),
        )
        yield Suspicion("identifier", (column.name,), sentence)


def _counts(present: NDArray[Any]) -> bool:
    span = float(np.ptp(present)) + 1.0  # first, as most columns need no sorting then
    if not len(present) <= span <= _DENSE * len(present) or not np.array_equal(present, np.rint(present)):
        return False
    return len(np.unique(present)) == len(present)


def _codes_name(present: NDArray[np.int32]) -> bool:
    return bool(np.count_nonzero(np.bincount(present - UNSEEN)) > _MOSTLY * len(present))


def _names(present: NDArray[Any]) -> bool:
    return len(set(present.tolist())) > _MOSTLY * len(present)


_IS_NAME: Mapping[str, Callable[[NDArray[Any]], bool]] = {
    "number": _counts,
    "date": lambda _: False,
    "category": _codes_name,
    "identifier": _names,
    "text": lambda _: False,  # which is no input, and said to be none
}


def constant(case: Case) -> Iterator[Suspicion]:
    """Name columns that have one value, or none, in all rows."""
    names = tuple(
        column.name for column in case.columns if column.name not in case.varying and _is_constant(column)
    )
    if names and case.columns.rows > 1:
        sentence = fill(
            "the column {columns} has one value in all rows: nothing can be learned from it"
            if len(names) == 1
            else "the columns {columns} have one value each in all rows: nothing can be learned from them",
            columns=listed(names),
        )
        yield Suspicion("constant", names, sentence)


def _is_constant(column: Column) -> bool:
    return all(_has_one_value(part) for part in (column.take(slice(_FIRST)), column))


def _has_one_value(column: Column) -> bool:
    missing = column.missing
    if missing.all():
        return True
    return bool(not missing.any() and (column.values == column.values[0]).all())
