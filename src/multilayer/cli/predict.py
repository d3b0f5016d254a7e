"""`multilayer predict`: a model's answers for each row of a table of any length."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.cli.cluster import cluster_option, events_option, events_shown
from multilayer.cli.console import path, print_error, print_note, show_status
from multilayer.cli.tables import csv_options, model_argument, print_new_categories, table_argument
from multilayer.io import source

if TYPE_CHECKING:
    from multilayer.cluster import WorkerLost
    from multilayer.tables import Answers, Model, Scored

__all__ = ["predict"]

_WROTE, _WROTE_ONE = N_("wrote {rows:,} rows to {file}"), N_("wrote one row to {file}")


@click.command()
@model_argument
@table_argument
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=path,
    default="-",
    help="Write to a .csv, .tsv, .parquet or .jsonl file, or into a folder (default: CSV on standard output).",
)
@click.option("--proba", is_flag=True, help="Add the probability of each class.")
@click.option(
    "--interval",
    type=float,
    metavar="COVERAGE",
    help="Add intervals that hold the target with this probability, such as 0.9: low and high, or a set of classes.",
)
@click.option(
    "--keep", multiple=True, metavar="COLUMN", help="Pass on a column that the model uses; repeatable."
)
@cluster_option
@events_option
@csv_options
def predict(
    model: str,
    table: str,
    output: str,
    proba: bool,
    interval: float | None,
    keep: tuple[str, ...],
    cluster: str | None,
    as_json: bool,
    **dialect: Any,
) -> int:
    """Predict the target of each row of a table.

    MODEL is a file that `multilayer train` wrote. TABLE is a CSV, Parquet, Arrow or JSON lines file, or - for standard
    input; it is read and written piece by piece, so it may be of any length. Columns are found by name, in any order.
    Those that the model does not use, such as ids, are passed on.

    TABLE may also be a folder, or a pattern in quotes such as 'data/*.parquet'. Then -o names a folder, which gets a
    file of predictions for each file of the table, and _manifest.json when all are there. Started again, the command
    does what is missing. A file that cannot be read is named, the others are done, and the exit code is 2.
    """
    from multilayer.tables import Answers, Model  # here, so that no other command imports them
    from multilayer.tables.files.several import is_several

    loaded, answers = Model.load(model), Answers(proba, interval, keep)
    _check(loaded, proba, interval)
    if cluster is not None or is_several(table) or output.endswith(os.sep) or Path(output).is_dir():
        if output == "-":
            raise InputError(
                "predictions of a folder or a pattern are written into a folder; name one, such as -o predictions/"
            )
        return _folder(model, table, output, answers, cluster, as_json, dialect)
    if as_json:
        raise InputError("--json is for the events of a folder; name one, such as -o predictions/")
    with show_status(fill("predicting {table}", table=source(table))):
        written = answers.write(loaded, table, output, dialect)
    if output != "-":
        template = _WROTE_ONE if written.rows == 1 else _WROTE
        print_note(fill(template, rows=written.rows, file=output))
    print_new_categories(written.new_categories)
    return 0


def _folder(
    model: str,
    table: str,
    folder: str,
    answers: Answers,
    cluster: str | None,
    as_json: bool,
    dialect: Mapping[str, Any],
) -> int:
    """Predict the files of a table; return the exit code."""
    from multilayer.cluster import WorkerLost
    from multilayer.tables import score

    with events_shown(fill("file"), as_json) as show:

        def say(event: Scored | WorkerLost) -> None:
            if isinstance(event, WorkerLost):
                show.lost(event)
            else:
                show.at(event.done, event.total, fill("{rows:,} rows", rows=event.rows), event)

        found = score(model, table, folder, answers=answers, cluster=cluster, say=say, **dialect)
    for fault in found.faults:
        print_error(fill("no predictions: {reason}", reason=fault.reason))
    print_note(
        fill(
            "{done:,} of {total:,} files have predictions in {folder}, {before:,} of them from before; "
            "{rows:,} new rows",
            done=found.done,
            total=found.total,
            folder=folder,
            before=found.before,
            rows=found.rows,
        )
    )
    print_new_categories(found.new_categories)
    return 0 if found.done == found.total else 2


def _check(model: Model, proba: bool, interval: float | None) -> None:
    """Refuse before anything is read or written; say what cannot be had."""
    if proba and model.target.task != "classification":
        raise InputError(
            "--proba is for classes; this model is of a quantity, {target}", target=quoted(model.target.name)
        )
    if interval is None:
        return
    if model.intervals is None:
        raise InputError("--interval: this model has no intervals; train it again")
    with located("--interval"):
        shortage = model.intervals.shortage(interval)
    if shortage:
        print_note(shortage)
