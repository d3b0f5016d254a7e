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

from multilayer.diagnosis.live import Live
from multilayer.estimators.record import FitRecord
from multilayer.interop.scikit_learn import config_of
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Minimum, Optimizer, Schedule, Time
from multilayer.training import Epoch, Memory, Metric, TrainConfig, Trained
from multilayer.training.checkpoint_writer import CheckpointWriter
from multilayer.training.data import Arrays
from multilayer.training.events import call_ended, callables
from multilayer.training.loop import Training
from multilayer.training.progress import progress_bar
from multilayer.training.state import TrainState, initial_state, parameters_of
from multilayer.training.stopping import EarlyStoppingState

__all__ = ["Fitting", "OptimizerInUse"]

_NOT_FINITE = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be "
    "preprocessed."
)
_INTERRUPTED = "Training interrupted by user."
_CLIPPED = "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped"
_NOT_CONVERGED = (
    "Stochastic Optimizer: Maximum iterations ({max_iter}) reached and the optimization hasn't converged yet."
)
_BROKEN_OFF = (
    "Stochastic Optimizer: the optimization ended before it converged, with the best weights so far: {place}"
)
_LBFGS_FAILED = """\
lbfgs failed to converge after {iterations} iteration(s) (status={minimum.status}):
{minimum.message}
{more}
You might also want to scale the data as shown in:
    https://scikit-learn.org/stable/modules/preprocessing.html"""
_MORE_ITERATIONS = "\nIncrease the number of iterations to improve the convergence (max_iter={max_iter})."


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
    the estimator is to hold then; its next call continues from `optimizer` and `waited`.
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
        self._record = FitRecord(estimator, metric.name, waited)
        self._estimator, self._metric, self._rng = estimator, metric, rng
        self._callbacks = callables(estimator.callbacks)
        for callback in self._callbacks:
            if isinstance(callback, Live):
                callback.caller = "estimator"
        self._config = config_of(estimator, loss, metric)
        self._config.check(self.network)

    @property
    def waited(self) -> int:
        """Epochs in a row without improvement."""
        return self._record.waited

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
            self._record.start()
        if held_out is None and estimator.early_stopping:
            data, held_out = self._split(data)
        if estimator.batch_size != "auto" and estimator.batch_size > data.rows:
            _warn(_CLIPPED)
        config = replace(
            self._config,
            optimizer=self.optimizer.optimizer,
            schedule=self.optimizer.schedule,
            epochs=1 if incremental else self._config.epochs,
            metrics=self._metrics(held_out),
        )
        state = self._start(self.optimizer, anew)
        writer = None
        if estimator.checkpoint is not None and not incremental:
            writer = CheckpointWriter.of(estimator.checkpoint, self.network, config, data, held_out)
            state = writer.resumed(state)
        self._record.resume(state.progress)
        add = self._epoch_of_steps(data.rows, config.schedule, state.progress.learning_rate)
        trained, _ = self._train(config, data, held_out, state, add, writer)
        self.optimizer.memory = trained.memory
        self.network = trained.network
        if trained.stopped == "not finite":
            if not (estimator.early_stopping and trained.memory.optimizer.is_finite()):
                raise ValueError(f"{_NOT_FINITE} ({trained.message})")
            self._record.add_divergence()
            _warn(_BROKEN_OFF.format(place=trained.message), ConvergenceWarning)
        elif trained.stopped == "interrupted":
            _warn(_INTERRUPTED)
        elif trained.stopped == "epochs" and not incremental and not config.schedule.needs_total:
            # A schedule that is made for so many epochs is meant to end with them.
            _warn(_NOT_CONVERGED.format(max_iter=estimator.max_iter), ConvergenceWarning)

    def _epoch_of_steps(
        self, rows: int, schedule: Schedule, rate: float
    ) -> Callable[[Training, Epoch], None]:
        """Return what records an epoch over these rows; `rate` is the base rate before the first one."""
        estimator = self._estimator

        def add(training: Training, epoch: Epoch) -> None:
            nonlocal rate
            estimator.t_ += rows
            # scikit-learn's inverse scaling counts the samples of all fits of a warm start.
            training.set_samples(estimator.t_)
            before, rate = rate, training.progress.learning_rate
            self._record.add_progress(training.progress)
            self._record.print_progress(epoch, schedule, rate if rate < before else None)

        return add

    def _minimize(self, data: Arrays, held_out: Arrays | None) -> None:
        """Minimize the objective over all samples, with SciPy's L-BFGS-B as scikit-learn calls it."""
        estimator = self._estimator
        config = replace(self._config, metrics=self._metrics(held_out))
        state = initial_state(self.network, config.optimizer, self._rng)
        trained, minimum = self._train(config, data, held_out, state)
        if trained.stopped == "not finite":
            raise ValueError(f"{_NOT_FINITE} ({trained.message})")
        if minimum is not None:
            iterations = min(minimum.iterations, estimator.max_iter)
            estimator.n_iter_, estimator.loss_ = iterations, minimum.value
            if minimum.status != 0:
                more = (
                    _MORE_ITERATIONS.format(max_iter=iterations) if iterations == estimator.max_iter else ""
                )
                _warn(
                    _LBFGS_FAILED.format(iterations=iterations, minimum=minimum, more=more),
                    ConvergenceWarning,
                )
        elif trained.stopped == "interrupted":
            _warn(_INTERRUPTED)
        if not all(np.isfinite(array).all() for array in parameters_of(trained.network)):
            raise ValueError(_NOT_FINITE)
        self.network = trained.network

    def _train(
        self,
        config: TrainConfig,
        data: Arrays,
        held_out: Arrays | None,
        state: TrainState,
        add: Callable[[Training, Epoch], None] | None = None,
        writer: CheckpointWriter | None = None,
    ) -> tuple[Trained, Minimum | None]:
        """Train to the end; each epoch is recorded, then shown, then passed to the callbacks of the user."""
        shown = None if self._estimator.verbose and config.epochs > 1 else False
        with progress_bar(config.epochs, shown) as show:
            training: Training

            def record(epoch: Any) -> None:
                self._record.add_epoch(epoch)
                if add is not None:
                    add(training, epoch)

            training = Training(
                self.network,
                config,
                data,
                held_out,
                state,
                callbacks=(record, show, *self._callbacks),
                writer=writer,
            )
            try:
                training.run()
            except KeyboardInterrupt:
                # The second Ctrl-C, or one in a callback: scikit-learn returns the present weights.
                if isinstance(config.optimizer, LBFGS):
                    raise
                interrupted = replace(training.trained, stopped="interrupted")
                call_ended(self._callbacks, interrupted)
                return interrupted, None
        return training.trained, training.minimum

    def _start(self, optimizer: OptimizerInUse, anew: bool) -> TrainState:
        """Return the state before the first epoch: after a warm start with the present best values and counts."""
        estimator = self._estimator
        state = initial_state(self.network, optimizer.optimizer, self._rng, optimizer.memory)
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
        """Return training and validation data: the rows that scikit-learn draws."""
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

    def _metrics(self, held_out: Arrays | None) -> tuple[Metric, ...]:
        if held_out is None:
            return ()
        self._record.add_validation()
        return (self._metric,)


def _warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the call of `fit`, which is 7 frames up from the methods that `Fitting.run` calls."""
    warnings.warn(message, category, stacklevel=7)
