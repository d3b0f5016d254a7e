"""CSV files, parsed by Arrow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import Kind
from multilayer.tables.files.arrow import arrow, column_of, in_one
from multilayer.tables.files.dialect import Dialect
from multilayer.tables.files.faults import fault_in, line_of_row
from multilayer.tables.files.sources import Source
from multilayer.tables.kinds import MOST_CATEGORIES
from multilayer.tables.reading import Understood
from multilayer.tables.texts import GAPS, CellError

__all__ = ["csv_batches", "csv_columns", "placed"]

_BLOCK = 1 << 20


def csv_columns(
    source: Source, dialect: Dialect, types: Mapping[str, Kind], ignore: Sequence[str] = ()
) -> list[Understood]:
    """Return the columns of a file, but for those to ignore.

    Raises
    ------
    InputError
        For a fault, with line and column.
    """
    table = _table(source, dialect, types)
    understood, line_ends = [], False
    chunked = [*zip(table.column_names, table.columns, strict=True)][::-1]
    del table
    while chunked:  # so that the memory of its parts is free for the next column
        name, values = chunked.pop()
        if arrow("types").is_binary(getattr(values.type, "value_type", values.type)):
            raise _first_fault(source, dialect, "expected text in UTF-8")
        values = in_one(values)
        line_ends = line_ends or _has_line_ends(values)
        if name in ignore:
            continue
        try:
            understood.append(column_of(name, values, types.get(name), dialect.decimal))
        except CellError as error:
            raise placed(source, dialect, error) from None
        except InputError as error:
            raise InputError(f"{source.where}: {error}") from None
    if line_ends:
        _check_quotes(source, dialect)
    return understood


def _check_quotes(source: Source, dialect: Dialect) -> None:
    """Raise the fault of a file whose cells hold line ends: a quote without its partner takes what follows into its
    cell.
    """
    fault = fault_in(source, dialect)
    if fault is not None:
        raise fault


def _has_line_ends(values: Any) -> bool:
    types = arrow("types")
    if types.is_dictionary(values.type):
        return any("\n" in text for text in values.dictionary.to_pylist())
    if not types.is_string(values.type):
        return False
    return bool(arrow("compute").any(arrow("compute").match_substring(values, "\n")).as_py())


def _table(source: Source, dialect: Dialect, types: Mapping[str, Kind]) -> Any:
    if dialect.empty:
        return arrow().table({name: arrow().nulls(0) for name in dialect.names})
    wanted = {name: _ASKED[kind] for name, kind in types.items() if kind in _ASKED}
    for newlines in (dialect.multiline, True):
        try:
            return arrow("csv").read_csv(
                source.open(),
                read_options(dialect),
                parse_options(dialect, newlines=newlines),
                convert_options(dialect, wanted),
            )
        except arrow().ArrowInvalid as error:
            if newlines:
                raise _first_fault(source, dialect, str(error)) from None
        except UnicodeError as error:
            raise _first_fault(source, dialect, str(error)) from None
    raise AssertionError


def csv_batches(
    source: Source, dialect: Dialect, wanted: Mapping[str, str], needed: Sequence[str]
) -> Iterator[Any]:
    """Yield batches of Arrow with the columns that are needed, of the types that are wanted, and at least one.

    Numbers are parsed by Arrow. Where it refuses one (1,234), those of the whole file are read as texts, from the
    batch on in which it stands.
    """
    done = 0
    try:
        for batch in _stream(source, dialect, wanted, needed):
            yield batch
            done += batch.num_rows
    except (arrow().ArrowInvalid, UnicodeError) as error:
        if not source.again or _CONVERSION.match(str(error)) is None:
            raise _first_fault(source, dialect, str(error)) from None
    else:
        return
    loose = {name: "dictionary" if kind == "number" else kind for name, kind in wanted.items()}
    try:
        for batch in _stream(source, dialect, loose, needed):
            left = min(done, batch.num_rows)
            done -= left
            if batch.num_rows > left:
                yield batch.slice(left)
    except (arrow().ArrowInvalid, UnicodeError) as error:
        raise _first_fault(source, dialect, str(error)) from None


def _stream(
    source: Source, dialect: Dialect, wanted: Mapping[str, str], needed: Sequence[str]
) -> Iterator[Any]:
    if dialect.empty:
        yield arrow().RecordBatch.from_pydict({name: arrow().nulls(0) for name in dialect.names})
        return
    options = convert_options(dialect, wanted, needed)
    reader = arrow("csv").open_csv(
        source.open(),
        read_options(dialect, threads=source.again),
        parse_options(dialect, newlines=True),
        options,
    )
    checked = False
    with reader:
        for batch in reader:
            if not checked and any(map(_has_line_ends, batch.columns)):
                _check_quotes(source, dialect)
                checked = True
            yield batch


def read_options(dialect: Dialect, *, threads: bool = True) -> Any:
    """Return Arrow's options for the lines of a file; without threads its messages have the row."""
    return arrow("csv").ReadOptions(
        column_names=dialect.names,
        skip_rows=dialect.above,
        encoding=dialect.encoding,
        block_size=max(_BLOCK, 8 * dialect.longest),
        use_threads=threads,
    )


def parse_options(dialect: Dialect, *, newlines: bool) -> Any:
    """Return Arrow's options for the cells of a file."""
    return arrow("csv").ParseOptions(
        delimiter=dialect.separator, quote_char=dialect.quote or False, newlines_in_values=newlines
    )


def convert_options(dialect: Dialect, wanted: Mapping[str, str], only: Sequence[str] | None = None) -> Any:
    """Return Arrow's options for the values of a file."""
    pa = arrow()
    kinds = {
        "dictionary": pa.dictionary(pa.int32(), pa.string()),
        "text": pa.string(),
        "number": pa.float64(),
    }
    return arrow(
        "csv"
    ).ConvertOptions(
        column_types={name: kinds[kind] for name, kind in wanted.items()},
        include_columns=only,
        null_values=_NULLS,
        strings_can_be_null=False,  # which texts are gaps is decided later; a text that is carried stays as it is
        decimal_point=dialect.decimal,
        auto_dict_encode=True,
        auto_dict_max_cardinality=MOST_CATEGORIES,
    )


_ASKED: dict[Kind, str] = {
    "category": "dictionary",
    "date": "dictionary",
    "text": "text",
    "identifier": "text",
}
"""The types for kinds that a user sets: with them 007 stays 007."""

_NULLS = sorted({spelt for gap in GAPS for spelt in (gap, gap.upper(), gap.title())} | {"NaN"})

_RAGGED = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")
_WRONG = re.compile(r"In CSV column #(\d+): Row #(\d+): .*invalid value '(.*)'", re.DOTALL)
_CONVERSION = re.compile(r"In CSV column #\d+: .*conversion error")


def _first_fault(source: Source, dialect: Dialect, message: str) -> InputError:
    """Return the first fault of a file that Arrow refuses; of a pipe, which is gone, what its message holds."""
    fault = fault_in(source, dialect)
    if fault is not None:
        return fault
    ragged = _RAGGED.search(message)
    if ragged is not None:
        row, width, found = ragged.groups()
        template = N_(
            "{where}, line {row} or below: expected {width} cells, found {found}; check the separators there"
        )
        return InputError(template, where=source.where, row=row, width=width, found=found)
    wrong = _WRONG.search(message)
    if wrong is None:
        return InputError(f"{source.where}: {' '.join(message.split())}")
    template = N_(
        "{where}, line {row} or below, column {column} ({name}): expected a number in plain digits, "
        "found {found}; mend it, or leave the row out"
    )
    name = quoted(dialect.names[int(wrong[1])])
    column = int(wrong[1]) + 1
    found = quoted(wrong[3])
    return InputError(template, where=source.where, row=wrong[2], column=column, name=name, found=found)


def placed(source: Source, dialect: Dialect, error: CellError) -> InputError:
    """Return the error with the line and the column of the cell, where the file can be read again."""
    line = line_of_row(source, dialect, error.row)
    if line is None:
        return InputError(f"{source.where}: {error}")
    return InputError(
        "{where}, line {line}, column {column} ({name}): {fault}",
        where=source.where,
        line=line,
        column=dialect.names.index(error.column) + 1,
        name=quoted(error.column),
        fault=error.fault,
    )
