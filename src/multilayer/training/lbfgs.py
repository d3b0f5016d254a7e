"""L-BFGS: minimizing over all the data at once, in a loop that is SciPy's."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.backend import get_threads, threads
from multilayer.optimizers import LBFGS, Minimum, OptimizerState, Parameters
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays, Source
from multilayer.training.engine import engine_for

__all__ = [
    "BLOCK",
    "BlockSums",
    "Iterations",
    "Objective",
    "Sums",
    "minimize",
    "pairwise",
    "vector_of",
    "weight_of",
]

Vector = NDArray[np.float64]
Gathered = tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]

_NO_STATE = OptimizerState(0, {})
BLOCK = 1024
"""Rows of a block, whose gradient is one sum."""


def minimize(
    config: TrainConfig,
    activations: tuple[Activation, ...],
    start: Parameters,
    data: Source,
    cluster: Any,
    ends: Callable[[Parameters, float], bool],
) -> Minimum:
    """Minimize from `start`; `ends` is called with parameters and objective after each iteration, and may end it.

    The sums are made by this process, or by the workers of a Dask cluster, if its client is given.
    """
    assert isinstance(config.optimizer, LBFGS)  # noqa: S101  (train has refused others)
    assert isinstance(data, Arrays)  # noqa: S101
    kind = start[0].dtype
    # By name: a cluster stands on training, and not the other way round.
    made = BlockSums if cluster is None else partial(import_module("multilayer.cluster").ClusterSums, cluster)
    objective = Objective(config, start, made(config, activations, start, data), weight_of(data))

    def callback(vector: Vector, value: float) -> None:
        if ends(tuple(array.astype(kind) for array in objective.parameters(vector)), value):
            raise StopIteration

    return config.optimizer.minimize(objective, vector_of(start), config.epochs, callback)


class Iterations(Iterator[tuple[Parameters, float]]):
    """The parameters and the objective after each iteration of `minimize`; in the end `minimum` is its result.

    SciPy calls back and cannot be asked for the next iteration, so its loop runs in a separate thread. The two
    take turns and never run at the same time.
    """

    def __init__(self, task: Callable[[Callable[[Parameters, float], bool]], Minimum]) -> None:
        self._task = task
        self._results: SimpleQueue[tuple[Parameters, float] | BaseException | None] = SimpleQueue()
        self._go_on: SimpleQueue[bool] = SimpleQueue()
        self._thread = threading.Thread(target=self._minimize, name="multilayer-lbfgs", daemon=True)
        self._threads = get_threads()
        self.minimum: Minimum | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._go_on.put(False)
            self._thread.join()

    def __next__(self) -> tuple[Parameters, float]:
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._go_on.put(True)
        result = self._results.get()
        if result is None:
            raise StopIteration
        if isinstance(result, BaseException):
            raise result
        return result

    def _minimize(self) -> None:
        try:
            with threads(self._threads):  # as many as the caller has
                self.minimum = self._task(self._hand_over)
            self._results.put(None)
        except BaseException as error:  # noqa: BLE001  (raised in the thread that waits)
            self._results.put(error)

    def _hand_over(self, parameters: Parameters, value: float) -> bool:
        self._results.put((parameters, value))
        return not self._go_on.get()


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
        self._engine = engine_for(config.without_penalty()[0], activations, wide, _NO_STATE)

    def total(self, parameters: Parameters) -> Vector | None:
        self._engine.load(parameters, _NO_STATE)
        return pairwise((1, self._leaf(number)) for number in range(len(self._blocks)))

    def _leaf(self, number: int) -> Vector | None:
        """Return the share of one block in the objective and in its gradient."""
        x, y, weights = self._block(number)
        fraction = float(len(x) if weights is None else weights.sum(dtype=np.float64)) / self._whole
        mean, gradients = self._engine.objective(x, y, weights)
        if not math.isfinite(mean):
            return None
        return fraction * np.concatenate([[mean], vector_of(gradients)])

    def _gathered(self, number: int) -> Gathered:
        return self._blocks.gather(number, np.dtype(np.float64))


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


class Objective:
    """The objective over all the data and its gradient, of one vector (`vector_of`)."""

    def __init__(self, config: TrainConfig, parameters: Parameters, sums: Sums, whole: float) -> None:
        _, self._penalty = config.without_penalty()
        self._sums, self._whole = sums, whole
        self._shapes = [array.shape for array in (*parameters[::2], *parameters[1::2])]
        self._ends = np.cumsum([math.prod(shape) for shape in self._shapes])

    def __call__(self, vector: Vector) -> tuple[float, Vector]:
        W = vector[: self._ends[len(self._shapes) // 2 - 1]]
        with np.errstate(over="ignore"):
            value = 0.5 * self._penalty * float(np.dot(W, W)) / self._whole
        gradient = np.zeros_like(vector)
        gradient[: W.size] = (self._penalty / self._whole) * W
        total = self._sums.total(self.parameters(vector))
        if total is None:  # a line search that went too far comes back from infinity
            return math.inf, np.zeros_like(vector)
        return value + float(total[0]), gradient + total[1:]

    def parameters(self, vector: Vector) -> Parameters:
        """Return W1, b1, W2, b2, ..., views of the vector."""
        split = np.split(vector, self._ends[:-1])
        parts = [part.reshape(shape) for part, shape in zip(split, self._shapes, strict=True)]
        half = len(parts) // 2
        return tuple(parts[place] for n in range(half) for place in (n, n + half))
