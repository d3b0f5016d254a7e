"""What a step of training is about: its plan, the state that it changes, the batches that it takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.losses import Loss
from multilayer.optimizers import Optimizer, OptimizerState, Parameters

__all__ = ["Batches", "Held", "NotFinite", "Outcome", "Plan", "Rows", "State", "decayed", "shares"]


@dataclass(frozen=True)
class Plan:
    """What a step does; the same for all steps of a training.

    The number that a step descends on is, over the samples i of its batch with weights w_i (1 unless given)::

        sum_i w_i loss_i / sum_i w_i  +  l2 / (2 sum_i w_i) * sum of W^2 over all layers

    which is scikit-learn's objective with alpha = l2. Biases are never penalised. Beside it, `weight_decay`
    shrinks each W by the share rate * weight_decay per step, whatever the optimizer.
    """

    activations: tuple[Activation, ...]
    loss: Loss
    optimizer: Optimizer | None
    """None where something else moves the parameters."""
    l2: float = 0.0
    weight_decay: float = 0.0
    clip: Callable[[Parameters], Parameters] | None = None
    dropout: tuple[float, ...] = ()
    """The share of units left out per hidden layer; () for none."""


class Held(Protocol):
    """A state that is not in arrays, such as the native core's."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters."""

    def parameters(self) -> Parameters:
        """Return the parameters in arrays of their own."""

    def optimizer(self) -> OptimizerState:
        """Return the optimizer's memory in arrays of its own."""

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer, as they are when nothing is trained."""

    def newest(self) -> tuple[State, int]:
        """Return the state that training has come to, in arrays, and how many steps that is after this one."""

    def settled(self) -> State:
        """Return the state in arrays, and hold it no longer."""


class State:
    """What steps change: the parameters W1, b1, W2, b2, ..., and the optimizer's memory.

    After native steps the core alone has both. Arrays are made of them when they are read, each time anew, and can
    be read until the next step from this state: what is wanted later has to be read before.
    """

    __slots__ = ("_optimizer", "_parameters", "held")

    def __init__(
        self, parameters: Parameters, optimizer: OptimizerState, *, held: Held | None = None
    ) -> None:
        self._parameters, self._optimizer, self.held = parameters, optimizer, held

    @staticmethod
    def of(held: Held) -> State:
        """Return the state that something else holds."""
        return State((), OptimizerState(0, {}), held=held)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters."""
        return self._parameters[0].dtype if self.held is None else self.held.dtype

    @property
    def parameters(self) -> Parameters:
        """W1, b1, W2, b2, ..."""
        return self._parameters if self.held is None else self.held.parameters()

    @property
    def optimizer(self) -> OptimizerState:
        """The optimizer's memory."""
        return self._optimizer if self.held is None else self.held.optimizer()

    def newest(self) -> tuple[State, int]:
        """Return the state that training has come to from here, and after how many steps."""
        return (self, 0) if self.held is None else self.held.newest()

    def settled(self) -> State:
        """Return the state in arrays; whatever held it does so no longer."""
        return self if self.held is None else self.held.settled()


class Rows(Protocol):
    """What training needs of X: rows by a slice or an array of indices, as an array. `np.memmap` reads only these."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, rows: Any, /) -> NDArray[Any]: ...


@dataclass(frozen=True, eq=False)
class Batches:
    """Rows to train on, `size` at a time: those that `order` names, or all as they stand, from `start` to `stop`."""

    X: Rows
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    order: NDArray[np.intp] | None
    size: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start

    def __len__(self) -> int:
        return math.ceil(self.rows / self.size)

    def slice(self, first: int, last: int) -> Batches:
        """Return the batches from `first` up to `last`, counted from 0."""
        start, stop = self.start + first * self.size, self.start + last * self.size
        return replace(self, start=start, stop=min(stop, self.stop))

    def gather(
        self, number: int, dtype: np.dtype[Any]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]:
        """Return x, y and weights of batch `number`, x in the type of the network."""
        x = np.require(np.asarray(self.X[self.chosen(number)]), dtype, "A")
        return x, *self.targets(number)

    def targets(self, number: int) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
        """Return y and weights of batch `number`."""
        rows = self.chosen(number)
        return np.asarray(self.y[rows]), None if self.weights is None else self.weights[rows]

    def chosen(self, number: int) -> Any:
        """Return the rows of batch `number`: a slice, or an array of indices."""
        start = self.start + number * self.size
        rows = slice(start, min(start + self.size, self.stop))
        return rows if self.order is None else self.order[rows]


@dataclass(frozen=True)
class NotFinite:
    """Where training ran into nan or infinity: the batch, counted from 0, and the layer, counted from 1."""

    batch: int
    layer: int
    what: str


@dataclass(frozen=True, eq=False)
class Outcome:
    """What `run_steps` did: the new state, and each batch's objective and sum of weights."""

    state: State
    losses: NDArray[np.float64]
    not_finite: NotFinite | None = None


def shares(weights: NDArray[Any] | None, rows: int) -> tuple[NDArray[np.float64], float]:
    """Return each sample's share in the mean, and the sum of all weights. Weights that are all 0 give shares of 0."""
    if weights is None:
        return np.full(rows, 1.0 / rows), float(rows)
    total = float(weights.sum(dtype=np.float64))
    return (weights / total if total else np.zeros(rows)).astype(np.float64, copy=False), total


def decayed(plan: Plan, new: Parameters, old: Parameters, rate: float) -> Parameters:
    """Return new parameters with the plan's weight decay: W loses a share of what it was."""
    if not plan.weight_decay:
        return new
    return tuple(
        after - rate * plan.weight_decay * before if before.ndim == 2 else after
        for after, before in zip(new, old, strict=True)
    )
