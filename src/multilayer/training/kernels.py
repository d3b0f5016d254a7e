"""The core's names for what a plan is made of: activations, losses, optimizers, clipping."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from multilayer.activations import Activation, Surrogate
from multilayer.activations.along_axis import AlongAxis
from multilayer.activations.elementwise import Elementwise
from multilayer.backend import training as backend
from multilayer.losses import (
    Absolute,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
    Quantile,
    Squared,
)
from multilayer.optimizers import SGD, Adam, AdamW, ClipByNorm, ClipByValue, Optimizer, RMSprop

__all__ = [
    "IDENTITY",
    "OWN_LOSS",
    "OWN_RULE",
    "activation_kernels",
    "clip_limits",
    "loss_kernel",
    "optimizer_kernel",
]

Settings = dict[str, Any]

_LOSSES: dict[type[Loss], Callable[[Any, int], Settings | None]] = {
    Squared: lambda _, units: _loss("squared"),
    Absolute: lambda _, units: _loss("absolute"),
    MeanSquaredError: lambda _, units: _loss("mean_squared", units),
    MeanAbsoluteError: lambda _, units: _loss("mean_absolute", units),
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

_OPTIMIZERS: dict[type[Optimizer], Callable[[Any], Settings]] = {
    Adam: lambda o: _rule("adam", decays=(o.beta1, o.beta2), epsilon=o.epsilon),
    AdamW: lambda o: _rule("adam", decays=(o.beta1, o.beta2), epsilon=o.epsilon, weight_decay=o.weight_decay),
    RMSprop: lambda o: _rule("rmsprop", decays=(0.0, o.rho), epsilon=o.epsilon),
    SGD: lambda o: _rule("sgd", decays=(o.momentum, 0.0), nesterov=o.nesterov),
}

_CLIPS: dict[type[Any], Callable[[Any], tuple[float, float]]] = {
    type(None): lambda _: (math.inf, math.inf),
    ClipByValue: lambda clip: (clip.limit, math.inf),
    ClipByNorm: lambda clip: (math.inf, clip.limit),
}


def activation_kernels(activation: Activation) -> tuple[backend.Kernel, backend.Kernel | None] | None:
    """Return the kernel that goes forward, and the one that goes back where that is another; None if one is missing."""
    if isinstance(activation, Surrogate):
        forward, backward = _kernel(activation.forward), _kernel(activation.backward)
        return None if forward is None or backward is None else (forward, backward)
    kernel = _kernel(activation)
    return None if kernel is None else (kernel, None)


def _kernel(activation: Activation) -> backend.Kernel | None:
    # Other kinds may have a derivative that does not belong to the kernel.
    if not isinstance(activation, Elementwise | AlongAxis):
        return None
    if any(np.ndim(value) for value in activation.parameters):  # a number per unit
        return None
    return backend.kernel(activation.kernel, activation.parameters)


def loss_kernel(loss: Loss, units: int) -> Settings | None:
    """Return the core's settings for a loss over so many outputs; None where it is not the core's."""
    settings = _LOSSES.get(type(loss))
    return None if settings is None else settings(loss, units)


def optimizer_kernel(optimizer: Optimizer) -> Settings | None:
    """Return the core's settings for an optimizer; None where it is not the core's."""
    settings = _OPTIMIZERS.get(type(optimizer))
    return None if settings is None else settings(optimizer)


def clip_limits(clip: object) -> tuple[float, float] | None:
    """Return the limits of each entry of a gradient and of its norm; None where clipping is not the core's."""
    limits = _CLIPS.get(type(clip))
    return None if limits is None else limits(clip)


def _loss(name: str, parameter: float = 0.0, smoothing: tuple[float, int] = (0.0, 1)) -> Settings:
    share, among = smoothing
    return {
        "loss": name,
        "loss_parameter": parameter,
        "target_scale": 1.0 - share,
        "target_offset": share / among,
    }


def _rule(
    name: str,
    *,
    decays: tuple[float, float],
    epsilon: float = 0.0,
    nesterov: bool = False,
    weight_decay: float = 0.0,
) -> Settings:
    return {
        "rule": name,
        "nesterov": nesterov,
        "decay1": decays[0],
        "decay2": decays[1],
        "epsilon": epsilon,
        "weight_decay": weight_decay,
    }


IDENTITY: backend.Kernel = ("identity", ())
"""What the core is told of an output activation that is fused with the loss."""
OWN_LOSS = _loss("squared")
"""What the core is told where the loss is not its own, and is not asked for."""
OWN_RULE = _rule("own", decays=(0.0, 0.0))
"""What the core is told where something else moves the parameters."""
