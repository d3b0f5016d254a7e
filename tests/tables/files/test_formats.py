"""Tables in Parquet, Arrow and JSON lines."""

from __future__ import annotations

import datetime
import decimal
import io
import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet
import pytest

from multilayer import InputError
from multilayer.tables import columns_of, read_batches, read_table, write_rows
from multilayer.tables.files.arrow import in_one

DAY = datetime.date(2024, 1, 31)
TABLE = pa.table(
    {
        "age": [31.0, None, 27.5],
        "job": ["clerk", "cook", None],
        "n": [1, 2, None],
        "day": [DAY, None, DAY],
        "ok": [True, False, None],
    }
)
EXPECTED = [
    ("age", "number", (), ["31.0", None, "27.5"]),
    ("job", "category", ("clerk", "cook"), ["clerk", "cook", None]),
    ("n", "number", (), ["1.0", "2.0", None]),
    ("day", "date", (), ["2024-01-31T00:00:00.000000", None, "2024-01-31T00:00:00.000000"]),
    ("ok", "category", ("false", "true"), ["true", "false", None]),
]


def as_stream(table, path):
    with pyarrow.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def as_json(table, path):
    path.write_text("".join(json.dumps(row, default=str) + "\n" for row in table.to_pylist()))


WRITERS = {
    "t.parquet": pyarrow.parquet.write_table,
    "t.feather": pyarrow.feather.write_feather,
    "t.arrow": as_stream,
    "t.jsonl": as_json,
    "of another suffix": pyarrow.parquet.write_table,
    "as json": as_json,
}


def as_plain(columns):
    return [(column.name, column.kind, column.categories, column.texts()) for column in columns]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_columns(name, tmp_path):
    WRITERS[name](TABLE, tmp_path / name)
    assert as_plain(read_table(tmp_path / name).columns) == EXPECTED


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.jsonl"])
def test_a_pipe_is_told_by_its_first_bytes(name, tmp_path, monkeypatch):
    WRITERS[name](TABLE, tmp_path / name)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((tmp_path / name).read_bytes())))
    assert as_plain(read_table("-").columns) == EXPECTED


MOMENT = datetime.datetime(2024, 1, 31, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
TYPES = {
    "float16": (pa.array([1.5, None], pa.float16()), "number", ["1.5", None]),
    "uint8": (pa.array([255, 0], pa.uint8()), "number", ["255.0", "0.0"]),
    "decimal": (pa.array([decimal.Decimal("1.25"), None]), "number", ["1.25", None]),
    "dictionary": (pa.array(["b", "a"]).dictionary_encode(), "category", ["b", "a"]),
    "dictionary of numbers": (pa.array([2, 1]).dictionary_encode(), "category", ["2", "1"]),
    "large string": (pa.array(["b", None], pa.large_string()), "category", ["b", None]),
    "view": (pa.array(["b", None], pa.string_view()), "category", ["b", None]),
    "zone": (pa.array([MOMENT]), "date", ["2024-01-31T10:30:00.000000"]),
    "milliseconds": (pa.array([MOMENT], pa.timestamp("ms", "UTC")), "date", ["2024-01-31T10:30:00.000000"]),
    "time": (pa.array([datetime.time(0, 1, 30), None]), "number", ["90.0", None]),
    "duration": (pa.array([datetime.timedelta(seconds=1.5), None]), "number", ["1.5", None]),
    "null": (pa.nulls(2), "number", [None, None]),
    "nan": (pa.array([np.nan, 1.0]), "number", [None, "1.0"]),
}


@pytest.mark.parametrize("name", TYPES)
def test_types_of_arrow(name, tmp_path):
    array, kind, texts = TYPES[name]
    pyarrow.feather.write_feather(pa.table({"a": array}), tmp_path / "t.feather")
    (column,) = read_table(tmp_path / "t.feather").columns
    assert (column.kind, column.texts()) == (kind, texts)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (pa.array([[1]]), "column 'a': expected numbers, texts or dates, found 'list<"),
        (pa.array([{"b": 1}]), "column 'a': expected numbers, texts or dates, found 'struct<b: int64>'"),
        (pa.array([b"x"]), "column 'a': expected numbers, texts or dates, found 'binary'; leave it out"),
        (pa.array([1.0, np.inf]), "column 'a', row 2: expected a finite number, found an infinite one"),
    ],
)
def test_what_is_no_column_is_refused(array, message, tmp_path):
    pyarrow.parquet.write_table(pa.table({"a": array}), tmp_path / "t.parquet")
    with pytest.raises(InputError) as error:
        read_table(tmp_path / "t.parquet")
    assert f"t.parquet: {message}" in str(error.value)


@pytest.mark.parametrize("name", ["t.parquet", "t.feather", "t.arrow"])
@pytest.mark.parametrize("kept", [7, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(name, kept, tmp_path):
    WRITERS[name](TABLE, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: kept if isinstance(kept, int) else int(kept * len(data))])
    with pytest.raises(InputError, match=r"cannot be read; it may be cut off or changed") as error:
        read_table(tmp_path / name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"a": 1}\n\n{"a": "x"}\n',
            "line 3 ('a'): expected a value of the type that line 1 has, found \"x\"",
        ),
        ('{"a": 1}\n{"a": 2\n', "line 2, column 8: expected an object in JSON on one line"),
        ('{"a": 1}\n[2]\n', "line 2: expected an object in JSON, found '[2]'"),
        ('{"a": [1]}\n', "column 'a': expected numbers, texts or dates, found 'list<item: int64>'"),
    ],
)
def test_bad_json_is_named_with_its_line(text, message, tmp_path):
    (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(InputError) as error:
        read_table(tmp_path / "t.jsonl")
    assert message in str(error.value)


def test_two_columns_of_one_name_are_refused(tmp_path):
    twice = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    pyarrow.parquet.write_table(twice, tmp_path / "t.parquet")
    with pytest.raises(InputError, match="columns 1 and 2 are both called 'a'"):
        read_table(tmp_path / "t.parquet")


def test_a_suffix_that_says_another_format_is_refused(tmp_path):
    (tmp_path / "t.parquet").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="expected a file of Parquet, found other bytes"):
        read_table(tmp_path / "t.parquet")


@pytest.mark.parametrize("name", WRITERS)
def test_changed_bytes_are_read_or_refused_in_one_line(name, tmp_path):
    WRITERS[name](TABLE, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    random = np.random.default_rng(7)
    schema = read_table(tmp_path / name).columns.select(["age", "job"]).schema
    for _ in range(60):
        changed = bytearray(data)
        changed[random.integers(len(data))] = random.integers(256)
        (tmp_path / name).write_bytes(changed)
        for read in (read_table, lambda path: list(read_batches(path, schema))):
            try:
                read(tmp_path / name)
            except InputError as error:
                assert "\n" not in str(error)  # noqa: PT017


def test_a_changed_page_of_parquet_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    write_rows(path, [{"a": np.arange(1000.0)}])
    data = bytearray(path.read_bytes())
    data[200:208] = bytes(byte ^ 1 for byte in data[200:208])
    path.write_bytes(data)
    schema = columns_of({"a": [1.5]}).schema
    for read in (read_table, lambda path: list(read_batches(path, schema))):
        with pytest.raises(InputError, match=r"t.parquet: cannot be read; it may be cut off or changed"):
            read(path)


def test_texts_longer_than_their_offsets_are_read_whole(monkeypatch):
    import pyarrow as pa

    monkeypatch.setattr("multilayer.tables.files.arrow._MOST_OF_STRINGS", 4)
    texts = ["one", None, "two", "three"]
    chunked = pa.chunked_array([texts[:2], texts[2:]], "string")
    assert in_one(chunked).to_pylist() == texts
    assert in_one(chunked).type == "large_string"
    assert in_one(pa.chunked_array([], "string")).to_pylist() == []
