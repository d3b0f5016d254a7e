"""Models of tables in files that are larger than the memory that is given: trained, ended early, continued, refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from multilayer import InputError, backend
from multilayer.estimators import TabularClassifier, TabularRegressor
from multilayer.tables import FitProgress, Model, Recipe, evaluate, fit_table, read_table
from multilayer.tables.streaming.opening import opened
from multilayer.tables.streaming.table_files import TableFiles
from tests.tables.streaming.data import ROWS, table, without, written

TINY = Recipe(hidden=(16,), epochs=3, batch_size=32, bins_of_classes=2, bins_of_numbers=2)
SMALL = "100kB"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return written(without(table(), "amount"), tmp_path / "t", group=100)


def fitted(given: Any, target: str = "kind", **options: Any) -> Model:
    return fit_table(
        given, target, **{"members": 2, "recipe": TINY, "memory": SMALL, "progress": False, **options}
    )


def weights(model: Model) -> Any:
    return [
        array.tobytes()
        for network in model.networks
        for layer in network.layers
        for array in (layer.W, layer.b)
    ]


def test_a_model_of_a_table_in_blocks_learns_what_one_in_memory_does(folder: Path) -> None:
    model, whole = fitted(folder), fitted(folder, memory="1GB")
    rows = read_table(folder).columns
    right = [np.mean(one.predict(rows) == np.array(rows["kind"].texts())) for one in (model, whole)]
    assert min(right) > 0.9
    assert abs(right[0] - right[1]) < 0.05
    record = model.record
    assert record["rows"] == ROWS
    assert "2,400 rows were read in 24 blocks, not all at once" in record["notes"][0]
    assert not any("blocks" in note for note in whole.record["notes"])
    for member in record["members"]:
        assert 20 < member["held_out"] < 70
        assert member["rows"] + member["held_out"] == ROWS
    seen = evaluate(model, rows).seen
    assert seen == evaluate(whole, rows).seen
    assert seen.is_estimate
    assert seen.share > 0.95


def test_the_same_bits_for_each_way_to_name_the_files_and_any_threads(folder: Path, tmp_path: Path) -> None:
    expected = weights(fitted(folder))
    with backend.threads(1):
        assert weights(fitted(f"{folder}/*")) == expected
    one = pq.read_table(folder / "0.parquet")
    (tmp_path / "1").mkdir()
    pq.write_table(one, tmp_path / "1" / "a.parquet", row_group_size=100)
    assert weights(fitted(ds.dataset(tmp_path / "1"))) == weights(fitted(tmp_path / "1" / "a.parquet"))
    assert weights(fitted(folder, rng=1)) != expected


def test_intervals_come_from_the_rows_that_are_held_out(tmp_path: Path) -> None:
    given = written(without(table(), "kind"), tmp_path / "t", group=100)
    model = fitted(given, "amount")
    assert model.intervals is not None
    rows = read_table(given).columns
    low, high = model.predict_interval(rows, 0.9)
    y = rows["amount"].values
    assert 0.85 < np.mean((low <= y) & (y <= high)) <= 1.0


def test_progress_is_in_rows_and_within_epochs(folder: Path) -> None:
    seen: list[FitProgress] = []
    fitted(folder, progress=seen.append)
    assert {one.unit for one in seen} == {"row"}
    done = [one.done for one in seen]
    assert done == sorted(done)
    assert done[-1] == seen[-1].total
    inside = [one for one in seen if one.within_epoch]
    assert len(inside) > 10
    assert inside[0].sentence.startswith("member 1, epoch 1: loss ")


def test_what_was_trained_is_kept_when_the_time_is_over(folder: Path) -> None:
    model = fitted(folder, time_limit=1e-3)
    assert len(model.networks) == 1
    assert model.record["members"][0]["epochs"] == 1
    assert any("ended within the first epoch" in note for note in model.record["notes"])
    assert np.isfinite(model(read_table(folder).columns)).all()


class _CutError(Exception):
    pass


def test_a_member_goes_on_in_mid_epoch(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, path = weights(fitted(folder)), tmp_path / "run.checkpoint"
    seen: list[int] = []

    def cut(event: FitProgress) -> None:
        if event.member == 2 and event.epoch == 2 and event.within_epoch:
            seen.append(event.done)
            if len(seen) == 9:
                raise _CutError

    with backend.threads(1), pytest.raises(_CutError):
        fitted(folder, checkpoint=path, progress=cut)
    assert (tmp_path / "run.checkpoint.member2").exists()
    assert not (tmp_path / "run.checkpoint.member1").exists()
    again: list[FitProgress] = []
    assert weights(fitted(folder, checkpoint=path, progress=again.append)) == expected
    assert (again[0].member, again[2].member, again[3].epoch) == (1, 1, 2)
    assert [name.name for name in tmp_path.iterdir() if name.is_file()] == ["run.checkpoint"]


def test_estimators_take_files(folder: Path, tmp_path: Path) -> None:
    frame = read_table(folder).columns
    options = {"members": 2, "recipe": TINY, "random_state": 0}
    classifier = TabularClassifier(**options).fit(folder, "kind", memory=SMALL)
    assert classifier.classes_.tolist() == ["no", "yes"]
    assert classifier.n_features_in_ == len(classifier.feature_names_in_) == len(frame) - 1
    rows = pa.table(
        {name: pq.read_table(folder / "0.parquet")[name] for name in classifier.feature_names_in_}
    )
    assert set(classifier.predict(rows.to_pandas())) <= {"no", "yes"}
    numbers = written(without(table(), "kind"), tmp_path / "n", group=100)
    assert TabularRegressor(**options).fit(str(numbers), "amount").model_.target.task == "regression"
    with pytest.raises(InputError, match="the name of a column in them as y"):
        TabularClassifier(**options).fit(folder, [0, 1])


@pytest.mark.parametrize(("memory", "blocks"), [(ROWS * 18 * 8, False), (ROWS * 18 * 8 - 1, True)])
def test_the_rule_is_eight_bytes_a_value(folder: Path, memory: int, blocks: bool) -> None:
    found = opened(folder, None, memory)
    assert isinstance(found, TableFiles) is blocks
    way = "more than the limit" if blocks else "within the limit"
    assert [note for note in found.notes if "take 345.6 kB in memory" in note and way in note]
    assert not isinstance(opened(folder, None, memory, ["name"]), TableFiles)


@pytest.mark.parametrize("memory", ["", "two GB", "2XB", "-1GB", 0, -5, 1.5, None, True])
def test_sizes_that_are_none(memory: Any) -> None:
    with pytest.raises(InputError, match=r"memory must be a size as 2GB"):
        fit_table({"x": [1.0, 2.0]}, "x", memory=memory)


def changed(given: pa.Table, name: str, values: Any) -> pa.Table:
    return given.set_column(given.schema.get_field_index(name), name, values)


def test_files_of_other_columns_or_types_are_named(folder: Path) -> None:
    given = without(table(), "amount")
    pq.write_table(without(given, "z"), folder / "3.parquet")
    with pytest.raises(InputError, match=r"3\.parquet: expected a column 'z'"):
        fitted(folder)
    pq.write_table(changed(given, "z", pa.array(["a"] * ROWS)), folder / "3.parquet")
    with pytest.raises(
        InputError, match=r"3\.parquet: column 'z': expected the type 'float', .* found 'string'"
    ):
        fitted(folder)
    (folder / "3.parquet").write_bytes(b"")
    with pytest.raises(InputError, match=r"3\.parquet: expected a table, found an empty file"):
        fitted(folder)
    pq.write_table(given.slice(0, 0), folder / "3.parquet")  # no rows, which is no fault
    expected = weights(fitted(folder))
    (folder / "3.parquet").unlink()
    assert weights(fitted(folder)) == expected


def test_whole_numbers_in_one_file_and_fractions_in_another_are_numbers(tmp_path: Path) -> None:
    given = without(table(), "amount")
    folder = written(given.slice(0, 1200), tmp_path / "t", (), 100)
    pq.write_table(
        changed(given, "count", given["count"].cast("float64")).slice(1200),
        folder / "1.parquet",
        row_group_size=100,
    )
    assert weights(fitted(folder)) == weights(fitted(written(given, tmp_path / "u", (1200,), 100)))


def test_values_that_cannot_be_read_are_named_with_file_and_row(folder: Path) -> None:
    given = without(table(), "amount").slice(0, 300)
    price = ["1 %"] * 300
    price[123] = "dear"
    pq.write_table(changed(given, "price", pa.array(price)), folder / "4.parquet", row_group_size=100)
    with pytest.raises(
        InputError, match=r"4\.parquet: column 'price', row 124: expected a number, found 'dear'"
    ):
        fitted(folder, types={"price": "number"})
    z = np.zeros(300, np.float32)
    z[7] = np.inf
    pq.write_table(changed(given, "z", pa.array(z)), folder / "4.parquet", row_group_size=100)
    with pytest.raises(InputError, match=r"4\.parquet: column 'z', row 8: expected a finite number"):
        fitted(folder)


def test_a_fragment_that_is_corrupt_is_named(folder: Path) -> None:
    path = folder / "1.parquet"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match=r"1\.parquet: cannot be read; it may be cut off or changed"):
        fitted(folder)
    path.write_bytes(content[:600] + bytes(300) + content[900:])
    with pytest.raises(InputError, match=r"1\.parquet: cannot be read; it may be cut off or changed"):
        fitted(folder)


def test_a_file_that_changes_between_two_epochs_is_refused(folder: Path) -> None:
    path = folder / "1.parquet"

    def change(event: FitProgress) -> None:
        if event.epoch == 1 and not event.within_epoch:
            os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**9))

    with pytest.raises(InputError, match=r"1\.parquet: the file has changed since it was opened"):
        fitted(folder, progress=change)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (["yes"] * ROWS, "expected two classes or more, found 'yes' in all 2400 rows"),
        ([None] * ROWS, "expected a target, found none in all rows"),
        ([f"r{row}" for row in range(ROWS)], "expected a target of numbers or categories, found names of rows"),
        ([f"text {row}" for row in range(ROWS)], "found text of which few rows are alike"),
        ([np.datetime64("2024-01-01", "us")] * ROWS, "found dates"),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_learned(tmp_path: Path, kind: Any, message: str) -> None:
    given = changed(without(table(), "amount"), "kind", pa.array(kind))
    folder = written(given, tmp_path / "t", group=100)
    with pytest.raises(InputError, match=message):
        fitted(folder)
    with pytest.raises(InputError, match=message):
        fitted(folder, memory="1GB")


def test_what_does_not_fit_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'kind'"):
        fitted(folder, "knd")
    with pytest.raises(InputError, match="types: no column is called 'jobs'"):
        fitted(folder, types={"jobs": "category"})
    with pytest.raises(InputError, match="weights are for a table in memory"):
        fitted(folder, weights=[1.0] * ROWS)
    with pytest.raises(
        InputError, match=r"0\.parquet: a row group or record batch has 100 rows; expected at most 34"
    ):
        fitted(folder, memory=20_000)
    few = written(without(table(), "amount").slice(0, 12), tmp_path / "few", (), 1)
    with pytest.raises(InputError, match="12 rows with a target, too few to hold some out"):
        fitted(few, memory=1000)


def test_a_data_set_that_is_not_its_files_is_refused(tmp_path: Path) -> None:
    pq.write_to_dataset(without(table(), "amount"), tmp_path / "parts", partition_cols=["level"])
    with pytest.raises(InputError, match=r"expected a column 'level'"):
        fitted(ds.dataset(tmp_path / "parts", partitioning="hive"))
    some = ds.dataset(written(without(table(), "amount"), tmp_path / "t", ())).filter(ds.field("count") > 3)
    with pytest.raises(InputError, match=r"the data set has .* of the 2,400 rows of its files"):
        fitted(some)
