"""Rows of Dask arrays and data frames, which stay where they are: workers compute the parts that they need."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.data_frames import column_places
from multilayer._base.text import fill
from multilayer.network import MLP

__all__ = ["DaskRows", "rows_of"]


class DaskRows:
    """The rows of a Dask array, of which parts are computed where they are needed, in whatever chunks it has.

    They are made in float64, or in float32 where the array is of that type, or of a smaller one.
    """

    def __init__(self, array: Any) -> None:
        self._array = array.compute_chunk_sizes() if any(map(math.isnan, array.shape)) else array

    @property
    def shape(self) -> tuple[int, ...]:
        """Samples and inputs."""
        return tuple(self._array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type that the rows are made in."""
        return np.result_type(self._array.dtype, np.float32)

    def part(self, rows: slice) -> Any:
        """Return consecutive rows as a Dask array, in one chunk."""
        return self._array[rows].astype(self.dtype).rechunk(-1)

    def __getitem__(self, rows: Any, /) -> NDArray[Any]:
        found: NDArray[Any] = np.asarray(self._array[rows].compute(), self.dtype)
        return found

    def write(self, rows: Any, x: NDArray[Any]) -> None:
        """Write some rows into x."""
        x[...] = self[rows]


def rows_of(network: MLP, X: Any) -> Any:
    """Return X of Dask as rows, the columns of a data frame by the names of the inputs; anything else as it is."""
    if not hasattr(X, "dask") or not hasattr(X, "compute"):
        return X
    if hasattr(X, "to_dask_array"):
        names = network.input_names
        if names is not None:
            columns = list(X.columns)
            what = fill("an input of the network")
            X = X[[columns[place] for place in column_places("X", list(map(str, columns)), names, what)]]
        X = X.to_dask_array(lengths=True)
    return DaskRows(X)
