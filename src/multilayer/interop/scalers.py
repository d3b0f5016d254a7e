"""Scalers of scikit-learn that stand before a network, as a part of its first layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from multilayer._base.errors import InputError, located
from multilayer.interop.affine import Affine
from multilayer.interop.opened import Step
from multilayer.network import MLP, Dense

__all__ = ["behind"]


def behind(steps: tuple[Step, ...], network: MLP) -> MLP:
    """Return the network that does what the steps and then this network do.

    Raises
    ------
    InputError
        For a step that is no multiplication and addition per column.
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
    names = [str(name) for name in getattr(steps[0].transformer, "feature_names_in_", ())]
    return MLP(
        [layer, *others],
        classes=network.classes,
        inputs=names if names and len(set(names)) == len(names) else None,
    )


def _affine(scaler: Any, columns: int) -> Affine:
    """Return what a scaler does, known by the function that is its transform."""
    transform = getattr(type(scaler), "transform", None)
    numbers = _SCALERS.get(getattr(transform, "__qualname__", ""))
    if numbers is None or not transform.__module__.startswith("sklearn.preprocessing."):
        raise InputError(
            "it is no scaling of columns that a layer could do; give the last step, pipeline[-1], "
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
"""Centre, spread, scale and shift of each, None for one that it does not have."""
