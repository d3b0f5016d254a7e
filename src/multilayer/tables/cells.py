"""Numbers in the cells of a table, and how a message names a cell."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import suppress

from multilayer.errors import InputError
from multilayer.tables.rows import Row
from multilayer.wording import located, quoted

__all__ = ["found_in", "is_number", "looks_numeric", "numbers_in", "place_of"]

# The characters of plain numbers; float() would take "nan", "1_000" and digits of other scripts as well.
_PLAIN = re.compile(r"[0-9eE+\-. \t]*").fullmatch


def place_of(where: str, line: int, column: int, header: Sequence[str] | None) -> str:
    """Return the place of a cell, as messages name it."""
    return f"{where}, line {line}, column {column + 1}" + (f" ({header[column]})" if header else "")


def found_in(cell: str) -> str:
    """Return what a message says was found in a cell."""
    return quoted(cell) if cell.strip() else "an empty cell"


def looks_numeric(cell: str) -> bool:
    """Whether a cell is meant as a number, if only as one with a fault."""
    # float() itself: a first row of "nan" or "1_000" is data with a fault, not a header.
    try:
        float(cell)
    except ValueError:
        return False
    return True


def numbers_in(row: Row, columns: Sequence[int], header: list[str] | None, where: str) -> list[float]:
    """Return the numbers in the chosen cells of a row.

    Raises
    ------
    InputError
        When one of them is no finite number; the message names file, line and column.
    """
    cells = [row.cells[column] for column in columns]
    if _PLAIN("".join(cells)):  # a row at a time: this is where reading spends its time
        with suppress(ValueError):
            numbers = [float(cell) for cell in cells]
            if all(map(math.isfinite, numbers)):
                return numbers
    column, cell = next(pair for pair in zip(columns, cells, strict=True) if not is_number(pair[1]))
    with located(place_of(where, row.line, column, header)):
        raise InputError(f"expected a finite number, found {found_in(cell)}{row.separator_hint()}")


def is_number(cell: str) -> bool:
    """Whether a cell holds a finite number, in plain digits."""
    return _PLAIN(cell) is not None and looks_numeric(cell) and math.isfinite(float(cell))
