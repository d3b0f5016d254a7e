"""A small network with data, and `train` as a function of one option."""

import numpy as np

from multilayer import initialize, train

X = np.linspace(-1.0, 1.0, 24).reshape(-1, 2)
Y = X[:, :1] * X[:, 1:]
NET = initialize((2, 3, 1), "tanh", rng=0)


def training(name):
    return lambda given: train(NET, X, Y, loss="squared", **{name: given})
