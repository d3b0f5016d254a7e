"""Rows are written whole or not at all, and read back as the same values."""

from __future__ import annotations

import csv
import io
import json
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from multilayer import InputError
from multilayer.tables import write_rows

NUMBERS = np.array([0.1, 1e-7, 1 / 3, 5e-324, np.nan, 1e300])
SINGLE = np.array([0.1, 1e-7, 1 / 3, 1.0, np.nan, 3e38], np.float32)
TEXTS = ["a", None, 'with "quotes", and\ncommas', "ü", "007", " x "]
WHOLE = np.array([1, 2**53 + 1, -3, 4, 5, 6])


def batches(parts=2):
    table = {"p": NUMBERS, "single": SINGLE, "id, of it": np.array(TEXTS, object), "n": WHOLE}
    for rows in np.array_split(np.arange(6), parts):
        yield {name: values[rows] for name, values in table.items()}


def from_csv(path, separator=","):
    with path.open(newline="") as file:
        header, *rows = csv.reader(file, delimiter=separator)
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    numbers = {name: [float(cell or "nan") for cell in columns[name]] for name in ("p", "single")}
    return {
        **numbers,
        "id, of it": [cell or None for cell in columns["id, of it"]],
        "n": list(map(int, columns["n"])),
    }


def from_json(path):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {name: [row[name] for row in rows] for name in rows[0]}


def from_parquet(path):
    return pyarrow.parquet.read_table(path).to_pydict()


READERS = {
    "t.csv": from_csv,
    "t.tsv": partial(from_csv, separator="\t"),
    "t.parquet": from_parquet,
    "t.jsonl": from_json,
    "t.ndjson": from_json,
}


@pytest.mark.parametrize("name", READERS)
def test_values_read_back_the_same(name, tmp_path):
    write_rows(tmp_path / name, batches())
    read = READERS[name](tmp_path / name)
    np.testing.assert_array_equal(np.array(read["p"], np.float64), NUMBERS)
    np.testing.assert_array_equal(np.array(read["single"], np.float64).astype(np.float32), SINGLE)
    assert read["id, of it"] == TEXTS
    assert read["n"] == WHOLE.tolist()


def test_texts_are_quoted_where_they_need_it(tmp_path):
    path = tmp_path / "t.csv"
    write_rows(path, [{"a b": ["x", None], "y": [1.5, np.nan]}, {"a b": ["x,1", "z"], "y": [1.0, 2.0]}])
    assert path.read_text() == 'a b,y\nx,1.5\n,\n"x,1",1\n"z",2\n'


def test_json_of_all_types(tmp_path):
    batch = {
        "x": np.array([1.5, np.inf, -np.inf]),
        "ok": [True, None, False],
        "day": np.array(["2024-01-31", "NaT", "1999-12-31"], "M8[us]"),
        'a "b"': ["ü", "\\\t\x01", None],
    }
    write_rows(tmp_path / "t.jsonl", [batch])
    assert from_json(tmp_path / "t.jsonl") == {
        "x": [1.5, None, None],
        "ok": [True, None, False],
        "day": ["2024-01-31 00:00:00.000000", None, "1999-12-31 00:00:00.000000"],
        'a "b"': ["ü", "\\\t\x01", None],
    }


def test_stdout(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    write_rows("-", batches(parts=1))
    assert out.buffer.getvalue().startswith(b'p,single,"id, of it",n\n')


def failing():
    yield from batches(parts=1)
    raise InputError("the second batch fails")


@pytest.mark.parametrize("name", READERS)
def test_what_fails_leaves_what_was_there(name, tmp_path):
    path = tmp_path / name
    path.write_text("before")
    with pytest.raises(InputError, match="the second batch fails"):
        write_rows(path, failing())
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_a_full_disk_is_said(suffix, tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no full device")
    link = tmp_path / f"t{suffix}"
    link.symlink_to("/dev/full")
    many = ({"a": np.arange(100_000.0)} for _ in range(3))
    with pytest.raises(InputError, match=r"cannot be written \(no space left on device\)"):
        write_rows(link, many)


def test_no_batch_is_a_file_without_rows(tmp_path):
    for name in READERS:
        write_rows(tmp_path / name, [])
        write_rows(tmp_path / name, [{"a": np.empty(0)}])
    assert (tmp_path / "t.csv").read_text() == "a\n"
    assert list(from_parquet(tmp_path / "t.parquet")) == ["a"]


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"expected a name that ends in .csv, .tsv, .parquet"):
        write_rows(tmp_path / "t.xlsx", batches())
