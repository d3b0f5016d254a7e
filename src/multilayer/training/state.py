"""The state of training: all that changes while it runs, and all that a checkpoint holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.network import MLP, Dense
from multilayer.optimizers import LBFGS, Optimizer, OptimizerState, Parameters
from multilayer.training.batches import Batches
from multilayer.training.curves import Curves
from multilayer.training.events import Epoch, Memory, Stopped
from multilayer.training.stopping import EarlyStoppingState

__all__ = ["Progress", "TrainState", "initial_state", "parameters_of", "with_parameters"]


@dataclass(frozen=True, eq=False)
class Progress:
    """How far training is: the place in the data, the curves, the best weights so far."""

    learning_rate: float
    """The base rate of the schedule."""
    order: NDArray[np.intp] | None = None
    """The rows in the order of the epoch under way, or before that is drawn, of the last one; None for rows as they
    stand."""
    drawn: bool = False
    """Whether the epoch under way has its order."""
    epoch: int = 0
    """Finished epochs."""
    batch: int = 0
    """Batches taken in the epoch under way."""
    steps: int = 0
    samples: int = 0
    """Samples seen in finished epochs."""
    loss_sum: float = 0.0
    """Objective times rows, summed over the batches of the epoch under way."""
    rows: int = 0
    """Rows of these batches."""
    curves: Curves = field(default_factory=Curves)
    early_stopping: EarlyStoppingState = field(default_factory=EarlyStoppingState)
    best: Parameters | None = None
    """The weights of the best epoch, where they are to be restored."""
    ended: Stopped | None = None
    """Why training is over, however many epochs are asked for."""

    def after_steps(self, batches: Batches, losses: NDArray[np.float64]) -> Progress:
        """Return the progress after the first `len(losses)` of these batches."""
        loss_sum, rows = self.loss_sum, self.rows
        for number, value in enumerate(losses.tolist()):
            taken = min(batches.size, batches.rows - number * batches.size)
            loss_sum += value * taken
            rows += taken
        batch, steps = self.batch + len(losses), self.steps + len(losses)
        return replace(self, batch=batch, steps=steps, loss_sum=loss_sum, rows=rows)

    def after_epoch(self, event: Epoch, early_stopping: EarlyStoppingState, learning_rate: float) -> Progress:
        """Return the progress after the epoch of an event."""
        return replace(
            self,
            learning_rate=learning_rate,
            drawn=False,
            epoch=event.epoch,
            batch=0,
            samples=self.samples + self.rows,
            loss_sum=0.0,
            rows=0,
            curves=self.curves.with_epoch(event),
            early_stopping=early_stopping,
            # The current weights are the best; without the old ones there is room to keep them.
            best=None if event.improved else self.best,
        )


@dataclass(frozen=True, eq=False)
class TrainState:
    """Parameters W1, b1, W2, b2, ..., optimizer state, random numbers and progress: arrays and numbers."""

    parameters: Parameters
    optimizer: OptimizerState
    rng: Random
    """The generator, ready for the next number."""
    progress: Progress


def initial_state(
    network: MLP, optimizer: Optimizer | LBFGS, rng: Random, memory: Memory | None = None
) -> TrainState:
    """Return the state before the first step, with the optimizer state of an earlier training if given."""
    parameters = parameters_of(network)
    if memory is not None:
        progress = Progress(memory.learning_rate, steps=memory.steps, samples=memory.samples)
        return TrainState(parameters, memory.optimizer, rng, progress)
    if isinstance(optimizer, LBFGS):
        return TrainState(parameters, OptimizerState(0, {}), rng, Progress(1.0))
    return TrainState(parameters, optimizer.init(parameters), rng, Progress(optimizer.learning_rate))


def parameters_of(network: MLP) -> Parameters:
    """Return W1, b1, W2, b2, ... of a network."""
    return tuple(array for layer in network.layers for array in (layer.W, layer.b))


def with_parameters(network: MLP, parameters: Parameters) -> MLP:
    """Return the network with other numbers in it."""
    pairs: list[tuple[NDArray[Any], NDArray[Any]]] = list(zip(parameters[::2], parameters[1::2], strict=True))
    layers = [Dense(W, b, layer.activation) for (W, b), layer in zip(pairs, network.layers, strict=True)]
    return MLP(layers, classes=network.classes, inputs=network.input_names)
