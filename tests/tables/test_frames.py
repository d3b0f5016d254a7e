"""Tables in memory as columns: each library gives the same ones."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from multilayer import InputError
from multilayer.tables import Column, Columns, columns_of, read_table

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


SIZES = ["small", "medium", "large"]


@pytest.mark.parametrize("ordered", [False, True])
def test_declared_categories_keep_their_order_and_those_without_rows(ordered, tmp_path):
    frame = pd.DataFrame(
        {"size": pd.Categorical(["small", "large", None], categories=SIZES, ordered=ordered)}
    )
    column = columns_of(frame)["size"]
    assert column.categories == tuple(SIZES)
    assert column.values.tolist() == [0, 2, -1]
    frame.to_parquet(tmp_path / "t.parquet")
    read = read_table(tmp_path / "t.parquet").columns["size"]
    assert (read.schema, read.values.tolist()) == (column.schema, [0, 2, -1])


def test_many_declared_categories_are_no_identifiers():
    texts = [f"c{row}" for row in range(1000)]
    assert columns_of(pd.DataFrame({"a": pd.Categorical(texts)}))["a"].kind == "category"
    assert columns_of(pd.DataFrame({"a": pd.Categorical([2, 1])}))["a"].texts() == ["2", "1"]
    assert columns_of(pd.DataFrame({"a": pd.Categorical([2, 1])}), {"a": "number"})["a"].values.tolist() == [
        2.0,
        1.0,
    ]


def test_names_that_are_no_texts():
    assert columns_of(pd.DataFrame({0: [1, 2], 1: ["a", "b"]})).names == ("0", "1")
    pairs = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
    assert columns_of(pd.DataFrame([[1, 2]], columns=pairs)).names == ("('a', 'x')", "('a', 'y')")


TWICE = [
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
    pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]),
    pd.DataFrame([[1, 2]], columns=["1", 1]).rename(columns={"1": "a", 1: "a"}),
]


@pytest.mark.parametrize("table", TWICE)
def test_two_columns_of_one_name_are_refused(table):
    with pytest.raises(InputError, match="columns 1 and 2 are both called 'a'"):
        columns_of(table)
    with pytest.raises(InputError, match="columns 1 and 2 are both called '1'"):
        columns_of({"1": [1], 1: [2]})


VALUES = {
    "masked": (np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0]), ["1.0", None, "3.0"]),
    "masked integers": (np.ma.array([1, 2, 3], mask=[0, 1, 0]), ["1.0", None, "3.0"]),
    "big-endian": (np.array([1, 2.5], ">f4"), ["1.0", "2.5"]),
    "durations": (np.array([1500, "NaT"], "m8[ms]"), ["1.5", None]),
    "months": (np.array(["2024-01", "NaT"], "M8[M]"), ["2024-01-01T00:00:00.000000", None]),
    "pandas.NA": (np.array([1, pd.NA, 2.5], object), ["1.0", None, "2.5"]),
    "pandas.NaT": (
        np.array([pd.Timestamp("2024-01-31"), pd.NaT], object),
        ["2024-01-31T00:00:00.000000", None],
    ),
    "decimals": ([Decimal("1.25"), Decimal("nan")], ["1.25", None]),
    "large integers": ([2**70, None], [str(float(2**70)), None]),
    "texts of NumPy": (np.array(["b", "a"]), ["b", "a"]),
    "a column of pandas": (pd.Series(["b", None]), ["b", None]),
    "a sparse one": (pd.Series(pd.arrays.SparseArray([0, 0, 1.5])), ["0.0", "0.0", "1.5"]),
    "an array of Arrow": (pa.array(["b", None]), ["b", None]),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_of_all_sorts(case):
    values, texts = VALUES[case]
    assert columns_of({"a": values})["a"].texts() == texts


def test_a_sparse_column_of_a_frame():
    assert columns_of(pd.DataFrame({"a": pd.arrays.SparseArray([0, 1.5])}))["a"].values.tolist() == [0.0, 1.5]


def test_a_table_without_rows_or_columns():
    assert columns_of({}).rows == len(columns_of(pd.DataFrame())) == 0
    assert columns_of(np.empty((0, 2))).names == ("x1", "x2")


def test_the_kind_of_a_column_is_changed():
    columns = columns_of({"a": [2.0, None], "b": ["1", "x"]})
    changed = columns_of(columns, {"a": "category"})
    assert changed["a"].texts() == ["2", None]
    assert changed["b"] is columns["b"]


def test_columns_pass_through():
    columns = Columns([Column("a", "number", np.zeros(3))])
    assert columns_of(columns) is columns


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": [1, 2, "x"]}, "column 'a', row 3: expected a value like 1 (int) in row 1, found 'x' (str)"),
        ({"a": [1, 10**400]}, "column 'a', row 2: expected a finite number, found an infinite one"),
        ({"a": [1.0, float("inf")]}, "column 'a', row 2: expected a finite number, found an infinite one"),
        ({"a": [1, 2], "b": [1]}, "column 'b' has 1 rows, and column 'a' has 2; expected as many in each"),
        ({"a": [[1], [2]]}, "column 'a', row 1: expected a number, a text or a date, found [1] (list)"),
        ({"a": np.zeros((2, 2))}, "column 'a': expected one dimension, found an array of shape (2, 2)"),
        (np.zeros(3), "expected a table of shape (rows, columns), found an array of shape (3,)"),
        ({"a": "text"}, "column 'a': expected one dimension, found an array of shape ()"),
        ({"a": np.array([1j])}, "column 'a': expected numbers, texts or dates, found 'complex128'"),
        (None, "expected a data frame, a mapping from names to arrays or a 2-D array, found 'NoneType'"),
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
