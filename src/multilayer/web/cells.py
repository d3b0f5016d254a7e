"""Numbers as cells of text, each with a name: `W(1)[2,3]`, `b(1)[3]`, `z(2)[1,4]`; counted from 1.

A cell of x, a, z, da and dx has the number of its row and then of its unit; of W and dW the input and the unit; of
b and db the unit alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from numpy.typing import NDArray

from multilayer._base.table import number_text

__all__ = ["Block", "Window", "block", "cell_name"]


class Window(msgspec.Struct, forbid_unknown_fields=True):
    """The part of a matrix that a page can show: so many rows and columns from these on, counted from 0."""

    row: int = 0
    column: int = 0
    rows: int = 40
    columns: int = 40

    def within(self, array: NDArray[Any]) -> Window:
        """Return the window of this size that is nearest to this one, and lies within an array."""
        height, width = array.reshape(-1, array.shape[-1]).shape
        rows, columns = (max(1, min(size, 64)) for size in (self.rows, self.columns))
        row, column = max(0, min(self.row, height - rows)), max(0, min(self.column, width - columns))
        return Window(row, column, rows, columns)


class Block(msgspec.Struct):
    """A matrix, or a part of it, as text."""

    name: str
    """What its cells are named by: `W(1)`."""
    shape: tuple[int, ...]
    """Of the whole array; one length for a vector."""
    first: tuple[int, int]
    """The row and the column of the first cell that is here, counted from 1."""
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: list[list[str]]


def block(
    name: str,
    array: NDArray[Any],
    digits: int | None = 6,
    *,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    window: Window | None = None,
) -> Block:
    """Return a vector or a matrix as cells of `digits` significant digits (None: all); the names default to numbers.

    >>> import numpy as np
    >>> found = block("b(1)", np.array([0.5, -1 / 3]))
    >>> found.shape, found.cells, cell_name(found, 0, 1)
    ((2,), [['0.5', '-0.333333']], 'b(1)[2]')
    """
    matrix = array.reshape(-1, array.shape[-1])
    window = window or Window()
    upper = slice(window.row, window.row + window.rows)
    left = slice(window.column, window.column + window.columns)
    row_names, column_names = (
        tuple(given[shown]) if given else tuple(map(str, range(1, count + 1)[shown]))
        for given, count, shown in zip((rows, columns), matrix.shape, (upper, left), strict=True)
    )
    return Block(
        name,
        array.shape,
        (window.row + 1, window.column + 1),
        row_names,
        column_names,
        _texts(matrix[upper, left], digits),
    )


def _texts(matrix: NDArray[Any], digits: int | None) -> list[list[str]]:
    """Return the numbers as text: with so many digits they are plain floats first, which are formatted much faster."""
    rows = matrix if digits is None else matrix.tolist()
    return [[number_text(number, digits) for number in row] for row in rows]


def cell_name(found: Block, row: int, column: int) -> str:
    """Return the name of a cell that is in a block, at these places counted from 0."""
    i, j = found.first[0] + row, found.first[1] + column
    return f"{found.name}[{j}]" if len(found.shape) == 1 else f"{found.name}[{i},{j}]"
