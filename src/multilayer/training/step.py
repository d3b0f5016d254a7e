"""A step: from gradients to new parameters and a new optimizer state, in NumPy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.optimizers import InputScale, Optimizer, OptimizerState, Parameters
from multilayer.training.config import TrainConfig
from multilayer.training.rates import ArrayRate

__all__ = ["updated", "with_input_scale"]


def with_input_scale(config: TrainConfig, parameters: Parameters, memory: OptimizerState) -> OptimizerState:
    """Return the state with a scale of the inputs where one is trained, and without one elsewhere."""
    if not config.input_scale:
        return memory if memory.scale is None else replace(memory, scale=None)
    W = parameters[0]
    scale = memory.scale or InputScale.start(W, tuple(memory.slots))
    return replace(memory, scale=scale.of(W))


def updated(
    config: TrainConfig,
    gradients: Parameters,
    parameters: Parameters,
    memory: OptimizerState,
    rate: float,
    decaying: float = 1.0,
) -> tuple[Parameters, OptimizerState]:
    """Make a step: clip the gradients, let the optimizer move each array, and let each W decay.

    The rate of an array is the learning rate times its own factor, and each W loses the fraction rate * weight_decay of
    what it was, whatever the optimizer; `decaying` is a factor of weight_decay. With `rate_factors.by_inputs` the
    optimizer sees V in place of W, and dW / stretch as its gradient.

    With a trained scale s of the inputs, W1 = diag(s) U, and the optimizer sees U and s::

        dU = diag(s) dW1        ds_i = sum_j U_ij dW1_ij
    """
    optimizer, scale = config.optimizer, memory.scale
    if not isinstance(optimizer, Optimizer):
        raise TypeError("L-BFGS makes no steps on batches")
    if config.clip is not None:
        gradients = config.clip(gradients)
    rates = config.rate_factors.rates([array.shape for array in parameters])
    slots: list[Parameters] = list(zip(*(memory.slots[name] for name in optimizer.slots), strict=True))
    t, dW1 = memory.step + 1, gradients[0]

    def moved(
        w: NDArray[Any], g: NDArray[Any], old: Parameters, own: ArrayRate, decay: float = 0.0
    ) -> tuple[NDArray[Any], ...]:
        factor, stretch = own
        if stretch != 1.0:
            new, *kept = optimizer.checked_formula(t, rate * factor, w * stretch, g / stretch, *old)
            new = new / stretch
        else:
            new, *kept = optimizer.checked_formula(t, rate * factor, w, g, *old)
        return new - rate * decay * factor * w if decay else new, *kept

    with np.errstate(all="ignore"):
        if scale is not None:
            parameters = (scale.weights, *parameters[1:])
            gradients = (scale.scale[:, np.newaxis] * dW1, *gradients[1:])
        new = [
            moved(w, g, old, own, config.weight_decay * decaying if w.ndim == 2 else 0.0)
            for w, g, old, own in zip(
                parameters, gradients, slots or [()] * len(parameters), rates, strict=True
            )
        ]
        if scale is not None:
            ds, old = (scale.weights * dW1).sum(axis=1), tuple(scale.slots[name] for name in optimizer.slots)
            s, *kept = moved(scale.scale, ds, old, ArrayRate(config.input_scale))
            scale = InputScale(new[0][0], s, dict(zip(optimizer.slots, kept, strict=True)))
            new[0] = scale.folded(), *new[0][1:]
    after, *memories = zip(*new, strict=True)
    return after, OptimizerState(t, dict(zip(optimizer.slots, memories, strict=True)), scale)
