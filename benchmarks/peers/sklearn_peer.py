"""scikit-learn's MLPRegressor with the same weights: the price of its predict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.cases import Layers, TrainingCase

NAME, PACKAGE = "scikit-learn", "sklearn"

_NAMES = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
_OUTPUTS = _NAMES | {"softmax": "softmax"}


def forward(layers: Layers, x: NDArray[Any]) -> Callable[[], Any] | None:
    """predict of a regressor, whose output activation is the identity unless it is told."""
    hidden, output = layers[0][2], layers[-1][2]
    if hidden not in _NAMES:
        return None
    widths = tuple(W.shape[1] for W, _, _ in layers[:-1])
    model = MLPRegressor(
        hidden_layer_sizes=widths,
        activation=_NAMES[hidden],
        max_iter=1,
        solver="sgd",
        learning_rate_init=1e-9,
    )
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((2, layers[0][0].shape[0])).astype(np.float32)
    model.partial_fit(rows, rng.standard_normal((2, layers[-1][0].shape[1])).astype(np.float32))
    model.coefs_ = [W for W, _, _ in layers]
    model.intercepts_ = [b for _, b, _ in layers]
    model.out_activation_ = _OUTPUTS.get(output, "identity")
    return lambda: model.predict(x)


def training(case: TrainingCase) -> Callable[[], float]:
    """partial_fit of a classifier, which is an epoch, from the given weights."""
    X, y = case.data()
    model = MLPClassifier(
        case.shape[1:-1],
        batch_size=case.batch,
        alpha=0.0,
        learning_rate_init=case.rate,
        random_state=np.random.RandomState(0),
    )
    classes = np.arange(case.shape[-1])
    model.partial_fit(X[: case.batch], y[: case.batch], classes=classes)
    for i, (W, b) in enumerate(case.parameters()):
        if model.coefs_[i].shape == W.shape:
            model.coefs_[i], model.intercepts_[i] = W, b
        else:  # two classes have one logistic output: the difference of the two
            model.coefs_[i], model.intercepts_[i] = W[:, 1:] - W[:, :1], b[1:] - b[:1]
    del model._optimizer

    def run() -> float:
        model.partial_fit(X, y)
        return float(model.loss_)

    return run
