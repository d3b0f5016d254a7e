"""How a network is made and trained: what a remedy changes one thing of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import losses, optimizers
from multilayer._base.fields import check_settings, setting
from multilayer.activations import Activation
from multilayer.initializers import Initializer
from multilayer.losses import Loss
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.optimizers import LBFGS, Adam, Constant, Optimizer, Schedule, schedules
from multilayer.training import EarlyStopping, Metric, Trained, train
from multilayer.training.callbacks import Callback

__all__ = ["Setup"]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything that decides a training but the data and the random numbers."""

    widths: tuple[int, ...]
    """Inputs, units of each hidden layer, outputs."""
    activations: tuple[Activation, ...]
    """One per hidden layer."""
    output: Activation
    loss: Loss
    initializer: Initializer | None = None
    """None: the project's own choice for each activation."""
    start: MLP | None = None
    """Weights to start from, where they are known; the activations are those above."""
    optimizer: Optimizer | LBFGS = Adam()  # noqa: RUF009  (frozen)
    schedule: Schedule = Constant()  # noqa: RUF009  (frozen)
    stopping: EarlyStopping | None = None
    epochs: int = setting(200, minimum=1, integer=True)
    batch_size: int = setting(200, minimum=1, integer=True)
    shuffle: bool = True
    l2: float = setting(0.0, minimum=0.0)
    dropout: float | tuple[float, ...] = 0.0
    held_out: float | None = setting(None, above=0.0, below=1.0, optional=True)
    """The share of the samples that stopping watches; None where it watches the loss."""
    metrics: tuple[Metric, ...] = ()
    """What stopping may watch beside the loss."""
    standardized: bool = False
    """Whether the columns of X have mean 0 and standard deviation 1 already."""
    standardize: bool = False
    """Whether they are given them before training."""
    dtype: np.dtype[Any] = np.dtype(np.float64)  # noqa: RUF009  (a type cannot change)
    estimator: str | None = None
    """The class whose parameters described all this; None where `fit` is what trains."""

    def __post_init__(self) -> None:
        check_settings(self)
        for name, get in (("loss", losses.get), ("optimizer", optimizers.get), ("schedule", schedules.get)):
            object.__setattr__(self, name, get(getattr(self, name)))  # names will do

    def call(self, *, estimator: str, fit: str) -> str:
        """Return how a change is written where this setup comes from: as parameters of an estimator, or of `fit`."""
        return fit if self.estimator is None else estimator

    def trained(
        self, X: NDArray[Any], y: NDArray[Any], seed: int, callbacks: Iterable[Callback] = ()
    ) -> Trained:
        """Return what training makes of X, which is standardized already if it is to be, and y as the loss takes it.

        All random numbers come from a `RandomState`, so that the setup of an estimator does what the estimator does.
        """
        random = np.random.RandomState(seed)
        training = train(
            self.untrained(random),
            X,
            y,
            loss=self.loss,
            optimizer=self.optimizer,
            schedule=self.schedule,
            epochs=self.epochs,
            batch_size=self.batch_size,
            shuffle=self.shuffle,
            validation=self.held_out,
            stopping=self.stopping,
            dropout=self.dropout,
            l2=self.l2,
            metrics=self.metrics,
            rng=random,
            callbacks=callbacks,
        )
        for _ in training:
            pass
        return training.trained

    def untrained(self, random: np.random.RandomState) -> MLP:
        """Return the network that training starts from."""
        if self.start is None:
            return initialize(
                self.widths,
                self.activations,
                self.output,
                initializer=self.initializer,
                dtype=self.dtype,
                rng=random,
            )
        activations = (*self.activations, self.output)
        return MLP(
            Dense(layer.W, layer.b, activation)
            for layer, activation in zip(self.start.layers, activations, strict=True)
        )
