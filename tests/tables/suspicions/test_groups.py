"""Rows that are equal in all columns have one number, against a search row by row; constants are seen in all rows."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer.tables import Column, Columns
from multilayer.tables.suspicions import Case, suspect
from multilayer.tables.suspicions.copies import groups_of

CELLS = {
    "number": st.sampled_from([0.0, -0.0, 1.5, -2.0, np.nan]),
    "category": st.integers(-2, 3),
    "text": st.sampled_from(["a", "b", "a b"]),
}
DTYPES = {"number": np.float64, "category": np.int32, "text": object}


@st.composite
def tables(draw: st.DrawFn) -> Columns:
    rows = draw(st.integers(1, 40))
    kinds = draw(st.lists(st.sampled_from(list(CELLS)), max_size=4))
    return Columns(
        Column(
            f"{kind} {place}",
            kind,
            np.array(draw(st.lists(CELLS[kind], min_size=rows, max_size=rows)), DTYPES[kind]),
        )
        for place, kind in enumerate(kinds)
    )


def as_tuples(columns: Columns) -> Iterator[tuple[object, ...]]:
    values = (np.where(column.missing, None, column.values.astype(object)) for column in columns)
    return zip(*values, strict=True)


@given(tables())
def test_equal_rows_have_one_number_and_numbers_are_counted_from_0(columns: Columns) -> None:
    group = groups_of(columns).tolist()
    rows = list(as_tuples(columns))
    number: dict[tuple[object, ...], int] = dict(zip(rows, group, strict=True)) if rows else {}
    assert group == [number[row] for row in rows]
    assert sorted(set(group)) == list(range(len(set(rows))))


@pytest.mark.parametrize("kind", ["number", "category"])
def test_a_column_that_varies_in_its_last_row_is_no_constant(kind: str) -> None:
    values = np.zeros(200, DTYPES[kind])
    varying, gap = values.copy(), values.copy()
    varying[-1], gap[-1] = 1, np.nan if kind == "number" else -1
    columns = Columns(
        Column(name, kind, column, ("a", "b") if kind == "category" else ())
        for name, column in {"same": values, "varying": varying, "gap": gap}.items()
    )
    case = Case(columns, np.arange(200) % 2, "y", ("no", "yes"))
    assert [one.columns for one in suspect(case) if one.name == "constant"] == [("same",)]
