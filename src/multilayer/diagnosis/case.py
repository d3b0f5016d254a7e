"""What is diagnosed: a network, its data as the loss takes them, and what the model it came from tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import losses
from multilayer._base.arrays import plain_array, refuse_masked
from multilayer._base.errors import InputError
from multilayer._base.frames import numbers
from multilayer._base.text import one_line
from multilayer.activations import Activation, Identity
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.told import course_of
from multilayer.interop.catalogue import conversion_of
from multilayer.interop.opened import opened, transformed
from multilayer.interop.scikit_learn_settings import has_settings, optimizer_of
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.network.labels import class_numbers
from multilayer.optimizers import Optimizer
from multilayer.training import History, Metric, Trained
from multilayer.training.data import targets

__all__ = ["Case", "case_of", "course_of_fit", "loss_of_numbers", "natural_loss"]


@dataclass(frozen=True, eq=False)
class Case:
    """A network on data. What the model does not tell is None."""

    network: MLP
    X: Any
    y: Any
    loss: Loss | None = None
    course: TrainingRecord = TrainingRecord()  # noqa: RUF009  (frozen)
    settings: Any = None
    """The model, where it has scikit-learn's parameters."""
    metric: Metric | None = None
    """Its own score."""
    ends_in_sums: bool = False
    """Whether its kind of model leaves softmax and sigmoid to the loss, so that outputs may be logits."""

    def targets(self, loss: Loss) -> NDArray[Any]:
        """Return y as the loss takes it."""
        if self.settings is not None:
            return loss.targets(self.y, self.network.shape[-1])
        return targets(self.network, loss, self.y)


def case_of(model: Any, X: Any, y: Any) -> Case:
    """Return the network that a model is, with targets in place of labels and its training as far as it tells.

    Of a pipeline it is the last step, with samples as they reach it.

    Raises
    ------
    InputError
        As `from_model` does, and for a label that the model has not seen.
    """
    refuse_masked("X", X)  # what stands before the network may not
    steps, model = opened(model)
    if hasattr(type(model), "as_case"):
        X = transformed(X, steps)
        try:
            own: Case = model.as_case(X, y)
        except InputError:
            raise
        except ValueError as error:  # scikit-learn's, in several lines
            raise InputError(one_line(" ".join(str(error).split()))) from error
        return own
    conversion = conversion_of(model)
    network = conversion.convert(model)
    X = transformed(X, steps)
    if isinstance(model, Trained):
        return Case(network, X, y, course=course_of(model))
    if not has_settings(model):
        return Case(network, X, y, ends_in_sums=conversion.ends_in_sums)
    targets = None if y is None else _targets(model, y)
    return Case(network, X, targets, _loss(model), course_of_fit(model), model)


def course_of_fit(model: Any) -> TrainingRecord:
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
    optimizer = optimizer_of(model)
    rated = isinstance(optimizer, Optimizer)
    return TrainingRecord(
        history=history,
        stopped=_stopped(model),
        optimizer=type(optimizer).__name__.lower(),
        learning_rate=optimizer.learning_rate if isinstance(optimizer, Optimizer) else None,
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


def natural_loss(activation: Activation) -> Loss | None:
    """Return the loss that belongs to an output activation; None where none does."""
    for loss in losses.catalogue:
        if isinstance(activation, loss.fused_activations):
            return loss
    return losses.squared if isinstance(activation, Identity) else None


def loss_of_numbers(y: Any, units: int) -> Loss | None:
    """Return the squared error where y may be compared with outputs one by one: for a single one, or a column for each.

    It is taken where no loss belongs to the output activation, and none was given.
    """
    shape = plain_array("y", y).shape
    return losses.squared if units == 1 or (len(shape) == 2 and shape[1] == units) else None


def _targets(model: Any, y: Any) -> NDArray[Any]:
    """Return class numbers for several classes, else a column per output."""
    given = plain_array("y", y)
    if given.ndim == 2 and given.shape[1] == 1:
        given = given[:, 0]
    if not hasattr(model, "classes_") or given.ndim != 1:
        return numbers("y", y).reshape(len(given), -1)
    classes = class_numbers(np.asarray(model.classes_).tolist(), given, whose="model")
    return classes if model.out_activation_ == "softmax" else (classes == 1)[:, np.newaxis]
