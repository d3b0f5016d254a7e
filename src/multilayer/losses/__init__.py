"""Losses: how far a network is from its targets, and the way back."""

from multilayer.losses.likelihoods import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Poisson,
    binary_cross_entropy,
    categorical_cross_entropy,
    poisson,
)
from multilayer.losses.loss import Loss, LossFacts
from multilayer.losses.residuals import (
    Absolute,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    Quantile,
    Squared,
    absolute,
    huber,
    mean_absolute_error,
    mean_squared_error,
    quantile,
    squared,
)
from multilayer.losses.table import catalogue, for_activation, get, names

__all__ = [
    "Absolute",
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "Huber",
    "Loss",
    "LossFacts",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Poisson",
    "Quantile",
    "Squared",
    "absolute",
    "binary_cross_entropy",
    "catalogue",
    "categorical_cross_entropy",
    "for_activation",
    "get",
    "huber",
    "mean_absolute_error",
    "mean_squared_error",
    "names",
    "poisson",
    "quantile",
    "squared",
]


def __dir__() -> list[str]:
    return sorted(__all__)
