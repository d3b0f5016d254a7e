"""Activation functions: value and derivative, right to the last digit."""

from importlib import import_module
from typing import Any

from multilayer._base.fields import setting
from multilayer.activations.activation import Activation, Facts, Interval
from multilayer.activations.custom import Custom
from multilayer.activations.elementwise import AlongAxis, Elementwise, curves_of
from multilayer.activations.elu import CELU, ELU, SELU, celu, elu, selu
from multilayer.activations.exponential import Exponential, Gaussian, exponential, gaussian
from multilayer.activations.gelu import GELU, GELUTanh, gelu, gelu_tanh
from multilayer.activations.hard_sigmoid import (
    HardSigmoid,
    HardSwish,
    HardTanh,
    hard_sigmoid,
    hard_swish,
    hard_tanh,
)
from multilayer.activations.identity import Identity, identity
from multilayer.activations.leaky_relu import LeakyReLU, PReLU, leaky_relu, prelu
from multilayer.activations.relu import ReLU, ReLU6, ThresholdedReLU, relu, relu6, thresholded_relu
from multilayer.activations.self_gated import Mish, SiLU, mish, silu
from multilayer.activations.shrink import (
    HardShrink,
    SoftShrink,
    TanhShrink,
    hard_shrink,
    soft_shrink,
    tanh_shrink,
)
from multilayer.activations.sigmoidal import Sigmoid, Softsign, Tanh, sigmoid, softsign, tanh
from multilayer.activations.softmax import LogSoftmax, Softmax, Softmin, log_softmax, softmax, softmin
from multilayer.activations.softplus import (
    LogSigmoid,
    Softplus,
    Squareplus,
    log_sigmoid,
    softplus,
    squareplus,
)
from multilayer.activations.sparsemax import Hardmax, Sparsemax, hardmax, sparsemax
from multilayer.activations.step import BinaryStep, Surrogate, step
from multilayer.activations.table import catalogue, get, names

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "AlongAxis",
    "BinaryStep",
    "Custom",
    "Elementwise",
    "Exponential",
    "Facts",
    "GELUTanh",
    "Gaussian",
    "HardShrink",
    "HardSigmoid",
    "HardSwish",
    "HardTanh",
    "Hardmax",
    "Identity",
    "Interval",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "PReLU",
    "Properties",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "SoftShrink",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softsign",
    "Sparsemax",
    "Squareplus",
    "Surrogate",
    "Tanh",
    "TanhShrink",
    "ThresholdedReLU",
    "catalogue",
    "celu",
    "curves_of",
    "elu",
    "exponential",
    "gaussian",
    "gelu",
    "gelu_tanh",
    "get",
    "hard_shrink",
    "hard_sigmoid",
    "hard_swish",
    "hard_tanh",
    "hardmax",
    "identity",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "measure",
    "mish",
    "names",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "setting",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softmin",
    "softplus",
    "softsign",
    "sparsemax",
    "squareplus",
    "step",
    "tanh",
    "tanh_shrink",
    "thresholded_relu",
]

# Measuring trains networks, so it stands far above this package, and is imported when first used.
_LATER = {"Properties": "multilayer.measure", "measure": "multilayer.measure"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'multilayer.activations' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_LATER[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
