"""What the native core takes: the kernels of a TrainConfig, and rows of the data in a form that it can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation, Surrogate
from multilayer.activations.elementwise import AlongAxis, Elementwise
from multilayer.backend import training as backend
from multilayer.optimizers import Optimizer, Parameters
from multilayer.training.batches import Batches
from multilayer.training.config import TrainConfig
from multilayer.training.samples import MadeRows

__all__ = ["InNumpy", "is_readable", "pieces", "plain_targets", "trainer_for"]

_PIECE = 64
"""Batches that are read at once from data that the core cannot read by itself."""
_MADE = 2**18
"""Numbers, at most, of several batches that are made at once: they stay in a cache."""
_IDENTITY: backend.ActivationKernel = ("identity", ())


@dataclass(frozen=True, eq=False)
class InNumpy:
    """The parts of a step that have no kernel."""

    activations: dict[int, Activation]
    """By layer, counted from 0."""
    loss: bool
    clip: bool
    optimizer: bool

    @property
    def any(self) -> bool:
        return bool(self.activations) or self.loss or self.clip or self.optimizer


def trainer_for(
    config: TrainConfig, activations: tuple[Activation, ...], parameters: Parameters
) -> tuple[backend.Trainer, InNumpy] | None:
    """Return a trainer with all available kernels, and the parts that have none."""
    last, hidden_dropout = len(activations) - 1, config.dropout_rates(len(activations) - 1)
    loss = config.loss.kernel(parameters[-1].size)
    optimizer = config.optimizer if isinstance(config.optimizer, Optimizer) else None
    rule = None if optimizer is None else config.with_decay(optimizer.kernel)
    clip: backend.ClipKernel | None = backend.ClipKernel()
    if config.clip is not None:  # before an optimizer without a kernel it is NumPy's too
        clip = None if rule is None else config.clip.kernel
    fused = loss is not None and isinstance(activations[last], config.loss.fused_activations)
    rates = config.rate_factors.rates([array.shape for array in parameters])
    layers: list[backend.Layer] = []
    in_numpy: dict[int, Activation] = {}
    for n, activation in enumerate(activations):
        chosen = _kernels(activation)
        if n == last and fused:
            chosen = (_IDENTITY, None)
        elif n == last and loss is None:
            chosen = None  # a loss without a kernel needs a and z, which an activation's kernel need not keep
        if chosen is None:
            in_numpy[n] = activation
        rate = hidden_dropout[n] if n < len(hidden_dropout) else 0.0
        (weight_rate, stretch), (bias_rate, _) = rates[2 * n : 2 * n + 2]
        layers.append(
            (*parameters[2 * n].shape, *(chosen or (None, None)), rate, weight_rate, bias_rate, stretch)
        )
    made = backend.trainer(
        parameters[0].dtype,
        layers,
        0 if optimizer is None or rule is None else len(optimizer.slots),
        loss=loss,
        fused=fused,
        rule=rule,
        clip=clip,
        input_scale=0.0 if rule is None else config.input_scale,
        **config.penalties,
    )
    parts = InNumpy(in_numpy, loss is None, clip is None, optimizer is not None and rule is None)
    return None if made is None else (made, parts)


def _kernels(
    activation: Activation,
) -> tuple[backend.ActivationKernel, backend.ActivationKernel | None] | None:
    """Return the forward kernel, and the backward one where it is another; None where one is missing."""
    if isinstance(activation, Surrogate):
        forward, backward = _kernel(activation.forward), _kernel(activation.backward)
        return None if forward is None or backward is None else (forward, backward)
    kernel = _kernel(activation)
    return None if kernel is None else (kernel, None)


def _kernel(activation: Activation) -> backend.ActivationKernel | None:
    # Other kinds may have a derivative that does not belong to the kernel.
    if not isinstance(activation, Elementwise | AlongAxis):
        return None
    if any(np.ndim(value) for value in activation.parameters):  # a number per unit
        return None
    return backend.activation_kernel(activation.kernel, activation.parameters)


def pieces(
    batches: Batches, dtype: np.dtype[Any], keys: NDArray[np.uint64], *, with_targets: bool
) -> Iterator[backend.Rows]:
    """Yield the batches as the core takes them: whole if it can read X, else some batches at a time.

    Made rows stand in the place of those before them: a piece is to be used before the next one is asked for.
    """
    X, weights, size = batches.X, batches.weights, batches.size
    y = plain_targets(batches.y) if with_targets else None
    if weights is not None:
        weights = np.require(weights, np.float64, ("C", "A"))
    if isinstance(X, np.ndarray) and is_readable(X):
        if batches.order is not None:
            order = np.ascontiguousarray(batches.order[batches.start : batches.stop], np.intp)
            yield backend.Rows(X, y, weights, order, size, keys)
            return
        rows = slice(batches.start, batches.stop)
        yield backend.Rows(X[rows], _rows(y, rows), _rows(weights, rows), None, size, keys)
        return
    count, made = _PIECE, None
    if isinstance(X, MadeRows):
        width = X.shape[1]
        count = max(1, min(_PIECE, _MADE // (size * width)))
        made = np.empty((min(count * size, batches.rows), width), X.dtype)
    for number, start in enumerate(range(batches.start, batches.stop, count * size)):
        stop = min(start + count * size, batches.stop)
        chosen: Any = slice(start, stop)
        if batches.order is not None:
            chosen = batches.order[chosen]
        if isinstance(X, MadeRows) and made is not None:
            x = made[: stop - start]
            X.write(chosen, x)
        else:
            x = np.require(X[chosen], dtype, ("C", "A"))
        some_keys = keys[number * count : (number + 1) * count]
        yield backend.Rows(x, _rows(y, chosen), _rows(weights, chosen), None, size, some_keys)


def _rows(array: NDArray[Any] | None, rows: Any) -> Any:
    return None if array is None else array[rows]


def is_readable(X: NDArray[Any]) -> bool:
    if X.dtype not in (np.float32, np.float64) or not X.flags.aligned:
        return False
    return X.dtype.isnative and all(stride % X.itemsize == 0 for stride in X.strides)


def plain_targets(y: NDArray[Any]) -> NDArray[Any]:
    if y.ndim == 1:
        return np.require(y, np.int64, ("C", "A"))
    return np.require(
        y, y.dtype if y.dtype in (np.float32, np.float64) and y.dtype.isnative else np.float64, "A"
    )
