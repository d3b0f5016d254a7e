"""The rows that a target needs: two or more, each with a value."""

from __future__ import annotations

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import UNSEEN, Column

__all__ = ["check_rows", "refuse_gaps"]

_NONE_TO_LEARN = N_(
    "column {name}: expected a target, found none in all rows ({rows:,}); give another column"
)
_NONE_TO_COMPARE = N_("column {name}: expected a target, found none in all rows ({rows:,}); fill it in")


def check_rows(column: Column, rows: int) -> None:
    """Refuse a target of fewer than two rows, and one with gaps."""
    if not rows:
        raise InputError(
            "column {name}: expected a target in each row, found no rows", name=quoted(column.name)
        )
    if rows == 1:
        raise InputError(
            "column {name}: expected a target in two rows or more, found one row", name=quoted(column.name)
        )
    refuse_gaps(column, _NONE_TO_LEARN)


def refuse_gaps(column: Column, none: str = _NONE_TO_COMPARE) -> None:
    """Refuse a target with gaps, or with categories that its table does not have; `none` is said where it is empty."""
    gaps = int(np.count_nonzero(column.missing))
    if column.kind == "category" and np.any(column.values == UNSEEN):
        raise InputError(
            "column {name}: expected categories as in its table, found others", name=quoted(column.name)
        )
    if gaps and gaps == len(column.values):
        raise InputError(none, name=quoted(column.name), rows=gaps)
    if gaps:
        name, rows = quoted(column.name), len(column.values)
        raise InputError(
            "column {name}: the target is missing in {gaps} of {rows} rows; leave these "
            "rows out: frame.dropna(subset=[{name}]) in pandas, "
            "columns.take(~columns[{name}].missing) here",
            name=name,
            gaps=gaps,
            rows=rows,
        )
