"""Advice can be followed in the command that gives it: a type is set in `train`, and decided by the model elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multilayer.cli.app import run_command_line
from multilayer.tables import evaluate, read_table
from tests.cli.test_mistakes import refused
from tests.tables.evaluation.models import linear_case, perfect

COMMANDS = ["predict", "evaluate", "explain", "diagnose"]
ROWS = 60
DAYS = np.datetime64("2024-01-01") + np.arange(ROWS)


def table() -> dict[str, Any]:
    return {
        "x": pa.array(np.sin(np.arange(ROWS))),
        "c": pa.array([*"abc"] * 20),
        "d": pa.array(DAYS),
        "y": pa.array(["no" if place % 7 < 3 else "yes" for place in range(ROWS)]),
    }


@pytest.fixture(name="model", scope="module")
def _model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    pq.write_table(pa.table(table()), folder / "train.parquet")
    (folder / "tiny.toml").write_text("hidden = [4]\nepochs = 2\n")
    options = ["--target", "y", "--members", "1", "--config", str(folder / "tiny.toml")]
    written = folder / "m.safetensors"
    assert run_command_line(["train", str(folder / "train.parquet"), *options, "-o", str(written)]) == 0
    return written


TEXTS = pa.array(["long" if place == 7 else str(place) for place in range(ROWS)])
CHANGED = {
    "a text": ({"x": TEXTS}, "column 'x', row 8: expected a number, found 'long'; mend it"),
    "infinite": ({"x": pa.array([np.inf] * ROWS)}, "column 'x', row 1: expected a finite number"),
    "dates": ({"x": pa.array(DAYS)}, "column 'x': expected numbers, found dates; mend the column"),
    "lists": ({"x": pa.array([[1.0]] * ROWS)}, "'x': expected numbers, texts or dates, found 'list<"),
    "numbers": ({"d": pa.array(np.arange(ROWS))}, "column 'd': expected dates as 2024-01-31, found numbers"),
    "no date": ({"d": pa.array(["soon"] * ROWS)}, "column 'd', row 1: expected a date as 2024-01-31"),
    "codes": (
        {"c": pa.array(np.arange(ROWS))},
        "column 'c': expected categories as in training, 'a', 'b', 'c'",
    ),
    "a class": ({"y": pa.array(["maybe"] * ROWS)}, "'maybe', not among the classes of the target"),
    "no target": (
        {"y": pa.array([""] * ROWS)},
        "column 'y': expected a target, found none in all rows (60); fill",
    ),
}
GOOD_ALL_THE_SAME = {
    ("a class", "predict"),
    *(("no target", each) for each in COMMANDS if each != "evaluate"),
}


def written(path: Path, changed: dict[str, Any], suffix: str) -> Path:
    made = path / f"new.{suffix}"
    whole = pa.table({**table(), **changed})
    if suffix == "parquet":
        pq.write_table(whole, made)
    else:
        whole.to_pandas().to_csv(made, index=False)
    return made


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", CHANGED)
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_no_command_for_a_model_advises_what_it_cannot_do(
    multilayer: Any, tmp_path: Path, model: Path, command: str, fault: str, suffix: str
) -> None:
    changed, part = CHANGED[fault]
    if suffix == "csv":
        part = part.split(":", 1)[-1]  # a line and a column stand before it
        if fault in {"dates", "numbers", "lists"}:
            part = "expected a"  # in CSV all are texts
    new = written(tmp_path, changed, suffix)
    done = multilayer(command, model, new)
    if (fault, command) in GOOD_ALL_THE_SAME:
        assert done.code < 2
        return
    refused(done, new.name, part)
    for advice in ("another type", "set the", "set its", "leave it out", "another column", "--type"):
        assert advice not in done.err


TYPES = {
    "a text": ({"x": TEXTS}, "x=number", "mend it or set another type"),
    "dates": (
        {"x": pa.array(DAYS)},
        "x=number",
        "column 'x': expected numbers, found dates; set another type",
    ),
    "numbers": ({}, "x=date", "expected dates as 2024-01-31, found numbers; set another type"),
}


@pytest.mark.parametrize(("changed", "kind", "part"), TYPES.values(), ids=TYPES)
def test_train_advises_to_set_another_type(
    multilayer: Any, tmp_path: Path, changed: dict[str, Any], kind: str, part: str
) -> None:
    new = written(tmp_path, changed, "parquet")
    done = multilayer("train", new, "--target", "y", "--type", kind, "--members", 1)
    refused(done, "new.parquet", part)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_column_that_cannot_be_read_is_left_out_where_it_is_ignored(
    multilayer: Any, tmp_path: Path, model: Path, suffix: str
) -> None:
    bad = pa.array([[1.0]] * ROWS) if suffix == "parquet" else pa.array([np.inf] * ROWS)
    new = written(tmp_path, {"x": bad}, suffix)
    options = ("--target", "y", "--members", 1, "--config", model.parent / "tiny.toml")
    refused(multilayer("train", new, *options), "column", "'x'", "leave")
    done = multilayer("train", new, *options, "--ignore", "x")
    assert done.code == 0, done.err
    assert read_table(new, ignore=["x"]).columns.names == ("c", "d", "y")
    refused(multilayer("train", new, *options, "--ignore", "xx"), "'xx'; did you mean 'x'?")


def test_a_diagnosis_of_a_model_asks_for_nothing_that_the_command_does_not_take(
    multilayer: Any, tmp_path: Path, model: Path
) -> None:
    said = " ".join(multilayer("diagnose", model, written(tmp_path, {}, "csv")).out.split())
    assert "The loss curve is not known, as a model of a table does not keep it." in said
    assert "give course" not in said
    assert "--history" not in said
    without = pa.table({name: values for name, values in table().items() if name != "y"})
    pq.write_table(without, tmp_path / "no.parquet")
    assert "The table has no target." in " ".join(
        multilayer("diagnose", model, tmp_path / "no.parquet").out.split()
    )


def test_a_table_without_rows_is_not_diagnosed(multilayer: Any, tmp_path: Path, model: Path) -> None:
    (tmp_path / "new.csv").write_text("x,c,d,y\n")
    refused(multilayer("diagnose", model, tmp_path / "new.csv"), "new.csv", "the table has no rows")


def test_diagnose_reads_the_dialects_of_a_model_and_no_others(
    multilayer: Any, tmp_path: Path, model: Path
) -> None:
    new = tmp_path / "new.csv"
    pa.table(table()).to_pandas().to_csv(new, index=False, sep="!", encoding="utf-16")
    options = ("--separator", "!", "--encoding", "utf-16")
    assert multilayer("diagnose", model, new, *options).code < 2
    network = Path(__file__).parents[2] / "examples" / "seed" / "network.json"
    refused(multilayer("diagnose", network, new, *options), "--separator is for models of tables")


def test_a_target_of_another_type_is_not_advised_to_be_set() -> None:
    train = linear_case(0, rows=50)
    texts = {**{name: train[name].values for name in "abc"}, "y": ["a", "b"] * 25}
    with pytest.raises(
        ValueError, match="'y': expected numbers, as in training, found the type category; mend"
    ):
        evaluate(perfect(train), texts)
