"""What is told of a training: by a `TrainingRecord`, by its curves alone, or by what `fit` returned."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from multilayer._base.arrays import real_array
from multilayer._base.errors import InputError
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.optimizers import Optimizer
from multilayer.training import History, Trained, Training
from multilayer.training.config import TrainConfig

__all__ = ["course_of", "record_of"]


def course_of(told: TrainingRecord | Trained | Training | History) -> TrainingRecord:
    """Return what is known of a training.

    Raises
    ------
    InputError
        For something else, and for a curve that is not a number for each epoch.
    """
    if isinstance(told, Training):
        told = told.trained
    if isinstance(told, Trained):
        return _of_trained(told)
    if isinstance(told, History):
        told = TrainingRecord(history=told)
    if not isinstance(told, TrainingRecord):
        raise InputError(
            f"course must be a TrainingRecord, a Trained or a History; got {type(told).__name__}; "
            "History(loss=[...], validation_loss=[...]) holds curves"
        )
    history = told.history
    if history is None or (_is_plain(history.loss) and _is_plain(history.validation_loss)):
        return told
    loss, validation = _curve("loss", history.loss), _curve("validation_loss", history.validation_loss)
    return replace(told, history=replace(history, loss=loss, validation_loss=validation))


def _is_plain(curve: Any) -> bool:
    return isinstance(curve, tuple) and all(isinstance(value, float) for value in curve)


def _curve(name: str, given: Any) -> tuple[float, ...]:
    """Return a curve that was put together by hand as one of a training is."""
    array = real_array(f"course: {name}", given)
    if array.ndim != 1:
        raise InputError(f"course: {name} has shape {array.shape}; expected a number for each epoch")
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
        loss=config.loss,
    )
