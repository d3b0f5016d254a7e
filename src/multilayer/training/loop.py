"""The training loop: an iterator of events."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from copy import copy
from typing import Self

import numpy as np

from multilayer._base.errors import InputError
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Minimum, Time
from multilayer.training import full_batch
from multilayer.training.callbacks import Callback, tell_end
from multilayer.training.checkpoint_writer import CheckpointWriter
from multilayer.training.config import TrainConfig
from multilayer.training.consistent import ConsistentRead
from multilayer.training.data import Arrays, Source
from multilayer.training.evaluation import evaluate
from multilayer.training.events import Epoch, Memory, Step, Stopped, Trained
from multilayer.training.interruption import Interruption
from multilayer.training.plan import Batches, NotFinite, Outcome
from multilayer.training.state import TrainState, with_parameters
from multilayer.training.steps import begun, run_steps

__all__ = ["Training"]

_WORDS: dict[Stopped, str] = {
    "epochs": "all epochs are done",
    "plateau": "nothing improved any more",
    "interrupted": "interrupted",
    "callback": "ended by whoever looked on",
}
_MEND = "scale the inputs, lower the learning rate, or clip the gradients"


class Training(Iterator[Step | Epoch]):
    """A training under way: yields its events, and has the outcome as `trained`.

    >>> from multilayer import initialize, train
    >>> training = train(initialize((1, 2, 1), rng=0), [[0.0], [1.0]], [1.0, 3.0], loss="squared", epochs=2, rng=0)
    >>> [event.epoch for event in training], training.trained.stopped
    ([1, 2], 'epochs')
    """

    def __init__(
        self,
        network: MLP,
        recipe: TrainConfig,
        data: Source,
        held_out: Arrays | None,
        position: TrainState,
        callbacks: tuple[Callback, ...],
        every: int | None,
        keeper: CheckpointWriter | None,
    ) -> None:
        self.network = network
        """The network that training started from."""
        self.recipe = recipe
        self.interruption = Interruption()
        self.minimum: Minimum | None = None
        """What an optimizer with a loop of its own came to, when it has ended by itself."""
        self._data, self._held_out, self._at = data, held_out, position
        self._callbacks, self._every, self._keeper = callbacks, every, keeper
        self._plan = recipe.plan(network)
        self._monitor, self._greater_is_better = recipe.monitored(held_out is not None)
        self._batches = data.count(recipe.batch_size)
        # The end is counted from where this training began, which a checkpoint or an earlier training may have moved.
        began = position.steps - position.batch - position.epoch * (self._batches or 0)
        self._total = None if self._batches is None else began + self._batches * recipe.epochs
        if recipe.schedule.needs_total:
            recipe.schedule.rate(1.0, Time(0, 0, self._total))  # refuses, where the total is not known
        if keeper is not None and position.ended is None and position.epoch < recipe.epochs:
            keeper.check_ready(position)
        self._stop_asked = False
        self._end_is_told = False
        self._whole = copy(position)
        """The position when it was last whole: each of its fields belongs to the same moment."""
        self._trained = ConsistentRead(self._outcome)
        self._ended: tuple[Stopped, str] = ("callback", _WORDS["callback"])
        self._events = self._lbfgs() if isinstance(recipe.optimizer, LBFGS) else self._epochs()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Step | Epoch:
        with self.interruption:
            with self._trained.changing():
                event = next(self._events, None)
            if event is None:
                self._tell_end()
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

    def _outcome(self) -> Trained:
        at = self._whole
        state, steps = at.state.newest()
        return Trained(
            with_parameters(self.network, state.parameters if at.best is None else at.best),
            at.history,
            *self._ended,
            at.watch.best_epoch,
            Memory(state.optimizer, at.learning_rate, at.steps + steps, at.samples),
            self.recipe,
            at.start,
        )

    def _epochs(self) -> Generator[Step | Epoch, None, None]:
        at = self._at
        ended: Stopped | None = at.ended or (None if at.epoch < self.recipe.epochs else "epochs")
        if ended is None:
            at.state = begun(self._plan, at.state)
            self._whole = copy(at)
        while ended is None:
            began = time.perf_counter()
            failed = yield from self._steps(began)
            if failed is not None:
                self._ended = failed
                break
            if not math.isfinite(at.loss_sum):
                self._ended = (
                    "not finite",
                    f"epoch {at.epoch + 1}: the sum of its losses is not finite; {_MEND}",
                )
                break
            last_rate = self._rate(at.steps - 1)
            event = self._end_of_epoch(at.loss_sum / at.rows, last_rate, began)
            ended = event.stopped
            if self._keeper is not None:
                at.ended = "plateau" if ended == "plateau" else None
                if ended is not None or self._keeper.is_due(at.epoch):
                    self._keeper.save(at)
            self._tell(event)
            yield event
            ended = ended or self._wish()
        if ended is not None:
            self._ended = (ended, _WORDS[ended])
        if self._keeper is not None and self._ended[0] in ("interrupted", "callback"):
            self._keeper.save(at)
        at.state = at.state.settled()
        if self._ended[0] != "not finite" and not at.state.optimizer.is_finite():
            self._ended = (
                "not finite",
                f"a number that {type(self.recipe.optimizer).__name__} remembers is not finite, so that weights stand "
                f"still; {_MEND}",
            )
        self._whole = copy(at)

    def _steps(self, began: float) -> Generator[Step, None, tuple[Stopped, str] | None]:
        """Take the batches that are left of an epoch; return why training has to end, if it has."""
        at = self._at
        self._shuffle()
        for chunk in self._chunks():
            rates = [self._rate(at.steps + i) for i in range(len(chunk))]
            outcome = run_steps(self._plan, at.state, chunk, rates, at.rng, self._between_steps)
            self._add(chunk, outcome)
            if outcome.not_finite is not None:
                return "not finite", _place(at, outcome.not_finite)
            if self._every is not None and len(outcome.losses) and at.batch % self._every == 0:
                seconds = time.perf_counter() - began
                rate, loss = rates[len(outcome.losses) - 1], float(outcome.losses[-1])
                event = Step(
                    at.epoch + 1, at.batch, self._batches, at.steps, loss, rate, seconds, self._network
                )
                self._tell(event)
                yield event
            wish = self._wish()
            # After the last batch the epoch is whole, and is told before training ends.
            if wish is not None and not (self._batches is not None and at.batch == self._batches):
                return wish, _WORDS[wish]
        if not at.batch:
            raise InputError(
                "the data have no batches; expected a function that returns new ones for each epoch"
            )
        return None

    def _lbfgs(self) -> Generator[Epoch, None, None]:
        """Every iteration over all the data is an epoch."""
        at, data, optimizer = self._at, self._data, self.recipe.optimizer
        assert isinstance(data, Arrays)  # noqa: S101  (the recipe has refused others)
        assert isinstance(optimizer, LBFGS)  # noqa: S101
        minimizer = full_batch.Minimizer(optimizer, self._plan, at.state, data, self.recipe.epochs)
        began = time.perf_counter()
        ended: Stopped | None = None
        with minimizer:
            for state, loss in minimizer:
                at.state, at.rows, at.steps = state, data.rows, at.steps + 1
                event = self._end_of_epoch(loss, 1.0, began)
                self._tell(event)
                yield event
                began = time.perf_counter()
                ended = event.stopped if event.stopped != "epochs" else None
                ended = ended or self._wish()
                if ended is not None:
                    break
        self.minimum = minimizer.minimum
        if ended is not None:
            self._ended = (ended, _WORDS[ended])
        elif self.minimum is not None and not math.isfinite(self.minimum.value):
            self._ended = ("not finite", f"the loss of all samples is not finite; {_MEND}")
        elif self.minimum is not None:
            self._ended = ("epochs" if self.minimum.status == 1 else "plateau", self.minimum.message)

    def _rate(self, step: int) -> float:
        at = self._at
        return self.recipe.schedule.rate(at.learning_rate, Time(step, at.samples, self._total))

    def _shuffle(self) -> None:
        """Draw the order of an epoch, once: an interruption may have come between its order and its first batch."""
        at = self._at
        if not at.drawn and isinstance(self._data, Arrays):
            if at.order is None:
                at.order = self._data.chosen
            if self.recipe.shuffle:
                order = np.arange(self._data.rows) if at.order is None else at.order
                at.order = order[at.rng.permutation(self._data.rows)]
        at.drawn = True

    def _chunks(self) -> Iterator[Batches]:
        """Yield what is left of the epoch, in the pieces in which it is run."""
        done = self._at.batch
        for batches in self._data.batches(self.recipe.batch_size, self._at.order):
            first, stop = max(done, 0), len(batches)
            size = self._every or stop
            while first < stop:
                last = min(first + size - first % size, stop)
                yield batches.slice(first, last)
                first = last
            done -= stop

    def _add(self, chunk: Batches, outcome: Outcome) -> None:
        at, taken = self._at, len(outcome.losses)
        at.state = outcome.state
        at.batch += taken
        at.steps += taken
        for number, value in enumerate(outcome.losses.tolist()):
            rows = min(chunk.size, chunk.rows - number * chunk.size)
            at.loss_sum += value * rows
            at.rows += rows
        self._whole = copy(at)

    def _end_of_epoch(self, loss: float, rate: float, began: float) -> Epoch:
        at = self._at
        validation_loss, metrics = None, dict[str, float]()
        measured_on = self._held_out or (self._data if self.recipe.metrics else None)
        if isinstance(measured_on, Arrays):
            mean, metrics = evaluate(
                self._plan, at.state, measured_on, self.recipe.metrics, self.recipe.batch_size
            )
            validation_loss = None if self._held_out is None else mean
        at.epoch += 1
        at.samples += at.rows
        at.batch, at.rows, at.loss_sum, at.drawn = 0, 0, 0.0, False
        measured = {"loss": loss, "validation_loss": validation_loss, **metrics}
        improved, stopped = self._judge(measured[self._monitor])
        seconds = time.perf_counter() - began
        event = Epoch(
            at.epoch,
            self.recipe.epochs,
            at.steps,
            loss,
            validation_loss,
            metrics,
            rate,
            seconds,
            improved,
            stopped,
            self._network,
        )
        at.history = at.history.with_epoch(event)
        self._keep_if_best(improved)
        return event

    def _keep_if_best(self, improved: bool) -> None:
        at, stopping = self._at, self.recipe.stopping
        if improved and stopping is not None and stopping.restore_best:
            at.best = None  # room for the new ones
            self._whole = copy(at)
            at.best = at.state.parameters
        self._whole = copy(at)

    def _judge(self, value: float | None) -> tuple[bool, Stopped | None]:
        at, stopping = self._at, self.recipe.stopping
        tolerance = 0.0 if stopping is None else stopping.tolerance
        at.watch = at.watch.after(
            math.nan if value is None else value, at.epoch, tolerance, self._greater_is_better
        )
        improved = at.watch.best_epoch == at.epoch
        if stopping is not None and at.watch.waited > stopping.patience:
            rate = self.recipe.schedule.on_plateau(at.learning_rate)
            if rate is None:
                return improved, "plateau"
            at.learning_rate, at.watch = rate, at.watch.patient()
        return improved, "epochs" if at.epoch == self.recipe.epochs else None

    def _tell(self, event: Step | Epoch) -> None:
        with self._trained.whole():
            for callback in self._callbacks:
                if callback(event) is True:
                    self._stop_asked = True

    def _between_steps(self) -> bool:
        """Answer whoever asked for the outcome meanwhile, and return whether to end."""
        self._trained.answer()
        return self.interruption.requested

    def _tell_end(self) -> None:
        if not self._end_is_told:
            self._end_is_told = True
            tell_end(self._callbacks, self.trained)

    def _wish(self) -> Stopped | None:
        if self.interruption.requested:
            return "interrupted"
        return "callback" if self._stop_asked else None

    def _network(self) -> MLP:
        return with_parameters(self.network, self._at.state.parameters)


def _place(at: TrainState, wrong: NotFinite) -> str:
    return (
        f"epoch {at.epoch + 1}, batch {at.batch + 1}, layer {wrong.layer}: {wrong.what} is not finite; the weights are "
        f"those before this batch; {_MEND}"
    )
