"""Rows of several columns in one matrix of float64, and what an encoder makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.tables.columns import Column
from multilayer.tables.encoder import Encoder

__all__ = ["EncodedCells", "cells_of", "write_cells"]

Cells = NDArray[np.float64]

_TOGETHER = 4096
"""Rows that are written column by column, so that they stay in a cache."""

_AS_CELLS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "number": lambda values: values,
    "category": lambda codes: codes,
    "date": lambda dates: dates.astype("datetime64[us]", copy=False).view(np.float64),
}
_FROM_CELLS: dict[str, Callable[[Cells], NDArray[Any]]] = {
    "number": lambda cells: cells,
    "category": lambda cells: cells.astype(np.int32),
    "date": lambda cells: cells.view("datetime64[us]"),
}
"""Dates are kept bit by bit, as float64 cannot hold all of them."""


def write_cells(columns: Sequence[Column], cells: Cells, rows: NDArray[np.intp] | None = None) -> None:
    """Write columns side by side, some of their rows where these are given."""
    values = [_AS_CELLS[column.kind](column.values) for column in columns]
    for start in range(0, len(cells), _TOGETHER):
        piece = cells[start : start + _TOGETHER]
        some = slice(start, start + _TOGETHER) if rows is None else rows[start : start + _TOGETHER]
        for place, column in enumerate(values):
            piece[:, place] = column[some]


def cells_of(columns: Sequence[Column]) -> Cells:
    """Return columns side by side."""
    cells = np.empty((len(columns[0].values), len(columns)))
    write_cells(columns, cells)
    return cells


class EncodedCells:
    """Rows of cells as an encoder makes inputs of them, when they are read: the bits of its columns in memory.

    Examples
    --------
    >>> from multilayer.tables import Encoder, columns_of
    >>> table = columns_of({"age": [20.0, 30.0, 40.0, 60.0], "job": ["clerk", "cook", "clerk", None]})
    >>> encoder = Encoder.fit(table)
    >>> rows = EncodedCells(encoder, cells_of(list(table)))
    >>> bool((rows[[3, 1]] == encoder(table)[[3, 1]]).all())
    True
    """

    def __init__(self, encoder: Encoder, cells: Cells) -> None:
        self._encoder, self._cells = encoder, cells
        self._read = [_FROM_CELLS[schema.kind] for schema in encoder.schema]

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """float32."""
        return np.dtype(np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and inputs."""
        return len(self._cells), self._encoder.width

    def __getitem__(self, rows: Any, /) -> NDArray[np.float32]:
        """Return some rows, chosen by a slice or an array of places."""
        return self._encoded(self._cells[rows])

    def _encoded(self, cells: Cells, x: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        columns = np.ascontiguousarray(cells.T)
        x = np.empty((len(cells), self._encoder.width), np.float32) if x is None else x
        self._encoder.write([read(column) for read, column in zip(self._read, columns, strict=True)], x)
        return x

    def write(self, rows: Any, x: NDArray[np.float32]) -> None:
        """Write some rows into x."""
        self._encoded(self._cells[rows], x)
