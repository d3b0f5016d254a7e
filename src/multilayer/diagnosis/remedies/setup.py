"""How a network is made and trained: everything that decides a training but the data and the random numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import check_settings, setting
from multilayer.activations import Activation
from multilayer.diagnosis.case import Case
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.initializers import Initializer
from multilayer.interop.scikit_learn import initializer_of
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.optimizers import LBFGS
from multilayer.optimizers.table import registry
from multilayer.training import EarlyStopping, TrainConfig, Trained, train
from multilayer.training.events import Callback
from multilayer.training.state import parameters_of, with_parameters

__all__ = ["Facts", "Setup", "setup_of"]

_MONITORED = 0.1
"""The fraction of the samples that early stopping monitors, in place of validation data that are not known."""


@dataclass(frozen=True)
class Facts:
    """What remedies need to have measured of the data."""

    standardized: bool = False
    """Whether the columns of X have mean 0 and standard deviation 1 already."""
    targets_scaled: bool = True
    """Whether the targets are of the size of outputs already, or no numbers without bounds."""
    classes: bool = False
    """Whether the targets are classes."""
    imbalanced: bool = False
    """Whether one class is much rarer than another."""
    leaks: tuple[int, ...] = ()
    """Columns of X, counted from 0, that are copies of a target."""
    few: bool = False
    """Whether there are too few samples to hold some out in training."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything that decides a training except the data and the random numbers."""

    network: MLP
    """The layers: their widths, activations and number type."""
    config: TrainConfig
    initializer: Initializer | None = None
    """How initial weights are drawn; None: the project's own choice for each activation."""
    keep_weights: bool = False
    """Whether the weights of the network are the initial ones, and none are drawn."""
    held_out: float | None = setting(None, above=0.0, below=1.0, optional=True)
    """The fraction of the samples that early stopping monitors; None where it monitors the training samples."""
    facts: Facts = Facts()
    standardize: bool = False
    """Whether the columns of X are standardized before training."""
    scale_targets: bool = False
    """Whether the targets are standardized before training, so that the network predicts standardized ones."""
    dropped: tuple[int, ...] = ()
    """Columns of X, counted from 0, that are left out before training."""
    balanced: bool = False
    """Whether all classes weigh the same in the loss."""
    estimator: str | None = None
    """The class whose parameters describe all this; None for `fit`."""

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def activations(self) -> tuple[Activation, ...]:
        """Those of all layers."""
        return tuple(layer.activation for layer in self.network.layers)

    def with_config(self, **changes: Any) -> Setup:
        """Return this setup with some settings of its training replaced."""
        return replace(self, config=replace(self.config, **changes))

    def call(self, *, estimator: str, fit: str) -> str:
        """Return how a change is written where this setup comes from: as parameters of an estimator, or of `fit`."""
        return fit if self.estimator is None else estimator

    def trained(
        self, X: NDArray[Any], y: NDArray[Any], seed: int, callbacks: Iterable[Callback] = ()
    ) -> Trained:
        """Return the result of training on X, already standardized where it is to be, and y in the form of the loss.

        All random numbers come from a `RandomState`, so that the setup of an estimator does what the estimator does.
        """
        random = np.random.RandomState(seed)
        network = MLP(self.network.layers)  # without labels, as y is in the form of the loss
        if not self.keep_weights:
            *hidden, output = self.activations
            network = initialize(
                network.widths, hidden, output, initializer=self.initializer, dtype=network.dtype, rng=random
            )
        training = train(
            network,
            X,
            y,
            config=self.config,
            validation=self.held_out,
            class_weight="balanced" if self.balanced else None,
            rng=random,
            callbacks=callbacks,
        )
        for _ in training:
            pass
        return training.trained


def setup_of(case: Case, loss: Loss) -> Setup:
    """Return the setup that made a network, as far as it is known; the defaults of `fit` fill the gaps."""
    config = _recorded(case.course, loss) if case.config is None else replace(case.config, loss=loss)
    model, start, history = case.estimator, case.course.start, case.course.history
    if model is not None:
        return Setup(
            network=case.network,
            config=config,
            initializer=initializer_of(
                model.activation, [layer.activation for layer in case.network.layers[:-1]]
            ),
            held_out=float(model.validation_fraction) if config.metrics else None,
            estimator=type(model).__name__,
        )
    validated = history is not None and bool(history.validation_loss)
    monitored, _ = config.monitored(validated)
    metrics = tuple(metric for metric in config.metrics if metric.name == monitored)
    return Setup(
        network=case.network if start is None else with_parameters(case.network, parameters_of(start)),
        config=replace(config, metrics=metrics),
        keep_weights=start is not None,
        held_out=_MONITORED if validated and config.stopping is not None else None,
    )


def _recorded(record: TrainingRecord, loss: Loss) -> TrainConfig:
    config = TrainConfig(loss=loss)
    if record.epochs is not None:
        config = replace(config, epochs=record.epochs)
    # A user-defined optimizer is known by its name alone; the default stands in its place.
    if record.optimizer is not None and registry.takes(record.optimizer):
        config = replace(config, optimizer=registry.get(record.optimizer))
    if isinstance(config.optimizer, LBFGS):
        return config
    if record.learning_rate is not None:
        optimizer = replace(config.optimizer, learning_rate=record.learning_rate)  # type: ignore[type-var]
        config = replace(config, optimizer=optimizer)
    if record.stopped == "plateau" or record.patience is not None:
        given: dict[str, Any] = {"patience": record.patience, "tolerance": record.tolerance}
        stopping = EarlyStopping(**{name: value for name, value in given.items() if value is not None})
        config = replace(config, stopping=stopping)
    return config
