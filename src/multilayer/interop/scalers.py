"""Centring and scaling of columns, as by scikit-learn's scalers, folded into the layer before or after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer.interop.containers import Steps, input_names
from multilayer.network import MLP, Dense

__all__ = ["Affine", "Floats", "Weights", "with_steps"]

Floats = NDArray[np.float64]
Weights = tuple[NDArray[Any], NDArray[Any]]
"""W of shape (inputs, units), and b."""


@dataclass(frozen=True, eq=False)
class Affine:
    """x -> (x - centre) / std * scale + shift, column by column, with all numbers in float64."""

    centre: Floats
    std: Floats
    scale: Floats
    shift: Floats

    def after(self, W: Floats, b: Floats) -> Weights:
        """Return the layer that computes x W + b and then this."""
        factor = self.scale / self.std
        return W * factor, (b - self.centre) * factor + self.shift

    def before(self, W: Floats, b: Floats) -> Weights:
        """Return the layer that computes this and then x W + b."""
        factor = self.scale / self.std
        return factor[:, np.newaxis] * W, b + (self.shift - self.centre * factor) @ W

    def check_before(self, dtype: np.dtype[Any]) -> None:
        """Refuse columns that would lose more than half of their digits when `before` is computed in this dtype.

        There the centre is subtracted after the product: a column whose centre is r standard deviations from 0 loses a
        factor r of its precision.

        Raises
        ------
        InputError
            For such a column.
        """
        distance = np.abs(self.centre / self.std)
        worst = int(distance.argmax())
        if distance[worst] > 1.0 / np.sqrt(np.finfo(dtype).eps):
            raise InputError(
                f"the mean of column {worst + 1} is {distance[worst]:.2g} standard deviations from 0; folded into the "
                f"next layer, {dtype} would lose more than half of its digits; standardize the data yourself and give "
                "the layers behind"
            )


def with_steps(steps: Steps, network: MLP) -> MLP:
    """Return the network that computes the steps and then `network`, with the steps folded into its first layer.

    Raises
    ------
    InputError
        For a step that is not a multiplication and addition per column.
    """
    if not steps:
        return network
    first, *others = network.layers
    W, b = first.W.astype(np.float64), first.b.astype(np.float64)
    for step in reversed(steps):
        with located(str(step)):
            affine = _affine(step.transformer, first.inputs)
            affine.check_before(network.dtype)
        W, b = affine.before(W, b)
    layer = Dense(W.astype(network.dtype), b.astype(network.dtype), first.activation)
    return MLP([layer, *others], classes=network.classes, inputs=input_names(steps[0].transformer))


def _affine(scaler: Any, columns: int) -> Affine:
    """Return what a scaler does, recognized by the function of its class that transforms."""
    transform = getattr(type(scaler), "transform", None)
    numbers = _SCALERS.get(getattr(transform, "__qualname__", ""))
    if numbers is None or not transform.__module__.startswith("sklearn.preprocessing."):
        raise InputError(
            "it is not a scaling of columns, as a layer can do; give the last step, pipeline[-1], "
            "and what pipeline[:-1].transform(X) returns as samples"
        )
    if not hasattr(scaler, "n_features_in_"):
        raise InputError("it is not fitted; fit the pipeline first")
    if getattr(scaler, "clip", False):
        raise InputError("it clips what is out of range, which a layer cannot do; set clip=False")
    zeros, ones = np.zeros(columns), np.ones(columns)
    found = [
        default if value is None else np.asarray(value, np.float64)
        for value, default in zip(numbers(scaler), (zeros, ones, ones, zeros), strict=True)
    ]
    return Affine(*found)


_SCALERS: dict[str, Callable[[Any], tuple[Any, Any, Any, Any]]] = {
    "StandardScaler.transform": lambda s: (s.mean_ if s.with_mean else None, s.scale_, None, None),
    "RobustScaler.transform": lambda s: (s.center_, s.scale_, None, None),
    "MaxAbsScaler.transform": lambda s: (None, s.scale_, None, None),
    # x * scale_ + min_ is (x + min_ / scale_) * scale_: its centre is what becomes 0.
    "MinMaxScaler.transform": lambda s: (-s.min_ / s.scale_, 1.0 / s.scale_, None, None),
}
"""Centre, std, scale and shift of each; None for one that it does not have."""
