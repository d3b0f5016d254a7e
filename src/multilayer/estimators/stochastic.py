"""Epoch after epoch of batches: scikit-learn's protocol of shuffling, stopping and warning."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import shuffle

from multilayer.estimators.course import course_of
from multilayer.estimators.samples import Samples, in_blocks
from multilayer.optimizers import Adaptive, Parameters
from multilayer.training.events import Epoch, Stopped
from multilayer.training.steps import Batches, NotFinite, Plan, State, run_steps

if TYPE_CHECKING:
    from multilayer.estimators.perceptron import Perceptron

__all__ = ["fit", "parameters_of", "start"]

_NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
    "preprocessed."
)


def start(estimator: Perceptron) -> None:
    """Set the curves and bests of an estimator as they are before its first epoch."""
    estimator.loss_curve_ = []
    estimator._no_improvement_count = 0
    scored = estimator.early_stopping
    estimator.best_loss_ = None if scored else np.inf
    estimator.validation_scores_ = [] if scored else None
    estimator.best_validation_score_ = -np.inf if scored else None
    estimator.validation_loss_curve_ = [] if scored else None
    estimator._best = parameters_of(estimator.coefs_, estimator.intercepts_)


def parameters_of(coefs: list[NDArray[Any]], intercepts: list[NDArray[Any]]) -> Parameters:
    """Return W1, b1, W2, b2, ..."""
    return tuple(chain.from_iterable(zip(coefs, intercepts, strict=True)))


def fit(estimator: Perceptron, samples: Samples, validation: Samples | None, *, incremental: bool) -> None:
    """Train for one epoch when incremental, else until nothing improves or all epochs are over."""
    if not incremental or not hasattr(estimator, "_optimizer"):
        estimator._optimizer = course_of(estimator)
    if estimator.early_stopping and incremental:
        raise ValueError("partial_fit does not support early_stopping=True")
    rows = None
    if estimator.early_stopping and validation is None:
        rows, held_out = _split(estimator, samples)
        validation = samples[held_out]
    if validation is not None and estimator.validation_scores_ is None:
        estimator.validation_scores_, estimator.validation_loss_curve_ = [], []
        estimator.best_validation_score_ = -np.inf
    fitting = _Fitting(estimator, samples, rows, validation, incremental)
    try:
        fitting.run()
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=5)
    fitting.finish()


def _split(estimator: Perceptron, samples: Samples) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows to train on and those to score, as scikit-learn draws them."""
    one_column = is_classifier(estimator) and estimator.n_outputs_ == 1
    rows, held_out = train_test_split(
        np.arange(len(samples)),
        random_state=estimator._random_state,
        test_size=estimator.validation_fraction,
        stratify=samples.y if one_column else None,
    )
    if len(held_out) < 2:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
        )
    return rows, held_out


def _batch_size(chosen: int | str, rows: int) -> int:
    if isinstance(chosen, str):
        return min(200, rows)
    if chosen > rows:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped", stacklevel=6
        )
    return min(int(chosen), rows)


@dataclass(eq=False)
class _Fitting:
    """One call of `fit` or `partial_fit`."""

    estimator: Perceptron
    samples: Samples
    rows: NDArray[np.intp] | None
    """Those to train on, where not all are."""
    validation: Samples | None
    incremental: bool

    def __post_init__(self) -> None:
        self.plan = self.estimator._plan(self.estimator._optimizer.optimizer)
        self.parameters = parameters_of(self.estimator.coefs_, self.estimator.intercepts_)
        self.epochs = 1 if self.incremental else self.estimator.max_iter

    def run(self) -> None:
        """Take epoch after epoch."""
        estimator, samples = self.estimator, self.samples
        order = np.arange(len(samples)) if self.rows is None else self.rows
        size = _batch_size(estimator.batch_size, len(order))
        estimator.n_iter_ = 0
        while estimator.n_iter_ < self.epochs:
            began = time.perf_counter()
            if estimator.shuffle:
                order = shuffle(order, random_state=estimator._random_state)
            in_place = self.rows is None and not estimator.shuffle
            batches = Batches(samples.X, samples.y, samples.weight, None if in_place else order, size)
            if not self._epoch(batches):
                return
            if self._over(time.perf_counter() - began):
                return
            if estimator.n_iter_ == self.epochs and not self.incremental:
                warnings.warn(
                    f"Stochastic Optimizer: Maximum iterations ({self.epochs}) reached and the optimization "
                    "hasn't converged yet.",
                    ConvergenceWarning,
                    stacklevel=6,
                )

    def _epoch(self, batches: Batches) -> bool:
        """Take all batches once; False when numbers were no longer finite."""
        estimator, course = self.estimator, self.estimator._optimizer
        memory = course.memory or course.optimizer.init(self.parameters)
        rates = course.rates(len(batches), self.epochs)
        outcome = run_steps(self.plan, State(self.parameters, memory), batches, rates, estimator._random_state)
        self.parameters, course.memory = outcome.state.parameters, outcome.state.optimizer
        course.steps += len(outcome.losses)
        estimator.n_iter_ += 1
        if outcome.not_finite is not None:
            self._diverged(outcome.not_finite)
            return False
        sizes = np.full(len(batches), batches.size)
        sizes[-1] = batches.rows - batches.size * (len(batches) - 1)
        estimator.loss_ = float(np.dot(outcome.losses, sizes) / batches.rows)
        estimator.loss_curve_.append(estimator.loss_)
        estimator.t_ += batches.rows
        course.samples = estimator.t_
        if estimator.verbose:
            print(f"Iteration {estimator.n_iter_}, loss = {estimator.loss_:.8f}")
        return True

    def _over(self, seconds: float) -> bool:
        """Look at the epoch that is over, tell the callbacks, and say whether it was the last."""
        estimator = self.estimator
        validation_loss = None if self.validation is None else self._scored(self.validation)
        improved = self._improved()
        stopped: Stopped | None = "epochs" if estimator.n_iter_ == self.epochs else None
        if estimator._no_improvement_count > estimator.n_iter_no_change and self._stalled():
            stopped = "plateau"
        epoch = Epoch(
            estimator.n_iter_,
            self.epochs,
            estimator._optimizer.steps,
            estimator.loss_,
            validation_loss,
            {estimator._score_name: estimator.validation_scores_[-1]} if self.validation is not None else {},
            estimator._optimizer.learning_rate,
            seconds,
            improved,
            stopped,
            partial(estimator._network_of, self.parameters),
        )
        wishes = [callback(epoch) for callback in estimator.callbacks or ()]
        return stopped == "plateau" or any(wish is True for wish in wishes)

    def _scored(self, samples: Samples) -> float:
        """Score samples that are not trained on, and return their loss."""
        estimator = self.estimator
        network = estimator._network_of(self.parameters)
        last = [network.trace(X)[-1] for X in in_blocks(samples.X)]
        a, z = np.concatenate([one.a for one in last]), np.concatenate([one.z for one in last])
        losses = self.plan.loss.values(samples.y, a, z, self.plan.activations[-1])
        estimator.validation_loss_curve_.append(float(np.average(losses, weights=samples.weight)))
        estimator.validation_scores_.append(estimator._score_of(z, samples))
        if estimator.verbose:
            print(f"Validation score: {estimator.validation_scores_[-1]:f}")
        return estimator.validation_loss_curve_[-1]

    def _improved(self) -> bool:
        """Count the epochs that did not improve, remember the best, and say whether this one is it."""
        estimator = self.estimator
        score_improved = score_stalled = False
        if self.validation is not None:
            score, best_score = estimator.validation_scores_[-1], estimator.best_validation_score_
            score_improved, score_stalled = score > best_score, score < best_score + estimator.tol
            if score_improved:
                estimator.best_validation_score_ = score
                estimator._best = self.parameters
        if estimator.early_stopping:
            improved, stalled = score_improved, score_stalled
        else:
            loss, best_loss = estimator.loss_, estimator.best_loss_
            improved, stalled = loss < best_loss, loss > best_loss - estimator.tol
            estimator.best_loss_ = min(loss, best_loss)
        estimator._no_improvement_count = estimator._no_improvement_count + 1 if stalled else 0
        return improved

    def _stalled(self) -> bool:
        """Lower the rate where the schedule can; say whether training stops instead."""
        estimator, course = self.estimator, self.estimator._optimizer
        slower = course.slow_down()
        if slower:
            estimator._no_improvement_count = 0
        if estimator.verbose:
            what = "Validation score" if estimator.early_stopping else "Training loss"
            ending = "Stopping."
            if isinstance(course.schedule, Adaptive):
                ending = f"Setting learning rate to {course.base:f}" if slower else f"Learning rate too small. {ending}"
            print(
                f"{what} did not improve more than tol={estimator.tol:f} for {estimator.n_iter_no_change:d} "
                f"consecutive epochs. {ending}"
            )
        return not slower

    def _diverged(self, where: NotFinite) -> None:
        """End with the last finite weights: the best ones with a warning, or else with an error."""
        estimator = self.estimator
        place = f"epoch {estimator.n_iter_}, batch {where.batch + 1}, layer {where.layer}: {where.what} is not finite"
        if not estimator.early_stopping:
            self.finish()
            raise ValueError(f"{_NOT_FINITE} ({place}; the estimator keeps the last finite weights)")
        estimator.loss_ = np.nan
        estimator.loss_curve_.append(np.nan)
        estimator.validation_loss_curve_.append(np.nan)
        estimator.validation_scores_.append(np.nan)
        warnings.warn(
            f"Stochastic Optimizer: training ended before it converged: {place}. The best weights are kept.",
            ConvergenceWarning,
            stacklevel=7,
        )

    def finish(self) -> None:
        """Give the estimator its new weights."""
        estimator = self.estimator
        estimator._adopt(estimator._best if estimator.early_stopping else self.parameters)
