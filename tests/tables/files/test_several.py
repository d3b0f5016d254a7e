"""A table in several files: the rows of one after those of the other, with the columns of the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv, feather

from multilayer import InputError
from multilayer.cli.app import run_command_line
from multilayer.tables import Columns, ColumnSchema, Model, read_batches, read_table

ROWS = 90


def table() -> pa.Table:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(ROWS).round(3)
    job = rng.choice(["clerk", "cook", "pilot"], ROWS)
    return pa.table({"x": x, "job": job, "n": rng.integers(0, 99, ROWS), "y": np.where(x > 0, "no", "yes")})


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    folder, whole = tmp_path / "data", table()
    (folder / "b").mkdir(parents=True)
    pq.write_table(whole.slice(0, 40), folder / "a.parquet")
    feather.write_feather(whole.slice(40, 30).select(["n", "y", "x", "job"]), folder / "b" / "a.arrow")
    last = whole.slice(70)
    pq.write_table(last.set_column(2, "n", last["n"].cast("float32")), folder / "c.parquet")
    (folder / "_SUCCESS").touch()
    pq.write_table(whole, tmp_path / "whole.parquet")
    return folder


def same(found: Columns, expected: Columns) -> None:
    assert found.schema == expected.schema
    for column in expected:
        np.testing.assert_array_equal(found[column.name].values, column.values)


def test_a_folder_is_the_table_of_its_files(folder: Path) -> None:
    whole = read_table(folder.parent / "whole.parquet")
    found = read_table(folder)
    same(found.columns, whole.columns)
    assert found.notes == whole.notes
    same(
        read_table(f"{folder}/**/*.a*").columns.select(whole.columns.names), whole.columns.take(slice(40, 70))
    )
    typed = read_table(folder, types={"n": "category"})
    assert typed.columns["n"].kind == "category"


def test_pieces_come_from_one_file_after_the_other(folder: Path) -> None:
    csv.write_csv(table(), folder / "d.csv")  # whose types are those of the schema
    whole = read_table(folder.parent / "whole.parquet").columns
    pieces = [columns for columns, _ in read_batches(folder, whole.schema, rows=25)]
    assert [columns.rows for columns in pieces] == [25, 15, 25, 5, 20, 25, 25, 25, 15]
    for name in whole.names:
        values = np.concatenate([columns[name].values for columns in pieces])
        np.testing.assert_array_equal(values, np.concatenate([whole[name].values] * 2))
    with pytest.raises(InputError, match=r"a\.parquet: expected a column 'z'"):
        read_batches(folder, [ColumnSchema("z", "number")])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda folder: csv.write_csv(table(), folder / "d.csv"),
            r"d\.csv: expected Parquet or an Arrow file",
        ),
        (
            lambda folder: pq.write_table(table().drop_columns("job"), folder / "d.parquet"),
            r"d\.parquet: .*'job'",
        ),
        (
            lambda folder: (folder / "d.parquet").write_bytes(b"PAR1" + bytes(60) + b"PAR1"),
            r"d\.parquet: cannot be read",
        ),
        (
            lambda folder: pq.write_table(table().set_column(0, "x", table()["job"]), folder / "d.parquet"),
            r"data: cannot be read; .*(double|string)",
        ),
    ],
)
def test_a_file_that_does_not_belong_is_named(folder: Path, change: Any, message: str) -> None:
    change(folder)
    with pytest.raises(InputError, match=message):
        read_table(folder)


def test_a_folder_is_trained_on_and_judged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = folder.parent / "tiny.toml"
    recipe.write_text("epochs = 3\nhidden = [8]\n")
    given = ["--target", "y", "--members", "1", "--config", str(recipe)]
    for place in (str(folder), str(folder.parent / "whole.parquet")):
        assert run_command_line(["train", place, *given]) == 0, capsys.readouterr()
    assert "data: 90 rows, 4 columns" in capsys.readouterr().out
    models = [Model.load(folder.parent / f"{name}.model.safetensors") for name in ("data", "whole")]
    assert [layer.W.tobytes() for layer in models[0].networks[0].layers] == [
        layer.W.tobytes() for layer in models[1].networks[0].layers
    ]
    model = str(folder.parent / "data.model.safetensors")
    for command in ("evaluate", "explain", "diagnose"):
        assert run_command_line([command, model, f"{folder}/*.parquet"]) in (0, 1), capsys.readouterr()
