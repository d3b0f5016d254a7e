"""One pass over files: kinds, encoder and target are those of the same table in memory, however it is cut."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from multilayer import InputError
from multilayer.tables import Encoder, EncoderSettings, Target, read_table
from multilayer.tables.streaming.survey import Survey, survey
from multilayer.tables.streaming.table_files import TableFiles
from multilayer.tables.suspicions import Case, suspect
from multilayer.tables.table_source import with_target
from tests.tables.streaming.data import ROWS, table, transforms, without, written

MEMORY = 10**8


def surveyed(folder: Path, target: str, *, leave_out: tuple[str, ...] = (), **options: Any) -> Survey:
    options = {"members": 2, "memory": MEMORY, **options}
    return survey(TableFiles.of(folder).without(leave_out), target, **options)


@pytest.mark.usefixtures("small_sample")
@pytest.mark.parametrize(("cuts", "group"), [((), ROWS), ((), 100), ((700, 1500), 230), ((1, 2, 2399), 1000)])
@pytest.mark.parametrize(
    "types", [{}, {"count": "category", "code": "category", "user_id": "number", "name": "text"}]
)
def test_the_encoder_is_that_of_the_table_in_memory(
    tmp_path: Path, cuts: tuple[int, ...], group: int, types: dict[str, Any]
) -> None:
    folder = written(without(table(), "amount"), tmp_path / "t", cuts, group)
    reading, found = read_table(folder, types=types), surveyed(folder, "kind", types=types)
    inputs = reading.columns.without(["kind"])
    for settings in (
        EncoderSettings(bins=8),
        EncoderSettings(normal=True, missing_categories=True, rare=300),
    ):
        expected = Encoder.fit(inputs, settings)
        assert transforms(found.encoder(settings)) == transforms(expected)
        assert found.encoder(settings).left_out == expected.left_out
    assert found.target == Target.of(reading.columns["kind"])
    assert [column.kind for column in found.inputs] == [column.kind for column in inputs]


@pytest.mark.usefixtures("small_sample")
def test_gaps_of_the_target_leave_rows_out(tmp_path: Path) -> None:
    given = without(table(), "amount")
    kind = [None if row % 7 == 3 else value for row, value in enumerate(given["kind"].to_pylist())]
    folder = written(
        given.set_column(given.schema.get_field_index("kind"), "kind", pa.array(kind)), tmp_path / "t"
    )
    columns, notes = with_target(read_table(folder).columns, "kind")
    found = surveyed(folder, "kind")
    assert found.rows == columns.rows == ROWS - kind.count(None)
    assert (
        found.left_out == found.notes[-1:] == notes == ("343 of 2,400 rows have no 'kind', and are left out",)
    )
    settings = EncoderSettings(bins=5)
    assert transforms(found.encoder(settings)) == transforms(Encoder.fit(columns.without(["kind"]), settings))
    assert found.class_rows.tolist() == np.bincount(found.target.encode(columns["kind"])).tolist()


@pytest.mark.parametrize("target", ["amount", "count", "code", "level", "sure", "rare", "price"])
def test_targets_are_those_of_columns_in_memory(tmp_path: Path, target: str) -> None:
    folder = written(table(), tmp_path / "t")
    assert surveyed(folder, target).target == Target.of(read_table(folder).columns[target])


def test_many_numbers_have_the_same_mean_and_deviation(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    given = pa.table({"x": rng.standard_normal(300_000), "y": rng.standard_normal(300_000) * 3e5 + 1e6})
    folder = written(given, tmp_path / "t", (10, 131_073), 70_001)
    assert surveyed(folder, "y").target == Target.of(read_table(folder).columns["y"])


def test_what_is_doubtful_is_said_as_in_memory(tmp_path: Path) -> None:
    given = table().append_column("leak", table()["amount"])
    folder = written(without(given, "kind"), tmp_path / "t")
    reading, found = read_table(folder), surveyed(folder, "amount")
    assert set(found.doubts) == set(reading.notes)
    y = found.target.encode(reading.columns["amount"])
    expected = suspect(Case(reading.columns.without(["amount"]), y, "amount"))
    assert suspect(found.case()) == expected
    assert {one.name for one in expected} >= {"leak", "identifier", "constant"}


@pytest.mark.usefixtures("small_sample")
def test_a_column_that_varies_outside_of_the_sample_is_not_called_constant(tmp_path: Path) -> None:
    found = surveyed(written(without(table(), "amount"), tmp_path / "t"), "kind")
    assert len(np.unique(found.inputs["rare"].values)) == 1
    constant = next(one for one in suspect(found.case()) if one.name == "constant")
    assert constant.columns == ("constant", "nothing")


def test_a_million_different_texts_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multilayer.tables.streaming.tallying._MOST", 500)
    monkeypatch.setattr("multilayer.tables.streaming.tallying._AT_ONCE", 100)
    given = without(table(), "amount", "price", "user_id")
    found = surveyed(written(given, tmp_path / "t"), "kind")
    assert found.inputs["name"].kind == "identifier"
    assert found.inputs["words"].kind == "text"
    with pytest.raises(InputError, match=r"column 'name': expected at most 500 categories, found more"):
        surveyed(tmp_path / "t", "kind", types={"name": "category"})
    texts = pa.array([f"{number}.5" for number in range(ROWS)])
    written(given.append_column("price", texts), tmp_path / "u")
    with pytest.raises(InputError, match=r"'price': found more than 500 different texts.* the type number"):
        surveyed(tmp_path / "u", "kind")
    assert surveyed(tmp_path / "u", "kind", types={"price": "number"}).tallies[-1].high == ROWS - 0.5
