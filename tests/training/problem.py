"""A small problem: data, a network and options to train it with."""

import numpy as np

from multilayer import initialize


def data(rows=90, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 4))
    return X, (X @ [1.0, -2.0, 0.5, 0.0] + np.sin(X[:, 3]))[:, np.newaxis]


X, Y = data()
NET = initialize((4, 8, 1), "tanh", rng=0, dtype=np.float64)
OPTIONS = {"loss": "squared", "batch_size": 32, "rng": 0}


def bits(network):
    return [array.tobytes() for layer in network.layers for array in (layer.W, layer.b)]
