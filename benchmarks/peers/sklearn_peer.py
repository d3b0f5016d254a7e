"""scikit-learn's MLPRegressor with the same weights: the price of its predict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor

from benchmarks.cases import Layers

NAME, PACKAGE = "scikit-learn", "sklearn"

_NAMES = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}


def forward(layers: Layers, x: NDArray[Any]) -> Callable[[], Any] | None:
    """predict of a regressor, whose output activation is the identity unless it is told."""
    hidden, output = layers[0][2], layers[-1][2]
    if hidden not in _NAMES:
        return None
    widths = tuple(W.shape[1] for W, _, _ in layers[:-1])
    model = MLPRegressor(widths, activation=_NAMES[hidden], max_iter=1, solver="sgd", learning_rate_init=1e-9)
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((2, layers[0][0].shape[0])).astype(np.float32)
    model.partial_fit(rows, rng.standard_normal((2, layers[-1][0].shape[1])).astype(np.float32))
    model.coefs_ = [W for W, _, _ in layers]
    model.intercepts_ = [b for _, b, _ in layers]
    model.out_activation_ = _NAMES.get(output, "identity")
    return lambda: model.predict(x)
