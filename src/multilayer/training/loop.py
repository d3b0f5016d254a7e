"""The training loop: an iterator of events."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple, Self

import numpy as np

from multilayer._base.errors import InputError
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Minimum, Time
from multilayer.training.checkpoint_writer import CheckpointWriter
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays, Batches, Source
from multilayer.training.engine import Engine, engine_for, evaluate
from multilayer.training.events import Callback, Epoch, Memory, Step, Stopped, Trained, call_ended
from multilayer.training.interruption import ConsistentRead, Interruption
from multilayer.training.lbfgs import Minimizer
from multilayer.training.numpy_engine import NumpyEngine
from multilayer.training.state import Progress, TrainState, with_parameters
from multilayer.training.stopping import EarlyStoppingState

__all__ = ["Training"]


class _Ending(NamedTuple):
    stopped: Stopped
    message: str


_ENDINGS: dict[Stopped, _Ending] = {
    ending.stopped: ending
    for ending in (
        _Ending("epochs", "all epochs are done"),
        _Ending("plateau", "early stopping: no more improvement"),
        _Ending("interrupted", "interrupted"),
        _Ending("callback", "stopped by a callback"),
    )
}


def _not_finite(where: str) -> _Ending:
    return _Ending("not finite", f"{where}; scale the inputs, lower the learning rate, or clip the gradients")


class Training(Iterator[Step | Epoch]):
    """A training under way: yields its events, and has the outcome as `trained`.

    >>> from multilayer import initialize, train
    >>> training = train(initialize((1, 2, 1), rng=0), [[0.0], [1.0]], [1.0, 3.0], loss="squared", epochs=2, rng=0)
    >>> [event.epoch for event in training], training.trained.stopped
    ([1, 2], 'epochs')
    """

    def __init__(  # noqa: PLR0913
        self,
        network: MLP,
        config: TrainConfig,
        data: Source,
        held_out: Arrays | None,
        state: TrainState,
        *,
        callbacks: tuple[Callback, ...] = (),
        every: int | None = None,
        writer: CheckpointWriter | None = None,
        start: MLP | None = None,
    ) -> None:
        self.network = network
        """The network that training started from."""
        self.config = config
        self.interruption = Interruption()
        self.minimum: Minimum | None = None
        """The result of L-BFGS, where it ended by itself."""
        self._data, self._held_out, self._start = data, held_out, start
        self._callbacks, self._every, self._writer = callbacks, every, writer
        self._activations = tuple(layer.activation for layer in network.layers)
        self._progress, self._rng = state.progress, state.rng
        self._engine: Engine = NumpyEngine(config, self._activations)
        self._engine.load(state.parameters, state.optimizer)
        self._monitor, self._greater_is_better = config.monitored(held_out is not None)
        self._batches = data.count(config.batch_size)
        at = state.progress
        self._steps_before = at.steps - state.optimizer.step
        # The end is counted from where this training began, which a checkpoint or an earlier training may have moved.
        began = at.steps - at.batch - at.epoch * (self._batches or 0)
        self._total = None if self._batches is None else began + self._batches * config.epochs
        if config.schedule.needs_total:
            config.schedule.rate(1.0, Time(0, 0, self._total))  # refuses, where the total is not known
        if writer is not None and at.ended is None and at.epoch < config.epochs:
            writer.check_ready(self._rng)
        self._stop_asked = False
        self._has_ended = False
        self._trained = ConsistentRead(self._outcome)
        self._ending = _ENDINGS["callback"]
        self._events = self._lbfgs() if isinstance(config.optimizer, LBFGS) else self._epochs()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Step | Epoch:
        with self.interruption:
            with self._trained.changing():
                event = next(self._events, None)
            if event is None:
                if not self._has_ended:
                    self._has_ended = True
                    call_ended(self._callbacks, self.trained)
                raise StopIteration
            return event

    def stop(self) -> None:
        """Ask training to end before the next event."""
        self._stop_asked = True

    @property
    def trained(self) -> Trained:
        """The outcome, or when training has not ended, what it would be if it ended now.

        It may be read at any time: in a callback, from another thread, which waits until the step under way is over,
        and in a signal handler.
        """
        return self._trained()

    @property
    def progress(self) -> Progress:
        """How far training is, after the last whole run of steps."""
        return self._progress

    def set_samples(self, samples: int) -> None:
        """Set the number of samples seen in finished epochs, where earlier trainings count too."""
        self._progress = replace(self._progress, samples=samples)

    def _outcome(self) -> Trained:
        # The engine may be some steps ahead of the progress that is noted.
        at, (parameters, optimizer) = self._progress, self._engine.snapshot()
        return Trained(
            with_parameters(self.network, parameters if at.best is None else at.best),
            at.history,
            *self._ending,
            at.early_stopping.best_epoch,
            Memory(optimizer, at.learning_rate, self._steps_before + optimizer.step, at.samples),
            self.config,
            self._start,
        )

    def _epochs(self) -> Generator[Step | Epoch, None, None]:
        all_done = self._progress.epoch >= self.config.epochs
        ended: Stopped | None = self._progress.ended or ("epochs" if all_done else None)
        if ended is None:
            self._engine = engine_for(self.config, self._activations, *self._engine.snapshot())
        while ended is None:
            began = time.perf_counter()
            failed = yield from self._steps(began)
            if failed is not None:
                self._ending = failed
                break
            loss, rate = self._progress.loss_sum / self._progress.rows, self._rate(self._progress.steps - 1)
            event = self._end_of_epoch(loss, rate, began)
            self._keep_best(event.improved)
            ended = event.stopped
            if self._writer is not None:
                if ended == "plateau":
                    self._progress = replace(self._progress, ended=ended)
                if ended is not None or self._writer.is_due(event.epoch):
                    self._save()
            self._tell(event)
            yield event
            ended = ended or self._wish()
        if ended is not None:
            self._ending = _ENDINGS[ended]
        if self._ending.stopped in ("interrupted", "callback"):
            self._save()
        self._engine.close()
        if self._ending.stopped != "not finite" and not self._engine.optimizer_state().is_finite():
            optimizer = type(self.config.optimizer).__name__
            self._ending = _not_finite(
                f"the optimizer state of {optimizer} is not finite, and the weights no longer change"
            )

    def _steps(self, began: float) -> Generator[Step, None, _Ending | None]:
        """Take the batches that are left of an epoch; return why training has to end, if it has."""
        self._shuffle()
        for chunk in self._chunks():
            at = self._progress
            rates = [self._rate(at.steps + i) for i in range(len(chunk))]
            outcome = self._engine.run(chunk, rates, self._rng, self._between_steps)
            at = self._progress = self._progress.after_steps(chunk, outcome.losses)
            if outcome.not_finite is not None:
                place = f"epoch {at.epoch + 1}, batch {at.batch + 1}, layer {outcome.not_finite.layer}"
                return _not_finite(
                    f"{place}: {outcome.not_finite.what} is not finite; the weights are those before this batch"
                )
            if self._every is not None and len(outcome.losses) and at.batch % self._every == 0:
                event = Step(
                    at.epoch + 1,
                    at.batch,
                    self._batches,
                    at.steps,
                    float(outcome.losses[-1]),
                    rates[len(outcome.losses) - 1],
                    time.perf_counter() - began,
                    partial(self._network_after, at.steps),
                )
                self._tell(event)
                yield event
            wish = self._wish()
            # After the last batch the epoch is whole, and has its event before training ends.
            if wish is not None and not (self._batches is not None and at.batch == self._batches):
                return _ENDINGS[wish]
        at = self._progress
        if not at.batch:
            raise InputError(
                "the data have no batches; expected a function that returns new ones for each epoch"
            )
        if not math.isfinite(at.loss_sum):
            return _not_finite(f"epoch {at.epoch + 1}: the sum of its losses is not finite")
        return None

    def _lbfgs(self) -> Generator[Epoch, None, None]:
        """Every iteration over all the data is an epoch."""
        data = self._data
        assert isinstance(data, Arrays)  # noqa: S101  (train has refused others)
        began = time.perf_counter()
        ended: Stopped | None = None
        with Minimizer(self.config, self._activations, self._engine.parameters(), data) as minimizer:
            for parameters, loss in minimizer:
                steps = self._progress.steps + 1
                self._engine.load(parameters, replace(self._engine.optimizer_state(), step=steps))
                self._progress = replace(self._progress, rows=data.rows, steps=steps)
                event = self._end_of_epoch(loss, 1.0, began)
                self._keep_best(event.improved)
                self._tell(event)
                yield event
                began = time.perf_counter()
                ended = event.stopped if event.stopped != "epochs" else None
                ended = ended or self._wish()
                if ended is not None:
                    break
        minimum = self.minimum = minimizer.minimum
        if ended is not None:
            self._ending = _ENDINGS[ended]
        elif minimum is not None and not math.isfinite(minimum.value):
            self._ending = _not_finite("the loss of all samples is not finite")
        elif minimum is not None:
            self._ending = _Ending("epochs" if minimum.status == 1 else "plateau", minimum.message)

    def _rate(self, step: int) -> float:
        at = self._progress
        return self.config.schedule.rate(at.learning_rate, Time(step, at.samples, self._total))

    def _shuffle(self) -> None:
        """Draw the order of an epoch, once: an interruption may have come between its order and its first batch."""
        at = self._progress
        if at.drawn:
            return
        order = at.order
        if isinstance(self._data, Arrays):
            if order is None:
                order = self._data.chosen
            if self.config.shuffle:
                rows = np.arange(self._data.rows) if order is None else order
                order = rows[self._rng.permutation(self._data.rows)]
        self._progress = replace(at, order=order, drawn=True)

    def _chunks(self) -> Iterator[Batches]:
        """Yield what is left of the epoch, in the pieces in which it is run."""
        done = self._progress.batch
        for batches in self._data.batches(self.config.batch_size, self._progress.order):
            first, stop = max(done, 0), len(batches)
            size = self._every or stop
            while first < stop:
                last = min(first + size - first % size, stop)
                yield batches.slice(first, last)
                first = last
            done -= stop

    def _end_of_epoch(self, loss: float, rate: float, began: float) -> Epoch:
        at, config = self._progress, self.config
        validation_loss, metrics = None, dict[str, float]()
        measured_on = self._held_out or (self._data if config.metrics else None)
        if isinstance(measured_on, Arrays):
            mean, metrics = evaluate(self._engine, config, self._activations[-1], measured_on)
            validation_loss = None if self._held_out is None else mean
        measured = {"loss": loss, "validation_loss": validation_loss, **metrics}
        early_stopping, learning_rate, stopped = self._judge(measured[self._monitor])
        event = Epoch(
            at.epoch + 1,
            config.epochs,
            at.steps,
            loss,
            validation_loss,
            metrics,
            rate,
            time.perf_counter() - began,
            early_stopping.best_epoch == at.epoch + 1,
            stopped,
            partial(self._network_after, at.steps),
        )
        self._progress = at.after_epoch(event, early_stopping, learning_rate)
        return event

    def _keep_best(self, improved: bool) -> None:
        if improved and self.config.stopping is not None and self.config.stopping.restore_best:
            self._progress = replace(self._progress, best=self._engine.parameters())

    def _judge(self, value: float | None) -> tuple[EarlyStoppingState, float, Stopped | None]:
        """Return early stopping and the base rate after this epoch, and why to stop."""
        at, stopping = self._progress, self.config.stopping
        tolerance, patience = (0.0, math.inf) if stopping is None else (stopping.tolerance, stopping.patience)
        number = math.nan if value is None else value
        found = at.early_stopping.after(number, at.epoch + 1, tolerance, self._greater_is_better)
        last: Stopped | None = "epochs" if at.epoch + 1 == self.config.epochs else None
        if found.waited <= patience:
            return found, at.learning_rate, last
        slower = self.config.schedule.on_plateau(at.learning_rate)
        return (found, at.learning_rate, "plateau") if slower is None else (found.reset(), slower, last)

    def _save(self) -> None:
        if self._writer is not None:
            self._writer.save(TrainState(*self._engine.snapshot(), self._rng, self._progress))

    def _tell(self, event: Step | Epoch) -> None:
        with self._trained.whole():
            for callback in self._callbacks:
                if callback(event) is True:
                    self._stop_asked = True

    def _between_steps(self) -> bool:
        """Answer the reads of other threads, and return whether to end."""
        self._trained.answer()
        return self.interruption.requested

    def _wish(self) -> Stopped | None:
        if self.interruption.requested:
            return "interrupted"
        return "callback" if self._stop_asked else None

    def _network_after(self, steps: int) -> MLP:
        if self._progress.steps != steps:
            raise RuntimeError(
                "training has gone on: read the network of an event before asking for the next one"
            )
        return with_parameters(self.network, self._engine.parameters())
