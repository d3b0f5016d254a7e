"""Sums over blocks of rows, which are the same whoever makes them: this process, or any number of workers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.arrays import well_laid_out
from multilayer.activations import Activation
from multilayer.optimizers import LBFGS, OptimizerState, Parameters
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays
from multilayer.training.engine import Engine, engine_for
from multilayer.training.native_parts import is_readable

__all__ = [
    "BLOCK",
    "NO_STATE",
    "Adder",
    "BlockSums",
    "Samples",
    "Sums",
    "Vector",
    "arrays_of",
    "blocks_of_rows",
    "engine_of_blocks",
    "pairwise",
    "vector_of",
    "weight_of",
]

Vector = NDArray[np.float64]
Samples = tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]
"""x, y and weights of some rows."""

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
        (self._blocks,) = in_place(data).batches(BLOCK, None)
        self._whole = weight_of(data) if whole is None else whole
        wide = tuple(array.astype(np.float64) for array in parameters)
        self._adder = Adder(engine_of_blocks(config, activations, wide), wide)

    def total(self, parameters: Parameters) -> Vector | None:
        return self._adder.total(parameters, map(self._block, range(len(self._blocks))), self._whole)

    def _block(self, number: int) -> Samples:
        return np.asarray(self._blocks.X[self._blocks.chosen(number)]), *self._blocks.targets(number)


def in_place(data: Arrays) -> Arrays:
    """Return data whose blocks are views, the chosen rows gathered once; itself where X may not fit into memory."""
    rows = data.chosen
    if rows is None or not isinstance(data.X, np.ndarray) or isinstance(data.X, np.memmap):
        return data
    return Arrays(data.X[rows], data.y[rows], None if data.weights is None else data.weights[rows])


def blocks_of_rows(
    x: NDArray[Any], y: NDArray[Any], weights: NDArray[np.float64] | None
) -> Iterator[Samples]:
    """Yield the blocks of some samples, as views."""
    for at in range(0, len(x), BLOCK):
        rows = slice(at, at + BLOCK)
        yield x[rows], y[rows], None if weights is None else weights[rows]


def engine_of_blocks(
    config: TrainConfig, activations: tuple[Activation, ...], parameters: Parameters
) -> Engine:
    """Return an engine for objectives of blocks: without penalty, and without an optimizer."""
    plain, _ = config.full_batch(LBFGS()).apart_from_l2()
    return engine_for(plain, activations, parameters, NO_STATE)


class Adder:
    """Adds up the shares of blocks in the objective without its penalty, and in its gradient.

    Its memory is used again: pages of new arrays for each block would cost up to a tenth of its time.
    """

    def __init__(self, engine: Engine, parameters: Parameters) -> None:
        self._engine = engine
        self._gradient = np.empty(sum(array.size for array in parameters), engine.dtype)
        self._arrays = arrays_of(self._gradient, [array.shape for array in parameters])
        self._spare: list[Vector] = []
        self._x = np.empty((0, 0))

    def total(self, parameters: Parameters, blocks: Iterable[Samples], whole: float) -> Vector | None:
        """Return the sum over blocks, as `Sums` does; `whole` is the weight of all rows."""
        self._engine.load(parameters, NO_STATE)
        return pairwise(((1, self._share(*block, whole)) for block in blocks), self._spare)

    def _share(
        self, x: NDArray[Any], y: NDArray[Any], weights: NDArray[np.float64] | None, whole: float
    ) -> Vector | None:
        rows = float(len(x) if weights is None else weights.sum(dtype=np.float64))
        fraction = rows / whole if whole else 0.0
        if weights is not None:
            weights = well_laid_out(weights)
        mean, _ = self._engine.objective(self._readable(x), well_laid_out(y), weights, self._arrays)
        if not math.isfinite(mean):
            return None
        share = self._spare.pop() if self._spare else np.empty(1 + self._gradient.size)
        share[0] = fraction * mean
        np.multiply(self._gradient, fraction, out=share[1:], dtype=np.float64)
        return share

    def _readable(self, x: NDArray[Any]) -> NDArray[Any]:
        """Return rows as the core reads them: aligned, in float32 or float64."""
        if is_readable(x):
            return x
        kind = x.dtype if x.dtype == np.float32 else np.dtype(np.float64)
        if self._x.dtype != kind or self._x.shape[1:] != x.shape[1:] or len(self._x) < len(x):
            self._x = np.empty(x.shape, kind)
        rows = self._x[: len(x)]
        rows[...] = x
        return rows


def pairwise(parts: Iterable[tuple[int, Vector | None]], spare: list[Vector] | None = None) -> Vector | None:
    """Return the sum of consecutive subtrees, each with the number of its blocks, or None where one is None.

    With `spare`, sums are made in the parts themselves, and those that are not needed any more are put there.
    """

    def added(left: Vector, right: Vector) -> Vector:
        if spare is None:
            return left + right
        spare.append(right)
        return np.add(left, right, out=left)

    sums: list[tuple[int, Vector]] = []
    for size, part in parts:
        if part is None:
            return None
        total = part
        while sums and sums[-1][0] == size:
            total = added(sums.pop()[1], total)
            size *= 2  # noqa: PLW2901
        sums.append((size, total))
    total = sums.pop()[1]
    while sums:
        total = added(sums.pop()[1], total)
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
