"""Where a training is: everything that changes while it runs, and so everything that a checkpoint keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.network import MLP, Dense
from multilayer.optimizers import Parameters
from multilayer.training.events import History, Stopped
from multilayer.training.plan import State
from multilayer.training.stopping import EarlyStoppingState

__all__ = ["TrainState", "parameters_of", "with_parameters"]


@dataclass(eq=False)
class TrainState:
    """Parameters and memory, random numbers, and the place in the data."""

    state: State
    rng: Random
    learning_rate: float
    """What the schedule starts from."""
    order: NDArray[np.intp] | None = None
    """The rows in the order of the epoch under way, or where that is not yet drawn, of the one before; None for rows as
    they stand."""
    drawn: bool = False
    """Whether the epoch under way has its order: drawn from `rng`, or found not to need one."""
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
    history: History = field(default_factory=History)
    watch: EarlyStoppingState = field(default_factory=EarlyStoppingState)
    best: Parameters | None = None
    ended: Stopped | None = None
    """Why there is nothing left to do, whatever the number of epochs."""
    start: MLP | None = None
    """The network before training, where this training has made it all; a checkpoint does not hold it."""


def parameters_of(network: MLP) -> Parameters:
    """Return W1, b1, W2, b2, ... of a network."""
    return tuple(array for layer in network.layers for array in (layer.W, layer.b))


def with_parameters(network: MLP, parameters: Parameters) -> MLP:
    """Return the network with other numbers in it."""
    pairs: list[tuple[NDArray[Any], NDArray[Any]]] = list(zip(parameters[::2], parameters[1::2], strict=True))
    layers = [Dense(W, b, layer.activation) for (W, b), layer in zip(pairs, network.layers, strict=True)]
    return MLP(layers, classes=network.classes, inputs=network.inputs)
