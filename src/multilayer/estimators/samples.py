"""What estimators train on and score: inputs, targets and weights, the inputs dense or sparse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import issparse

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

    def __array__(self, dtype: DTypeLike = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.matrix.toarray(), dtype)


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs, dense or sparse; targets; and what each sample counts, unless all count alike."""

    X: Any
    y: NDArray[Any]
    weight: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        if issparse(self.X):
            object.__setattr__(self, "X", SparseRows(self.X.tocsr()))

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, rows: NDArray[np.intp]) -> Samples:
        X = self.X[rows]
        weight = None if self.weight is None else self.weight[rows]
        return Samples(X.matrix if isinstance(X, SparseRows) else X, self.y[rows], weight)


def in_blocks(X: Any) -> Any:
    """Yield sparse rows as dense blocks of a limited size, and an array as it is."""
    if isinstance(X, np.ndarray):
        yield X
        return
    matrix = X.matrix if isinstance(X, SparseRows) else X.tocsr()
    rows = max(1, _BLOCK_NUMBERS // matrix.shape[1])
    for start in range(0, matrix.shape[0], rows):
        yield matrix[start : start + rows].toarray()
