"""The state of a training under way: an engine, a random generator, and the progress so far."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.translation import N_
from multilayer.network import MLP
from multilayer.optimizers import Constant, OptimizerState, Parameters, Time
from multilayer.training.batches import Batches
from multilayer.training.block_engine import BlockEngine, StepSums
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays, Source, chunks
from multilayer.training.engine import Engine, engine_for, evaluate
from multilayer.training.events import Ending, Epoch, Memory, Step, Stopped, Trained
from multilayer.training.numpy_engine import NotFinite, NumpyEngine, Outcome
from multilayer.training.rates import StepRates
from multilayer.training.state import TrainState, with_parameters
from multilayer.training.stopping import EarlyStopping, EarlyStoppingState

__all__ = ["Run"]


class Run:
    """What changes while training goes on, and how a step and an epoch change it.

    `progress` is replaced, never changed, so that it is whole between any two lines of Python. The engine may be some
    steps ahead of it.
    """

    def __init__(
        self, network: MLP, config: TrainConfig, data: Source, held_out: Arrays | None, state: TrainState
    ) -> None:
        config.check(network)
        self.network, self.config, self.data = network, config, data
        self.activations = tuple(layer.activation for layer in network.layers)
        self.engine: Engine = NumpyEngine(config, self.activations)
        self.engine.load(state.parameters, state.optimizer)
        self.rng, self.progress = state.rng, state.progress
        self.batches = data.count(config.batch_size)
        """Batches in an epoch, where that is known."""
        self._held_out = held_out
        self._monitor, self._greater_is_better = config.monitored(held_out is not None)
        at = state.progress
        self._steps_before = at.steps - state.optimizer.step
        # The end is counted from where this training began, which a checkpoint or an earlier training may have moved.
        began = at.steps - at.batch - at.epoch * (self.batches or 0)
        self._total = None if self.batches is None else began + self.batches * config.epochs
        for schedule in config.schedules.values():
            if schedule.needs_total:
                schedule.rate(1.0, Time(0, 0, self._total))  # refuses, where the total is not known

    @property
    def ended(self) -> Stopped | None:
        """Why no epoch is left, or None."""
        if self.progress.ended is not None:
            return self.progress.ended
        return "epochs" if self.progress.epoch >= self.config.epochs else None

    def begin(self, sums: StepSums | None = None) -> None:
        """Load the state into the engine that makes the steps; `sums` are those of a cluster."""
        state = self.engine.snapshot()
        if self.config.block_sums:
            self.engine = BlockEngine(self.config, self.activations, state, sums)
        else:
            self.engine = engine_for(self.config, self.activations, *state)

    def rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        at = self.progress
        return self.config.schedule.rate(at.learning_rate, Time(step, at.samples, self._total))

    def rates(self, first: int, count: int) -> StepRates:
        """Return the learning rates of steps, and their factors of dropout and weight decay."""
        bases = (self.progress.learning_rate, 1.0, 1.0)
        rates = np.tile(bases, (count, 1))
        for column, (name, schedule) in enumerate(self.config.schedules.items()):
            if schedule == Constant():
                continue
            for i in range(count):
                time = Time(first + i, self.progress.samples, self._total)
                rates[i, column] = rate = schedule.rate(bases[column], time)
                if column > 0 and not 0.0 <= rate <= 1.0:
                    raise InputError(
                        "{name} must give factors from 0 to 1; got {rate} for step {step}",
                        name=name,
                        rate=rate,
                        step=first + i + 1,
                    )
        return rates

    def draw_order(self) -> None:
        """Draw the order of the epoch under way, unless it was drawn before an interruption."""
        at = self.progress
        if not at.drawn:
            order = self.data.order(at.order, self.config.shuffle, self.rng)
            self.progress = replace(at, order=order, drawn=True)

    def chunks(self, *stops: int | None) -> Iterator[Batches]:
        """Yield the batches that are left of the epoch, up to each multiple of one of `stops`, or to the end."""
        at, asked = self.progress, [stop for stop in stops if stop is not None]
        return chunks(self.data, self.config.batch_size, at.order, at.batch, asked)

    def make_steps(self, batches: Batches, interrupted: Callable[[], bool]) -> tuple[Outcome, float]:
        """Make a step per batch, as far as the engine gets; return the outcome and the rate of the last step."""
        rates = self.rates(self.progress.steps, len(batches))
        outcome = self.engine.run(batches, rates, self.rng, interrupted)
        self.progress = self.progress.after_steps(batches, outcome.losses)
        return outcome, float(rates[len(outcome.losses) - 1, 0])

    def step_event(self, loss: float, rate: float, began: float) -> Step:
        """Return the event of the batches so far, of which the last had this loss and rate."""
        at, network = self.progress, partial(self.network_after, self.progress.steps)
        seconds = time.perf_counter() - began
        return Step(at.epoch + 1, at.batch, self.batches, at.steps, loss, rate, seconds, network)

    def not_finite_step(self, cause: NotFinite) -> Ending:
        """Return the end of a training whose next step would bring nan or infinity into the weights."""
        at = self.progress
        if (cause.layer, cause.what) == (1, "x"):
            template = N_(
                "epoch {epoch}, batch {batch}: X holds nan or infinity; the weights are those before this batch; fill "
                "in missing values, or leave their samples out"
            )
        else:
            template = N_(
                "epoch {epoch}, batch {batch}, layer {layer}: {what} is not finite; the weights are those before this "
                "batch; scale the inputs, lower the learning rate, or clip the gradients"
            )
        places = {"epoch": at.epoch + 1, "batch": at.batch + 1, "layer": cause.layer, "what": cause.what}
        return Ending("not finite", template, places)

    def not_finite_sum(self) -> Ending | None:
        """Return the end of a training whose losses, each of them finite, have no finite sum over the epoch."""
        if math.isfinite(self.progress.loss_sum):
            return None
        template = N_(
            "epoch {epoch}: the sum of its losses is not finite; scale the inputs, lower the learning rate, or clip "
            "the gradients"
        )
        return Ending("not finite", template, {"epoch": self.progress.epoch + 1})

    def not_finite_state(self) -> Ending | None:
        """Return the end of a training whose weights are finite, and whose optimizer state is not."""
        if self.engine.optimizer_state().is_finite():
            return None
        template = N_(
            "the optimizer state of {optimizer} is not finite, and the weights no longer change; scale the inputs, "
            "lower the learning rate, or clip the gradients"
        )
        return Ending("not finite", template, {"optimizer": type(self.config.optimizer).__name__})

    def end_iteration(self, parameters: Parameters, loss: float, began: float) -> Epoch:
        """Take the result of an iteration over all the data, which is an epoch, and return its event."""
        assert isinstance(self.data, Arrays)  # noqa: S101  (train has refused others)
        steps = self.progress.steps + 1
        self.engine.load(parameters, OptimizerState(steps, {}))
        self.progress = replace(self.progress, rows=self.data.rows, steps=steps)
        return self.end_epoch(loss, 1.0, began)

    def end_epoch(self, loss: float, rate: float, began: float) -> Epoch:
        """Measure the network after an epoch, and return the event."""
        event = self._measured(loss, rate, began)
        # After the old best weights are gone.
        if event.improved and self.config.stopping is not None and self.config.stopping.restore_best:
            self.progress = replace(self.progress, best=self.engine.parameters())
        return event

    def _measured(self, loss: float, rate: float, began: float) -> Epoch:
        at, config = self.progress, self.config
        validation_loss: float | None = None
        metrics: dict[str, float] = {}
        measured_on = self._held_out or (self.data if config.metrics else None)
        if isinstance(measured_on, Arrays):
            output, held_out = self.activations[-1], self._held_out is not None
            validation_loss, metrics = evaluate(self.engine, config, output, measured_on, loss=held_out)
        measured = {"loss": loss, "validation_loss": validation_loss, **metrics}
        early_stopping, learning_rate, stopped = self._judged(measured[self._monitor])
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
            partial(self.network_after, at.steps),
        )
        self.progress = at.after_epoch(event, early_stopping, learning_rate)
        return event

    def _judged(self, value: float | None) -> tuple[EarlyStoppingState, float, Stopped | None]:
        """Return early stopping and the base rate after this epoch, and why to stop."""
        at, stopping = self.progress, self.config.stopping or EarlyStopping(math.inf, tolerance=0.0)
        number = math.nan if value is None else value
        found = at.early_stopping.after(number, at.epoch + 1, stopping, self._greater_is_better)
        last: Stopped | None = "epochs" if at.epoch + 1 == self.config.epochs else None
        if found.waited <= stopping.patience:
            return found, at.learning_rate, last
        slower = self.config.schedule.on_plateau(at.learning_rate)
        return (found, at.learning_rate, "plateau") if slower is None else (found.reset(), slower, last)

    def network_after(self, steps: int) -> MLP:
        """Return the network, unless it has made more steps."""
        if self.progress.steps != steps:
            raise RuntimeError(
                "training has continued: read the network of an event before asking for the next one"
            )
        return with_parameters(self.network, self.engine.parameters())

    def state(self) -> TrainState:
        """Return the whole state, between two steps."""
        return TrainState(*self.engine.snapshot(), self.rng, self.progress)

    def outcome(self) -> MLP:
        """Return the network that training would have if it ended now; between any two lines of Python."""
        return self._outcome(self.engine.parameters())

    def _outcome(self, parameters: Parameters) -> MLP:
        best = self.progress.best
        return with_parameters(self.network, parameters if best is None else best)

    def trained(self, ending: Ending, start: MLP | None) -> Trained:
        """Return the outcome as it is now; between any two lines of Python."""
        at, (parameters, optimizer) = self.progress, self.engine.snapshot()
        return Trained(
            self._outcome(parameters),
            at.curves.history(),
            ending.stopped,
            ending.message(),
            at.early_stopping.best_epoch,
            Memory(optimizer, at.learning_rate, self._steps_before + optimizer.step, at.samples),
            self.config,
            start,
        )
