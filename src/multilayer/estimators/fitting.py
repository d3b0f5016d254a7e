"""Fitting: one call of `fit` or `partial_fit`, made by the training loop as scikit-learn makes it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from multilayer._base.errors import InputError
from multilayer.interop.scikit_learn import config_of
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Adaptive, Minimum, Optimizer, Schedule, Time
from multilayer.training import Epoch, Memory, Metric, Trained
from multilayer.training.checkpoint_writer import CheckpointWriter
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays
from multilayer.training.events import call_ended, callables
from multilayer.training.loop import Training
from multilayer.training.progress import progress_bar
from multilayer.training.state import Progress, TrainState, initial_state, parameters_of
from multilayer.training.stopping import EarlyStoppingState

__all__ = ["Fitting", "OptimizerInUse"]

_NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
    "preprocessed."
)
_INTERRUPTED = "Training interrupted by user."
_ITERATION = "Iteration {epoch.epoch}, loss = {epoch.loss:.8f}"
_USER = 6
"""The stack level of the caller of `fit`, from a method that `Fitting.run` calls."""


@dataclass(eq=False)
class OptimizerInUse:
    """An optimizer and its schedule, and once a step has been made the optimizer state."""

    optimizer: Optimizer
    schedule: Schedule
    memory: Memory | None = None

    @property
    def learning_rate(self) -> float:
        """The rate of the next step, for a schedule that does not depend on the number of steps."""
        if self.memory is None:
            return self.optimizer.learning_rate
        time = Time(self.memory.steps, self.memory.samples, None)
        return self.schedule.rate(self.memory.learning_rate, time)


class Fitting:
    """Trains the network of an estimator, and records each epoch in scikit-learn's attributes.

    Only parameters and public attributes of the estimator are read and written. However `run` ends, `network` is what
    the estimator is to hold then; `optimizer` and `waited` (epochs in a row without improvement) are what its next call
    continues from.
    """

    def __init__(
        self,
        estimator: Any,
        loss: Loss,
        metric: Metric,
        rng: np.random.RandomState,
        optimizer: OptimizerInUse | None,
        waited: int,
    ) -> None:
        self.network: MLP = estimator.network_
        self.optimizer = optimizer
        self.waited = waited
        self._estimator, self._metric, self._rng = estimator, metric, rng
        self._callbacks = callables(estimator.callbacks)
        if estimator.solver == "lbfgs" and estimator.optimizer is None:
            self._refuse_for_lbfgs()
        self._config = config_of(estimator, self.network, loss, metric)

    def run(self, data: Arrays, held_out: Arrays | None, *, anew: bool, incremental: bool) -> None:
        """Train for one epoch when incremental, else until nothing improves or all epochs are over.

        `anew` starts new curves; otherwise those of earlier calls go on.
        """
        if isinstance(self._config.optimizer, LBFGS):
            self._minimize(data, held_out)
        else:
            self._run_epochs(self._config.optimizer, data, held_out, anew, incremental)

    def _run_epochs(
        self, optimizer: Optimizer, data: Arrays, held_out: Arrays | None, anew: bool, incremental: bool
    ) -> None:
        estimator = self._estimator
        if estimator.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        if self.optimizer is None or not incremental:
            self.optimizer = OptimizerInUse(optimizer, self._config.schedule)
        anew = anew or not hasattr(estimator, "loss_curve_")  # L-BFGS leaves none to go on from
        if anew:
            self._start_curves()
        if held_out is None and estimator.early_stopping:
            data, held_out = self._split(data)
        if estimator.batch_size != "auto" and estimator.batch_size > data.rows:
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
                stacklevel=_USER,
            )
        config = replace(
            self._config,
            optimizer=self.optimizer.optimizer,
            schedule=self.optimizer.schedule,
            epochs=1 if incremental else self._config.epochs,
            metrics=self._measured(held_out),
        )
        state = self._start(anew)
        writer = None
        if estimator.checkpoint is not None and not incremental:
            writer = CheckpointWriter.of(estimator.checkpoint, self.network, config, data, held_out)
            state = writer.resumed(state)
        self._resume(state.progress)
        rate = state.progress.learning_rate

        def record(training: Training, epoch: Epoch) -> None:
            nonlocal rate
            estimator.t_ += data.rows
            # scikit-learn's inverse scaling counts the samples of all fits of a warm start.
            training.set_samples(estimator.t_)
            before, rate = rate, training.progress.learning_rate
            self._record(epoch)
            self._record_progress(epoch.loss, training.progress.early_stopping)
            if estimator.verbose:
                self._print(epoch, rate if rate < before else None)

        trained, _ = self._train(config, data, held_out, state, writer, record)
        self.optimizer.memory = trained.memory
        self.network = trained.network
        if trained.stopped == "not finite":
            self._give_up(trained)
        elif trained.stopped == "interrupted":
            warnings.warn(_INTERRUPTED, stacklevel=_USER)
        elif trained.stopped == "epochs" and not incremental and not config.schedule.needs_total:
            # A schedule that is made for so many epochs is meant to end with them.
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the optimization "
                "hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=_USER,
            )

    def _minimize(self, data: Arrays, held_out: Arrays | None) -> None:
        """Minimize the objective over all samples, with SciPy's L-BFGS-B as scikit-learn calls it."""
        estimator = self._estimator
        config = replace(self._config, metrics=self._measured(held_out))
        state = initial_state(self.network, config.optimizer, self._rng)

        def record(training: Training, epoch: Epoch) -> None:
            self._record(epoch)
            if estimator.verbose:
                print(_ITERATION.format(epoch=epoch))

        trained, minimum = self._train(config, data, held_out, state, None, record)
        if trained.stopped == "not finite":
            raise ValueError(f"{_NOT_FINITE} ({trained.message})")
        if minimum is not None:
            estimator.n_iter_, estimator.loss_ = min(minimum.iterations, estimator.max_iter), minimum.value
            if minimum.status != 0:
                self._warn_of_minimum(minimum)
        elif trained.stopped == "interrupted":
            warnings.warn(_INTERRUPTED, stacklevel=_USER)
        if not all(np.isfinite(array).all() for array in parameters_of(trained.network)):
            raise ValueError(_NOT_FINITE)
        self.network = trained.network

    def _train(
        self,
        config: TrainConfig,
        data: Arrays,
        held_out: Arrays | None,
        state: TrainState,
        writer: CheckpointWriter | None,
        record: Callable[[Training, Any], None],
    ) -> tuple[Trained, Minimum | None]:
        """Train to the end; each epoch is recorded, then shown, then passed to the callbacks of the user."""
        shown = None if self._estimator.verbose and config.epochs > 1 else False
        with progress_bar(config.epochs, shown) as show:
            training: Training
            callbacks = (lambda epoch: record(training, epoch), show, *self._callbacks)
            training = Training(
                self.network, config, data, held_out, state, callbacks=callbacks, writer=writer
            )
            try:
                with training.interruption:
                    for _ in training:
                        pass
            except (
                KeyboardInterrupt
            ):  # the second Ctrl-C, or one in a callback: scikit-learn keeps what there is
                if isinstance(config.optimizer, LBFGS):
                    raise
                interrupted = replace(training.trained, stopped="interrupted")
                call_ended(self._callbacks, interrupted)
                return interrupted, None
        return training.trained, training.minimum

    def _start_curves(self) -> None:
        estimator, scored = self._estimator, self._estimator.early_stopping
        estimator.loss_curve_ = []
        estimator.best_loss_ = None if scored else np.inf
        estimator.validation_scores_ = [] if scored else None
        estimator.validation_loss_curve_ = [] if scored else None
        estimator.best_validation_score_ = -np.inf if scored else None
        self.waited = 0

    def _start(self, anew: bool) -> TrainState:
        """Return where this training begins: after a warm start with the best values and the counts there are."""
        assert self.optimizer is not None  # noqa: S101  (made before)
        state = initial_state(self.network, self.optimizer.optimizer, self._rng, self.optimizer.memory)
        estimator = self._estimator
        best = estimator.best_validation_score_ if estimator.early_stopping else estimator.best_loss_
        progress = replace(
            state.progress,
            early_stopping=EarlyStoppingState(best, None, self.waited),
            # scikit-learn's best weights are the very arrays that the next fit of a warm start changes: where no epoch
            # of that one is better than all before, it ends with its last weights.
            best=state.parameters if estimator.early_stopping and anew else None,
        )
        return replace(state, progress=progress)

    def _split(self, data: Arrays) -> tuple[Arrays, Arrays]:
        """Return what to train on and what to score: the rows that scikit-learn draws."""
        estimator = self._estimator
        one_column = is_classifier(estimator) and estimator.n_outputs_ == 1
        rows, held_out = train_test_split(
            np.arange(data.rows),
            random_state=self._rng,
            test_size=estimator.validation_fraction,
            stratify=data.y if one_column else None,
        )
        if len(held_out) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        return replace(data, chosen=rows), replace(data, chosen=held_out)

    def _measured(self, held_out: Arrays | None) -> tuple[Metric, ...]:
        """Return what is measured of validation data, and make the attributes for it."""
        if held_out is None:
            return ()
        estimator = self._estimator
        if getattr(estimator, "validation_scores_", None) is None:
            estimator.validation_scores_, estimator.validation_loss_curve_ = [], []
            estimator.best_validation_score_ = -np.inf
        return (self._metric,)

    def _resume(self, at: Progress) -> None:
        """Set the attributes to what they were when a checkpoint was written, if there is one."""
        estimator, history = self._estimator, at.history
        estimator.n_iter_ = at.epoch
        if not history.loss:
            return
        estimator.t_, estimator.loss_, estimator.loss_curve_ = (
            at.samples,
            history.loss[-1],
            [*history.loss[:-1]],
        )
        self._record_progress(history.loss[-1], at.early_stopping)
        if history.metrics:
            estimator.validation_scores_ = [*history.metrics[self._metric.name]]
            estimator.validation_loss_curve_ = [*history.validation_loss]
            estimator.best_validation_score_ = max(estimator.validation_scores_)

    def _record(self, epoch: Epoch) -> None:
        """Set what every solver sets after an epoch."""
        estimator = self._estimator
        estimator.n_iter_, estimator.loss_ = epoch.epoch, epoch.loss
        score = epoch.metrics.get(self._metric.name)
        if score is not None:
            estimator.validation_scores_.append(score)
            estimator.validation_loss_curve_.append(epoch.validation_loss)
            estimator.best_validation_score_ = max(estimator.best_validation_score_, score)

    def _record_progress(self, loss: float, state: EarlyStoppingState) -> None:
        self._estimator.loss_curve_.append(loss)
        if not self._estimator.early_stopping:
            self._estimator.best_loss_ = state.best
        self.waited = state.waited

    def _print(self, epoch: Epoch, new_rate: float | None) -> None:
        """Print what scikit-learn prints of an epoch."""
        estimator = self._estimator
        print(_ITERATION.format(epoch=epoch))
        for score in epoch.metrics.values():
            print(f"Validation score: {score:f}")
        if new_rate is None and epoch.stopped != "plateau":
            return
        what = "Validation score" if estimator.early_stopping else "Training loss"
        ending = "Stopping."
        if new_rate is not None:
            ending = f"Setting learning rate to {new_rate:f}"
        elif self.optimizer is not None and isinstance(self.optimizer.schedule, Adaptive):
            ending = "Learning rate too small. Stopping."
        print(
            f"{what} did not improve more than tol={estimator.tol:f} for {estimator.n_iter_no_change} consecutive "
            f"epochs. {ending}"
        )

    def _give_up(self, trained: Trained) -> None:
        """End with the best weights and a warning, or with the last finite ones and an error."""
        estimator, place = self._estimator, trained.message
        if not (estimator.early_stopping and trained.memory.optimizer.is_finite()):
            raise ValueError(f"{_NOT_FINITE} ({place})")
        estimator.n_iter_ += 1
        estimator.loss_ = np.nan
        for curve in (estimator.loss_curve_, estimator.validation_scores_, estimator.validation_loss_curve_):
            curve.append(np.nan)
        warnings.warn(
            f"Stochastic Optimizer: the optimization ended before it converged, with the best weights so far: {place}",
            ConvergenceWarning,
            stacklevel=_USER + 1,
        )

    def _refuse_for_lbfgs(self) -> None:
        """Refuse what L-BFGS would ignore, and scikit-learn does not have."""
        estimator = self._estimator
        for name, given, reason in (
            ("dropout", np.any(estimator.dropout), "it needs one and the same objective all the way"),
            (
                "learning_rate",
                isinstance(estimator.learning_rate, Schedule),
                "it finds the length of its steps",
            ),
            ("checkpoint", estimator.checkpoint is not None, "SciPy does not expose its state"),
        ):
            if given:
                raise InputError(
                    f"solver='lbfgs' takes no {name}={getattr(estimator, name)!r}: {reason}; "
                    "leave it out, or use solver='adam'"
                )

    def _warn_of_minimum(self, minimum: Minimum) -> None:
        estimator, more = self._estimator, ""
        if estimator.n_iter_ == estimator.max_iter:
            more = f"\nIncrease the number of iterations to improve the convergence (max_iter={estimator.max_iter})."
        warnings.warn(
            f"lbfgs failed to converge after {estimator.n_iter_} iteration(s) (status={minimum.status}):\n"
            f"{minimum.message}\n{more}\n"
            "You might also want to scale the data as shown in:\n"
            "    https://scikit-learn.org/stable/modules/preprocessing.html",
            ConvergenceWarning,
            stacklevel=_USER + 1,
        )
