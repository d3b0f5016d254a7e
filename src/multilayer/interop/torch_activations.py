"""What the activations of `torch.nn` are called here, with their parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from multilayer._base.errors import InputError
from multilayer.activations import (
    CELU,
    ELU,
    GELU,
    SELU,
    Activation,
    GELUTanh,
    HardShrink,
    HardSigmoid,
    HardSwish,
    HardTanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    SoftShrink,
    Softsign,
    Tanh,
    TanhShrink,
    ThresholdedReLU,
)
from multilayer.interop.torch_tensors import array_of

__all__ = ["ACTIVATIONS"]


def _gelu(module: Any) -> Activation:
    kinds: dict[str, Activation] = {"none": GELU(), "tanh": GELUTanh()}
    if module.approximate not in kinds:
        raise InputError(f"approximate is {module.approximate!r}; expected 'none' or 'tanh'")
    return kinds[module.approximate]


def _softplus(module: Any) -> Activation:
    # Where beta a is above the threshold PyTorch returns a itself: at 20 that changes 1e-10 of the result at most, and
    # nothing in float32; far below, it is another function, with a step.
    if module.threshold < 20:
        raise InputError(
            f"threshold is {module.threshold:g}, where the function has a step; softplus has none (20 or more will do)"
        )
    return Softplus(float(module.beta))


def _threshold(module: Any) -> Activation:
    if module.value != 0:
        raise InputError(f"value is {module.value:g}; a thresholded relu is 0 below its threshold")
    return ThresholdedReLU(float(module.threshold))


def _prelu(module: Any) -> Activation:
    slopes = array_of(module, "weight").astype(np.float64).tolist()
    return PReLU(slopes[0] if len(slopes) == 1 else tuple(slopes))


def _along_units(activation: Activation) -> Callable[[Any], Activation]:
    def build(module: Any) -> Activation:
        # Without a dim PyTorch takes the second axis of a matrix.
        if module.dim not in (None, 1, -1):
            raise InputError(f"dim is {module.dim}; samples are rows, so it must be 1 or -1")
        return activation

    return build


def _plain(activation: Activation) -> Callable[[Any], Activation]:
    return lambda module: activation


ACTIVATIONS: dict[str, Callable[[Any], Activation]] = {
    "ReLU": _plain(ReLU()),
    "LeakyReLU": lambda module: LeakyReLU(float(module.negative_slope)),
    "PReLU": _prelu,
    # Its slope is drawn in training only; predicting takes the middle.
    "RReLU": lambda module: LeakyReLU((module.lower + module.upper) / 2),
    "ReLU6": _plain(ReLU6()),
    "Threshold": _threshold,
    "ELU": lambda module: ELU(float(module.alpha)),
    "CELU": lambda module: CELU(float(module.alpha)),
    "SELU": _plain(SELU()),
    "GELU": _gelu,
    "SiLU": _plain(SiLU()),
    "Mish": _plain(Mish()),
    "Softplus": _softplus,
    "Sigmoid": _plain(Sigmoid()),
    "LogSigmoid": _plain(LogSigmoid()),
    "Hardsigmoid": _plain(HardSigmoid()),
    "Hardswish": _plain(HardSwish()),
    "Tanh": _plain(Tanh()),
    "Hardtanh": lambda module: HardTanh(float(module.min_val), float(module.max_val)),
    "Softsign": _plain(Softsign()),
    "Softshrink": lambda module: SoftShrink(float(module.lambd)),
    "Hardshrink": lambda module: HardShrink(float(module.lambd)),
    "Tanhshrink": _plain(TanhShrink()),
    "Softmax": _along_units(Softmax()),
    "LogSoftmax": _along_units(LogSoftmax()),
    "Softmin": _along_units(Softmin()),
}
"""From the name of a module's class to what makes an activation of the module."""
