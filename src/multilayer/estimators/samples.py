"""What estimators train on and score: inputs, targets and weights, the inputs dense or sparse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.training.data import Arrays, SparseRows

__all__ = ["Samples", "blocks", "dense"]

_BLOCK_NUMBERS = 1_000_000
"""Numbers to hold dense at a time, of a sparse matrix."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs, dense or sparse; targets as the loss takes them; what each sample counts, unless all count alike."""

    X: Any
    y: NDArray[Any]
    weight: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.y)

    def arrays(self, rows: NDArray[np.intp] | None = None) -> Arrays:
        """Return them, or the chosen rows of them, for the training loop; nothing is copied."""
        X = self.X if isinstance(self.X, np.ndarray) else SparseRows(self.X.tocsr())
        return Arrays(X, self.y, self.weight, rows)


def blocks(X: Any) -> Iterator[slice]:
    """Yield the rows of an array all at once, those of a sparse matrix in blocks that may be made dense."""
    samples, inputs = X.shape
    rows = samples if isinstance(X, np.ndarray) else max(1, _BLOCK_NUMBERS // inputs)
    for start in range(0, samples, rows):
        yield slice(start, min(start + rows, samples))


def dense(X: Any, rows: slice) -> NDArray[Any]:
    """Return these rows as an array: sparse inputs give the very bits that dense ones give."""
    if isinstance(X, np.ndarray):
        return X[rows]
    block: NDArray[Any] = X[rows].toarray()
    return block
