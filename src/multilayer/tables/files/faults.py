"""Where a CSV file is not as expected: line and column, found by reading it once more, slowly."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.tables.files.dialect import Dialect
from multilayer.tables.files.encodings import undecodable
from multilayer.tables.files.sources import Source

__all__ = ["fault_in", "line_of_row"]


def fault_in(source: Source, dialect: Dialect) -> InputError | None:
    """Return the first fault of a file's bytes, quotes or rows, or None."""
    if not source.again:
        return None
    width = len(dialect.names)
    line = 0
    try:
        for line, cells in _rows(source, dialect):
            if len(cells) != width:
                return InputError(_ragged(source, line, cells, width))
    except UnicodeError:
        return _undecodable(source, dialect)
    except _QuoteError as error:
        return InputError(
            "{where}, line {line}, column {column}: a quote has no partner; mend it or double it",
            where=source.where,
            line=error.line,
            column=error.column,
        )
    return None


def _ragged(source: Source, line: int, cells: list[str], width: int) -> str:
    template = N_(
        "{where}, line {line}: expected {width} cells, found {found}; an empty cell needs its separator, too"
    )
    if len(cells) == width + 1 and not cells[-1].strip():
        template = N_(
            "{where}, line {line}: expected {width} cells, found {found}; "
            "remove the separator at the end of the line"
        )
    elif len(cells) > width:
        template = N_(
            "{where}, line {line}: expected {width} cells, found {found}; "
            "where a cell holds the separator, put it in quotes"
        )
    return fill(template, where=source.where, line=line, width=width, found=len(cells))


def line_of_row(source: Source, dialect: Dialect, row: int) -> int | None:
    """Return the line on which a row, counted from 0, begins."""
    for place, (line, _) in enumerate(_found(source, dialect)):
        if place == row:
            return line
    return None


def _found(source: Source, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    if source.again:
        with suppress(UnicodeError, _QuoteError):
            yield from _rows(source, dialect)


class _QuoteError(Exception):
    def __init__(self, line: int, column: int) -> None:
        super().__init__()
        self.line, self.column = line, column


def _rows(source: Source, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each row begins, and its cells."""
    signs: dict[str, Any] = {"quotechar": dialect.quote} if dialect.quote else {"quoting": csv.QUOTE_NONE}
    with source.open() as stream:
        encoding = "utf-8-sig" if dialect.encoding == "utf-8" else dialect.encoding
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        for _ in range(dialect.above):
            text.readline()
        record: list[str] = []
        lines = _kept(text, record)
        reader = csv.reader(lines, delimiter=dialect.separator, strict=True, **signs)
        began = dialect.above + 1
        try:
            for cells in reader:
                record.clear()
                if cells:
                    yield began, cells
                began = dialect.above + reader.line_num + 1
        except csv.Error:
            opened = [""]
            with suppress(csv.Error):  # a cell beyond the limit
                opened = next(csv.reader(record[:1], delimiter=dialect.separator, **signs), opened)
            raise _QuoteError(began, len(opened)) from None


def _kept(lines: io.TextIOWrapper, record: list[str]) -> Iterator[str]:
    for line in lines:
        if not record:
            record.append(line)
        yield line


def _undecodable(source: Source, dialect: Dialect) -> InputError:
    with source.open() as stream:
        for number, line in enumerate(io.BufferedReader(stream), 1):
            try:
                line.decode(dialect.encoding)
            except UnicodeDecodeError as error:
                if not dialect.encoding.startswith(
                    ("utf-16", "utf-32")
                ):  # whose lines are not those of bytes
                    return undecodable(source.where, number, dialect.encoding, error)
    return undecodable(source.where, 1, dialect.encoding, UnicodeError())
