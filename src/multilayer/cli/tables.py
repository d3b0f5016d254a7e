"""What the commands for tables share: arguments, options of files and columns, and tables that are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.cli.console import path, print_note, show_status
from multilayer.io import source

if TYPE_CHECKING:
    from multilayer.tables import Columns, Model, Reading
    from multilayer.tables.new_categories import NewCategories

__all__ = [
    "csv_options",
    "model_argument",
    "print_new_categories",
    "read",
    "read_for",
    "table_argument",
    "types_option",
]

Command = TypeVar("Command", bound=Callable[..., Any])

model_argument = click.argument("model", metavar="MODEL", type=path)
table_argument = click.argument("table", metavar="TABLE", type=path)


def _types(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Return kinds by column; a column may have = in its name, a kind has none."""
    types = {}
    for text in given:
        column, sign, kind = text.rpartition("=")
        if not sign or not column:
            raise click.BadParameter(
                fill("expected COLUMN=TYPE, found {text}", text=quoted(text)), param=option
            )
        types[column] = kind
    return types


types_option = click.option(
    "--type",
    "types",
    multiple=True,
    metavar="COLUMN=TYPE",
    callback=_types,
    help="Type of a column: number, category, date, text or identifier; repeatable.",
)

_CSV = (
    click.option("--separator", metavar="SIGN", help="CSV: the separator of cells."),
    click.option("--decimal", metavar="SIGN", help="CSV: . or , in numbers."),
    click.option("--quote", metavar="SIGN", help="CSV: the quotation mark around cells; '' for none."),
    click.option("--encoding", metavar="NAME", help="CSV: such as utf-8, latin-1 or utf-16."),
    click.option("--header/--no-header", default=None, help="CSV: whether line 1 holds column names."),
)


_NO_TARGET = N_("column {column}: no row has a value, so the table is taken as one without a target")


def csv_options(command: Command) -> Command:
    """Add the options that say how a CSV file is written; what is not given is found out."""
    for option in reversed(_CSV):
        command = option(command)
    return command


def read(table: str, types: Mapping[str, Any], dialect: Mapping[str, Any]) -> Reading:
    """Return a table from a file."""
    from multilayer.tables import read_table

    with show_status(fill("reading {table}", table=source(table))):
        return read_table(table, types=types, **dialect)


def read_for(model: Model, table: str, dialect: Mapping[str, Any], *, needs_target: bool = False) -> Columns:
    """Return the columns of a model from a file, as in its training, and the target where it is there.

    With a target, only the rows are returned that have one.
    """
    from multilayer.tables import Columns, ColumnSchema, columns_of, read_batches
    from multilayer.tables.new_categories import new_categories
    from multilayer.tables.table_source import with_target

    target = model.target
    numeric = all(isinstance(label, int | float) and not isinstance(label, bool) for label in target.classes)
    schema = (*model.encoder.schema, ColumnSchema(target.name, "number" if numeric else "text"))
    with show_status(fill("reading {table}", table=source(table))):
        pieces = read_batches(table, schema, optional=() if needs_target else (target.name,), **dialect)
        columns = Columns.joined([columns for columns, _ in pieces])
    print_new_categories(new_categories(columns, model.encoder))
    if target.name not in columns:
        return columns
    if columns.rows and columns[target.name].missing.all() and not needs_target:
        print_note(fill(_NO_TARGET, column=quoted(target.name)))
        return columns.without([target.name])
    if not numeric:
        classes = columns_of({target.name: columns[target.name].values}, {target.name: "category"})
        columns = Columns([*columns.without([target.name]), *classes])
    columns, notes = with_target(columns, target.name)
    for note in notes:
        print_note(note)
    return columns


def print_new_categories(found: Sequence[NewCategories]) -> None:
    """Say which categories of a table training did not have."""
    from multilayer.tables.new_categories import said

    if found:
        print_note(said(found))
