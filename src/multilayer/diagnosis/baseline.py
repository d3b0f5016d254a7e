"""The linear model that a network has to beat, fitted to some of the samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation, sigmoid, softmax
from multilayer.diagnosis.evidence import Floats, Integers
from multilayer.diagnosis.moments import scale_of
from multilayer.losses import Loss, binary_cross_entropy, categorical_cross_entropy
from multilayer.optimizers import LBFGS, OptimizerState
from multilayer.training import TrainConfig
from multilayer.training.numpy_engine import NumpyEngine

__all__ = ["Linear", "fitted"]

_ITERATIONS = 30
_PENALTY = 1e-3
_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Linear:
    """x -> x W + b."""

    W: NDArray[Any]
    b: NDArray[Any]

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        found: NDArray[Any] = x @ self.W + self.b
        return found


def fitted(x: NDArray[Any], y: Floats, classes: Integers | None) -> Linear | None:
    """Return the linear model of these samples: least squares for numbers, logistic regression for classes.

    None where its weights are not finite: columns or targets are too large or too small for their type.

    Raises
    ------
    MissingExtraError
        For classes, where SciPy is not installed.
    """
    size = scale_of(x)
    unit = x / size
    mean, std = unit.mean(axis=0, dtype=np.float64), unit.std(axis=0, dtype=np.float64)
    std = np.where(std > 1e-12 * np.abs(mean), std, np.inf)
    scaled = (unit - mean) / std
    try:
        W, b = _numbers(scaled, y) if classes is None else _classes(scaled, y, classes)
    except np.linalg.LinAlgError:
        return None
    W = W / std[:, np.newaxis]
    model = Linear((W / size[:, np.newaxis]).astype(x.dtype), (b - mean @ W).astype(x.dtype))
    return model if np.isfinite(model.W).all() and np.isfinite(model.b).all() else None


def _numbers(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    size = scale_of(y)
    centre = (y / size).mean(axis=0)
    # A little ridge, so that columns that are copies of each other share their weight.
    gram = x.T @ x + _PENALTY * len(x) * 1e-3 * np.eye(x.shape[1])
    return np.linalg.solve(gram, x.T @ (y / size - centre)) * size, centre * size


def _classes(x: Floats, y: Floats, classes: Integers) -> tuple[Floats, Floats]:
    inputs, units = x.shape[1], y.shape[1]
    output: Activation = sigmoid if units == 1 else softmax
    loss: Loss = binary_cross_entropy if units == 1 else categorical_cross_entropy
    engine = NumpyEngine(TrainConfig(loss=loss, l2=_PENALTY * len(x)), (output,))
    targets = classes if units > 1 else classes[:, np.newaxis]

    def parameters(vector: Floats) -> tuple[Floats, Floats]:
        return vector[:-units].reshape(inputs, units), vector[-units:]

    def value(vector: Floats) -> tuple[float, Floats]:
        engine.load(parameters(vector), OptimizerState(0, {}))
        mean, gradient = engine.objective(x, targets, None)
        return mean, np.concatenate([array.ravel() for array in gradient])

    found = np.zeros((inputs + 1) * units)

    def keep(vector: Floats, _: float) -> None:
        found[:] = vector

    LBFGS(tolerance=_TOLERANCE).minimize(value, found.copy(), _ITERATIONS, keep)
    return parameters(found)
