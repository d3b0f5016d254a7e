"""What is told of a training: by a `Course`, by its curves alone, or by what `fit` returned."""

from __future__ import annotations

import math

from multilayer.diagnosis.evidence import Course
from multilayer.errors import InputError
from multilayer.optimizers import Optimizer
from multilayer.training import History, Trained

__all__ = ["course_of"]


def course_of(told: Course | Trained | History) -> Course:
    """Return what is known of a training.

    Raises
    ------
    InputError
        For something else.
    """
    if isinstance(told, Course):
        return told
    if isinstance(told, History):
        return Course(history=told)
    if isinstance(told, Trained):
        return _of_trained(told)
    raise InputError(f"course must be a Course, a Trained or a History; got {type(told).__name__}")


def _of_trained(trained: Trained) -> Course:
    recipe = trained.recipe
    optimizer, stopping = recipe.optimizer, recipe.stopping
    return Course(
        history=trained.history,
        stopped=trained.stopped,
        optimizer=type(optimizer).__name__.lower(),
        learning_rate=trained.memory.learning_rate if isinstance(optimizer, Optimizer) else None,
        epochs=recipe.epochs,
        tolerance=None if stopping is None else stopping.tolerance,
        patience=None if stopping is None or math.isinf(stopping.patience) else int(stopping.patience),
        start=trained.start,
        loss=recipe.loss,
    )
