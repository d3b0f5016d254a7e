"""Numbers in the cells of a table, and how a message names a cell."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import suppress

from multilayer._base.errors import InputError, located
from multilayer._base.text import one_line, quoted
from multilayer.io.rows import Row

__all__ = ["DecimalSign", "found_in", "is_gap", "is_number", "looks_numeric", "place_of"]

_LONGEST_NAME = 40

# The characters of plain numbers; float() would take "nan", "1_000" and digits of other scripts as well.
_PLAIN = re.compile(r"[0-9eE+\-. \t]*").fullmatch
_DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?\s*").fullmatch
# One comma and three digits may be thousands or decimals.
_THOUSANDS = re.compile(r"\s*[+-]?[1-9][0-9]{0,2},[0-9]{3}\s*").fullmatch
# What people write for numbers; each sign can be met in one way only, so that matching takes linear time.
_MEANT = re.compile(r"[+\-−]?[0-9.,'_\s]+(e[+-]?[0-9]+)?\s?%?", re.IGNORECASE).fullmatch
_DIGITS = frozenset("0123456789")
_GAPS = {"", "na", "n/a", "<na>", "null", "none"}


def place_of(where: str, line: int, column: int, header: Sequence[str] | None) -> str:
    """Return the place of a cell, as messages name it."""
    name = f" ({one_line(header[column], _LONGEST_NAME)})" if header else ""
    return f"{where}, line {line}, column {column + 1}{name}"


def found_in(cell: str) -> str:
    """Return what a message says was found in a cell."""
    return quoted(cell) if cell.strip() else "an empty cell"


def is_gap(cell: str) -> bool:
    """Whether a cell says that there is no value: empty, or NA, N/A, null or None; nan is a number that went wrong."""
    return cell.strip().casefold() in _GAPS


def looks_numeric(cell: str) -> bool:
    """Whether a cell is meant as a number, if only as one with a fault."""
    # A first row of "nan", "1_000", "0,5" or "5 %" is data with a fault, not a header.
    if _has_digits_of_a_number(cell):
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _has_digits_of_a_number(cell: str) -> bool:
    return _MEANT(cell.strip()) is not None and not _DIGITS.isdisjoint(cell)


def _misspelt(cell: str) -> bool:
    """Whether a cell holds a number in other characters, or in another order, than plain numbers have."""
    if not _has_digits_of_a_number(cell):
        return False
    try:
        float(cell)
    except ValueError:
        return True
    return not _PLAIN(cell)


def is_number(cell: str) -> bool:
    """Whether a cell holds a finite number, in plain digits."""
    if not _PLAIN(cell):
        return False
    with suppress(ValueError):
        return math.isfinite(float(cell))
    return False


class DecimalSign:
    """Reads the numbers of one file, in which the decimal sign is a point.

    Where the file says that cells are not separated by commas ("sep=;"), it may be a comma: in all of its numbers that
    have one, or in none.
    """

    def __init__(self, where: str) -> None:
        self._where = where
        self._met: dict[str, int] = {}  # the line where each sign was met first

    @property
    def comma(self) -> bool:
        """Whether a comma was read as the decimal sign."""
        return "," in self._met

    @property
    def note(self) -> str:
        """What is told where it was."""
        return f"{self._where}: numbers are read with a decimal comma"

    def numbers(
        self, row: Row, columns: Sequence[int], header: Sequence[str] | None, hint: str = ""
    ) -> list[float]:
        """Return the numbers in the chosen cells of a row.

        Raises
        ------
        InputError
            When one of them is no finite number; the message names file, line and column.
        """
        cells = [row.cells[column] for column in columns]
        if row.separator != ",":
            cells = [self.with_point(cell, row.line, row.separator) for cell in cells]
        if _PLAIN("".join(cells)):  # a row at a time: this is where reading spends its time
            with suppress(ValueError):
                numbers = [float(cell) for cell in cells]
                if all(map(math.isfinite, numbers)):
                    return numbers
        column, cell = next(pair for pair in zip(columns, cells, strict=True) if not is_number(pair[1]))
        found = "an empty line, which is a gap in a file of one column" if row.blank else found_in(cell)
        if _DECIMAL_COMMA(cell) and not _THOUSANDS(cell):
            hint = "; save with a decimal point"
        elif _misspelt(cell):
            hint = "; save numbers in plain digits, with a point for decimals and - for minus"
        elif is_gap(cell):
            hint = "; fill the gap or leave the row out" + hint
        with located(place_of(self._where, row.line, column, header)):
            raise InputError(f"expected a finite number, found {found}{row.separator_hint() or hint}")

    def with_point(self, cell: str, line: int, separator: str) -> str:
        """Return a cell with a point where it has a decimal comma.

        Raises
        ------
        InputError
            When other numbers of the file have the other sign; the message names both lines.
        """
        if separator == ",":
            return cell
        sign = "," if _DECIMAL_COMMA(cell) else "." if "." in cell and is_number(cell) else ""
        if sign:
            self._met.setdefault(sign, line)
            if len(self._met) == 2:
                lines = " and ".join(f"line {line} has '{sign}'" for sign, line in self._met.items())
                raise InputError(
                    f"{self._where}: expected one decimal sign in all numbers, but {lines}; save with a point"
                )
        return cell.replace(",", ".") if sign == "," else cell
