"""Minimizing over all the data at once, with an optimizer that has a loop of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from multilayer.optimizers import LBFGS, Parameters
from multilayer.training.data import Arrays
from multilayer.training.events import Stopped
from multilayer.training.plan import Plan, State
from multilayer.training.steps import objective

__all__ = ["Minimizer"]

Vector = NDArray[np.float64]


class Minimizer(Iterator[tuple[State, float]]):
    """Yields the state and the objective after each iteration.

    SciPy calls back and cannot be asked for the next iteration, so its loop runs in a thread of its own. The two
    take turns and never run at the same time.
    """

    def __init__(self, optimizer: LBFGS, plan: Plan, state: State, data: Arrays, iterations: int) -> None:
        self._optimizer, self._plan, self._state, self._iterations = optimizer, plan, state, iterations
        (everything,) = data.batches(data.rows, None)
        self._X, self._y, self._weights = everything.gather(0, np.dtype(np.float64))
        self._told: SimpleQueue[tuple[Vector, float] | BaseException | None] = SimpleQueue()
        self._go_on: SimpleQueue[bool] = SimpleQueue()
        self._thread = threading.Thread(target=self._minimize, name="multilayer-lbfgs", daemon=True)
        self.ended: tuple[Stopped, str] = ("plateau", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._go_on.put(False)
            self._thread.join()

    def __next__(self) -> tuple[State, float]:
        if self._thread.ident is None:
            self._thread.start()
        self._go_on.put(True)
        told = self._told.get()
        if told is None:
            raise StopIteration
        if isinstance(told, BaseException):
            raise told
        vector, value = told
        # The state is in the network's own type again.
        kind = self._state.parameters[0].dtype
        parameters = tuple(array.astype(kind) for array in self._unpacked(vector))
        return State(parameters, self._state.optimizer), value

    def _minimize(self) -> None:
        try:
            self._wait()
            start = np.concatenate([array.ravel() for array in self._state.parameters]).astype(np.float64)
            limit, message = self._optimizer.minimize(self._objective, start, self._iterations, self._tell)
            self.ended = ("epochs" if limit else "plateau", message)
            self._told.put(None)
        except BaseException as error:  # noqa: BLE001  (handed over to the thread that waits)
            self._told.put(error)

    def _tell(self, vector: Vector, value: float) -> None:
        self._told.put((vector.copy(), value))
        self._wait()

    def _wait(self) -> None:
        if not self._go_on.get():
            raise StopIteration

    def _objective(self, vector: Vector) -> tuple[float, Vector]:
        value, gradients, not_finite = objective(
            self._plan, self._unpacked(vector), self._X, self._y, self._weights
        )
        if not_finite is not None:
            # A line search that went too far comes back from an infinite value.
            return np.inf, np.zeros_like(vector)
        return value, np.concatenate([g.ravel() for g in gradients])

    def _unpacked(self, vector: Vector) -> Parameters:
        sizes = np.cumsum([array.size for array in self._state.parameters])
        parts = np.split(vector, sizes[:-1])
        return tuple(
            part.reshape(array.shape) for part, array in zip(parts, self._state.parameters, strict=True)
        )
