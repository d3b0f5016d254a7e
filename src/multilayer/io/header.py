"""The one rule for what the first line of a table is: names of columns, or a row like the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from multilayer._base.text import quoted
from multilayer.io.cells import is_gap, looks_numeric
from multilayer.io.rows import Row

__all__ = ["Header", "header_of"]

_SURE = 3
"""So many columns called 0, 1, 2, ... are no row of numbers that happen to count."""


@dataclass(frozen=True)
class Header:
    """What the first line of a table was taken for."""

    names: tuple[str, ...] | None
    """The names of the columns; None where the first line is a row."""
    note: str = ""
    """Why, where another reader could have decided otherwise."""


def header_of(
    first: Row, second: Row | None, expected: Collection[str] = (), asked: bool | None = None
) -> Header:
    """Return whether the first line names the columns. The first of these that applies decides:

    1. What was asked for (`--header`, `--no-header`).
    2. A line that holds all the names that are expected (the inputs of a network), in any order and among others, is
       a header. This is so for names that are numbers, too: 2023,2024.
    3. A line that holds one of them which is no number is a header, in which others are missing.
    4. A line of gaps, or with a gap that is spelt out (NA, null), is a row.
    5. A line of 0, 1, 2, ..., which is how pandas calls columns without names, is a header from three columns on
       where another row follows.
    6. A line with anything meant as a number (nan, 1_000, 0,5 and 5 % included) is a row.
    7. What remains, text with or without empty cells, is a header.

    `expected` are the names that columns are looked up by. What was decided is said where names are numbers, and where
    a row counts (0,1 or 2023,2024; a 0 above fractions) or holds a name that is expected.
    """
    cells = tuple(cell.strip() for cell in first.cells)
    if asked is not None:
        return Header(cells if asked else None)
    wanted = {name.strip() for name in expected}
    met = wanted.intersection(cells)
    numeric = sorted(filter(looks_numeric, met))
    if met and met == wanted:
        return _decided(
            first, cells, f"it holds {quoted(numeric[0])} and all other names of inputs" if numeric else ""
        )
    if len(met) > len(numeric):
        return Header(cells)
    return _by_looks(
        first, second, cells, f"it holds {quoted(numeric[0])}, the name of an input" if numeric else ""
    )


def _by_looks(first: Row, second: Row | None, cells: tuple[str, ...], doubt: str) -> Header:
    if all(map(is_gap, cells)) or any(cell and is_gap(cell) for cell in cells):
        return Header(None)
    if not any(map(looks_numeric, cells)):
        return Header(cells)
    start = _counts_from(cells)
    below = second.cells if second is not None and second.cells != first.cells else None
    if start == 0 and len(cells) >= _SURE and below is not None:
        return _decided(first, cells, "it counts 0, 1, 2, ..., as pandas calls columns without names")
    if below is not None and (start is not None or (cells == ("0",) and not below[0].strip().isdecimal())):
        doubt = doubt or "it counts, as names of columns may do"
    return _decided(first, None, doubt)


def _decided(first: Row, names: tuple[str, ...] | None, why: str) -> Header:
    if not why:
        return Header(names)
    if names is None:
        said = f"a row, although {why}; --header takes it as names of columns"
    else:
        said = f"names of columns, for {why}; --no-header takes it as a row"
    return Header(names, f"line {first.line} is taken as {said}")


def _counts_from(cells: tuple[str, ...]) -> int | None:
    """Return where the cells start to count up by one, as two or more whole numbers do, an empty first one aside."""
    counting = cells[1:] if cells[0] == "" else cells
    if len(counting) < 2 or not all(
        cell.isascii() and cell.isdecimal() and len(cell) < 10 for cell in counting
    ):
        return None
    start = int(counting[0])
    return start if list(counting) == [str(start + place) for place in range(len(counting))] else None
