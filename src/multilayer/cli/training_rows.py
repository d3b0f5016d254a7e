"""The rows that `multilayer train` learns from: read into memory, or in blocks, with what is said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from multilayer._base.errors import InputError, located
from multilayer._base.random import Random
from multilayer._base.text import fill, quoted
from multilayer.cli.cluster import events_shown
from multilayer.cli.console import flush, print_note, show_status
from multilayer.io import source

if TYPE_CHECKING:
    from multilayer.tables.streaming.survey import Survey
    from multilayer.tables.streaming.table_files import TableFiles
    from multilayer.tables.table_source import TableSource

__all__ = ["memory_option", "rows_to_train_on"]


def _bytes(_: click.Context, option: click.Parameter, given: str) -> int:
    from multilayer.tables.streaming.opening import bytes_of

    try:
        return bytes_of(given)
    except InputError as error:
        raise click.BadParameter(str(error), param=option) from None


memory_option = click.option(
    "--memory",
    metavar="SIZE",
    default="2GB",
    show_default=True,
    callback=_bytes,
    help="Parquet and Arrow tables that take more, 8 bytes a value, are read in blocks.",
)


def rows_to_train_on(  # noqa: PLR0913  (options of a command)
    table: str,
    target: str,
    *,
    task: Any,
    types: Mapping[str, Any],
    ignore: Sequence[str],
    members: int,
    rng: Random,
    memory: int,
    as_json: bool,
    **dialect: Any,
) -> TableSource:
    """Return the rows of a table that have a target, and print notes about how they were read."""
    from multilayer.tables import Target
    from multilayer.tables.streaming.opening import opened
    from multilayer.tables.streaming.table_files import TableFiles
    from multilayer.tables.table_source import ColumnsSource, with_target

    if target in ignore:
        raise InputError(
            "{column} is the target, and is ignored, too; leave out one of the two options",
            column=quoted(target),
        )
    with show_status(fill("reading {table}", table=source(table))):
        found = opened(table, types, memory, ignore, **dialect)
    if isinstance(found, TableFiles):
        _print(found.notes)
        kept = {name: kind for name, kind in types.items() if name not in ignore}
        made = _surveyed(
            found, target, as_json, task=task, types=kept, members=members, rng=rng, memory=memory
        )
        _print((*made.notes, *made.doubts))
        return made
    with located(source(table)):
        columns, left_out = with_target(found.columns, target)
        whole = ColumnsSource.of(columns, Target.of(columns[target], task), notes=left_out)
        _print((*found.notes, *left_out))
        return whole


def _surveyed(files: TableFiles, target: str, as_json: bool, **options: Any) -> Survey:
    from multilayer.tables.streaming.survey import survey

    words = fill("reading all rows once")
    with events_shown("row", as_json) as show:

        def showing(rows: int) -> None:
            show.at(rows, files.rows, words, {"done": rows, "total": files.rows}, "reading")

        return survey(files, target, show=showing, **options)


def _print(notes: Sequence[str]) -> None:
    for note in notes:
        print_note(note)
    flush()
