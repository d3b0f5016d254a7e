"""A table read in pieces is the table read at once and conformed."""

from __future__ import annotations

import dataclasses
import gzip
import io
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from multilayer import InputError
from multilayer.tables import columns_of, conform, read_batches, read_table
from multilayer.tables.columns import UNSEEN

ROWS = 1003
RNG = np.random.default_rng(0)
TRAIN = pd.DataFrame(
    {
        "age": RNG.normal(size=ROWS).round(3),
        "job": RNG.choice(["clerk", "cook, head", 'a "b"'], ROWS),
        "day": pd.to_datetime(RNG.integers(0, 1000, ROWS), unit="D"),
        "ok": RNG.random(ROWS) < 0.5,
        "size": RNG.integers(0, 5, ROWS),
    }
)
TYPES = {"size": "category"}
SCHEMA = columns_of(TRAIN, TYPES).schema
NEW = TRAIN[["ok", "day", "size", "job", "age"]].assign(extra="x", key=[f"00{row}" for row in range(ROWS)])
NEW.loc[7, "job"] = "pilot"
NEW.loc[8, ["age", "job", "day"]] = None


def to_json(frame, path):
    frame.to_json(path, orient="records", lines=True, date_format="iso")


def to_gzip(frame, path):
    path.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))


WRITERS = {
    "t.csv": lambda frame, path: frame.to_csv(path, index=False),
    "semicolons.csv": lambda frame, path: frame.to_csv(path, index=False, sep=";", decimal=","),
    "latin.csv": lambda frame, path: frame.assign(extra="ü").to_csv(path, index=False, encoding="latin-1"),
    "wide.csv": lambda frame, path: frame.to_csv(path, index=False, encoding="utf-16"),
    "t.csv.gz": to_gzip,
    "t.parquet": lambda frame, path: frame.to_parquet(path, row_group_size=300),
    "t.feather": lambda frame, path: pyarrow.feather.write_feather(pa.table(frame), path, chunksize=300),
    "t.jsonl": to_json,
}


def as_plain(columns):
    return [(c.name, c.kind, c.categories, c.texts()) for c in columns]


def put_together(pieces):
    return [
        (*first[:3], [text for column in columns for text in column[3]])
        for columns in zip(*map(as_plain, pieces), strict=True)
        for first in columns[:1]
    ]


def carried_in(pieces):
    """Return what all pieces carry, as texts."""
    return {
        name: [
            None if value is None else str(value)
            for _, carried in pieces
            for value in carried[name].to_pylist()
        ]
        for name in pieces[0][1]
    }


@pytest.fixture(params=WRITERS)
def path(request, tmp_path):
    WRITERS[request.param](NEW, tmp_path / request.param)
    return tmp_path / request.param


def test_pieces_are_the_conformed_table(path):
    pieces = list(read_batches(path, SCHEMA, ["key"], rows=250))
    assert all(columns.rows <= 250 and columns.schema == SCHEMA for columns, _ in pieces)
    assert put_together([columns for columns, _ in pieces]) == as_plain(
        conform(columns_of(NEW, TYPES), SCHEMA)
    )
    assert carried_in(pieces) == {"key": NEW["key"].tolist()}
    jobs = np.concatenate([columns["job"].values for columns, _ in pieces])
    assert np.flatnonzero(jobs == UNSEEN).tolist() == [7]


def test_other_columns_are_carried_in_the_order_of_the_table(path):
    pieces = list(read_batches(path, SCHEMA[:2], ["job"], others=True))
    carried = carried_in(pieces)
    assert list(carried) == ["ok", "day", "size", "job", "extra", "key"]
    assert carried["key"] == NEW["key"].tolist()
    with pytest.raises(InputError, match=r"^\S+: expected a column 'jop'; did you mean 'job'"):
        read_batches(path, SCHEMA, ["jop"], others=True)


def test_columns_that_are_optional_may_be_missing(path):
    wanted = (*SCHEMA, dataclasses.replace(SCHEMA[0], name="pay"))
    pieces = list(read_batches(path, wanted, optional=["pay", "age"]))
    assert pieces[0][0].schema == SCHEMA
    with pytest.raises(InputError, match="expected a column 'pay'"):
        read_batches(path, wanted, optional=["age"])


def test_lists_are_carried_as_text(tmp_path):
    table = pa.table({"age": [1.0, 2.0], "list": [[1, 2], None]})
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    ((_, carried),) = read_batches(tmp_path / "t.parquet", SCHEMA[:1], others=True)
    assert carried["list"].to_pylist() == ["[1, 2]", None]


def test_what_is_carried_of_parquet_has_its_type(tmp_path):
    table = pa.table({"age": [1.0, 2.0], "id": pa.array([2**60 + 1, None], "int64"), "day": NEW["day"][:2]})
    pyarrow.parquet.write_table(table, tmp_path / "t.parquet")
    ((_, carried),) = read_batches(tmp_path / "t.parquet", SCHEMA[:1], others=True)
    assert pa.table(carried) == table.select(["id", "day"])


def test_what_is_carried_of_json_lines_is_text_in_all_pieces(tmp_path):
    rows = ['{"age": 1, "id": 1}\n'] * 500_000 + ['{"age": 2, "id": null}\n'] * 500_000
    (tmp_path / "t.jsonl").write_text("".join(rows))
    pieces = list(read_batches(tmp_path / "t.jsonl", SCHEMA[:1], ["id"], rows=10**6))
    assert len(pieces) > 1
    assert {str(carried["id"].type) for _, carried in pieces} == {"string"}


def test_reading_at_once_and_conforming_is_the_same(path):
    columns = conform(read_table(path, types=TYPES).columns, SCHEMA)
    assert as_plain(columns) == as_plain(conform(columns_of(NEW, TYPES), SCHEMA))


def test_a_pipe_is_read_once(monkeypatch):
    data = io.TextIOWrapper(io.BytesIO(NEW.to_csv(index=False).encode()))
    monkeypatch.setattr(sys, "stdin", data)
    pieces = list(read_batches("-", SCHEMA))
    assert put_together([columns for columns, _ in pieces]) == as_plain(
        conform(columns_of(NEW, TYPES), SCHEMA)
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a,b\n1,2\n3\n", "stdin, line 3 or below: expected 2 cells, found 1"),
        (
            "b,a\n1,2\n3,x\n",
            "stdin, line 3 or below, column 2 ('a'): expected a number in plain digits, found 'x'",
        ),
    ],
)
def test_a_fault_in_a_pipe_is_named(data, message, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data.encode("latin-1"))))
    with pytest.raises(InputError) as error:
        list(read_batches("-", columns_of({"a": [1.5]}).schema))
    assert str(error.value).startswith(message)


def test_numbers_that_arrow_does_not_read_are_read_as_in_training(tmp_path):
    values = [str(number) for number in range(300_000)]
    values[250_000] = " ? "
    values[250_001] = '"1,234"'
    (tmp_path / "t.csv").write_text("a\n" + "\n".join(values))
    schema = columns_of({"a": [1.5]}).schema
    read = np.concatenate([columns["a"].values for columns, _ in read_batches(tmp_path / "t.csv", schema)])
    expected = np.arange(300_000.0)
    expected[250_000:250_002] = np.nan, 1234.0
    np.testing.assert_array_equal(read, expected)


def test_a_table_without_rows_is_one_piece_without_rows(path):
    WRITERS[path.name](NEW[:0], path)
    if path.suffix == ".jsonl":
        path.write_text("")
        with pytest.raises(InputError, match="empty file"):
            read_batches(path, SCHEMA)
        return
    (piece,) = read_batches(path, SCHEMA, ["key"])
    assert piece[0].rows == len(piece[1]["key"]) == 0
    assert piece[0].schema == SCHEMA


def test_a_missing_column_is_named_at_once(path):
    WRITERS[path.name](NEW.rename(columns={"age": "aged"}), path)
    with pytest.raises(InputError, match="expected a column 'age'; did you mean 'aged'"):
        read_batches(path, SCHEMA)
    with pytest.raises(InputError, match="expected a column 'keys'"):
        read_batches(path, SCHEMA[1:], ["keys"])


def test_a_value_of_another_kind_is_named_with_its_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("b,a\n1,2\n3,old\n")
    schema = columns_of({"a": [1.5]}).schema
    with pytest.raises(InputError, match=r"t.csv, line 3, column 2 \('a'\): expected a number, found 'old'"):
        list(read_batches(path, schema))
    path.write_text("b,a\n1,2\n3,4\n3\n")
    with pytest.raises(InputError, match=r"t.csv, line 4: expected 2 cells, found 1"):
        list(read_batches(path, schema))
    NEW.assign(age="old").to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"t.parquet: column 'age', row 1: expected a number, found 'old'"):
        list(read_batches(tmp_path / "t.parquet", SCHEMA))


def test_a_lone_quote_takes_no_rows_away(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,b\n1,x\n2,"y\n3,z\n')
    schema = columns_of({"b": ["x"]}).schema
    for options in ({}, {"carried": ["b"]}):
        with pytest.raises(InputError, match=r"t.csv, line 3, column 2: a quote has no partner"):
            list(read_batches(path, schema, **options))
    path.write_text('a,b\n1,x\n2,"y\n3,z"\n')
    ((columns, _),) = read_batches(path, schema)
    assert columns["b"].values.tolist() == [0, UNSEEN]


def test_what_is_carried_stays_as_it_is_written(tmp_path):
    (tmp_path / "t.csv").write_text("id,a\nNA,1\n007, ?\n 1.50 ,2\n")
    ((columns, carried),) = read_batches(tmp_path / "t.csv", columns_of({"a": [1.5]}).schema, ["id", "a"])
    assert carried["id"].to_pylist() == ["NA", "007", " 1.50 "]
    assert carried["a"].to_pylist() == ["1", " ?", "2"]
    assert columns["a"].texts() == ["1.0", None, "2.0"]


def test_a_header_of_numbers_is_told_by_the_schema(tmp_path):
    (tmp_path / "t.csv").write_text("2024,2023\n1,2\n")
    schema = columns_of({"2023": [1.0], "2024": [1.0]}).schema
    ((columns, _),) = read_batches(tmp_path / "t.csv", schema)
    assert [column.values.tolist() for column in columns] == [[2.0], [1.0]]


def test_a_csv_file_whose_categories_became_numbers_is_named(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("job\n" + "0\n1\n" * 10)
    with pytest.raises(InputError, match=r"new\.csv: column 'job': expected categories as in training"):
        list(read_batches(path, [one for one in SCHEMA if one.name == "job"]))
