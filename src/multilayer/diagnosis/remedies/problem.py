"""The problem that remedies are tried on: how a network is made and trained, and samples to train on and to score."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer._base.random import Random
from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.activations import Activation
from multilayer.diagnosis.case import Case, case_of, course_of
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.logits import read_as_trained
from multilayer.diagnosis.outputs import class_numbers
from multilayer.initializers import Initializer
from multilayer.interop.scikit_learn import initializer_of
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.optimizers import LBFGS
from multilayer.optimizers.table import registry
from multilayer.training import EarlyStopping, History, Metric, TrainConfig, Trained, Training, metrics, train
from multilayer.training.events import Callback
from multilayer.training.samples import inputs
from multilayer.training.state import parameters_of, with_parameters

__all__ = ["Data", "Problem", "Setup", "problem_of", "setup_of"]

_MONITORED = 0.1
"""The fraction of the samples that early stopping monitors, in place of validation data that are not known."""


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
    standardized: bool = False
    """Whether the columns of X have mean 0 and standard deviation 1 already."""
    standardize: bool = False
    """Whether the columns of X are standardized before training."""
    targets_scaled: bool = True
    """Whether the targets are of the size of outputs already, or no numbers without bounds."""
    scale_targets: bool = False
    """Whether the targets are standardized before training, so that the network predicts standardized ones."""
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
            network, X, y, config=self.config, validation=self.held_out, rng=random, callbacks=callbacks
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


_WORK = 1e11
"""Floating-point operations that one training may take: some seconds."""
_MINIMUM_EPOCHS = 20
"""Epochs of a training, however large it is."""
_HELD_OUT, _MINIMUM_SAMPLES = 0.25, 40
"""The fraction of the samples that is scored, and how many samples there have to be."""
_SIZE = 3.0
"""Means and standard deviations of targets that starting weights reach in a few steps, and no less than a third."""
_STANDARD = 0.1
"""How far from 0 and 1 means and standard deviations may be that need no standardizing."""

_SAMPLED = N_("{samples} of {total} samples were used, drawn at random")
_NONE_HELD_OUT = N_("the training samples were scored, as {samples} samples are too few to hold some out")
_SHORTENED = N_("trainings were cut short to {epochs} epochs, of {total}")
_VALIDATION = N_("early stopping monitors {fraction} of the samples, as the validation data are not known")


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to train on, and samples to score."""

    X: NDArray[Any]
    y: NDArray[Any]
    scored_X: NDArray[Any]
    scored_y: NDArray[Any]

    def standardized(self) -> Data:
        """Return the same data with columns of mean 0 and standard deviation 1 over the training samples."""
        mean, std = _moments(self.X)
        std = np.where((std > 0.0) & np.isfinite(std), std, 1.0)
        return replace(self, X=(self.X - mean) / std, scored_X=(self.scored_X - mean) / std)

    def with_targets_standardized(self) -> Data:
        """Return the same data with targets of mean 0 and standard deviation 1 over the training samples."""
        mean, std = _moments(self.y)
        std = np.where((std > 0.0) & np.isfinite(std), std, 1.0)
        return replace(self, y=(self.y - mean) / std, scored_y=(self.scored_y - mean) / std)

    @property
    def has_scaled_targets(self) -> bool:
        """Whether means and standard deviations of the targets are of the size of outputs."""
        mean, std = _moments(self.y)
        return bool(((np.abs(mean) < _SIZE) & (std < _SIZE) & (std > 1.0 / _SIZE)).all())

    def prepared(self, setup: Setup) -> Data:
        """Return the data as a setup has them."""
        data = self.standardized() if setup.standardize else self
        return data.with_targets_standardized() if setup.scale_targets else data

    @property
    def is_standardized(self) -> bool:
        """Whether standardizing would change next to nothing, constant columns aside."""
        mean, std = _moments(self.X)
        near = (np.abs(mean) < _STANDARD) & (np.abs(std - 1.0) < _STANDARD)
        return bool((near | (std == 0.0)).all())


def _moments(columns: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with np.errstate(all="ignore"):
        return columns.mean(axis=0, dtype=np.float64), columns.std(axis=0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Problem:
    """A training that needs a remedy, its data, and the metric that scores it."""

    setup: Setup
    data: Data
    metric: Metric
    scored: Literal["training", "held-out"]
    """Which samples are scored."""
    notes: tuple[str, ...]
    """What was assumed, or cut short."""


def problem_of(  # noqa: PLR0913  (the arguments of `try_fixes`)
    model: Any,
    X: Any,
    y: Any,
    loss: Loss | str | None,
    course: TrainingRecord | Trained | Training | History | None,
    *,
    epochs: int | None,
    samples: int,
    held_out: float | Literal["auto"] | None,
    rng: Random,
) -> Problem:
    """Return the problem with a brief setup: limited samples, epochs and work."""
    case, loss, read = read_as_trained(_case(model, X, y, course), loss)
    if loss is None:
        raise InputError("the loss that the model was trained with is not known; give loss=")
    X, y = inputs(case.network, case.X), case.targets(loss)
    if len(y) != X.shape[0]:
        raise InputError(
            fill(
                "X has {samples} samples but y has {targets}; expected one target per sample",
                samples=X.shape[0],
                targets=len(y),
            )
        )
    metric = case.metric
    if metric is None:
        metric = metrics.get("r2" if class_numbers(case.network, loss, y) is None else "accuracy")
    setup, notes = model if isinstance(model, Setup) else setup_of(case, loss), list(read)
    if not isinstance(model, Setup) and case.estimator is None and setup.held_out is not None:
        notes.append(fill(_VALIDATION, fraction=percent(setup.held_out)))
    rows = np.arange(len(y))
    if len(y) > samples:
        rows = np.sort(rng.choice(len(y), samples, replace=False))
        notes.append(fill(_SAMPLED, samples=samples, total=len(y)))
    if held_out == "auto":
        held_out = _HELD_OUT if len(rows) >= _MINIMUM_SAMPLES else None
        if held_out is None:
            notes.append(fill(_NONE_HELD_OUT, samples=len(rows)))
    x = np.asarray(X[rows])
    gaps = np.flatnonzero(~np.isfinite(x).all(axis=1))
    if gaps.size:
        raise InputError(
            fill(
                "X, sample {sample} holds nan or infinity, which no remedy mends; fill the "
                "gap, or leave the sample out",
                sample=rows[gaps[0]] + 1,
            )
        )
    data = _data(x, y[rows], held_out, rng)
    scaled = metric.name != "r2" or not _unbounded(setup) or data.has_scaled_targets
    setup = replace(setup, standardized=data.is_standardized, targets_scaled=scaled)
    allowed = _affordable(setup, len(data.X)) if epochs is None else epochs
    if allowed < setup.config.epochs:
        notes.append(fill(_SHORTENED, epochs=allowed, total=setup.config.epochs))
        setup = setup.with_config(epochs=allowed)
    return Problem(setup, data, metric, "training" if held_out is None else "held-out", tuple(notes))


def _case(model: Any, X: Any, y: Any, course: TrainingRecord | Trained | Training | History | None) -> Case:
    case = Case(model.network, X, y, model.config.loss) if isinstance(model, Setup) else case_of(model, X, y)
    if course is None:
        return case
    trained = course.trained if isinstance(course, Training) else course
    config = trained.config if isinstance(trained, Trained) else None
    # An estimator's parameters are the whole configuration; other models have that of the course, or none.
    return replace(
        case, course=course_of(trained), config=case.config if case.estimator is not None else config
    )


def _data(X: NDArray[Any], y: NDArray[Any], held_out: float | None, rng: Random) -> Data:
    if held_out is None:
        return Data(X, y, X, y)
    kept = round(held_out * len(X))
    if not 0.0 < held_out < 1.0 or not 0 < kept < len(X):
        raise InputError(
            fill(
                "held_out={held_out!r} takes {kept} of {samples} samples; expected a fraction "
                "between 0 and 1 that leaves some on both sides",
                held_out=held_out,
                kept=kept,
                samples=len(X),
            )
        )
    order = rng.permutation(len(X))
    return Data(X[order[kept:]], y[order[kept:]], X[order[:kept]], y[order[:kept]])


def _unbounded(setup: Setup) -> bool:
    """Whether outputs and targets are numbers without bounds, so that both may be standardized."""
    reach, targets = setup.activations[-1].facts.range, setup.config.loss.facts.targets
    return all(math.isinf(end) for end in (reach.low, reach.high, targets.low, targets.high))


def _affordable(setup: Setup, rows: int) -> int:
    """Return the epochs that the work allows: a product forward and two back, two operations a weight each."""
    weights = sum(layer.W.size for layer in setup.network.layers)
    return max(_MINIMUM_EPOCHS, int(_WORK / (6.0 * weights * rows)))
