"""What is diagnosed: a network, its data as the loss takes them, and what is known of its training."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import losses
from multilayer._base.arrays import plain_array, real_array, refuse_masked
from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.interop.containers import transformed, unwrapped
from multilayer.interop.conversion import conversion_of
from multilayer.interop.scikit_learn import (
    config_of,
    has_parameters,
    history_of,
    loss_of,
    metric_of,
    stopped_of,
    targets_of,
)
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import Optimizer
from multilayer.training import History, Metric, Trained, Training
from multilayer.training.config import TrainConfig
from multilayer.training.samples import targets

__all__ = ["Case", "case_of", "case_of_fit", "course_of", "loss_of_numbers"]


@dataclass(frozen=True, eq=False)
class Case:
    """A network on data. What is not known is None."""

    network: MLP
    X: Any
    y: Any
    loss: Loss | None = None
    course: TrainingRecord = TrainingRecord()  # noqa: RUF009  (frozen)
    config: TrainConfig | None = None
    """The settings of the training, where all are known."""
    estimator: Any = None
    """The model, where it has scikit-learn's parameters; y is as the loss takes it then."""
    metric: Metric | None = None
    """The model's score."""
    ends_in_sums: bool = False
    """Whether its kind of model leaves softmax and sigmoid to the loss, so that outputs may be logits."""
    encoded: bool = False
    """Whether X is what an encoder made of a table's columns, which it scales and divides into bins."""

    def targets(self, loss: Loss) -> NDArray[Any]:
        """Return y as the loss takes it."""
        if self.estimator is not None:
            return loss.targets(self.y, self.network.widths[-1])
        return targets(self.network, loss, self.y)


def case_of(model: Any, X: Any, y: Any) -> Case:
    """Return the network that a model is, with targets in place of labels and its training as far as it is known.

    Of a pipeline it is the last step, with samples as they reach it.

    Raises
    ------
    InputError
        As `from_model` does, and for a label that the model has not seen.
    """
    refuse_masked("X", X)  # what stands before the network may not
    steps, model = unwrapped(model)
    if hasattr(type(model), "as_case"):
        X = transformed(X, steps)
        try:
            case: Case = model.as_case(X, y)
        except InputError:
            raise
        except ValueError as error:  # scikit-learn's, in several lines
            raise InputError(one_line(" ".join(str(error).split()))) from error
        return case
    conversion = conversion_of(model)
    network = conversion.convert(model)
    X = transformed(X, steps)
    if isinstance(model, Trained):
        return Case(network, X, y, course=course_of(model), config=model.config)
    if not has_parameters(model):
        return Case(network, X, y, ends_in_sums=conversion.ends_in_sums)
    targets = None if y is None else targets_of(model, y)
    return case_of_fit(model, network, X, targets, loss_of(model), metric_of(model))


def case_of_fit(model: Any, network: MLP, X: Any, y: Any, loss: Loss, metric: Metric) -> Case:
    """Return the case of a fitted MLP of scikit-learn, or an estimator with its parameters; y as the loss takes it."""
    config = config_of(model, loss, metric)
    record = record_of(config, history_of(model), stopped_of(model))
    return Case(network, X, y, loss, record, config, model, metric)


def course_of(known: TrainingRecord | Trained | Training | History) -> TrainingRecord:
    """Return what is known of a training.

    Raises
    ------
    InputError
        For something else, and for a curve that is not a number for each epoch.
    """
    if isinstance(known, Training):
        known = known.trained
    if isinstance(known, Trained):
        return _of_trained(known)
    if isinstance(known, History):
        known = TrainingRecord(history=known)
    if not isinstance(known, TrainingRecord):
        raise InputError(
            "course must be a TrainingRecord, a Trained or a History; got {kind}; "
            "History(loss=[...], validation_loss=[...]) holds curves",
            kind=type(known).__name__,
        )
    history = known.history
    if history is None or (_is_plain(history.loss) and _is_plain(history.validation_loss)):
        return known
    loss, validation = _curve("loss", history.loss), _curve("validation_loss", history.validation_loss)
    return replace(known, history=replace(history, loss=loss, validation_loss=validation))


def _is_plain(curve: Any) -> bool:
    return isinstance(curve, tuple) and all(isinstance(value, float) for value in curve)


def _curve(name: str, given: Any) -> tuple[float, ...]:
    """Return a curve that was put together by hand as one of a training is."""
    array = real_array(f"course: {name}", given)
    if array.ndim != 1:
        raise InputError(
            "course: {name} has shape {shape}; expected a number for each epoch", name=name, shape=array.shape
        )
    return tuple(array.astype(np.float64).tolist())


def _of_trained(trained: Trained) -> TrainingRecord:
    record = record_of(trained.config, trained.history, trained.stopped)
    rated = record.learning_rate is not None
    return replace(record, learning_rate=trained.memory.learning_rate if rated else None, start=trained.start)


def record_of(config: TrainConfig, history: History | None, stopped: str | None) -> TrainingRecord:
    """Return what settings, curves and the reason for the end make known of a training."""
    optimizer, stopping = config.optimizer, config.stopping
    return TrainingRecord(
        history=history,
        stopped=stopped,
        optimizer=type(optimizer).__name__.lower(),
        learning_rate=optimizer.learning_rate if isinstance(optimizer, Optimizer) else None,
        epochs=config.epochs,
        tolerance=None if stopping is None else stopping.tolerance,
        patience=None if stopping is None or math.isinf(stopping.patience) else int(stopping.patience),
        penalty=config.shrinkage,
        loss=config.loss,
    )


def loss_of_numbers(y: Any, units: int) -> Loss | None:
    """Return the squared error where y may be compared with outputs one by one: for a single one, or a column for each.

    It is taken where no loss belongs to the output activation, and none was given.
    """
    shape = plain_array("y", y).shape
    return losses.squared if units == 1 or (len(shape) == 2 and shape[1] == units) else None
