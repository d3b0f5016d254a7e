"""`multilayer explain`: what matters to a model, by column, and for single rows."""

from __future__ import annotations

from typing import Any

import click

from multilayer._base import storage
from multilayer._base.errors import located
from multilayer._base.text import fill
from multilayer.cli.console import json_option, path, print_note, print_text, show_status, write_json
from multilayer.cli.tables import csv_options, model_argument, read_for, table_argument
from multilayer.io import source

__all__ = ["explain"]


@click.command()
@model_argument
@table_argument
@click.option(
    "--rows",
    type=click.IntRange(0, 100_000),
    default=5,
    metavar="NUMBER",
    show_default=True,
    help="Number of rows, from the first on, whose predictions are explained.",
)
@click.option("--html", metavar="FILE", type=path, help="Write a page with pictures (extra plot).")
@json_option
@csv_options
def explain(model: str, table: str, rows: int, html: str | None, as_json: bool, **dialect: Any) -> None:
    """Show which columns matter to a model.

    MODEL is a file that `multilayer train` wrote. TABLE has the columns of its training, in any order. Prints the
    permutation importance of each column, where TABLE has the target; how much each column adds to the predictions of
    the first rows (integrated gradients); and the mean prediction by the value of a column (partial dependence).
    """
    # Here, so that no other command imports them.
    from multilayer.reports import check_ready
    from multilayer.reports.tables import explanation_page
    from multilayer.tables import Model
    from multilayer.tables import explain as explanation_of

    if html is not None:
        check_ready(html, model, table)
    loaded = Model.load(model)
    columns = read_for(loaded, table, dialect)
    with show_status(fill("explaining")), located(source(table)):
        found = explanation_of(loaded, columns, rows=rows)
    if html is not None:
        storage.write(html, explanation_page(found).encode())
        print_note(fill("wrote {file}", file=html))
    if as_json:
        write_json(found.to_json())
    else:
        print_text(repr(found))
