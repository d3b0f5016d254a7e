"""What a diagnosis is told of a case: everything, the curve, or weights and data alone; training data or others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from multilayer import Diagnosis, diagnose, from_model
from multilayer.diagnosis import TrainingRecord
from multilayer.diagnosis.case import course_of
from multilayer.training import History, Trained
from tests.diagnosis_cases.training import Made

__all__ = ["TOLD"]


def _targets(found: Made, y: Any) -> Any:
    """Return y as a user of the framework has it."""
    if found.data.classes:
        return y.reshape(-1, 1) if found.recipe.one_output and found.loss is not None else y
    return y[:, 0] if y.shape[1] == 1 and found.loss is None else y


def _course(found: Made) -> Any:
    """Return what is known of the training; that it goes on is not known to have ended."""
    if not found.recipe.under_way:
        return found.course
    known = found.course if isinstance(found.course, TrainingRecord) else course_of(found.course)
    return replace(known, stopped=None, epochs=40)


def _everything(found: Made) -> Diagnosis:
    data, course = found.data, _course(found)
    return diagnose(found.model, data.X, _targets(found, data.y), found.loss, course=course)


def _curve(found: Made) -> Diagnosis:
    """Weights, the loss, and the loss after each epoch."""
    data = found.data
    course = History(loss=found.curve) if found.curve else None
    return diagnose(_weights(found), data.X, _targets(found, data.y), found.loss, course=course)


def _weights_and_data(found: Made) -> Diagnosis:
    return diagnose(_weights(found), found.data.X, _targets(found, found.data.y))


def _other_data(found: Made) -> Diagnosis:
    """Everything, and the data that are scored in place of those of training."""
    data, course = found.data, _course(found)
    return diagnose(found.model, data.scored_X, _targets(found, data.scored_y), found.loss, course=course)


def _weights(found: Made) -> Any:
    """Return the model without what it knows of its training."""
    if isinstance(found.model, Trained):
        return found.model.network
    return from_model(found.model) if found.loss is None else found.model


TOLD: dict[str, Callable[[Made], Diagnosis]] = {
    "everything": _everything,
    "the curve": _curve,
    "weights and data": _weights_and_data,
    "other data": _other_data,
}
