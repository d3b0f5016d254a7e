"""A CSV table: its header and its rows, and target columns as numbers or class labels."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from multilayer._base.data_frames import column_places
from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, near_matches, one_line, quoted
from multilayer._base.translation import N_, translated
from multilayer.io.csv_cells import CsvRow, DecimalSign, found_in, is_number, place_of, rows_of
from multilayer.io.csv_header import header_of
from multilayer.network.labels import Label, places_of

__all__ = ["CsvColumn", "CsvTable", "open_table", "target_places", "targets_in"]


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
                hint = fill("; where the comma is a decimal comma, save with a point")
            elif found == width + 1 and not row.cells[-1].strip():
                hint = fill("; the last cell is empty: remove the separator at the end of the line")
            raise InputError(
                "{where}, line {line}: expected {width} cells, as in line {first_line}, "
                "found {found}{separator_hint}",
                where=where,
                line=row.line,
                width=width,
                first_line=first.line,
                found=found,
                separator_hint=row.separator_hint() or hint,
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
                "expected {expected}, found {found_in}{hint}",
                expected=translated(expected),
                found_in=found_in(self.cells[number]),
                hint=hint,
            )


def target_places(
    targets: Sequence[str], header: Sequence[str] | None, first: CsvRow, where: str
) -> list[int]:
    """Return the places of the target columns, which are given by name or 1-based index, each once."""
    found = [_place(target.strip(), header, len(first.cells), where) for target in targets]
    for place, target in enumerate(targets):
        if found.index(found[place]) != place:
            raise InputError(
                "{where}: the target {target} is named twice; name each column once",
                where=where,
                target=quoted(target),
            )
    return found


def _place(target: str, header: Sequence[str] | None, count: int, where: str) -> int:
    if header is not None and (target in header or not target.isdecimal()):
        (place,) = column_places(where, header, [target], "a target")
        return place
    if header is None and not target.isdecimal():
        raise InputError(
            "{where}: there is no header with the target {target}; give the number of "
            "its column, from 1 to {count}",
            where=where,
            target=quoted(target),
            count=count,
        )
    # A longer number is larger than any count of columns, and int() may refuse it.
    number = int(target) if len(target) < _LONGEST_NUMBER else 0
    if not 1 <= number <= count:
        raise InputError(
            "{where}: there is no column {target}; expected a number from 1 to {count}",
            where=where,
            target=one_line(target, 40),
            count=count,
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
                number, N_("a class of the network"), f"; {near_matches(cell, list(map(str, classes)))}"
            )
    return np.array(column.cells)


def _numbers(column: CsvColumn) -> NDArray[np.float64]:
    cells = [
        column.sign.with_point(cell, line, column.separator)
        for cell, line in zip(column.cells, column.lines, strict=True)
    ]
    for number, cell in enumerate(cells):
        if not is_number(cell):
            hint = fill("; labels need a network that names its classes") if cell else ""
            column.refuse(number, N_("a finite number"), hint)
    return np.array(cells, np.float64)
