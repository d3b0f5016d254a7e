"""The encoded rows of a table, made where a batch needs them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.tables.columns import Columns
from multilayer.tables.conform import conform
from multilayer.tables.encoder import Encoder
from multilayer.training.samples import Rows

__all__ = ["EncodedRows", "encoded"]

_AT_ONCE = 2**26
"""Numbers of a table, at most, that is encoded once, before training; 256 MiB."""


class EncodedRows:
    """What an encoder makes of a table, of which only the columns are in memory: rows are encoded when they are read.

    They have the same bits as in the whole encoded table, as an encoder takes each row by itself.

    Examples
    --------
    >>> from multilayer.tables import columns_of
    >>> table = columns_of({"age": [20.0, 30.0, 40.0, 60.0]})
    >>> encoder = Encoder.fit(table)
    >>> rows = EncodedRows(encoder, table)
    >>> rows.shape, bool((rows[[3, 1]] == encoder(table)[[3, 1]]).all())
    ((4, 1), True)
    """

    def __init__(self, encoder: Encoder, columns: Columns) -> None:
        self._encoder = encoder
        self._values = [column.values for column in conform(columns, encoder.schema)]
        self._rows = columns.rows

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """float32."""
        return np.dtype(np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and inputs."""
        return self._rows, self._encoder.width

    def __getitem__(self, rows: Any, /) -> NDArray[np.float32]:
        """Return some rows, chosen by a slice or an array of places."""
        x = np.empty((_count(rows, self._rows), self._encoder.width), np.float32)
        self.write(rows, x)
        return x

    def write(self, rows: Any, x: NDArray[np.float32]) -> None:
        """Write some rows into x."""
        self._encoder.write([values[rows] for values in self._values], x)


def _count(rows: Any, of: int) -> int:
    return len(range(of)[rows]) if isinstance(rows, slice) else len(rows)


def encoded(encoder: Encoder, columns: Columns) -> Rows:
    """Return the encoded rows of a table: an array where they are few, else rows that are encoded when read.

    A small table is read many times and stays in a cache; writing a large one to memory takes longer than to encode it.
    """
    if columns.rows * encoder.width <= _AT_ONCE:
        return encoder(columns)
    return EncodedRows(encoder, columns)
