"""Samples out of a CSV file: the columns that a network takes, as one array."""

from __future__ import annotations

import math
import os
import re
import sys
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from multilayer import storage
from multilayer.errors import InputError
from multilayer.storage import AnyPath, shown
from multilayer.tables.rows import Row, rows_of
from multilayer.wording import located, near_matches, quoted

__all__ = ["STANDARD_INPUT", "Samples", "read_samples"]

STANDARD_INPUT = "-"

# The characters of plain numbers; float() would take "nan", "1_000" and digits of other scripts as well.
_PLAIN = re.compile(r"[0-9eE+\-. \t]*").fullmatch


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of a table, as rows of `X`."""

    X: NDArray[np.float64]
    """Shape (samples, inputs)."""
    names: tuple[str, ...] | None
    """What the header calls the columns of X; None without a header."""
    ignored: tuple[str, ...] = ()
    """Columns of the file that are not inputs of the network."""


def read_samples(path: AnyPath, inputs: int, names: Sequence[str] | None = None) -> Samples:
    """Return the samples in a CSV file, or of standard input where `path` is "-".

    The text is UTF-8, cells are separated by commas, numbers are decimal with a point; blank lines are
    skipped. The first row is a header if none of its cells is a number. When there is a header and the
    network names its inputs, columns are taken by name, in the network's order, whatever else the file holds;
    otherwise the file has exactly `inputs` columns, in the network's order.

    Parameters
    ----------
    path : str or path
        The file.
    inputs : int
        How many inputs the network has.
    names : sequence of str, optional
        What the network calls them.

    Raises
    ------
    InputError
        When the file does not hold such samples: one line with file, line, column, what was expected and
        what was found.
    """
    from_standard_input = os.fspath(path) == STANDARD_INPUT
    where = "standard input" if from_standard_input else shown(path)
    data = sys.stdin.buffer.read() if from_standard_input else storage.read(path)
    rows = rows_of(data, where)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{where}: expected a sample of {inputs} numbers a row, found an empty file")
    if any(map(_looks_numeric, first.cells)):
        header, columns, rows = None, _every_column(first, inputs, names, where), chain([first], rows)
    else:
        header = [cell.strip() for cell in first.cells]
        columns = (
            _columns_named(header, first, names, where)
            if names
            else _every_column(first, inputs, names, where)
        )
    numbers = array("d")
    for row in rows:
        if len(row.cells) != len(first.cells):
            raise InputError(
                f"{where}, line {row.line}: expected {len(first.cells)} cells, as in line {first.line}, "
                f"found {len(row.cells)}{row.separator_hint()}"
            )
        numbers.extend(_numbers(row, columns, header, where))
    if not numbers:
        raise InputError(f"{where}: expected samples below the header, found none; add a row of numbers")
    X = np.frombuffer(numbers, np.float64).reshape(-1, inputs)
    if header is None:
        return Samples(X, None)
    taken = set(columns)
    ignored = tuple(name for column, name in enumerate(header) if column not in taken)
    return Samples(X, tuple(header[column] for column in columns), ignored)


def _looks_numeric(cell: str) -> bool:
    # float() itself: a first row of "nan" or "1_000" is data with a fault, not a header.
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _every_column(first: Row, inputs: int, names: Sequence[str] | None, where: str) -> Sequence[int]:
    found = len(first.cells)
    if found != inputs:
        advice = (
            "add a header, so that columns are taken by name"
            if names
            else 'give the network names of its "inputs" and the file a header to take columns by name'
        )
        raise InputError(
            f"{where}, line {first.line}: expected {inputs} columns, one per input of the network, "
            f"found {found}"
            f"{first.separator_hint() or '; ' + advice}"
        )
    return range(inputs)


def _columns_named(header: list[str], first: Row, names: Sequence[str], where: str) -> Sequence[int]:
    for name in names:
        if name not in header:
            hint = first.separator_hint() or f"; {near_matches(name, header)}"
            raise InputError(f"{where}: no column is called {quoted(name)}, an input of the network{hint}")
        if header.count(name) > 1:
            raise InputError(f"{where}: two columns are called {quoted(name)}; rename the one not meant")
    return [header.index(name) for name in names]


def _numbers(row: Row, columns: Sequence[int], header: list[str] | None, where: str) -> list[float]:
    cells = [row.cells[column] for column in columns]
    if _PLAIN("".join(cells)):  # a row at a time: this is where reading spends its time
        with suppress(ValueError):
            numbers = [float(cell) for cell in cells]
            if all(map(math.isfinite, numbers)):
                return numbers
    column, cell = next(pair for pair in zip(columns, cells, strict=True) if not _is_number(pair[1]))
    place = f"{where}, line {row.line}, column {column + 1}" + (f" ({header[column]})" if header else "")
    found = quoted(cell) if cell.strip() else "an empty cell"
    with located(place):
        raise InputError(f"expected a finite number, found {found}{row.separator_hint()}")


def _is_number(cell: str) -> bool:
    return _PLAIN(cell) is not None and _looks_numeric(cell) and math.isfinite(float(cell))
