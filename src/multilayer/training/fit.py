"""Training without looking on."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from multilayer.network import MLP
from multilayer.training.events import Trained
from multilayer.training.loop import train

__all__ = ["fit"]


def fit(network: MLP, X: Any, y: ArrayLike | None = None, **options: Any) -> Trained:
    """Train a network as `train` does, with the same options, and return the outcome.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer import initialize
    >>> from multilayer.optimizers import Adam
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> net = initialize((2, 8, 1), "tanh", "sigmoid", rng=0)
    >>> trained = fit(net, X, [0, 1, 1, 0], loss="binary_cross_entropy", epochs=400, optimizer=Adam(0.05), rng=0)
    >>> trained.network.classify(X)
    array([0, 1, 1, 0])
    """
    events = train(network, X, y, **options)
    while True:
        try:
            next(events)
        except StopIteration as end:
            outcome: Trained = end.value
            return outcome
