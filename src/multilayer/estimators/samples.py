"""What estimators train on and score: inputs, targets and weights, the inputs dense or sparse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import issparse

from multilayer.training.data import Arrays

__all__ = ["Samples", "SparseRows", "in_blocks"]

_BLOCK_NUMBERS = 1_000_000
"""Dense numbers to hold at a time while sparse inputs pass through a network."""


@dataclass(frozen=True, eq=False)
class SparseRows:
    """A sparse matrix in the place of an array: a batch of it becomes dense when it is gathered.

    So sparse inputs give the same bits as dense ones, and no more than a batch of them is ever dense.
    """

    matrix: Any

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.matrix.shape
        return int(rows), int(columns)

    @property
    def nbytes(self) -> int:
        """The size of the dense array."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its numbers."""
        kind: np.dtype[Any] = self.matrix.dtype
        return kind

    @property
    def T(self) -> Any:
        """The transpose, for a product with an array."""
        return self.matrix.T

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    def __getitem__(self, rows: Any) -> SparseRows:
        return SparseRows(self.matrix[rows])

    def __matmul__(self, other: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(self.matrix @ other)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.matrix.toarray(), dtype)


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs, dense or sparse; targets as the loss takes them; what each sample counts, unless all count alike."""

    X: Any
    y: NDArray[Any]
    weight: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        X: Any = self.X
        if issparse(X):
            object.__setattr__(self, "X", SparseRows(X.tocsr()))  # type: ignore[attr-defined]

    def __len__(self) -> int:
        return len(self.y)

    def arrays(self, rows: NDArray[np.intp] | None = None) -> Arrays:
        """Return them, or the chosen rows of them, for the training loop; nothing is copied."""
        return Arrays(self.X, self.y, self.weight, rows)


def in_blocks(X: Any) -> Iterator[NDArray[Any]]:
    """Yield a sparse matrix as dense blocks of rows, of a limited size, and an array as it is."""
    if isinstance(X, np.ndarray):
        yield X
        return
    matrix = X.tocsr()
    rows = max(1, _BLOCK_NUMBERS // matrix.shape[1])
    for start in range(0, matrix.shape[0], rows):
        yield matrix[start : start + rows].toarray()
