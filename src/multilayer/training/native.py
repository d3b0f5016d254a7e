"""What of a training the native core takes over, and how that is said to it.

All or nothing: a step with an activation, loss, optimizer or clipping of the user's own, with a surrogate, with
parameters per unit, or with dropout, whose masks NumPy draws, is the reference's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.activations.along_axis import AlongAxis
from multilayer.activations.elementwise import Elementwise
from multilayer.backend import training as core
from multilayer.losses import (
    Absolute,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    Poisson,
    Quantile,
    Squared,
)
from multilayer.optimizers import (
    SGD,
    Adam,
    AdamW,
    ClipByNorm,
    ClipByValue,
    Optimizer,
    OptimizerState,
    Parameters,
    RMSprop,
)

__all__ = ["native_steps"]

_PIECE = 64
"""Batches that are read at once from data that the core cannot read by itself."""

Outcome = tuple[Parameters, OptimizerState, NDArray[np.float64], bool]


class _Plan(Protocol):
    @property
    def activations(self) -> tuple[Activation, ...]: ...
    @property
    def loss(self) -> Loss: ...
    @property
    def optimizer(self) -> Optimizer | None: ...
    @property
    def l2(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def clip(self) -> Callable[[Parameters], Parameters] | None: ...
    @property
    def dropout(self) -> tuple[float, ...]: ...


class _Batches(Protocol):
    @property
    def X(self) -> Any: ...
    @property
    def y(self) -> NDArray[Any]: ...
    @property
    def weights(self) -> NDArray[np.float64] | None: ...
    @property
    def order(self) -> NDArray[np.intp] | None: ...
    @property
    def size(self) -> int: ...
    @property
    def start(self) -> int: ...
    @property
    def stop(self) -> int: ...


_LOSSES: dict[type[Loss], Callable[[Any, int], dict[str, Any]]] = {
    Squared: lambda _, units: _loss("squared"),
    Absolute: lambda _, units: _loss("absolute"),
    Huber: lambda loss, units: _loss("huber", loss.delta),
    Quantile: lambda loss, units: _loss("quantile", loss.q),
    Poisson: lambda _, units: _loss("poisson"),
    BinaryCrossEntropy: lambda loss, units: _loss(
        "binary_cross_entropy", smoothing=(loss.label_smoothing, 2)
    ),
    CategoricalCrossEntropy: lambda loss, units: _loss(
        "categorical_cross_entropy", smoothing=(loss.label_smoothing, units)
    ),
}

_OPTIMIZERS: dict[type[Optimizer], Callable[[Any], dict[str, Any]]] = {
    Adam: lambda o: _rule("adam", decays=(o.beta1, o.beta2), epsilon=o.epsilon),
    AdamW: lambda o: _rule("adam", decays=(o.beta1, o.beta2), epsilon=o.epsilon),
    RMSprop: lambda o: _rule("rmsprop", decays=(0.0, o.rho), epsilon=o.epsilon),
    SGD: lambda o: _rule("sgd", decays=(o.momentum, 0.0), nesterov=o.nesterov),
}


def native_steps(
    plan: _Plan, parameters: Parameters
) -> Callable[[Parameters, OptimizerState, _Batches, Any, Callable[[], bool]], Outcome] | None:
    """Return a function that makes a plan's steps in the core, or None where that does not know all of it.

    The function takes parameters, the optimizer's state, batches, their rates and `interrupted`, and returns the
    new parameters and state, the objective of each batch taken, and whether it did not stop because the next step
    is not finite.
    """
    trainer = _trainer(plan, parameters)
    if trainer is None or plan.optimizer is None:
        return None
    slots, dtype = plan.optimizer.slots, parameters[0].dtype

    def run(
        parameters: Parameters,
        memory: OptimizerState,
        batches: _Batches,
        rates: Sequence[float] | NDArray[np.float64],
        interrupted: Callable[[], bool],
    ) -> Outcome:
        step, groups = memory.step, (parameters, *(memory.slots[name] for name in slots))
        rates = np.ascontiguousarray(rates, np.float64)
        taken: list[NDArray[np.float64]] = []
        done, finite = 0, True
        for data in _pieces(batches, dtype):
            count = math.ceil((len(data.y) if data.order is None else len(data.order)) / data.size)
            groups, losses, finite = trainer.run(groups, step, data, rates[done : done + count], interrupted)
            step, done = step + len(losses), done + len(losses)
            taken.append(losses)
            if len(losses) < count:
                break
        return (
            groups[0],
            OptimizerState(step, dict(zip(slots, groups[1:], strict=True))),
            _joined(taken),
            finite,
        )

    return run


def _joined(parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])


def _trainer(plan: _Plan, parameters: Parameters) -> core.Trainer | None:
    loss, optimizer = _LOSSES.get(type(plan.loss)), _OPTIMIZERS.get(type(plan.optimizer))  # type: ignore[arg-type]
    clips = plan.clip is None or type(plan.clip) in (ClipByValue, ClipByNorm)
    if loss is None or optimizer is None or not clips or any(plan.dropout):
        return None
    activations = [_kernel(activation) for activation in plan.activations]
    from_sums = isinstance(plan.activations[-1], plan.loss.links)
    if from_sums:
        activations[-1] = (None, ())
    known = [kernel for kernel in activations if kernel is not None]
    if len(known) < len(activations):
        return None
    decay = plan.optimizer.weight_decay if isinstance(plan.optimizer, AdamW) else 0.0
    return core.trainer(
        parameters[0].dtype,
        [W.shape for W in parameters[::2]],
        known,
        loss(plan.loss, parameters[-1].size) | {"from_sums": from_sums},
        optimizer(plan.optimizer),
        l2=plan.l2,
        weight_decay=plan.weight_decay + decay,
        limit=plan.clip.limit if isinstance(plan.clip, ClipByValue) else math.inf,
        norm_limit=plan.clip.limit if isinstance(plan.clip, ClipByNorm) else math.inf,
    )


def _kernel(activation: Activation) -> core.Kernel | None:
    # Other kinds may have a derivative that does not belong to the kernel.
    if not isinstance(activation, Elementwise | AlongAxis):
        return None
    return activation.kernel, activation.parameters


def _loss(name: str, parameter: float = 0.0, smoothing: tuple[float, int] = (0.0, 1)) -> dict[str, Any]:
    share, among = smoothing
    return {
        "loss": name,
        "loss_parameter": parameter,
        "target_scale": 1.0 - share,
        "target_offset": share / among,
    }


def _rule(
    name: str, *, decays: tuple[float, float], epsilon: float = 0.0, nesterov: bool = False
) -> dict[str, Any]:
    return {
        "rule": name,
        "nesterov": nesterov,
        "decay1": decays[0],
        "decay2": decays[1],
        "epsilon": epsilon,
    }


def _pieces(batches: _Batches, dtype: np.dtype[Any]) -> Iterator[core.Data]:
    """Yield the batches as the core takes them: whole if it can read X, else some batches at a time."""
    X, y, weights, size = batches.X, _targets(batches.y), batches.weights, batches.size
    if weights is not None:
        weights = np.ascontiguousarray(weights, np.float64)
    if _is_readable(X):
        if batches.order is not None:
            order = np.ascontiguousarray(batches.order[batches.start : batches.stop], np.intp)
            yield core.Data(X, y, weights, order, size)
            return
        rows = slice(batches.start, batches.stop)
        yield core.Data(X[rows], y[rows], None if weights is None else weights[rows], None, size)
        return
    for start in range(batches.start, batches.stop, _PIECE * size):
        chosen: Any = slice(start, min(start + _PIECE * size, batches.stop))
        if batches.order is not None:
            chosen = batches.order[chosen]
        x = np.ascontiguousarray(X[chosen], dtype)
        yield core.Data(x, y[chosen], None if weights is None else weights[chosen], None, size)


def _is_readable(X: Any) -> bool:
    if not isinstance(X, np.ndarray) or X.dtype not in (np.float32, np.float64) or not X.flags.aligned:
        return False
    return X.dtype.isnative and all(stride % X.itemsize == 0 for stride in X.strides)


def _targets(y: NDArray[Any]) -> NDArray[Any]:
    if y.ndim == 1:
        return np.ascontiguousarray(y, np.int64)
    return np.require(
        y, y.dtype if y.dtype in (np.float32, np.float64) and y.dtype.isnative else np.float64, "A"
    )
