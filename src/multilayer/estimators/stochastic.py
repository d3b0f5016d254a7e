"""Epoch after epoch of batches: the training loop, told scikit-learn's protocol and reporting in its attributes."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from multilayer.estimators.course import Course, course_of
from multilayer.estimators.samples import Samples
from multilayer.estimators.watching import (
    measure_validation,
    note_validation,
    print_loss,
    progress,
    tell,
    tell_end,
    warn_of_interruption,
)
from multilayer.optimizers import Adaptive
from multilayer.training import EarlyStopping, Epoch, Metric, Trained
from multilayer.training.checkpoint_writer import CheckpointWriter
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays
from multilayer.training.loop import Training
from multilayer.training.state import TrainState, parameters_of
from multilayer.training.stopping import EarlyStoppingState

if TYPE_CHECKING:
    from multilayer.estimators.perceptron import Perceptron

__all__ = ["NOT_FINITE", "fit", "start"]

NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
    "preprocessed."
)


def start(estimator: Perceptron) -> None:
    """Set the curves and bests of an estimator as they are before its first epoch."""
    scored = estimator.early_stopping
    estimator.loss_curve_ = []
    estimator.best_loss_ = None if scored else np.inf
    estimator.validation_scores_ = [] if scored else None
    estimator.validation_loss_curve_ = [] if scored else None
    estimator.best_validation_score_ = -np.inf if scored else None
    estimator._no_improvement_count = 0
    estimator._best = parameters_of(estimator.network_)


def fit(estimator: Perceptron, samples: Samples, validation: Samples | None, *, incremental: bool) -> None:
    """Train for one epoch when incremental, else until nothing improves or all epochs are over."""
    if not incremental or not hasattr(estimator, "_optimizer"):
        estimator._optimizer = course_of(estimator)
    if estimator.early_stopping and incremental:
        raise ValueError("partial_fit does not support early_stopping=True")
    if not hasattr(estimator, "loss_curve_"):  # L-BFGS, which a warm start goes on from, leaves none
        start(estimator)
    data, held_out = _divided(estimator, samples, validation)
    metrics = measure_validation(estimator, held_out)
    recipe = _recipe(estimator, data.rows, 1 if incremental else estimator.max_iter, metrics)
    position = _position(estimator)
    keeper = None
    if estimator.checkpoint is not None and not incremental:
        keeper = CheckpointWriter.of(estimator.checkpoint, estimator.network_, recipe, data, held_out)
        position = keeper.resumed(position)
    _resume(estimator, position)
    training = Training(estimator.network_, recipe, data, held_out, position, (), None, keeper)
    interrupted = False
    try:
        with training.interruption, progress(estimator, training) as show:
            rate = position.learning_rate
            for epoch in training:
                assert isinstance(epoch, Epoch)  # noqa: S101  (no steps were asked for)
                estimator.t_ += data.rows
                # scikit-learn's inverse scaling counts the samples of all fits of a warm start.
                position.samples = estimator.t_
                _report(estimator, epoch, position, slower=position.learning_rate < rate)
                rate = position.learning_rate
                show(epoch)
                tell(estimator, training, epoch)
    except KeyboardInterrupt:
        interrupted = True
    trained = training.trained
    tell_end(estimator, replace(trained, stopped="interrupted") if interrupted else trained)
    estimator._optimizer.memory = trained.memory
    if estimator.early_stopping:
        # scikit-learn's best weights are from now on the very arrays that the next fit of a warm start changes:
        # where no epoch of that is better than all before, it ends with its last weights.
        estimator._best = None
    estimator._adopt(trained.network)
    if trained.stopped == "not finite":
        _give_up(estimator, trained)
    elif interrupted or trained.stopped == "interrupted":
        warn_of_interruption(stacklevel=6)
    elif trained.stopped == "epochs" and not incremental and not recipe.schedule.needs_total:
        # A schedule that is made for so many epochs is meant to end with them.
        warnings.warn(
            f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the optimization "
            "hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=5,
        )


def _divided(
    estimator: Perceptron, samples: Samples, validation: Samples | None
) -> tuple[Arrays, Arrays | None]:
    """Return what to train on and what to score; a split draws the rows that scikit-learn draws."""
    if validation is not None:
        return samples.arrays(), validation.arrays()
    if not estimator.early_stopping:
        return samples.arrays(), None
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
    return samples.arrays(rows), samples.arrays(held_out)


def _recipe(estimator: Perceptron, rows: int, epochs: int, metrics: tuple[Metric, ...]) -> TrainConfig:
    course: Course = estimator._optimizer
    return TrainConfig.of(
        estimator.network_,
        loss=estimator._loss(),
        optimizer=course.optimizer,
        schedule=course.schedule,
        epochs=int(epochs),
        batch_size=_batch_size(estimator.batch_size, rows),
        shuffle=bool(estimator.shuffle),
        stopping=EarlyStopping(
            estimator.n_iter_no_change,
            float(estimator.tol),
            estimator._score_name if estimator.early_stopping else "loss",
            bool(estimator.early_stopping),
        ),
        clip=None,
        dropout=estimator.dropout,
        l2=float(estimator.alpha),
        weight_decay=0.0,
        metrics=metrics,
    )


def _batch_size(chosen: int | str, rows: int) -> int:
    if isinstance(chosen, str):
        return min(200, rows)
    if chosen > rows:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped", stacklevel=7
        )
    return min(int(chosen), rows)


def _position(estimator: Perceptron) -> TrainState:
    """Return where this training begins: after a warm start, with the bests and the counts there are."""
    position: TrainState = estimator._optimizer.position(estimator.network_, estimator._random_state)
    best = estimator.best_validation_score_ if estimator.early_stopping else estimator.best_loss_
    position.watch = EarlyStoppingState(best, None, estimator._no_improvement_count)
    position.best = estimator._best if estimator.early_stopping else None
    return position


def _resume(estimator: Perceptron, position: TrainState) -> None:
    """Set the attributes to what they were when a checkpoint was written, if there is one."""
    history, watch = position.history, position.watch
    estimator.n_iter_ = position.epoch
    if not history.loss:
        return
    estimator.t_, estimator.loss_, estimator.loss_curve_ = position.samples, history.loss[-1], [*history.loss]
    if history.metrics:
        estimator.validation_scores_ = [*history.metrics[estimator._score_name]]
        estimator.validation_loss_curve_ = [*history.validation_loss]
        estimator.best_validation_score_ = max(estimator.validation_scores_)
    if not estimator.early_stopping:
        estimator.best_loss_ = watch.best
    estimator._no_improvement_count = watch.waited


def _report(estimator: Perceptron, epoch: Epoch, position: TrainState, slower: bool) -> None:
    """Note an epoch in the attributes, and print what scikit-learn prints."""
    estimator.n_iter_ = epoch.epoch
    estimator.loss_ = epoch.loss
    estimator.loss_curve_.append(epoch.loss)
    note_validation(estimator, epoch)
    if not estimator.early_stopping:
        estimator.best_loss_ = position.watch.best
    estimator._no_improvement_count = position.watch.waited
    if estimator.verbose:
        _print(estimator, epoch, position.learning_rate if slower else None)


def _print(estimator: Perceptron, epoch: Epoch, new_rate: float | None) -> None:
    print_loss(epoch)
    for score in epoch.metrics.values():
        print(f"Validation score: {score:f}")
    if new_rate is None and epoch.stopped != "plateau":
        return
    what = "Validation score" if estimator.early_stopping else "Training loss"
    ending = "EarlyStopping."
    if new_rate is not None:
        ending = f"Setting learning rate to {new_rate:f}"
    elif isinstance(estimator._optimizer.schedule, Adaptive):
        ending = "Learning rate too small. EarlyStopping."
    print(
        f"{what} did not improve more than tol={estimator.tol:f} for {estimator.n_iter_no_change} consecutive "
        f"epochs. {ending}"
    )


def _give_up(estimator: Perceptron, trained: Trained) -> None:
    """End with the weights that `_fit` has kept: the best ones and a warning, or the last finite ones and an error."""
    place = trained.message
    if not (estimator.early_stopping and trained.memory.optimizer.is_finite()):
        raise ValueError(f"{NOT_FINITE} ({place})")
    estimator.n_iter_ += 1
    estimator.loss_ = np.nan
    for curve in (estimator.loss_curve_, estimator.validation_scores_, estimator.validation_loss_curve_):
        curve.append(np.nan)
    warnings.warn(
        f"Stochastic Optimizer: the optimization ended before it converged, with the best weights so far: {place}",
        ConvergenceWarning,
        stacklevel=6,
    )
