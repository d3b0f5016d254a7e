"""Healthy networks: scikit-learn's bundled data sets, ten activations, well trained and early in training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.diagnosis import TrainingRecord
from multilayer.optimizers import Adam
from tests.diagnosis.scenarios.subject import Scenario, Subject, trained

__all__ = ["HEALTHY"]

DATA = ("iris", "wine", "breast_cancer", "digits", "diabetes", "linnerud")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "silu", "elu", "selu", "softplus", "mish", "leaky_relu")
HIDDEN = {
    "iris": (16,),
    "wine": (16, 16),
    "breast_cancer": (20, 10),
    "digits": (32,),
    "diabetes": (16,),
    "linnerud": (8,),
}


@cache
def bundled(name: str) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return a data set, columns standardized where they change, numbers to be predicted standardized too."""
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(spread == 0, 1.0, spread)
    if name in ("diabetes", "linnerud"):
        y = y.reshape(len(y), -1).astype(np.float64)
        return X, (y - y.mean(axis=0)) / y.std(axis=0)
    return X, y.astype(np.int64)


def _well_trained(name: str, activation: str) -> Callable[[int], Subject]:
    epochs = 25 if name == "digits" else 80
    return lambda seed: trained(
        bundled(name), HIDDEN[name], activation, seed, optimizer=Adam(0.01), epochs=epochs, batch_size=64
    )


def _under_way(name: str, activation: str, epochs: int) -> Callable[[int], Subject]:
    """Looked at after a few epochs of a training that goes on: nothing is known of how it will end."""

    def make(seed: int) -> Subject:
        subject = trained(bundled(name), HIDDEN[name], activation, seed, optimizer=Adam(0.01), epochs=epochs)
        return replace(
            subject,
            course=TrainingRecord(history=subject.course.history, start=subject.course.start, epochs=80),
        )

    return make


HEALTHY = [
    Scenario(
        f"well trained {DATA[n % len(DATA)]} {activation}",
        None,
        _well_trained(DATA[n % len(DATA)], activation),
    )
    for n, activation in enumerate((*ACTIVATIONS, *ACTIVATIONS[3:], *ACTIVATIONS[:5]))
] + [
    Scenario(
        f"after {epochs} epochs {DATA[n % len(DATA)]} {activation}",
        None,
        _under_way(DATA[n % len(DATA)], activation, epochs),
    )
    for n, (activation, epochs) in enumerate(
        (activation, epochs) for epochs in (1, 3) for activation in (*ACTIVATIONS, "softsign")
    )
]
