"""What the network should say of each sample: columns of a table as numbers, or as labels of classes."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import near_matches, one_line, quoted
from multilayer.io.cells import DecimalSign, found_in, is_number, place_of
from multilayer.io.rows import Row
from multilayer.network.labels import Label, places_of

__all__ = ["Column", "columns_meant", "targets_in"]


_LONGEST_NUMBER = 20


class Column:
    """The cells of a column, and where they stand."""

    def __init__(self, where: str, column: int, header: Sequence[str] | None, sign: DecimalSign) -> None:
        self.where, self.column, self.header, self.sign = where, column, header, sign
        self.separator = ","
        self.cells: list[str] = []
        self.lines = array("q")

    @property
    def name(self) -> str:
        """Its name in the header; empty without one."""
        return self.header[self.column] if self.header else ""

    def add(self, row: Row) -> None:
        """Take the column's cell of a row."""
        self.cells.append(sys.intern(row.cells[self.column].strip()))  # there are few labels, and many rows
        self.lines.append(row.line)
        self.separator = row.separator

    def refuse(self, number: int, expected: str, hint: str = "") -> NoReturn:
        """Raise that the cell of a sample, from 0, is not what was expected."""
        with located(place_of(self.where, self.lines[number], self.column, self.header)):
            raise InputError(f"expected {expected}, found {found_in(self.cells[number])}{hint}")


def columns_meant(targets: Sequence[str], header: Sequence[str] | None, first: Row, where: str) -> list[int]:
    """Return the places of the columns with these names or numbers, from 1.

    Raises
    ------
    InputError
        When there is no such column, or a column is named twice.
    """
    found = [_column_meant(target.strip(), header, len(first.cells), where) for target in targets]
    for place, target in enumerate(targets):
        if found.index(found[place]) != place:
            raise InputError(f"{where}: the target {quoted(target)} is named twice; name each column once")
    return found


def _column_meant(target: str, header: Sequence[str] | None, count: int, where: str) -> int:
    if header is not None and header.count(target) > 1:
        raise InputError(f"{where}: two columns are called {quoted(target)}; rename the one not meant")
    if header is not None and target in header:
        return header.index(target)
    if target.isdecimal():
        # So many digits are more columns than there can be, and more than Python reads.
        number = int(target) if len(target) < _LONGEST_NUMBER else 0
        if not 1 <= number <= count:
            raise InputError(
                f"{where}: there is no column {one_line(target, 40)}; expected a number from 1 to {count}"
            )
        return number - 1
    if header is None:
        raise InputError(
            f"{where}: there is no header to find the target {quoted(target)} in; "
            f"give the number of its column, from 1 to {count}"
        )
    raise InputError(f"{where}: no column is called {quoted(target)}; {near_matches(target, header)}")


def targets_in(columns: Sequence[Column], classes: Sequence[Label] | None = None) -> NDArray[Any]:
    """Return targets: of one column shape (samples,), of several (samples, columns).

    A single column holds labels, as they stand there, where a network has classes; by the rule in
    `multilayer.network.labels` each has to be one of them. Else all cells are numbers: class numbers from 0, or what a
    network without classes should put out.

    Raises
    ------
    InputError
        When a cell is neither a label nor a number: one line with file, line, column, and near matches.
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


def _numbers(column: Column) -> NDArray[np.float64]:
    cells = [
        column.sign.with_point(cell, line, column.separator)
        for cell, line in zip(column.cells, column.lines, strict=True)
    ]
    for number, cell in enumerate(cells):
        if not is_number(cell):
            hint = "; labels need a network that names its classes" if cell else ""
            column.refuse(number, "a finite number", hint)
    return np.array(cells, np.float64)
