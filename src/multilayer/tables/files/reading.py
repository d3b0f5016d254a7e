"""Reading a table from a file: its format, and all of its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath, shown
from multilayer._base.translation import N_
from multilayer.io.formats import format_by
from multilayer.tables.columns import Kind
from multilayer.tables.conform import check_present
from multilayer.tables.files.arrow import arrow, column_of
from multilayer.tables.files.csv_files import csv_columns
from multilayer.tables.files.dialect import Options, Settings, dialect_of
from multilayer.tables.files.json_lines import json_table
from multilayer.tables.files.several import files_of, is_several
from multilayer.tables.files.sources import Source, refusing, source_of
from multilayer.tables.reading import Reading, check_types, gathered, named_apart

__all__ = ["format_of", "read_table", "read_together", "refusing_arrow"]


def read_table(
    path: AnyPath,
    *,
    types: Mapping[str, Kind] | None = None,
    ignore: Sequence[str] = (),
    **options: Unpack[Options],
) -> Reading:
    """Read a table from a file, CSV, Parquet, Arrow (Feather) or JSON lines; or from several Parquet and Arrow files.

    The format is found by the first bytes of Parquet and Arrow files, the suffix .jsonl or .ndjson, or a first sign {;
    all others are CSV. CSV and JSON lines may be compressed (.gz, .bz2, .zst). Spaces around cells are not part of
    them, and blank lines are skipped.

    Parameters
    ----------
    path : path
        "-" is stdin. Of a folder all files are read, of a pattern ("data/*.parquet") those that it names, in the order
        of their names: they have the same columns.
    types : mapping from names to kinds
        Kinds that decide instead of the rules of `multilayer.tables.kinds`.
    ignore : sequence of str
        Columns that are left out, whatever they hold.
    **options
        How a CSV file is written: `separator`, `decimal`, `quote` ("" for none), `encoding` and `header`. What is not
        given is found out, by the rules of `multilayer.tables.files.dialect`.

    Returns
    -------
    Reading
        The columns, and notes: what was found out and may be wrong.

    Raises
    ------
    InputError
        When the file is no table; with line and column where it has them.
    MissingExtraError
        When pyarrow is not installed.
    """
    settings = Settings.of(options)
    if path != "-" and is_several(path):
        return read_together(files_of(path)[1], shown(path), types or {}, ignore)
    source = source_of(path)
    with refusing(source.where):
        return _FORMATS[format_of(source)](source, types or {}, ignore, settings)


def format_of(source: Source) -> str:
    """Return the format of a file: "parquet", "arrow", "json" or "csv".

    Raises
    ------
    InputError
        For an empty file and a spreadsheet.
    """
    head = source.head
    if not head:
        raise InputError("{where}: expected a table, found an empty file", where=source.where)
    name, fits = format_by(head, source.suffix)
    if not fits:
        raise InputError(
            "{where}: expected a file of {name}, found other bytes", where=source.where, name=name.title()
        )
    if name == "csv" and head.startswith((b"PK\3\4", b"\xd0\xcf\x11\xe0")):
        raise InputError(
            "{where}: expected a table, found a spreadsheet; save it as CSV, in UTF-8", where=source.where
        )
    return name


def _read_csv(
    source: Source, types: Mapping[str, Kind], ignore: Sequence[str], settings: Settings
) -> Reading:
    dialect = dialect_of(source, settings)
    with located(source.where):
        names, nameless = named_apart(dialect.names)
        check_types(types, names)
        check_present(ignore, names)
    dialect = replace(dialect, names=names)
    notes = (*dialect.notes, *nameless)
    return gathered(csv_columns(source, dialect, types, ignore), notes)


@contextmanager
def refusing_arrow(where: str) -> Iterator[None]:
    """Turn what Arrow refuses into an InputError, and name the file in others."""
    with located(where):
        try:
            yield
        except InputError:
            raise
        except (arrow().ArrowException, OSError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
            template = N_("cannot be read; it may be cut off or changed ({reason})")
            raise InputError(template, reason=reason) from None


_Read = Callable[[Source, Mapping[str, Kind], Sequence[str], Settings], Reading]


def _read_arrow(read: Callable[[Source], Any]) -> _Read:
    def reading(
        source: Source, types: Mapping[str, Kind], ignore: Sequence[str], settings: Settings
    ) -> Reading:
        with refusing_arrow(source.where):
            return _understood(_valid(read(source)), types, ignore)

    return reading


def _valid(table: Any) -> Any:
    table.validate(full=True)  # bytes that were changed may point anywhere
    return table


def _understood(table: Any, types: Mapping[str, Kind], ignore: Sequence[str]) -> Reading:
    names, notes = named_apart(table.column_names)
    check_types(types, names)
    check_present(ignore, names)
    columns = [pair for pair in zip(names, table.columns, strict=True) if pair[0] not in ignore]
    return gathered([column_of(name, values, types.get(name)) for name, values in columns], notes)


def read_together(
    files: Sequence[Path], where: str, types: Mapping[str, Kind], ignore: Sequence[str] = ()
) -> Reading:
    """Read the rows of several files, of which each has the columns of the first one."""
    tables = list[Any]()
    for file in files:
        source = source_of(file)
        with refusing(source.where), refusing_arrow(source.where):
            form = format_of(source)
            if form not in _TABLES:
                template = N_(
                    "expected Parquet or an Arrow file, as of several files together the types have to be known; found "
                    "{form}"
                )
                raise InputError(template, form=form)
            table = _valid(_TABLES[form](source))
            check_present((tables or [table])[0].column_names, table.column_names)
            tables.append(table.select((tables or [table])[0].column_names))
    with refusing_arrow(where):
        return _understood(arrow().concat_tables(tables, promote_options="permissive"), types, ignore)


_TABLES: dict[str, Callable[[Source], Any]] = {
    "parquet": lambda source: (
        arrow("parquet").ParquetFile(source.as_file(), page_checksum_verification=True).read()
    ),
    "arrow": lambda source: arrow("ipc").open_file(source.as_file(mapped=True)).read_all(),
    "stream": lambda source: arrow("ipc").open_stream(source.open()).read_all(),
}
"""The formats whose columns have types."""


_FORMATS: dict[str, _Read] = {
    "csv": _read_csv,
    **{form: _read_arrow(read) for form, read in _TABLES.items()},
    "json": _read_arrow(json_table),
}
