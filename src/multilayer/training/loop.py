"""The training loop: a generator of events."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from multilayer.errors import InputError
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import Adam, Clip, Constant, Optimizer, Schedule, Time
from multilayer.randomness import Seed, generator
from multilayer.training import data as sources
from multilayer.training.data import Arrays, Source
from multilayer.training.evaluation import evaluate
from multilayer.training.events import Epoch, Memory, Step, Stopped, Trained
from multilayer.training.metrics import Metric
from multilayer.training.position import Position, parameters_of, with_parameters
from multilayer.training.recipe import Recipe
from multilayer.training.steps import Batches, Outcome, Plan, State, run_steps
from multilayer.training.stopping import Stopping

__all__ = ["Callback", "train"]

Callback = Callable[[Step | Epoch], Any]


def train(  # noqa: PLR0913  (every one is a keyword with a default that leaves it out)
    network: MLP,
    X: Any,
    y: ArrayLike | None = None,
    *,
    loss: Loss | str,
    optimizer: Optimizer = Adam(),  # noqa: B008  (frozen)
    schedule: Schedule = Constant(),  # noqa: B008  (frozen)
    epochs: int = 200,
    batch_size: int = 200,
    shuffle: bool = True,
    validation: float | tuple[Any, ...] | None = None,
    stopping: Stopping | None = None,
    clip: Clip | None = None,
    dropout: float | Sequence[float] = 0.0,
    sample_weight: ArrayLike | None = None,
    class_weight: sources.ClassWeight = None,
    l2: float = 0.0,
    weight_decay: float = 0.0,
    metrics: Iterable[str | Metric] = (),
    rng: Seed = None,
    callbacks: Iterable[Callback] = (),
    every: int | None = None,
    after: Memory | None = None,
) -> Generator[Step | Epoch, None, Trained]:
    """Train a network, and yield what happens; the generator's return value is `Trained`.

    Nothing that is given is changed: the network that comes out is a new one. `fit` does the same without looking.

    Parameters
    ----------
    network : MLP
        Where to start, with the activations and the dtype to train in; `multilayer.initialize` makes a random one.
    X : array_like, shape (samples, inputs), or callable
        Samples, possibly memory-mapped: only a batch at a time is read and converted. Or a function that returns
        an iterable of batches (X, y) or (X, y, weights), a new one for each epoch.
    y : array_like, shape (samples, units), or (samples,)
        Targets, in the form that the loss takes.
    loss : Loss or str
        What to descend on; see `multilayer.losses`.
    optimizer : Optimizer
        The rule of an update.
    schedule : Schedule
        The learning rate over time, starting from the optimizer's own.
    epochs, batch_size : int
        Passes over the data; samples per step (never more than there are).
    shuffle : bool
        Whether each epoch has an order of its own.
    validation : float, or tuple (X, y) or (X, y, weights), optional
        A share of the samples to hold out, or data of their own, to measure after each epoch.
    stopping : Stopping, optional
        When to stop early, and whether the best weights are handed back. None: after all epochs, the last ones.
    clip : Clip, optional
        ClipByNorm or ClipByValue, applied to the gradients of a step.
    dropout : float or sequence of float
        Share of units left out at random in a step, in every hidden layer or one number per hidden layer. The others
        are scaled up by 1 / (1 - share), so that the trained network needs no change.
    sample_weight : array_like, shape (samples,), optional
        How much each sample counts in the mean.
    class_weight : mapping of class number to weight, or "balanced", optional
        How much each class counts, times sample_weight; classes that are not named count 1.
    l2 : float
        Penalty l2 / (2 n) * sum of W^2, n the sum of a batch's weights: scikit-learn's `alpha`.
    weight_decay : float
        Decoupled decay: W shrinks by the share rate * weight_decay per step.
    metrics : iterable of str or Metric
        What else to measure after each epoch: "accuracy", "r2", "mean_absolute_error", "root_mean_squared_error".
    rng : Generator, RandomState, int or None
        Where orders and dropout come from. A `RandomState` gives scikit-learn's orders.
    callbacks : iterable of callables
        Each is called with every event; one that returns True ends training.
    every : int, optional
        Yield a `Step` after so many batches. None: only epochs, which is faster.
    after : Memory, optional
        `Trained.memory` of an earlier training, to go on from.

    Yields
    ------
    Step or Epoch

    Returns
    -------
    Trained

    Raises
    ------
    InputError
        Before the first batch, when something does not fit.
    """
    recipe = Recipe.of(
        network,
        loss=loss,
        optimizer=optimizer,
        schedule=schedule,
        epochs=epochs,
        batch_size=batch_size,
        shuffle=shuffle,
        stopping=stopping,
        clip=clip,
        dropout=dropout,
        l2=l2,
        weight_decay=weight_decay,
        metrics=metrics,
    )
    if every is not None and every < 1:
        raise InputError(f"every must be at least 1 batch; got {every}")
    random = generator(rng)
    data = sources.source(network, recipe.loss, X, y, sample_weight, class_weight)
    data, held_out = _validation(network, recipe, data, validation, random)
    parameters = parameters_of(network)
    position = Position(State(parameters, optimizer.init(parameters)), random, optimizer.learning_rate)
    if after is not None:
        position.state = State(parameters, after.optimizer)
        position.learning_rate, position.steps, position.samples = (
            after.learning_rate,
            after.steps,
            after.samples,
        )
    return _Run(network, recipe, data, held_out, position, tuple(callbacks), every).events()


def _validation(
    network: MLP, recipe: Recipe, data: Source, validation: Any, random: Any
) -> tuple[Source, Arrays | None]:
    if validation is None:
        return data, None
    if isinstance(validation, tuple):
        if len(validation) not in (2, 3):
            raise InputError(f"validation has {len(validation)} parts; expected (X, y) or (X, y, weights)")
        return data, sources.arrays(network, recipe.loss, *validation)
    if not isinstance(data, Arrays):
        raise InputError("a share of batches from a function cannot be held out; give validation=(X, y)")
    return sources.split(data, validation, random)


@dataclass(eq=False)
class _Run:
    """One training under way."""

    network: MLP
    recipe: Recipe
    data: Source
    held_out: Arrays | None
    position: Position
    callbacks: tuple[Callback, ...]
    every: int | None

    def __post_init__(self) -> None:
        self.plan: Plan = self.recipe.plan(self.network)
        self.monitor, self.greater_is_better = _monitored(self.recipe, self.held_out is not None)
        batches = self.data.count(self.recipe.batch_size)
        self.batches = batches
        self.total = None if batches is None else self.position.steps + batches * self.recipe.epochs
        if self.recipe.schedule.needs_total:
            self.recipe.schedule.rate(1.0, Time(0, 0, self.total))  # refuses, where the total is not known

    def events(self) -> Generator[Step | Epoch, None, Trained]:
        while self.position.epoch < self.recipe.epochs:
            began = time.perf_counter()
            ended = yield from self._steps(began)
            if ended is not None:
                return self._trained(*ended)
            event = self._end_of_epoch(began)
            wish = self._tell(event)
            yield event
            if event.stopped is not None:
                return self._trained(event.stopped, _WORDS[event.stopped])
            if wish:
                return self._trained("callback", _WORDS["callback"])
        return self._trained("epochs", _WORDS["epochs"])

    def _steps(self, began: float) -> Generator[Step, None, tuple[Stopped, str] | None]:
        """Take the batches that are left of an epoch; return why training has to end, if it has."""
        at = self.position
        self._shuffle()
        for chunk in self._chunks():
            rates = [
                self.recipe.schedule.rate(at.learning_rate, Time(at.steps + i, at.samples, self.total))
                for i in range(len(chunk))
            ]
            outcome = run_steps(self.plan, at.state, chunk, rates, at.rng)
            self._add(chunk, outcome)
            if outcome.not_finite is not None:
                wrong = outcome.not_finite
                return "not finite", (
                    f"epoch {at.epoch + 1}, batch {at.batch + 1}, layer {wrong.layer}: {wrong.what} is not finite; the "
                    "weights are those before this batch; scale the inputs, or lower the learning rate, or clip"
                )
            if self.every is not None and at.batch % self.every == 0:
                event = Step(
                    at.epoch + 1,
                    at.batch,
                    self.batches,
                    at.steps,
                    float(outcome.losses[-1]),
                    rates[-1],
                    time.perf_counter() - began,
                    self._network,
                )
                wish = self._tell(event)
                yield event
                if wish:
                    return "callback", _WORDS["callback"]
        if not at.batch:
            raise InputError(
                "the data have no batches; expected a function that returns a new iterable for each epoch"
            )
        return None

    def _shuffle(self) -> None:
        at = self.position
        if at.batch or not isinstance(self.data, Arrays):
            return
        if at.order is None:
            at.order = self.data.chosen
        if self.recipe.shuffle:
            order = np.arange(self.data.rows) if at.order is None else at.order
            at.order = order[at.rng.permutation(self.data.rows)]

    def _chunks(self) -> Iterator[Batches]:
        """Yield what is left of the epoch, in the pieces in which it is run."""
        at, first = self.position, 0
        done = at.batch
        for batches in self.data.batches(self.recipe.batch_size, at.order):
            first, stop = max(done, 0), len(batches)
            size = self.every or stop
            while first < stop:
                last = min(first + size - first % size, stop)
                yield batches.slice(first, last)
                first = last
            done -= stop

    def _add(self, chunk: Batches, outcome: Outcome) -> None:
        at, taken = self.position, len(outcome.losses)
        sizes = np.full(taken, chunk.size)
        if taken == len(chunk) and taken:
            sizes[-1] = chunk.rows - (taken - 1) * chunk.size
        at.state = outcome.state
        at.batch += taken
        at.steps += taken
        for value, size in zip(outcome.losses.tolist(), sizes.tolist(), strict=True):
            at.loss_sum += value * size
            at.rows += size

    def _end_of_epoch(self, began: float) -> Epoch:
        at = self.position
        validation_loss, metrics = None, dict[str, float]()
        if self.held_out is not None:
            validation_loss, metrics = evaluate(
                self.plan, at.state.parameters, self.held_out, self.recipe.metrics
            )
        elif self.recipe.metrics and isinstance(self.data, Arrays):
            _, metrics = evaluate(self.plan, at.state.parameters, self.data, self.recipe.metrics)
        loss = at.loss_sum / at.rows
        last_rate = self.recipe.schedule.rate(at.learning_rate, Time(at.steps - 1, at.samples, self.total))
        at.epoch += 1
        at.samples += at.rows
        at.batch, at.rows, at.loss_sum = 0, 0, 0.0
        measured = {"loss": loss, "validation_loss": validation_loss, **metrics}
        improved, stopped = self._watch(measured[self.monitor])
        event = Epoch(
            at.epoch,
            self.recipe.epochs,
            at.steps,
            loss,
            validation_loss,
            metrics,
            last_rate,
            time.perf_counter() - began,
            improved,
            stopped,
            self._network,
        )
        at.history = at.history.with_epoch(event)
        return event

    def _watch(self, value: float | None) -> tuple[bool, Stopped | None]:
        at, stopping = self.position, self.recipe.stopping
        assert value is not None
        tolerance = 0.0 if stopping is None else stopping.tolerance
        at.watch = at.watch.after(value, at.epoch, tolerance, self.greater_is_better)
        improved = at.watch.best_epoch == at.epoch
        if improved and stopping is not None and stopping.restore_best:
            at.best = at.state.parameters
        stopped: Stopped | None = "epochs" if at.epoch == self.recipe.epochs else None
        if stopping is not None and at.watch.waited > stopping.patience:
            rate = self.recipe.schedule.on_plateau(at.learning_rate)
            if rate is None:
                return improved, "plateau"
            at.learning_rate = rate
            at.watch = at.watch.patient()
        return improved, stopped

    def _tell(self, event: Step | Epoch) -> bool:
        return any([callback(event) is True for callback in self.callbacks])

    def _network(self) -> MLP:
        return with_parameters(self.network, self.position.state.parameters)

    def _trained(self, stopped: Stopped, message: str) -> Trained:
        at = self.position
        best = at.state.parameters if at.best is None else at.best
        return Trained(
            with_parameters(self.network, best),
            at.history,
            stopped,
            message,
            at.watch.best_epoch,
            Memory(at.state.optimizer, at.learning_rate, at.steps, at.samples),
        )


_WORDS: dict[Stopped, str] = {
    "epochs": "all epochs are done",
    "plateau": "nothing improved any more",
    "callback": "a callback ended it",
}


def _monitored(recipe: Recipe, validation: bool) -> tuple[str, bool]:
    """Return what is watched, and whether more of it is better."""
    known = {"loss": False, **({"validation_loss": False} if validation else {})}
    known |= {metric.name: metric.greater_is_better for metric in recipe.metrics}
    name = recipe.stopping.monitor if recipe.stopping is not None else None
    if name is None:
        name = "validation_loss" if validation else "loss"
    if name not in known:
        raise InputError(
            f"stopping monitors {name!r}, which is not measured; measured are {', '.join(known)}"
        )
    return name, known[name]
