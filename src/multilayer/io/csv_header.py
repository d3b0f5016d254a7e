"""Whether the first line of a CSV table is a header: one rule, with a note where another reading is possible."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.io.csv_cells import CsvRow, is_gap, looks_numeric

__all__ = ["Header", "header_of"]

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
