"""What is diagnosed: a network with its data and the record of its training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import MLP, Dense, initialize, train
from multilayer.diagnosis import TrainingRecord
from multilayer.training import Epoch

__all__ = ["Scenario", "Subject", "rescaled", "shifted", "trained"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Subject:
    """A network, its data and the record of its training; `networks` holds one per epoch, for the published rules."""

    network: MLP
    X: Array
    y: Array
    loss: str
    course: TrainingRecord = field(default_factory=TrainingRecord)
    networks: tuple[MLP, ...] = ()

    def without_start(self) -> Subject:
        """Return the same without the initial weights."""
        return replace(self, course=replace(self.course, start=None))


@dataclass(frozen=True)
class Scenario:
    """A subject to be made from a seed, and the fault put into it: the name of a check; None if healthy."""

    name: str
    fault: str | None
    make: Callable[[int], Subject]
    hidden: tuple[int, ...] = ()
    activation: str = ""


def trained(
    data: tuple[Array, Array],
    hidden: tuple[int, ...],
    activation: str,
    seed: int,
    *,
    output: str | None = None,
    loss: str | None = None,
    start: MLP | None = None,
    initializer: Any = None,
    **options: Any,
) -> Subject:
    """Return a network trained on the data: softmax outputs for class numbers, else the identity."""
    X, y = data
    classes = y.dtype.kind == "i"
    units = int(y.max()) + 1 if classes else (1 if y.ndim == 1 else y.shape[1])
    output = output or ("softmax" if classes else "identity")
    loss = loss or ("categorical_cross_entropy" if classes else "squared")
    if start is None:
        start = initialize(
            (X.shape[1], *hidden, units),
            activation,
            output,
            initializer=initializer,
            rng=seed,
            dtype=np.float64,
        )
    options = {"epochs": 60, "batch_size": 32, "rng": seed, **options}
    training = train(start, X, y, loss=loss, **options)
    networks = [start]
    for event in training:
        assert isinstance(event, Epoch)
        networks.append(event.network)
    if training.interruption.requested:
        raise KeyboardInterrupt  # an interrupted training is not the scenario
    outcome = training.trained
    optimizer = options.get("optimizer")
    course = TrainingRecord(
        history=outcome.history,
        stopped=outcome.stopped,
        optimizer="Adam" if optimizer is None else type(optimizer).__name__,
        learning_rate=outcome.memory.learning_rate,
        epochs=options["epochs"],
        start=start,
    )
    return Subject(outcome.network, X, y, loss, course, tuple(networks))


def rescaled(network: MLP, number: int, factor: float, activation: str | None = None) -> MLP:
    """Return a network whose layer `number` (from 1) has weighted sums so many times as large."""
    layers = list(network.layers)
    layer = layers[number - 1]
    layers[number - 1] = Dense(layer.W * factor, layer.b * factor, activation or layer.activation)
    return MLP(layers)


def shifted(network: MLP, number: int, b: Array | float) -> MLP:
    """Return a network with `b` added to the biases of layer `number` (from 1)."""
    layers = list(network.layers)
    layer = layers[number - 1]
    layers[number - 1] = Dense(layer.W, layer.b + b, layer.activation)
    return MLP(layers)
