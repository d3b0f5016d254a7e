"""L-BFGS: minimizing over all the data at once, in a loop that is SciPy's."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import numpy as np

from multilayer.activations import Activation
from multilayer.backend import get_threads, threads
from multilayer.optimizers import LBFGS, Minimum, Parameters
from multilayer.training.block_sums import BlockSums, Sums, Vector, arrays_of, vector_of, weight_of
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays, Source

__all__ = ["Iterations", "Objective", "minimize"]


def minimize(
    config: TrainConfig,
    activations: tuple[Activation, ...],
    start: Parameters,
    data: Source,
    cluster: Any,
    on_lost: Callable[[Any], Any],
    ends: Callable[[Parameters, float], bool],
) -> Minimum:
    """Minimize from `start`; `ends` is called with parameters and objective after each iteration, and may end it.

    The sums are made by this process, or by the workers of a Dask cluster, if its client is given; `on_lost` is called
    with a `multilayer.cluster.WorkerLost` then.
    """
    assert isinstance(config.optimizer, LBFGS)  # noqa: S101  (train has refused others)
    assert isinstance(data, Arrays)  # noqa: S101
    kind = start[0].dtype
    with ExitStack() as stack:
        sums: Sums
        if cluster is None:
            sums = BlockSums(config, activations, start, data)
        else:
            room = import_module(
                "multilayer.cluster"
            )  # by name: it stands on training, not the other way round
            client = stack.enter_context(room.connected(cluster))
            sums = room.ClusterSums(client, on_lost, config, activations, data)
        objective = Objective(config, start, sums, weight_of(data))

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


class Objective:
    """The objective over all the data and its gradient, of one vector (`vector_of`)."""

    def __init__(self, config: TrainConfig, parameters: Parameters, sums: Sums, whole: float) -> None:
        _, self._penalty = config.apart_from_l2()
        self._sums, self._whole = sums, whole
        self._shapes = tuple(array.shape for array in parameters)
        self._weights = sum(math.prod(shape) for shape in self._shapes[::2])

    def __call__(self, vector: Vector) -> tuple[float, Vector]:
        W = vector[: self._weights]
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
        return arrays_of(vector, self._shapes)
