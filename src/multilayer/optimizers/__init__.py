"""Optimizers, learning-rate schedules and gradient clipping: pure functions over the parameters."""

from multilayer.optimizers import schedules
from multilayer.optimizers.adam import Adam, AdamW, RMSprop
from multilayer.optimizers.lbfgs import LBFGS, Minimum
from multilayer.optimizers.optimizer import (
    Clip,
    ClipByNorm,
    ClipByValue,
    InputScale,
    Optimizer,
    OptimizerState,
    Parameters,
)
from multilayer.optimizers.schedules import (
    Adaptive,
    Constant,
    Cosine,
    CosineLog,
    FlatCosine,
    InverseScaling,
    OneCycle,
    Schedule,
    Time,
)
from multilayer.optimizers.sgd import SGD
from multilayer.optimizers.table import get, names

__all__ = [
    "LBFGS",
    "SGD",
    "Adam",
    "AdamW",
    "Adaptive",
    "Clip",
    "ClipByNorm",
    "ClipByValue",
    "Constant",
    "Cosine",
    "CosineLog",
    "FlatCosine",
    "InputScale",
    "InverseScaling",
    "Minimum",
    "OneCycle",
    "Optimizer",
    "OptimizerState",
    "Parameters",
    "RMSprop",
    "Schedule",
    "Time",
    "get",
    "names",
    "schedules",
]


def __dir__() -> list[str]:
    return sorted(__all__)
