"""`multilayer predict`: a model's answers for each row of a table of any length."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray

from multilayer._base.ahead import ahead
from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, quoted
from multilayer.cli.console import path, print_note, show_status
from multilayer.cli.tables import csv_options, model_argument, table_argument
from multilayer.io import source

if TYPE_CHECKING:
    from multilayer.tables import Columns, Model

__all__ = ["predict"]


@click.command()
@model_argument
@table_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=path,
    default="-",
    help="Write to a .csv, .tsv, .parquet or .jsonl file (default: CSV on standard output).",
)
@click.option("--proba", is_flag=True, help="Add the probability of each class.")
@click.option(
    "--interval",
    type=float,
    metavar="COVERAGE",
    help="Add where the target is with this probability, such as 0.9: low and high, or a set of classes.",
)
@click.option(
    "--keep", multiple=True, metavar="COLUMN", help="Pass on a column that the model uses; repeatable."
)
@csv_options
def predict(
    model: str,
    table: str,
    output: str,
    proba: bool,
    interval: float | None,
    keep: tuple[str, ...],
    **dialect: Any,
) -> None:
    """Predict the target of each row of a table.

    MODEL is a file that `multilayer train` wrote. TABLE is a CSV, Parquet, Arrow or JSON lines file, or - for standard
    input; it is read and written piece by piece, so it may be of any length. Columns are found by name, in any order.
    Those that the model does not use, such as ids, are passed on.
    """
    from multilayer.tables import (
        Model,
        read_batches,
        write_rows,
    )  # here, so that no other command imports them

    loaded = Model.load(model)
    _check(loaded, proba, interval)
    pieces = read_batches(table, loaded.encoder.schema, keep, others=True, **dialect)
    rows = 0

    def answers() -> Iterator[dict[str, Any]]:
        nonlocal rows
        for columns, others in ahead(pieces):
            rows += columns.rows
            yield _answers(loaded, columns, others, proba, interval)

    with show_status(fill("predicting {table}", table=source(table))):
        write_rows(output, ahead(answers()))  # read, predicted and written at the same time
    if output != "-":
        print_note(fill("wrote {rows:,} rows to {file}", rows=rows, file=output))


def _check(model: Model, proba: bool, interval: float | None) -> None:
    """Refuse before anything is read or written; say what cannot be had."""
    if proba and model.target.task != "classification":
        raise InputError(
            fill(
                "--proba is for classes; this model is of a quantity, {target}",
                target=quoted(model.target.name),
            )
        )
    if interval is None:
        return
    if model.intervals is None:
        raise InputError(fill("--interval: this model has no intervals; train it again"))
    with located("--interval"):
        shortage = model.intervals.shortage(interval)
    if shortage:
        print_note(shortage)


def _answers(
    model: Model, columns: Columns, carried: Mapping[str, Any], proba: bool, interval: float | None
) -> dict[str, Any]:
    """Return the columns that are passed on, and beside them the answers."""
    y, target = model(columns), model.target
    answers: dict[str, Any] = {}
    if target.task == "classification":
        answers["prediction"] = target.decode(y.argmax(axis=1))
        if proba:
            answers |= {f"p({label})": y[:, place] for place, label in enumerate(target.classes)}
        if interval is not None and model.intervals is not None:
            answers["set"] = _texts(model.intervals.sets(y, interval), target.classes)
    else:
        answers["prediction"] = y
        if interval is not None and model.intervals is not None:
            answers["low"], answers["high"] = model.intervals.interval(y, interval)
    return dict(carried) | {_beside(name, carried): values for name, values in answers.items()}


def _texts(sets: NDArray[np.bool_], classes: Sequence[object]) -> list[str]:
    return ["; ".join(str(classes[place]) for place in np.flatnonzero(row).tolist()) for row in sets]


def _beside(name: str, taken: Collection[str]) -> str:
    """Return a name that no column has that is passed on: "prediction (2)" beside a "prediction"."""
    new, number = name, 1
    while new in taken:
        number += 1
        new = f"{name} ({number})"
    return new
