"""Tables in memory as columns: each library gives the same ones."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from multilayer import InputError
from multilayer.tables import Column, Columns, columns_of

AGES = [31.0, None, 27.5, 40.0]
JOBS = ["clerk", "cook", None, "clerk"]
DAYS = [datetime.date(2024, 1, 31), None, datetime.date(1999, 12, 1), datetime.date(2024, 2, 29)]
FLAGS = [True, False, None, True]

TABLE = {"age": AGES, "job": JOBS, "day": DAYS, "flag": FLAGS}


def as_plain(columns):
    return [(column.name, column.kind, column.categories, column.texts()) for column in columns]


EXPECTED = [
    ("age", "number", (), ["31.0", None, "27.5", "40.0"]),
    ("job", "category", ("clerk", "cook"), ["clerk", "cook", None, "clerk"]),
    (
        "day",
        "date",
        (),
        ["2024-01-31T00:00:00.000000", None, "1999-12-01T00:00:00.000000", "2024-02-29T00:00:00.000000"],
    ),
    ("flag", "category", ("false", "true"), ["true", "false", None, "true"]),
]


def of_arrow():
    import pyarrow as pa

    return pa.table(TABLE)


FRAMES = {
    "lists": lambda: TABLE,
    "objects": lambda: {name: np.array(values, object) for name, values in TABLE.items()},
    "pandas": lambda: pd.DataFrame(TABLE),
    "pandas objects": lambda: pd.DataFrame(TABLE, dtype=object),
    "pandas nullable": lambda: pd.DataFrame({**TABLE, "day": pd.to_datetime(DAYS)}).convert_dtypes(),
    "pandas arrow": lambda: of_arrow().to_pandas(types_mapper=pd.ArrowDtype),
    "arrow": of_arrow,
}


@pytest.mark.parametrize("library", FRAMES)
def test_every_library_gives_the_same_columns(library):
    assert as_plain(columns_of(FRAMES[library]())) == EXPECTED


@pytest.mark.oracle
def test_polars_gives_the_same_columns():
    polars = pytest.importorskip("polars")
    assert as_plain(columns_of(polars.DataFrame(TABLE))) == EXPECTED


def test_columns_of_an_array_are_called_x1_x2():
    columns = columns_of(np.arange(6.0).reshape(3, 2))
    assert columns.names == ("x1", "x2")
    assert columns["x2"].values.tolist() == [1.0, 3.0, 5.0]


def test_categories_of_pandas_keep_their_names_and_are_sorted():
    frame = pd.DataFrame({"size": pd.Categorical(["s", "l", None], categories=["s", "m", "l"])})
    column = columns_of(frame)["size"]
    assert column.texts() == ["s", "l", None]


def test_columns_pass_through():
    columns = Columns([Column("a", "number", np.zeros(3))])
    assert columns_of(columns) is columns


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": [1, 2, "x"]}, "column 'a', row 3: expected a value like 1 (int) in row 1, found 'x' (str)"),
        ({"a": [1.0, float("inf")]}, "column 'a', row 2: expected a finite number, found an infinite one"),
        ({"a": [1, 2], "b": [1]}, "column 'b' has 1 rows, and column 'a' has 2; expected as many in each"),
        ({"a": [[1], [2]]}, "column 'a', row 1: expected a number, a text or a date, found [1] (list)"),
        ({"a": np.zeros((2, 2))}, "column 'a': expected one dimension, found an array of shape (2, 2)"),
        (np.zeros(3), "expected a table of shape (rows, columns), found an array of shape (3,)"),
        (3, "expected a data frame, a mapping from names to arrays or a 2-D array, found 'int'"),
    ],
)
def test_what_is_no_table_is_refused(table, message):
    with pytest.raises(InputError) as error:
        columns_of(table)
    assert str(error.value).startswith(message)


def test_a_type_of_an_unknown_column_is_refused():
    with pytest.raises(InputError, match="types: no column is called 'agee'; did you mean 'age'"):
        columns_of(TABLE, {"agee": "number"})
    with pytest.raises(InputError, match="types: 'age' cannot be 'nombre'; did you mean 'number'"):
        columns_of(TABLE, {"age": "nombre"})
