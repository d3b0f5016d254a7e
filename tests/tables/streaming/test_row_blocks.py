"""Parquet and Arrow files as blocks for training: their order, their columns, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from multilayer import MLP, InputError, fit, initialize
from multilayer.optimizers import Adam
from multilayer.tables import row_blocks
from multilayer.training import Trained

ROWS = 500


def table(seed: int = 0, rows: int = ROWS) -> pa.Table:
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, rows))
    return pa.table(
        {
            "a": pa.array(a, pa.float32()),
            "y": pa.array(((a > 0).astype(np.int64) + (b > 0)).tolist(), pa.int8()),
            "b": b,
            "count": pa.array(rng.integers(0, 9, rows)).cast(pa.decimal128(21, 2)),
            "sure": rng.random(rows) < 0.5,
            "weight": rng.random(rows),
        }
    )


def inputs(given: pa.Table, names: tuple[str, ...] = ("a", "b", "count", "sure")) -> Any:
    return np.stack([np.array(given[name].to_pylist(), np.float64) for name in names], axis=1)


def network(**more: Any) -> MLP:
    return initialize((4, 8, 3), "tanh", "softmax", rng=1, **more)


GIVEN: dict[str, Any] = {
    "loss": "categorical_cross_entropy",
    "optimizer": Adam(0.01),
    "epochs": 2,
    "batch_size": 32,
    "shuffle": False,
    "rng": 0,
    "progress": False,
}


def bits(trained: Trained) -> Any:
    return [array.tobytes() for layer in trained.network.layers for array in (layer.W, layer.b)]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    whole, folder = table(), tmp_path / "data"
    folder.mkdir()
    pq.write_table(whole.slice(0, 200), folder / "1.parquet", row_group_size=70, write_page_checksum=True)
    feather.write_feather(whole.slice(200, 150), folder / "2.arrow", compression="zstd", chunksize=64)
    pq.write_table(whole.slice(350), folder / "3.parquet", row_group_size=1000, compression="zstd")
    (folder / "_SUCCESS").write_text("")
    return folder


def test_a_folder_has_the_bits_of_its_rows_in_memory(folder: Path) -> None:
    whole = table()
    y, weight = whole["y"].to_numpy(), whole["weight"].to_numpy()
    blocks = row_blocks(folder, "y", weights="weight")
    assert blocks.block_rows.tolist() == [70, 70, 60, 64, 64, 22, 150]
    assert blocks.inputs == ("a", "b", "count", "sure")
    expected = fit(network(), inputs(whole), y, sample_weight=weight, **GIVEN)
    assert bits(fit(network(), blocks, **GIVEN)) == bits(expected)
    several = row_blocks([folder / "1.parquet", str(folder / "[23].*")], "y", weights="weight")
    assert bits(fit(network(), several, **GIVEN)) == bits(expected)


def test_a_data_set_of_arrow_is_its_files(folder: Path) -> None:
    blocks = row_blocks(ds.dataset(folder / "1.parquet"), "y")
    assert blocks.block_rows.tolist() == [70, 70, 60]


def test_a_named_network_takes_columns_by_name(folder: Path) -> None:
    names = ("sure", "a", "count", "b")
    whole, named = table(), network(inputs=names)
    expected = fit(named, inputs(whole, names), whole["y"].to_numpy(), **GIVEN)
    assert bits(fit(named, row_blocks(folder, "y"), **GIVEN)) == bits(expected)
    with pytest.raises(InputError, match="expected a column 'none'"):
        fit(network(inputs=("sure", "a", "count", "none")), row_blocks(folder, "y"), **GIVEN)


def test_labels_are_classes_of_the_network(tmp_path: Path) -> None:
    whole = table()
    words = np.array(["low", "middle", "high"])[whole["y"].to_numpy()]
    named = network(classes=["low", "middle", "high"])
    expected = fit(named, inputs(whole), words, **GIVEN)
    for column in (pa.array(words), pa.array(words).dictionary_encode()):
        changed = whole.set_column(1, "y", column).drop_columns(["weight"])
        pq.write_table(changed, tmp_path / "t.parquet", row_group_size=90)
        assert bits(fit(named, row_blocks(tmp_path / "t.parquet", "y"), **GIVEN)) == bits(expected)


def test_several_targets(folder: Path) -> None:
    blocks = row_blocks(folder, ["y", "weight"], ["b", "a"])
    net = initialize((2, 3, 2), "tanh", rng=0)
    whole = table()
    y = np.stack([whole["y"].to_numpy().astype(np.float64), whole["weight"].to_numpy()], axis=1)
    given = GIVEN | {"loss": "squared"}
    assert bits(fit(net, blocks, **given)) == bits(fit(net, inputs(whole, ("b", "a")), y, **given))


def test_what_files_have_to_be(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InputError, match=r"'yy'.*did you mean 'y'"):
        row_blocks(folder, "yy")
    csv = tmp_path / "t.csv"
    csv.write_text("a,y\n1,2\n")
    with pytest.raises(InputError, match=r"t\.csv: expected Parquet or an Arrow file"):
        row_blocks(csv, "y")
    with pytest.raises(InputError, match="there is no such file"):
        row_blocks(tmp_path / "none.parquet", "y")
    with pytest.raises(InputError, match="expected files, found none"):
        row_blocks(tmp_path / "*.none", "y")
    pq.write_table(table().slice(0, 0), tmp_path / "empty.parquet")
    with pytest.raises(InputError, match="expected a table with rows"):
        row_blocks(tmp_path / "empty.parquet", "y")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pa.array(["x"] * ROWS), r"t\.parquet: column 'a': expected numbers, found 'string'; leave it out"),
        (
            pa.array([None, 1.0] * 250),
            r"t\.parquet: column 'a': expected a value in each row, found none in 250 of",
        ),
        (pa.array([[1.0]] * ROWS), "column 'a': expected numbers, found 'list<"),
    ],
)
def test_columns_that_are_no_inputs_are_named(tmp_path: Path, values: pa.Array, message: str) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(table().set_column(0, "a", values).drop_columns(["weight"]), path)
    with pytest.raises(InputError, match=message):
        fit(network(), row_blocks(path, "y"), **GIVEN)


def test_a_target_with_gaps_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    y = pa.array([None] + [1] * (ROWS - 1))
    pq.write_table(table().set_column(1, "y", y).drop_columns(["weight"]), path)
    with pytest.raises(InputError, match="column 'y': expected a value in each row, found none in 1 of 500"):
        fit(network(), row_blocks(path, "y"), **GIVEN)


def test_a_file_that_is_cut_off_or_changed_is_named(folder: Path) -> None:
    one = folder / "1.parquet"
    whole = one.read_bytes()
    one.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"1\.parquet: .*cut off or changed"):
        row_blocks(folder, "y")
    one.write_bytes(whole)
    blocks = row_blocks(folder, "y", weights="weight")
    opened = one.stat()
    one.write_bytes(whole[:20] + bytes(200) + whole[220:])
    with pytest.raises(InputError, match=r"1\.parquet: the file has changed since it was opened"):
        fit(network(), blocks, **(GIVEN | {"epochs": 1}))
    os.utime(one, ns=(opened.st_atime_ns, opened.st_mtime_ns))  # the bytes alone, as a disk may change them
    with pytest.raises(InputError, match=r"1\.parquet: cannot be read; it may be cut off or changed"):
        fit(network(), blocks, **(GIVEN | {"epochs": 1}))


def test_a_file_with_other_columns_is_named(folder: Path) -> None:
    pq.write_table(table().drop_columns(["b"]), folder / "4.parquet")
    with pytest.raises(InputError, match=r"4\.parquet: expected a column 'b'"):
        row_blocks(folder, "y", weights="weight")
