"""This project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Layers, TrainingCase
from multilayer import MLP, Dense
from multilayer.activations import get, relu, softmax
from multilayer.losses import categorical_cross_entropy
from multilayer.optimizers import Adam
from multilayer.training import TrainConfig
from multilayer.training.batches import Batches
from multilayer.training.engine import engine_for

NAME, PACKAGE = "multilayer", "multilayer"


def forward(layers: Layers, x: NDArray[Any]) -> Callable[[], Any]:
    """The public call."""
    net = MLP(Dense(W, b, h) for W, b, h in layers)
    return lambda: net(x)


def elementwise(name: str, x: NDArray[Any]) -> Callable[[], Any]:
    """The public call with out=."""
    activation, out = get(name), np.empty_like(x)
    return lambda: activation(x, out=out)


def training(case: TrainingCase) -> Callable[[], float]:
    """The steps of an epoch, as `train` makes them."""
    X, y = case.data()
    parameters = tuple(array for pair in case.parameters() for array in pair)
    adam, rng = Adam(learning_rate=case.rate), np.random.default_rng(0)
    activations = (*[relu] * (len(case.shape) - 2), softmax)
    config, epoch = TrainConfig(loss=categorical_cross_entropy, optimizer=adam), 0
    engine = engine_for(config, activations, parameters, adam.init(parameters))
    sizes = np.minimum(case.batch, case.rows - np.arange(0, case.rows, case.batch))

    def run() -> float:
        nonlocal epoch
        batches = Batches(X, y, None, case.order(epoch), case.batch, 0, case.rows)
        outcome = engine.run(batches, np.full(len(batches), case.rate), rng)
        epoch += 1
        return float(outcome.losses @ sizes) / case.rows

    return run
