"""Rows of a CSV file, the numbers in their cells, and the name of a cell in messages."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, one_line, quoted
from multilayer._base.translation import N_

__all__ = ["CsvRow", "DecimalSign", "found_in", "is_gap", "is_number", "looks_numeric", "place_of", "rows_of"]

_SEPARATORS = {";": "';'", "\t": "tabs"}
_SEPARATED = N_(
    "; cells seem to be separated by {separator}: save with commas, and a point in numbers, or declare the separator "
    "in a first line sep="
)
_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"? *[\r\n]*", re.IGNORECASE).fullmatch
_KNOWN_SEPARATORS = ",;|\t"
_LONGEST_NAME = 40

# The characters of plain numbers; float() also accepts "nan", "1_000" and digits of other scripts.
_PLAIN = re.compile(r"[0-9eE+\-. \t]*").fullmatch
_DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?\s*").fullmatch
# Thousands or decimals: one comma and three digits.
_THOUSANDS = re.compile(r"\s*[+-]?[1-9][0-9]{0,2},[0-9]{3}\s*").fullmatch
# Numbers as people write them; each character matches in one way only, so that matching takes linear time.
_MEANT = re.compile(r"[+\-−]?[0-9.,'_\s]+(e[+-]?[0-9]+)?\s?%?", re.IGNORECASE).fullmatch
_DIGITS = frozenset("0123456789")
_GAPS = {"", "na", "n/a", "<na>", "null", "none"}


@dataclass(frozen=True)
class CsvRow:
    """The cells of a row, and the line of the file it ends on."""

    line: int
    cells: list[str]
    separator: str = ","
    blank: bool = False
    """Whether this is an empty line, a gap in a file of one column."""

    def separator_hint(self) -> str:
        """Return a hint if the cells seem to be separated by another sign, or to have decimal commas; else ""."""
        for separator, name in _SEPARATORS.items():
            if separator != self.separator and any(separator in cell.strip() for cell in self.cells):
                return fill(_SEPARATED, separator=name)
        return ""


def rows_of(data: bytes, where: str, separator: str | None = None) -> Iterator[CsvRow]:
    """Yield the rows. Blank lines are skipped; in a file of one column they are gaps, except at its end.

    The separator is the one in a first line "sep=;", which spreadsheets write and read, or else the one that is given,
    a comma unless it is.

    Raises
    ------
    InputError
        When the bytes are not CSV in UTF-8; the message names the line.
    """
    storage.decode(data, where)
    null = data.find(b"\0")
    if null >= 0:
        line = data.count(b"\n", 0, null) + 1
        raise InputError(
            "{where}, line {line}: expected text, found a NUL byte; save the table as CSV, in UTF-8",
            where=where,
            line=line,
        )
    # Decoded a second time in pieces: the whole text would take several times the memory of its bytes.
    with io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="") as text:
        declared = _SEPARATOR_LINE(text.readline(20))
        if declared is None:
            text.seek(0)
        elif declared[1] not in _KNOWN_SEPARATORS:
            raise InputError(
                "{where}, line 1: expected a separator that is a comma, a semicolon, a "
                "tab or |, found {declared}; save the table with commas",
                where=where,
                declared=quoted(declared[1]),
            )
        yield from _rows(text, declared[1] if declared else separator or ",", 1 if declared else 0, where)


def _rows(text: io.TextIOWrapper, separator: str, above: int, where: str) -> Iterator[CsvRow]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    single: bool | None = None
    blank: list[CsvRow] = []
    began = 1
    try:
        for cells in reader:
            began = reader.line_num + 1
            row = CsvRow(above + reader.line_num, cells, separator)
            if not cells or (len(cells) == 1 and cells[0].isspace()):
                if single is not False:
                    blank.append(CsvRow(row.line, [""], separator, blank=True))
                continue
            if single is None:
                single = len(cells) == 1
            if single:
                yield from blank
            blank.clear()
            yield row
    except csv.Error as error:
        place = f"{where}, line {above + began}"
        if "field limit" in str(error):
            limit = csv.field_size_limit()
            raise InputError(
                "{place}: expected cells of at most {limit} characters, found a longer "
                "one; look for a quote without its partner",
                place=place,
                limit=limit,
            ) from None
        raise InputError(
            "{place}: {error}; every quote needs its partner", place=place, error=error
        ) from None


def place_of(where: str, line: int, column: int, header: Sequence[str] | None) -> str:
    """Return the name of a cell in messages."""
    return fill(
        "{file}, line {line}, column {column} ({name})" if header else "{file}, line {line}, column {column}",
        file=where,
        line=line,
        column=column + 1,
        name=one_line(header[column], _LONGEST_NAME) if header else "",
    )


def found_in(cell: str) -> str:
    """Return the content of a cell as messages quote it."""
    return quoted(cell) if cell.strip() else fill("an empty cell")


def is_gap(cell: str) -> bool:
    """Whether a cell marks a missing value: empty, NA, N/A, null or None. (nan is an invalid number.)"""
    return cell.strip().casefold() in _GAPS


def looks_numeric(cell: str) -> bool:
    """Whether a cell is meant as a number, be it an invalid one."""
    # A first row of "nan", "1_000", "0,5" or "5 %" is invalid data, not a header.
    return _has_digits_of_a_number(cell) or _as_float(cell) is not None


def is_number(cell: str) -> bool:
    """Whether a cell holds a finite number, in plain digits."""
    number = _as_float(cell) if _PLAIN(cell) else None
    return number is not None and math.isfinite(number)


def _has_digits_of_a_number(cell: str) -> bool:
    return _MEANT(cell.strip()) is not None and not _DIGITS.isdisjoint(cell)


def _as_float(cell: str) -> float | None:
    with suppress(ValueError):
        return float(cell)
    return None


class DecimalSign:
    """The decimal sign of one file, and the numbers read with it.

    It is a point. Where the file declares another separator than the comma ("sep=;"), it may be a comma, in all numbers
    of the file.
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
        """The note for users where it was."""
        return fill("{file}: numbers are read with a decimal comma", file=self._where)

    def numbers(
        self, row: CsvRow, columns: Sequence[int], header: Sequence[str] | None, hint: str = ""
    ) -> list[float]:
        """Return the numbers in the chosen cells of a row; refuse a cell without a finite number."""
        cells = [row.cells[column] for column in columns]
        if row.separator != ",":
            cells = [self.with_point(cell, row.line, row.separator) for cell in cells]
        if _PLAIN("".join(cells)):  # a whole row at once: reading takes most of its time here
            with suppress(ValueError):
                numbers = [float(cell) for cell in cells]
                if all(map(math.isfinite, numbers)):
                    return numbers
        column, cell = next(pair for pair in zip(columns, cells, strict=True) if not is_number(pair[1]))
        found = found_in(cell)
        if row.blank:
            found = fill("an empty line, which is a gap in a file of one column")
        if _DECIMAL_COMMA(cell) and not _THOUSANDS(cell):
            hint = fill("; save with a decimal point")
        elif _has_digits_of_a_number(cell) and not (_PLAIN(cell) and _as_float(cell) is not None):
            hint = fill("; save numbers in plain digits, with a point for decimals and - for minus")
        elif is_gap(cell):
            hint = fill("; fill the gap or leave the row out{more}", more=hint)
        with located(place_of(self._where, row.line, column, header)):
            raise InputError(
                "expected a finite number, found {found}{separator_hint}",
                found=found,
                separator_hint=row.separator_hint() or hint,
            )

    def with_point(self, cell: str, line: int, separator: str) -> str:
        """Return a cell with a point for its decimal comma; refuse a file with both signs."""
        if separator == ",":
            return cell
        sign = "," if _DECIMAL_COMMA(cell) else "." if "." in cell and is_number(cell) else ""
        if sign:
            self._met.setdefault(sign, line)
            if len(self._met) == 2:
                (one, above), (other, below) = self._met.items()
                raise InputError(
                    "{where}: expected one decimal sign in all numbers, but line {above} "
                    "has '{one}' and line {below} has '{other}'; save with a point",
                    where=self._where,
                    above=above,
                    one=one,
                    below=below,
                    other=other,
                )
        return cell.replace(",", ".") if sign == "," else cell
