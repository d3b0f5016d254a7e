"""The record of a fit: scikit-learn's attributes, and the lines that `verbose` prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from multilayer.optimizers import Adaptive, Schedule
from multilayer.training import Epoch
from multilayer.training.state import Progress

__all__ = ["FitRecord"]


class FitRecord:
    """Writes the attributes of an estimator while it is trained: curves, best values and counts."""

    def __init__(self, estimator: Any, score: str, waited: int) -> None:
        self.waited = waited
        """Epochs in a row without improvement."""
        self._estimator, self._score = estimator, score

    def start(self) -> None:
        """Set curves and best values to those before the first epoch."""
        estimator, scored = self._estimator, self._estimator.early_stopping
        estimator.loss_curve_ = []
        estimator.best_loss_ = None if scored else np.inf
        estimator.validation_scores_ = [] if scored else None
        estimator.validation_loss_curve_ = [] if scored else None
        estimator.best_validation_score_ = -np.inf if scored else None
        self.waited = 0

    def add_validation(self) -> None:
        """Make the attributes for validation data, where there are none yet."""
        estimator = self._estimator
        if getattr(estimator, "validation_scores_", None) is None:
            estimator.validation_scores_, estimator.validation_loss_curve_ = [], []
            estimator.best_validation_score_ = -np.inf

    def resume(self, at: Progress) -> None:
        """Set the attributes to those of the epoch after which a checkpoint was written, if there is one."""
        estimator, curves = self._estimator, at.curves
        estimator.n_iter_ = at.epoch
        if not curves.loss:
            return
        estimator.t_, estimator.loss_ = at.samples, curves.loss[-1]
        estimator.loss_curve_ = [*curves.loss[:-1]]
        self.add_progress(at)
        if curves.metrics:
            estimator.validation_scores_ = [*curves.metrics[self._score]]
            estimator.validation_loss_curve_ = [*curves.validation_loss]
            estimator.best_validation_score_ = max(estimator.validation_scores_)

    def add_epoch(self, epoch: Epoch) -> None:
        """Add an epoch of any solver, and print what scikit-learn prints of it."""
        estimator = self._estimator
        estimator.n_iter_, estimator.loss_ = epoch.epoch, epoch.loss
        score = epoch.metrics.get(self._score)
        if score is not None:
            estimator.validation_scores_.append(score)
            estimator.validation_loss_curve_.append(epoch.validation_loss)
            estimator.best_validation_score_ = max(estimator.best_validation_score_, score)
        if estimator.verbose:
            print(f"Iteration {epoch.epoch}, loss = {epoch.loss:.8f}")

    def add_progress(self, at: Progress) -> None:
        """Add to an epoch what L-BFGS has not: the curve of the loss, the best loss, the waiting."""
        self._estimator.loss_curve_.append(at.curves.loss[-1])
        if not self._estimator.early_stopping:
            self._estimator.best_loss_ = at.early_stopping.best
        self.waited = at.early_stopping.waited

    def add_divergence(self) -> None:
        """Add an epoch whose numbers are not finite."""
        estimator = self._estimator
        estimator.n_iter_ += 1
        estimator.loss_ = np.nan
        for curve in (estimator.loss_curve_, estimator.validation_scores_, estimator.validation_loss_curve_):
            curve.append(np.nan)

    def print_progress(self, epoch: Epoch, schedule: Schedule, new_rate: float | None) -> None:
        """Print what scikit-learn prints below an epoch: the score, and the outcome of a plateau."""
        estimator = self._estimator
        if not estimator.verbose:
            return
        for score in epoch.metrics.values():
            print(f"Validation score: {score:f}")
        if new_rate is None and epoch.stopped != "plateau":
            return
        what = "Validation score" if estimator.early_stopping else "Training loss"
        ending = "Learning rate too small. Stopping." if isinstance(schedule, Adaptive) else "Stopping."
        if new_rate is not None:
            ending = f"Setting learning rate to {new_rate:f}"
        print(
            f"{what} did not improve more than tol={estimator.tol:f} for {estimator.n_iter_no_change} consecutive "
            f"epochs. {ending}"
        )
