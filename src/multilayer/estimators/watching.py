"""What both ways of fitting tell while they are at it: progress, validation scores, callbacks, an interruption."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import numpy as np

from multilayer.training import Epoch, Metric, Trained, callbacks
from multilayer.training.data import Arrays
from multilayer.training.loop import Training
from multilayer.training.progress import progress_bar

if TYPE_CHECKING:
    from multilayer.estimators.perceptron import Perceptron

__all__ = [
    "measure_validation",
    "note_validation",
    "print_loss",
    "progress",
    "tell",
    "tell_end",
    "warn_of_interruption",
]


def measure_validation(estimator: Perceptron, held_out: Arrays | None) -> tuple[Metric, ...]:
    """Return what is measured of validation data, and make the attributes for it."""
    if held_out is None:
        return ()
    if getattr(estimator, "validation_scores_", None) is None:
        estimator.validation_scores_, estimator.validation_loss_curve_ = [], []
        estimator.best_validation_score_ = -np.inf
    return (Metric(estimator._score_name, estimator._score_of),)


def note_validation(estimator: Perceptron, epoch: Epoch) -> None:
    """Note score and loss of the validation data, if there are any."""
    score = epoch.metrics.get(estimator._score_name)
    if score is not None:
        estimator.validation_scores_.append(score)
        estimator.validation_loss_curve_.append(epoch.validation_loss)
        estimator.best_validation_score_ = max(estimator.best_validation_score_, score)


def progress(estimator: Perceptron, training: Training) -> AbstractContextManager[Callable[[Epoch], None]]:
    """Show a progress bar, beside what is printed, where `verbose` asks for it and there is somebody to look at it."""
    wanted = estimator.verbose and training.recipe.epochs > 1
    return progress_bar(training.recipe.epochs, None if wanted else False)


def print_loss(epoch: Epoch) -> None:
    """Print what scikit-learn prints of every epoch."""
    print(f"Iteration {epoch.epoch}, loss = {epoch.loss:.8f}")


def tell(estimator: Perceptron, training: Training, epoch: Epoch) -> None:
    """Call the callbacks; one that returns True ends training."""
    for callback in callbacks.callables(estimator.callbacks):
        if callback(epoch) is True:
            training.stop()


def tell_end(estimator: Perceptron, trained: Trained) -> None:
    """Tell the outcome to the callbacks that want to know it."""
    callbacks.tell_end(callbacks.callables(estimator.callbacks), trained)


def warn_of_interruption(*, stacklevel: int) -> None:
    """Warn as scikit-learn does after Ctrl-C."""
    warnings.warn("Training interrupted by user.", stacklevel=stacklevel)
