"""`multilayer evaluate`: is this model any good, beside simpler ones and on rows that it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from multilayer._base import storage
from multilayer._base.errors import MissingExtraError, located
from multilayer._base.text import fill
from multilayer.cli.console import json_option, path, print_note, print_styled, show_status, write_json
from multilayer.cli.tables import csv_options, model_argument, read_for, table_argument
from multilayer.io import source

if TYPE_CHECKING:
    from multilayer.tables.evaluation import Baseline

__all__ = ["evaluate"]

_STYLES = {r"\A(?s:.*?)(?=\n\n|\Z)": "bold", r"(?m)^Suspicious \(.*?\):": "bold yellow"}


@click.command()
@model_argument
@table_argument
@click.option(
    "--train",
    metavar="TABLE",
    type=path,
    help="Fit the simpler models on this table, best the one of training (default: in 5 folds of TABLE).",
)
@click.option("--html", metavar="FILE", type=path, help="Write a page with pictures (extra plot).")
@json_option
@csv_options
def evaluate(
    model: str, table: str, train: str | None, html: str | None, as_json: bool, **dialect: Any
) -> None:
    """Score a model on rows it has not seen, beside simpler ones.

    MODEL is a file that `multilayer train` wrote. TABLE has the columns of its training, with the target. Prints a
    verdict; scores with intervals, beside those of the best constant, a linear model and gradient boosting (extra
    sklearn); calibration and coverage; and what is suspicious, such as a column that gives the target away.

    Scores on rows that the model was trained on say nothing about new rows. Where TABLE has such rows, the verdict says
    so, and nothing else.
    """
    # Here, so that no other command imports them.
    from multilayer.reports import check_ready
    from multilayer.reports.tables import evaluation_page
    from multilayer.tables import Model
    from multilayer.tables.evaluation import evaluate as evaluation_of

    if html is not None:
        check_ready(html, model, table, *([] if train is None else [train]))
    loaded = Model.load(model)
    columns = read_for(loaded, table, dialect, needs_target=True)
    known = None if train is None else read_for(loaded, train, dialect, needs_target=True)
    with show_status(fill("evaluating")), located(source(table)):
        found = evaluation_of(loaded, columns, baselines=_baselines(), train=known)
    if html is not None:
        storage.write(html, evaluation_page(found).encode())
        print_note(fill("wrote {file}", file=html))
    if as_json:
        write_json(found.to_json())
    else:
        print_styled(repr(found), _STYLES)


def _baselines() -> tuple[Baseline, ...]:
    try:
        from multilayer.estimators.baselines import BASELINES
    except MissingExtraError as error:
        print_note(fill("compared with the best constant alone: {reason}", reason=error))
        return ()
    return BASELINES
