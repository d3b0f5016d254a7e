"""Steps of training: gather a batch, forward, loss, backward, update; again and again.

`run_steps` is the seam behind which the native core does the same work in one call. What is here is the reference: it
says what each number is, and it runs whatever is the user's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random, rewinder
from multilayer.activations import Activation
from multilayer.optimizers import Parameters
from multilayer.training.backward import backward
from multilayer.training.dropout import mask, step_keys
from multilayer.training.native import core_for
from multilayer.training.plan import Batches, NotFinite, Outcome, Plan, State, decayed, shares

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


def begun(plan: Plan, state: State) -> State:
    """Return the state where steps of this plan will be made: in the native core, or as it is."""
    core = core_for(plan, state)
    return state if core is None else core.state()


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
    infinity into the weights; `losses` then has an entry for each batch that was taken. Where the native core has
    the state (`begun`), the one before is gone afterwards.
    """
    losses: list[NDArray[np.float64]] = []
    done, total = 0, len(batches)
    while done < total:
        core = core_for(plan, state)
        if core is None:
            return reference_steps(plan, state, batches, rates, rng, interrupted)
        rewind = rewinder(rng) if plan.dropout else None
        keys = step_keys(rng, total - done, len(plan.dropout))
        taken, finite = core.run(batches.slice(done, total), rates[done:], keys, interrupted)
        state = core.state()
        losses.append(taken)
        done += len(taken)
        if done < total and rewind is not None:
            rewind()
            step_keys(rng, len(taken), len(plan.dropout))
        if finite:
            break
        # The core notices that a step is not finite; the reference says why, or takes it: they may round differently.
        one = reference_steps(plan, state, batches.slice(done, done + 1), rates[done : done + 1], rng)
        if one.not_finite is not None:
            wrong = replace(one.not_finite, batch=done)
            return Outcome(state, np.concatenate(losses), wrong)
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
    state = State(state.parameters, state.optimizer)
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


def forward(
    plan: Plan, parameters: Parameters, x: NDArray[Any], rng: Random | None
) -> tuple[list[Record], list[NDArray[Any] | None]]:
    """Return a record per layer, and what dropout multiplied its outputs by; without an `rng` there is no dropout."""
    records: list[Record] = []
    masks: list[NDArray[Any] | None] = []
    keys = None if rng is None else step_keys(rng, 1, len(plan.dropout))
    for n, activation in enumerate(plan.activations):
        layer = Layer(parameters[2 * n], parameters[2 * n + 1], activation)
        # Not the network's own weighted sums: those pack W first, which pays only where W stays as it is.
        with np.errstate(all="ignore"):
            a = np.asarray(x @ layer.W + layer.b)
        z = activation(a)
        records.append(Record(layer, x, a, z))
        if keys is not None and n < len(plan.dropout) and plan.dropout[n]:
            left_out = mask(keys[0, n], z.shape, plan.dropout[n]).astype(z.dtype)
            masks.append(left_out)
            x = z * left_out
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
    return State(decayed(plan, parameters, state.parameters, rate), memory)


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
