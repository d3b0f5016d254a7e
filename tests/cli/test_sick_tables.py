"""The five sick tables, through `train` and `evaluate`: each is named in words, and a healthy one is not."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multilayer.tables import Column, Columns
from tests.tables.suspicions.cases import simulated

ROWS = 500
RECIPE = "hidden = [24, 16]\nepochs = 12\nbatch_size = 64\nbins_of_classes = 4\n"
Table = tuple[Columns, Columns]


def halves(rows: int = 2 * ROWS) -> Table:
    """A table of which a class is a function with noise, to train on and to evaluate on."""
    case = simulated(0, rows)
    whole = Columns([*case.columns, Column(case.target, "category", case.y.astype(np.int32), case.classes)])
    return whole.take(slice(None, rows // 2)), whole.take(slice(rows // 2, None))


def changed(columns: Columns, name: str, values: Callable[[Column], Any]) -> Columns:
    return Columns(Column(c.name, c.kind, values(c), c.categories) if c.name == name else c for c in columns)


def healthy() -> Table:
    return halves()


def leak() -> Table:
    return tuple(  # type: ignore[return-value]
        Columns([*part, Column("paid", "number", 2.0 * part["bought"].values)]) for part in halves()
    )


def noise() -> Table:
    rng = np.random.default_rng(1)
    return tuple(changed(part, "bought", lambda y: rng.permutation(y.values)) for part in halves())  # type: ignore[return-value]


def identifier() -> Table:
    numbers = np.random.default_rng(0).permutation(2 * ROWS).reshape(2, -1) + 5e6
    return tuple(  # type: ignore[return-value]
        Columns([*part, Column("client", "number", own)]) for part, own in zip(halves(), numbers, strict=True)
    )


def shift() -> Table:
    train, test = halves()
    return train, changed(test, "age", lambda age: age.values + 25)


def imbalance() -> Table:
    def few(part: Columns) -> Columns:
        y = part["bought"].values
        rows = np.concatenate([np.flatnonzero(y == 0)[: ROWS - 30], np.flatnonzero(y == 1)[:30]])
        return part.take(np.random.default_rng(0).permutation(rows))

    train, test = halves(8 * ROWS)
    return few(train), few(test)


SICK: list[tuple[Callable[[], Table], str, str]] = [
    (leak, "the column 'paid' alone predicts 'bought'", "the column 'paid' alone predicts 'bought'"),
    (noise, "these columns may not predict the target", "(noise): nothing in the columns predicts 'bought'"),
    (
        identifier,
        "the column 'client' has 500 different values in 500 rows",
        "the column 'client' has 500 different",
    ),
    (shift, "reached", "(shift): the column 'age' is not as in training"),
    (imbalance, "the classes of 'bought' are of very different size", "(imbalance): the classes of 'bought'"),
]


def write(columns: Columns, path: Path) -> Path:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns.names)
        rows.writerows(zip(*([text or "" for text in column.texts()] for column in columns), strict=True))
    return path


def commands(multilayer: Any, tables: Table, folder: Path) -> tuple[str, str]:
    """What is said by training on one table and by evaluating on the other."""
    (folder / "recipe.toml").write_text(RECIPE)
    train, test = (
        write(part, folder / f"{name}.csv") for name, part in zip(("train", "test"), tables, strict=True)
    )
    model = folder / "m.safetensors"
    given = ("--members", 1, "--config", folder / "recipe.toml", "-o", model)
    trained = multilayer("train", train, "--target", "bought", *given)
    assert trained.code == 0, trained.err
    evaluated = multilayer("evaluate", model, test)
    assert evaluated.code == 0, evaluated.err
    return trained.out + trained.err, evaluated.out + evaluated.err


def test_a_healthy_table_is_not_suspected(multilayer: Any, tmp_path: Path) -> None:
    for said in commands(multilayer, healthy(), tmp_path):
        assert "suspicious" not in said


@pytest.mark.parametrize(
    ("sick", "by_train", "by_evaluate"), SICK, ids=lambda each: getattr(each, "__name__", "")
)
def test_a_sick_table_is_named(
    multilayer: Any, tmp_path: Path, sick: Callable[[], Table], by_train: str, by_evaluate: str
) -> None:
    trained, evaluated = commands(multilayer, sick(), tmp_path)
    assert by_train in " ".join(trained.split())
    assert by_evaluate in " ".join(evaluated.split())
