"""A CSV table: whether its first line is a header, the rows below, and target columns as numbers or class labels."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from multilayer._base.arrays import column_places
from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, near_matches, one_line, quoted
from multilayer._base.translation import N_
from multilayer.io.csv_cells import (
    CsvRow,
    DecimalSign,
    found_in,
    is_gap,
    is_number,
    looks_numeric,
    place_of,
    rows_of,
)
from multilayer.network.labels import Label, places_of

__all__ = ["CsvColumn", "CsvTable", "Header", "header_of", "open_table", "target_places", "targets_in"]

_SURE = 3
"""From this many columns on, 0, 1, 2, ... are taken as names and not as numbers that happen to count."""
_ALL_NAMES = N_(
    "line {line} is read as column names, as it holds {name} and all other names of inputs; --no-header reads it as a "
    "row"
)
_DEFAULT_NAMES = N_(
    "line {line} is read as column names, as it counts 0, 1, 2, ..., the default names of pandas; --no-header reads it "
    "as a row"
)
_ONE_NAME = N_(
    "line {line} is read as a row, although it holds {name}, the name of an input; --header reads it as "
    "column names"
)
_COUNTING = N_(
    "line {line} is read as a row, although it counts, as column names may do; --header reads it as "
    "column names"
)


@dataclass(frozen=True)
class Header:
    """How the first line of a table is read."""

    names: tuple[str, ...] | None
    """Column names; None where the first line is a row."""
    note: str = ""
    """The reason, where another reading is possible."""


def header_of(
    first: CsvRow, second: CsvRow | None, expected: Collection[str] = (), asked: bool | None = None
) -> Header:
    """Return whether the first line is a header. The first rule that applies decides:

    1. `asked` (`--header`, `--no-header`).
    2. A line with all `expected` names (those of a network's inputs), in any order and among others, is a header, even
       where the names are numbers: 2023,2024.
    3. A line with an expected name that is not a number is a header, in which other names are missing.
    4. A line of gaps, or with a gap that is spelt out (NA, null), is a row.
    5. A line of 0, 1, 2, ..., the default names of pandas, is a header from three columns on where another row follows.
    6. A line with a cell that is meant as a number (nan, 1_000, 0,5 and 5 % included) is a row.
    7. Any other line (text, with or without empty cells) is a header.

    There is a note where names are numbers, and where a row counts (0,1 or 2023,2024; a 0 above fractions) or holds an
    expected name.
    """
    cells = tuple(cell.strip() for cell in first.cells)
    if asked is not None:
        return Header(cells if asked else None)
    wanted = {name.strip() for name in expected}
    met = wanted.intersection(cells)
    numeric = sorted(filter(looks_numeric, met))
    if met and met == wanted:
        return Header(cells, fill(_ALL_NAMES, line=first.line, name=quoted(numeric[0])) if numeric else "")
    if len(met) > len(numeric):
        return Header(cells)
    return _by_looks(
        first, second, cells, fill(_ONE_NAME, line=first.line, name=quoted(numeric[0])) if numeric else ""
    )


def _by_looks(first: CsvRow, second: CsvRow | None, cells: tuple[str, ...], note: str) -> Header:
    if all(map(is_gap, cells)) or any(cell and is_gap(cell) for cell in cells):
        return Header(None)
    if not any(map(looks_numeric, cells)):
        return Header(cells)
    start = _counts_from(cells)
    below = second.cells if second is not None and second.cells != first.cells else None
    if start == 0 and len(cells) >= _SURE and below is not None:
        return Header(cells, fill(_DEFAULT_NAMES, line=first.line))
    if below is not None and (start is not None or (cells == ("0",) and not below[0].strip().isdecimal())):
        note = note or fill(_COUNTING, line=first.line)
    return Header(None, note)


def _counts_from(cells: tuple[str, ...]) -> int | None:
    """Return the first of two or more whole numbers that count up by one (after an empty cell, or not), or None."""
    counting = cells[1:] if cells[0] == "" else cells
    if len(counting) < 2 or not all(
        cell.isascii() and cell.isdecimal() and len(cell) < 10 for cell in counting
    ):
        return None
    start = int(counting[0])
    return start if list(counting) == [str(start + place) for place in range(len(counting))] else None


@dataclass(frozen=True)
class CsvTable:
    """A table whose rows are all as long as the first."""

    where: str
    header: tuple[str, ...] | None
    first: CsvRow
    """The header, or the first row."""
    rows: Iterator[CsvRow]
    note: str
    """How the first line was read, where another reading is possible."""


def open_table(
    data: bytes,
    where: str,
    expected: Collection[str] = (),
    asked: bool | None = None,
    separator: str | None = None,
) -> CsvTable | None:
    """Return the table in the bytes of a file, or None where it is empty; `expected` and `asked` as in `header_of`.

    A separator that is known comes before the rule of `rows_of`.

    Raises
    ------
    InputError
        When the bytes are not CSV in UTF-8; and, while rows are read, for one that is not as long as the first line.
    """
    rows = rows_of(data, where, separator)
    blank: list[CsvRow] = []
    first = next(rows, None)
    while first is not None and first.blank:
        blank.append(first)
        first = next(rows, None)
    if first is None:
        return None
    second = next(rows, None)
    header = header_of(first, second, expected, asked)
    # Blank lines above a header are not rows.
    below = [] if second is None else [second]
    ahead = below if header.names is not None else [*blank, first, *below]
    note = fill("{file}: {note}", file=where, note=header.note) if header.note else ""
    return CsvTable(where, header.names, first, _even(chain(ahead, rows), first, where), note)


def _even(rows: Iterator[CsvRow], first: CsvRow, where: str) -> Iterator[CsvRow]:
    width = len(first.cells)
    for row in rows:
        found = len(row.cells)
        if found != width:
            hint = ""
            if found == 2 * width:
                hint = "; where the comma is a decimal comma, save with a point"
            elif found == width + 1 and not row.cells[-1].strip():
                hint = "; the last cell is empty: remove the separator at the end of the line"
            raise InputError(
                fill(
                    "{where}, line {line}: expected {width} cells, as in line {first_line}, "
                    "found {found}{separator_hint}",
                    where=where,
                    line=row.line,
                    width=width,
                    first_line=first.line,
                    found=found,
                    separator_hint=row.separator_hint() or hint,
                )
            )
        yield row


_LONGEST_NUMBER = 20


class CsvColumn:
    """The cells of a column, and their lines."""

    def __init__(self, where: str, column: int, header: Sequence[str] | None, sign: DecimalSign) -> None:
        self.where, self.column, self.header, self.sign = where, column, header, sign
        self.separator = ","
        self.cells: list[str] = []
        self.lines = array("q")

    @property
    def name(self) -> str:
        """The name in the header; empty without one."""
        return self.header[self.column] if self.header else ""

    def add(self, row: CsvRow) -> None:
        """Append the cell of a row."""
        self.cells.append(sys.intern(row.cells[self.column].strip()))  # few different labels, many rows
        self.lines.append(row.line)
        self.separator = row.separator

    def refuse(self, number: int, expected: str, hint: str = "") -> NoReturn:
        """Raise an error for the cell of a sample, which is counted from 0."""
        with located(place_of(self.where, self.lines[number], self.column, self.header)):
            raise InputError(
                fill(
                    "expected {expected}, found {found_in}{hint}",
                    expected=expected,
                    found_in=found_in(self.cells[number]),
                    hint=hint,
                )
            )


def target_places(
    targets: Sequence[str], header: Sequence[str] | None, first: CsvRow, where: str
) -> list[int]:
    """Return the places of the target columns, which are given by name or 1-based index, each once."""
    found = [_place(target.strip(), header, len(first.cells), where) for target in targets]
    for place, target in enumerate(targets):
        if found.index(found[place]) != place:
            raise InputError(
                fill(
                    "{where}: the target {target} is named twice; name each column once",
                    where=where,
                    target=quoted(target),
                )
            )
    return found


def _place(target: str, header: Sequence[str] | None, count: int, where: str) -> int:
    if header is not None and (target in header or not target.isdecimal()):
        (place,) = column_places(where, header, [target], "a target")
        return place
    if header is None and not target.isdecimal():
        raise InputError(
            fill(
                "{where}: there is no header with the target {target}; give the number of "
                "its column, from 1 to {count}",
                where=where,
                target=quoted(target),
                count=count,
            )
        )
    # A longer number is larger than any count of columns, and int() may refuse it.
    number = int(target) if len(target) < _LONGEST_NUMBER else 0
    if not 1 <= number <= count:
        raise InputError(
            fill(
                "{where}: there is no column {target}; expected a number from 1 to {count}",
                where=where,
                target=one_line(target, 40),
                count=count,
            )
        )
    return number - 1


def targets_in(columns: Sequence[CsvColumn], classes: Sequence[Label] | None = None) -> NDArray[Any]:
    """Return targets, of shape (samples,) for one column and (samples, columns) for several.

    Where the network names its `classes`, a single column holds their labels, which are compared by the rule in
    `multilayer.network.labels`. Otherwise all cells are numbers: class numbers from 0, or values.

    Raises
    ------
    InputError
        For a cell that is neither: one line with file, line, column, and near matches.
    """
    if len(columns) > 1:
        return np.stack([_numbers(column) for column in columns], axis=1)
    (column,) = columns
    if classes is None:
        return _numbers(column)
    place = places_of(classes)
    odd = {cell for cell in set(column.cells) if place(cell) is None}
    for number, cell in enumerate(column.cells):
        if cell in odd:
            column.refuse(
                number, "a class of the network", f"; {near_matches(cell, list(map(str, classes)))}"
            )
    return np.array(column.cells)


def _numbers(column: CsvColumn) -> NDArray[np.float64]:
    cells = [
        column.sign.with_point(cell, line, column.separator)
        for cell, line in zip(column.cells, column.lines, strict=True)
    ]
    for number, cell in enumerate(cells):
        if not is_number(cell):
            hint = "; labels need a network that names its classes" if cell else ""
            column.refuse(number, "a finite number", hint)
    return np.array(cells, np.float64)
