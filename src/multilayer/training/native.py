"""The steps of a plan in the native core, which keeps the state meanwhile.

Where the core has all parts of a plan, an epoch is one call. What it has not (an activation, a loss, an optimizer or a
clipping of the user's own, numbers per unit) is computed here, and all the rest by the core, in the stages of one step
after another: see `parts`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.backend import training as backend
from multilayer.optimizers import OptimizerState, Parameters
from multilayer.training import kernels
from multilayer.training.parts import OwnParts
from multilayer.training.plan import Batches, Plan, State

__all__ = ["Core", "CoreObjective", "core_for"]

_PIECE = 64
"""Batches that are read at once from data that the core cannot read by itself."""


def core_for(plan: Plan, state: State) -> Core | None:
    """Return the core with this state, ready to make steps of this plan; None where there is no core."""
    if isinstance(state.held, _Handle) and state.held.core.plan == plan:
        state.held.check()
        return state.held.core
    if plan.optimizer is None:
        return None
    parameters = state.parameters
    trainer, own = _trainer(plan, parameters)
    return None if trainer is None else Core(plan, trainer, own, parameters, state.optimizer)


class Core:
    """Steps of one plan, and the state that they have come to."""

    def __init__(
        self,
        plan: Plan,
        trainer: backend.Trainer,
        own: OwnParts,
        parameters: Parameters,
        memory: OptimizerState,
    ) -> None:
        self.plan, self._trainer, self._own = plan, trainer, own
        assert plan.optimizer is not None  # noqa: S101  (core_for has seen to it)
        self._slots = plan.optimizer.slots
        own.memory = memory if own.optimizer is not None else None
        slots = () if own.optimizer is not None else tuple(memory.slots[name] for name in self._slots)
        trainer.load(parameters, slots, memory.step)
        self._runs = 0
        self._taken: dict[str, Parameters] = {}

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters."""
        return self._trainer.dtype

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays that the core keeps: parameters in panels, memory, W^T, and a batch's activations."""
        return self._trainer.nbytes

    @property
    def in_one_call(self) -> bool:
        """Whether the core has all parts of the plan, and makes many steps in one call."""
        return not self._own.any

    def run(
        self,
        batches: Batches,
        rates: Sequence[float] | NDArray[np.float64],
        keys: NDArray[np.uint64],
        interrupted: Callable[[], bool],
    ) -> tuple[NDArray[np.float64], bool]:
        """Make a step per batch, the state before them being no longer there.

        Returns the objective of each batch taken, and whether there was no other reason to stop than `interrupted`:
        False if the next step is not finite, and was not made.
        """
        rates = np.ascontiguousarray(rates, np.float64)
        losses: list[NDArray[np.float64]] = []
        done, finite = 0, True
        for data in _pieces(batches, self._trainer.dtype, keys, with_targets=self._own.loss is None):
            count = data.batches
            part = batches.slice(done, done + count)
            if self._own.any:
                taken, finite = self._own.run(
                    self._trainer, data, part, rates[done : done + count], interrupted
                )
            else:
                taken, finite = self._trainer.run(data, rates[done : done + count], interrupted)
            losses.append(taken)
            done += len(taken)
            if len(taken) < count:
                break
        self._runs += 1
        return losses[0] if len(losses) == 1 else np.concatenate([np.empty(0), *losses]), finite

    def state(self) -> State:
        """Return the state after the steps so far."""
        return State.of(_Handle(self, self._runs))

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer, nothing being left out."""
        data = backend.Samples(x, None, None, None, len(x), None)
        self._trainer.open(data)
        return self._own.outputs(self._trainer, len(x))

    @property
    def steps(self) -> int:
        """Updates of the parameters so far, as the optimizer counts them."""
        return self._trainer.steps

    def parameters(self) -> Parameters:
        """Return the parameters in arrays of their own."""
        return self._get("weights")

    def optimizer(self) -> OptimizerState:
        """Return the optimizer state in arrays of its own."""
        if self._own.memory is not None:
            return self._own.memory
        slots = map(self._get, self._trainer.slots)
        return OptimizerState(self.steps, dict(zip(self._slots, slots, strict=True)))

    def newest(self) -> State:
        """Return the state after the last whole step, in arrays of its own; between any two lines of Python."""
        if self._own.before_update is not None:
            return State(*self._own.before_update)
        return State(self.parameters(), self.optimizer())

    def settled(self) -> State:
        """Return the state in arrays, one after the other in the place of what the core had."""
        self._trainer.close()
        for what in (*reversed(self._trainer.slots), "weights"):
            self._taken[what] = self._trainer.get(what)  # first, for a signal handler that reads meanwhile
            self._trainer.release(what)
        state = State(self.parameters(), self.optimizer())
        self._runs += 1
        return state

    def _get(self, what: str) -> Parameters:
        return self._taken[what] if what in self._taken else self._trainer.get(what)


class CoreObjective:
    """The objective over all samples given and its gradient, at any parameters, for who moves these himself."""

    def __init__(self, trainer: backend.Trainer, own: OwnParts) -> None:
        self._trainer, self._own = trainer, own

    @classmethod
    def of(cls, plan: Plan, parameters: Parameters) -> CoreObjective | None:
        """Return that of a plan, for parameters of this type and these shapes; None where there is no core."""
        trainer, own = _trainer(plan, parameters)
        return None if trainer is None else cls(trainer, own)

    def __call__(
        self,
        parameters: Parameters,
        x: NDArray[Any],
        y: NDArray[Any],
        weights: NDArray[np.float64] | None,
    ) -> tuple[float, Parameters]:
        """Return both; no gradient where the objective is not finite."""
        self._trainer.put("weights", parameters)
        self._trainer.begin(0)
        x = x if _is_readable(x) else x.copy()
        data = backend.Samples(
            x, _targets(y) if self._own.loss is None else None, weights, None, len(x), None
        )
        value = self._own.objective(self._trainer, data, 0, y, weights)
        if not math.isfinite(value):
            return value, ()
        self._trainer.find_gradients()
        return value, self._trainer.get("gradient")


class _Handle:
    """The state after some of the runs of a core: there until the next one has ended."""

    def __init__(self, core: Core, runs: int) -> None:
        self.core, self._runs, self._steps = core, runs, core.steps

    def newest(self) -> tuple[State, int]:
        """Return the state that the core has come to, and how many steps that is after this one."""
        state = self.core.newest()
        return state, state.optimizer.step - self._steps

    def check(self) -> None:
        """Refuse what is gone."""
        if self.core._runs != self._runs:
            raise RuntimeError("training has gone on from this state; read what you need of it before")

    def parameters(self) -> Parameters:
        """Return the parameters in arrays of their own."""
        self.check()
        return self.core.parameters()

    def optimizer(self) -> OptimizerState:
        """Return the optimizer's memory in arrays of its own."""
        self.check()
        return self.core.optimizer()

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters."""
        return self.core.dtype

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer."""
        self.check()
        return self.core.outputs(x)

    def settled(self) -> State:
        """Return the state in arrays, and end the core."""
        self.check()
        return self.core.settled()


def _trainer(plan: Plan, parameters: Parameters) -> tuple[backend.Trainer | None, OwnParts]:
    own = OwnParts(plan)
    optimizer, last, units = plan.optimizer, len(plan.activations) - 1, parameters[-1].size
    loss = plan.loss.kernel(units)
    rule = None if optimizer is None else optimizer.kernel
    clip = backend.ClipKernel() if plan.clip is None else getattr(plan.clip, "kernel", None)
    if rule is None and plan.clip is not None:
        clip = None
    layers: list[backend.Layer] = []
    fused = loss is not None and isinstance(plan.activations[last], plan.loss.fused_activations)
    for n, activation in enumerate(plan.activations):
        chosen = kernels.activation_kernels(activation)
        if n == last and fused:
            chosen = (kernels.IDENTITY, None)
        elif n == last and loss is None:
            chosen = None  # a loss of the user's own sees a and z, which a kernel need not keep
        if chosen is None:
            own.activations[n] = activation
        inputs, width = parameters[2 * n].shape
        dropout = plan.dropout[n] if n < len(plan.dropout) else 0.0
        layers.append((inputs, width, *(chosen or (None, None)), dropout))
    own.fused = fused
    own.loss = plan.loss if loss is None else None
    own.optimizer = optimizer if rule is None else None
    own.clip = plan.clip if clip is None else None
    slots = 0 if optimizer is None or rule is None else len(optimizer.slots)
    trainer = backend.trainer(
        parameters[0].dtype,
        layers,
        slots,
        loss=loss,
        fused=fused,
        rule=rule,
        clip=clip,
        l2=plan.l2,
        weight_decay=plan.weight_decay,
    )
    return trainer, own


def _pieces(
    batches: Batches, dtype: np.dtype[Any], keys: NDArray[np.uint64], *, with_targets: bool
) -> Iterator[backend.Samples]:
    """Yield the batches as the core takes them: whole if it can read X, else some batches at a time."""
    X, weights, size = batches.X, batches.weights, batches.size
    y = _targets(batches.y) if with_targets else None
    if weights is not None:
        weights = np.require(weights, np.float64, ("C", "A"))
    if isinstance(X, np.ndarray) and _is_readable(X):
        if batches.order is not None:
            order = np.ascontiguousarray(batches.order[batches.start : batches.stop], np.intp)
            yield backend.Samples(X, y, weights, order, size, keys)
            return
        rows = slice(batches.start, batches.stop)
        yield backend.Samples(X[rows], _rows(y, rows), _rows(weights, rows), None, size, keys)
        return
    for number, start in enumerate(range(batches.start, batches.stop, _PIECE * size)):
        chosen: Any = slice(start, min(start + _PIECE * size, batches.stop))
        if batches.order is not None:
            chosen = batches.order[chosen]
        x = np.require(X[chosen], dtype, ("C", "A"))
        some_keys = keys[number * _PIECE : (number + 1) * _PIECE]
        yield backend.Samples(x, _rows(y, chosen), _rows(weights, chosen), None, size, some_keys)


def _rows(array: NDArray[Any] | None, rows: Any) -> Any:
    return None if array is None else array[rows]


def _is_readable(X: NDArray[Any]) -> bool:
    if X.dtype not in (np.float32, np.float64) or not X.flags.aligned:
        return False
    return X.dtype.isnative and all(stride % X.itemsize == 0 for stride in X.strides)


def _targets(y: NDArray[Any]) -> NDArray[Any]:
    if y.ndim == 1:
        return np.require(y, np.int64, ("C", "A"))
    return np.require(
        y, y.dtype if y.dtype in (np.float32, np.float64) and y.dtype.isnative else np.float64, "A"
    )
