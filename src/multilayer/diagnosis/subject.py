"""What is diagnosed: a network with its data as the loss takes them, and what the model it came from tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import losses
from multilayer.conversion import from_model
from multilayer.conversion.scikit_learn_settings import has_settings
from multilayer.diagnosis.evidence import Course
from multilayer.errors import InputError
from multilayer.losses import Loss
from multilayer.training import History, Metric

__all__ = ["Subject", "course_of_fit", "subject_of"]


@dataclass(frozen=True, eq=False)
class Subject:
    """A network on data. What the model does not tell is None."""

    network: Any
    X: Any
    y: Any
    loss: Loss | None = None
    course: Course = Course()  # noqa: RUF009  (frozen)
    settings: Any = None
    """The model, where it has scikit-learn's parameters."""
    metric: Metric | None = None
    """Its own score."""


def subject_of(model: Any, X: Any, y: Any) -> Subject:
    """Return the network that a model is, with targets in place of labels and its training as far as it tells.

    Raises
    ------
    InputError
        As `from_model` does, and for a label that the model has not seen.
    """
    if hasattr(type(model), "as_subject"):
        own: Subject = model.as_subject(X, y)
        return own
    network = from_model(model)
    if not has_settings(model):
        return Subject(network, X, y)
    targets = None if y is None else _targets(model, y)
    return Subject(network, X, targets, _loss(model), course_of_fit(model), model)


def course_of_fit(model: Any) -> Course:
    """Return what the attributes of a fitted MLP of scikit-learn, or one in its place, tell of its training."""
    scores = getattr(model, "validation_scores_", None)
    name = "accuracy" if hasattr(model, "classes_") else "r2"
    curve = getattr(model, "loss_curve_", None)  # L-BFGS leaves none
    history = None
    if curve:
        history = History(
            tuple(map(float, curve)),
            tuple(map(float, getattr(model, "validation_loss_curve_", None) or ())),
            {name: tuple(map(float, scores))} if scores else {},
        )
    rated = model.solver != "lbfgs"
    return Course(
        history=history,
        stopped=_stopped(model),
        optimizer=model.solver,
        learning_rate=float(model.learning_rate_init) if rated else None,
        epochs=int(model.max_iter),
        tolerance=float(model.tol),
        patience=int(model.n_iter_no_change) if rated and np.isfinite(model.n_iter_no_change) else None,
    )


def _stopped(model: Any) -> str | None:
    if model.n_iter_ >= model.max_iter:
        return "epochs"
    if model.solver == "lbfgs" or getattr(model, "_no_improvement_count", 0) > model.n_iter_no_change:
        return "plateau"
    return None


def _loss(model: Any) -> Loss:
    if not hasattr(model, "classes_"):
        return losses.get(model.loss)
    several = model.out_activation_ == "softmax"
    return losses.categorical_cross_entropy if several else losses.binary_cross_entropy


def _targets(model: Any, y: Any) -> NDArray[Any]:
    """Return class numbers for several classes, else a column per output."""
    given = np.asarray(y)
    if given.ndim == 2 and given.shape[1] == 1:
        given = given[:, 0]
    if not hasattr(model, "classes_") or given.ndim != 1:
        return given.reshape(len(given), -1)
    number = {label: place for place, label in enumerate(np.asarray(model.classes_).tolist())}
    found, members = np.unique(given, return_inverse=True)
    unknown = [label for label in found.tolist() if label not in number]
    if unknown:
        raise InputError(
            f"y holds {unknown[0]!r}, which the model was not fitted to; its classes are "
            f"{', '.join(map(repr, number))}"
        )
    classes = np.array([number[label] for label in found.tolist()], np.int64)[members]
    return classes if model.out_activation_ == "softmax" else (classes == 1)[:, np.newaxis]
