"""The small task that activations are compared on: a network of one kind has to imitate a fixed function."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.network import MLP
from multilayer.network.initialized import initialize

__all__ = ["network_for", "task"]

_SAMPLES, _INPUTS, _UNITS = 128, 8, 24


@functools.cache
def task() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return standard normal X of shape (128, 8), and y: products and waves of it, with mean 0 and variance 1."""
    X = np.random.default_rng(0).standard_normal((_SAMPLES, _INPUTS))
    y = X[:, 0] * X[:, 1] + np.sin(2.0 * X[:, 2]) + X[:, 3:].sum(axis=1) / 2.0
    y = (y - y.mean()) / y.std()
    return X, y[:, np.newaxis]


def network_for(activation: Activation, seed: int) -> MLP:
    """Return a network of two hidden layers of 24 units for it, with random weights."""
    return initialize((_INPUTS, _UNITS, _UNITS, 1), activation, dtype=np.float64, rng=seed)
