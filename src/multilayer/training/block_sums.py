"""Sums over blocks of rows, which are the same whoever makes them: this process, or any number of workers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.optimizers import OptimizerState, Parameters
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays
from multilayer.training.engine import Engine, engine_for

__all__ = [
    "BLOCK",
    "NO_STATE",
    "BlockSums",
    "Sums",
    "Vector",
    "arrays_of",
    "leaf",
    "pairwise",
    "vector_of",
    "weight_of",
]

Vector = NDArray[np.float64]
Gathered = tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]

NO_STATE = OptimizerState(0, {})
BLOCK = 1024
"""Rows of a block, whose gradient is one sum."""


class Sums(Protocol):
    """What adds up the objective without its penalty, and its gradient, over all the data."""

    def total(self, parameters: Parameters) -> Vector | None:
        """Return the objective, and behind it the gradient in the order of `vector_of`; None where not finite."""


class BlockSums(Sums):
    """The sums over data of this process, a block at a time.

    The gradient of a block is one sum. Pairs of neighbours are added first, then pairs of pairs. A run of blocks whose
    number is a power of two, and which begins at a multiple of it, is a subtree: whoever computes it, the additions
    are the same.

    `whole` is the sum of all weights, or the number of all rows, where the data are a part of a larger whole.
    """

    def __init__(
        self,
        config: TrainConfig,
        activations: tuple[Activation, ...],
        parameters: Parameters,
        data: Arrays,
        whole: float | None = None,
    ) -> None:
        in_memory = isinstance(data.X, np.ndarray) and not isinstance(data.X, np.memmap)
        (self._blocks,) = data.batches(BLOCK, None)
        # Converted once where it is all there, each time anew where it may not fit into memory.
        kept = [self._gathered(number) for number in range(len(self._blocks))] if in_memory else None
        self._block = self._gathered if kept is None else kept.__getitem__
        self._whole = weight_of(data) if whole is None else whole
        wide = tuple(array.astype(np.float64) for array in parameters)
        self._engine = engine_for(config.apart_from_l2()[0], activations, wide, NO_STATE)

    def total(self, parameters: Parameters) -> Vector | None:
        self._engine.load(parameters, NO_STATE)
        blocks = map(self._block, range(len(self._blocks)))
        return pairwise((1, leaf(self._engine, *block, self._whole)) for block in blocks)

    def _gathered(self, number: int) -> Gathered:
        return self._blocks.gather(number, np.dtype(np.float64))


def leaf(
    engine: Engine, x: NDArray[Any], y: NDArray[Any], weights: NDArray[np.float64] | None, whole: float
) -> Vector | None:
    """Return the share of one block in the objective and in its gradient; None where it is not finite."""
    fraction = (float(len(x) if weights is None else weights.sum(dtype=np.float64)) / whole) if whole else 0.0
    mean, gradients = engine.objective(x, y, weights)
    if not math.isfinite(mean):
        return None
    return fraction * np.concatenate([[mean], vector_of(gradients)])


def pairwise(leaves: Iterable[tuple[int, Vector | None]]) -> Vector | None:
    """Return the sum of consecutive subtrees, each with the number of its blocks, or None where one is None."""
    sums: list[tuple[int, Vector]] = []
    for size, leaf in leaves:
        if leaf is None:
            return None
        total = leaf
        while sums and sums[-1][0] == size:
            total = sums.pop()[1] + total
            size *= 2  # noqa: PLW2901
        sums.append((size, total))
    total = sums.pop()[1]
    while sums:
        total = sums.pop()[1] + total
    return total


def weight_of(data: Arrays) -> float:
    """Return the sum of the weights, or the number of rows."""
    weights = data.weights if data.chosen is None or data.weights is None else data.weights[data.chosen]
    return float(data.rows if weights is None else weights.sum(dtype=np.float64))


def vector_of(parameters: Parameters) -> Vector:
    """Return the vector of W1, b1, W2, b2, ...: every W, then every b, in float64.

    That is scikit-learn's order, which decides in what order SciPy adds up, and so on the last digits.
    """
    arrays = (*parameters[::2], *parameters[1::2])
    return np.concatenate([array.ravel() for array in arrays], dtype=np.float64)


def arrays_of(vector: Vector, shapes: Sequence[tuple[int, ...]]) -> Parameters:
    """Return W1, b1, W2, b2, ... of these shapes, views of a vector in the order of `vector_of`."""
    order = [*range(0, len(shapes), 2), *range(1, len(shapes), 2)]
    ends = np.cumsum([math.prod(shapes[place]) for place in order])
    arrays = dict(zip(order, np.split(vector, ends[:-1]), strict=True))
    return tuple(arrays[place].reshape(shape) for place, shape in enumerate(shapes))
