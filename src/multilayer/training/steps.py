"""Steps of training: gather a batch, forward, loss, backward, update; again and again.

`run_steps` is the seam behind which the native core does the same work in one call. What is here is the reference: it
says what each number is, and it runs whatever is the user's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.losses import Loss
from multilayer.optimizers import Optimizer, OptimizerState, Parameters
from multilayer.randomness import Random
from multilayer.training.backward import backward
from multilayer.training.native import native_steps

__all__ = [
    "Batches",
    "NotFinite",
    "Outcome",
    "Plan",
    "State",
    "forward",
    "objective",
    "outputs",
    "run_steps",
    "shares",
]


class Layer(NamedTuple):
    """A layer whose arrays training may replace: a `Dense` without copies and checks."""

    W: NDArray[Any]
    b: NDArray[Any]
    activation: Activation


class Record(NamedTuple):
    """What one layer did on a batch."""

    layer: Layer
    x: NDArray[Any]
    a: NDArray[Any]
    z: NDArray[Any]


@dataclass(frozen=True)
class Plan:
    """What a step does; the same for all steps of a training.

    The number that a step descends on is, over the samples i of its batch with weights w_i (1 unless given)::

        sum_i w_i loss_i / sum_i w_i  +  l2 / (2 sum_i w_i) * sum of W^2 over all layers

    which is scikit-learn's objective with alpha = l2. Biases are never penalised. Beside it, `weight_decay`
    shrinks each W by the share rate * weight_decay per step, whatever the optimizer.
    """

    activations: tuple[Activation, ...]
    loss: Loss
    optimizer: Optimizer | None
    """None where something else moves the parameters."""
    l2: float = 0.0
    weight_decay: float = 0.0
    clip: Callable[[Parameters], Parameters] | None = None
    dropout: tuple[float, ...] = ()
    """The share of units left out per hidden layer; () for none."""


@dataclass(frozen=True, eq=False)
class State:
    """What steps change: the parameters W1, b1, W2, b2, ..., and the optimizer's memory."""

    parameters: Parameters
    optimizer: OptimizerState


class Rows(Protocol):
    """What training needs of X: rows by a slice or an array of indices, as an array. `np.memmap` reads only these."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, rows: Any, /) -> NDArray[Any]: ...


@dataclass(frozen=True, eq=False)
class Batches:
    """Rows to train on, `size` at a time: those that `order` names, or all as they stand, from `start` to `stop`."""

    X: Rows
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    order: NDArray[np.intp] | None
    size: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.stop - self.start

    def __len__(self) -> int:
        return math.ceil(self.rows / self.size)

    def slice(self, first: int, last: int) -> Batches:
        """Return the batches from `first` up to `last`, counted from 0."""
        start, stop = self.start + first * self.size, self.start + last * self.size
        return replace(self, start=start, stop=min(stop, self.stop))

    def gather(
        self, number: int, dtype: np.dtype[Any]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64] | None]:
        """Return x, y and weights of batch `number`, x in the type of the network."""
        start = self.start + number * self.size
        rows: Any = slice(start, min(start + self.size, self.stop))
        if self.order is not None:
            rows = self.order[rows]
        weights = None if self.weights is None else self.weights[rows]
        return np.asarray(self.X[rows]).astype(dtype, copy=False), np.asarray(self.y[rows]), weights


@dataclass(frozen=True)
class NotFinite:
    """Where training ran into nan or infinity: the batch, counted from 0, and the layer, counted from 1."""

    batch: int
    layer: int
    what: str


@dataclass(frozen=True, eq=False)
class Outcome:
    """What `run_steps` did: the new state, and each batch's objective and sum of weights."""

    state: State
    losses: NDArray[np.float64]
    not_finite: NotFinite | None = None


def run_steps(
    plan: Plan,
    state: State,
    batches: Batches,
    rates: Sequence[float] | NDArray[np.float64],
    rng: Random,
    interrupted: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Make one step per batch, with a learning rate each, and return the new state.

    Stops early, between two batches, when `interrupted` says so, or before an update that would bring nan or
    infinity into the weights; `losses` then has an entry for each batch that was taken.
    """
    native = native_steps(plan, state.parameters)
    if native is None:
        return reference_steps(plan, state, batches, rates, rng, interrupted)
    losses: list[NDArray[np.float64]] = []
    done, total = 0, len(batches)
    while done < total:
        left = batches.slice(done, total)
        parameters, memory, taken, finite = native(
            state.parameters, state.optimizer, left, rates[done:], interrupted
        )
        state = State(parameters, memory)
        losses.append(taken)
        done += len(taken)
        if finite:
            break
        # The core notices that a step is not finite; the reference says why, or takes it: they may round differently.
        one = reference_steps(plan, state, batches.slice(done, done + 1), rates[done : done + 1], rng)
        if one.not_finite is not None:
            return replace(one, losses=np.concatenate(losses), not_finite=replace(one.not_finite, batch=done))
        state = one.state
        losses.append(one.losses)
        done += 1
    return Outcome(state, np.concatenate(losses) if losses else np.empty(0))


def reference_steps(
    plan: Plan,
    state: State,
    batches: Batches,
    rates: Sequence[float] | NDArray[np.float64],
    rng: Random,
    interrupted: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Do what `run_steps` does, in NumPy."""
    losses: list[float] = []
    for number in range(len(batches)):
        if interrupted():
            break
        x, y, weights = batches.gather(number, state.parameters[0].dtype)
        value, gradients, trouble = objective(plan, state.parameters, x, y, weights, rng)
        if trouble is None:
            new = _updated(plan, state, gradients, float(rates[number]))
            trouble = _first_not_finite(x, new.parameters)
        if trouble is not None:
            return Outcome(state, np.array(losses), NotFinite(number, *trouble))
        state = new
        losses.append(value)
    return Outcome(state, np.array(losses))


def objective(
    plan: Plan,
    parameters: Parameters,
    x: NDArray[Any],
    y: NDArray[Any],
    weights: NDArray[Any] | None,
    rng: Random | None = None,
) -> tuple[float, Parameters, tuple[int, str] | None]:
    """Return the objective on a batch, its gradient by parameter, and where it is not finite."""
    records, masks = forward(plan, parameters, x, rng)
    last = records[-1]
    values = plan.loss.values(y, last.a, last.z, last.layer.activation)
    share, total = shares(weights, len(x))
    with np.errstate(all="ignore"):
        value = float(np.dot(values.astype(np.float64, copy=False), share))
        if plan.l2 and total:
            value += 0.5 * plan.l2 * sum(_square_sum(W) for W in parameters[::2]) / total
    if not math.isfinite(value):
        return value, (), _cause(records)
    da = plan.loss.da(y, last.a, last.z, last.layer.activation) * share[:, np.newaxis].astype(x.dtype)
    gradients: list[NDArray[Any]] = []
    for layer in backward(records, da, masks=masks, inputs=False):
        dW = layer.dW + (plan.l2 / total) * layer.layer.W if plan.l2 and total else layer.dW
        gradients = [dW, layer.db, *gradients]
    return value, tuple(gradients), None


def outputs(plan: Plan, parameters: Parameters, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return weighted sums and outputs of the last layer, as they are when nothing is trained."""
    records, _ = forward(plan, parameters, x, None)
    return records[-1].a, records[-1].z


def shares(weights: NDArray[Any] | None, rows: int) -> tuple[NDArray[np.float64], float]:
    """Return each sample's share in the mean, and the sum of all weights. Weights that are all 0 give shares of 0."""
    if weights is None:
        return np.full(rows, 1.0 / rows), float(rows)
    total = float(weights.sum(dtype=np.float64))
    return (weights / total if total else np.zeros(rows)).astype(np.float64, copy=False), total


def forward(
    plan: Plan, parameters: Parameters, x: NDArray[Any], rng: Random | None
) -> tuple[list[Record], list[NDArray[Any] | None]]:
    """Return a record per layer, and what dropout multiplied its outputs by; without an `rng` there is no dropout."""
    records: list[Record] = []
    masks: list[NDArray[Any] | None] = []
    for n, activation in enumerate(plan.activations):
        layer = Layer(parameters[2 * n], parameters[2 * n + 1], activation)
        # Not the network's own weighted sums: those pack W first, which pays only where W stays as it is.
        with np.errstate(all="ignore"):
            a = np.asarray(x @ layer.W + layer.b)
        z = activation(a)
        records.append(Record(layer, x, a, z))
        left_out = plan.dropout[n] if rng is not None and n < len(plan.dropout) else 0.0
        if left_out:
            # Inverted dropout: dividing here keeps the expected value, so that predicting needs no change.
            mask = ((rng.random(z.shape) >= left_out) / (1.0 - left_out)).astype(z.dtype)  # type: ignore[union-attr]
            masks.append(mask)
            x = z * mask
        else:
            masks.append(None)
            x = z
    return records, masks


def _updated(plan: Plan, state: State, gradients: Parameters, rate: float) -> State:
    if plan.optimizer is None:
        raise TypeError("a plan without an optimizer has no steps")
    if plan.clip is not None:
        gradients = plan.clip(gradients)
    parameters, memory = plan.optimizer.update(gradients, state.optimizer, state.parameters, rate)
    if plan.weight_decay:
        parameters = tuple(
            new - rate * plan.weight_decay * old if old.ndim == 2 else new
            for new, old in zip(parameters, state.parameters, strict=True)
        )
    return State(parameters, memory)


def _square_sum(W: NDArray[Any]) -> float:
    flat = W.ravel()
    return float(np.dot(flat, flat))


def _first_not_finite(x: NDArray[Any], parameters: Parameters) -> tuple[int, str] | None:
    for n, array in enumerate(parameters):
        # A finite sum has only finite terms; where it is not, look closer, for a sum may overflow.
        with np.errstate(all="ignore"):
            suspicious = not math.isfinite(array.sum())
        if suspicious and not np.isfinite(array).all():
            if not np.isfinite(x).all():  # a bounded activation hides it from the loss, not from the gradient
                return 1, "x"
            return n // 2 + 1, "W" if n % 2 == 0 else "b"
    return None


def _cause(records: Sequence[Record]) -> tuple[int, str]:
    for n, record in enumerate(records, 1):
        for what in ("x", "a", "z"):
            if not np.isfinite(getattr(record, what)).all():
                return n, what
    return len(records), "loss"
