"""All trainings that a cluster shares, each as a function from a cluster to the SHA-256 of its weights."""

from __future__ import annotations

import hashlib

import numpy as np

from multilayer import fit, initialize
from multilayer.optimizers import LBFGS, SGD, Adam
from multilayer.tables import Recipe, fit_table
from tests.tables.test_fitting import people, without

ROWS = 12 * 1024 + 77
EPOCHS = 3
OPTIMIZERS = {"adam": Adam(0.01), "sgd": SGD(0.1, momentum=0.9), "lbfgs": LBFGS()}
MEMBERS = 5
# Long enough that an epoch in the middle of training is reported.
RECIPE = Recipe(hidden=(24, 16), epochs=300, batch_size=64, bins_of_numbers=4)
NAMES = (*OPTIMIZERS, "bag")


class Callback:
    """Hands events of a training, and of its cluster, to a function."""

    def __init__(self, watch):
        self.worker_lost = self._watch = watch

    def __call__(self, event):
        self._watch(event)


def samples(dtype=np.float32):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((ROWS, 20)).astype(dtype)
    return X, (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)


def network_trained(cluster=None, *, optimizer="adam", X=None, y=None, watch=None, **options):
    given = samples()
    settings = {
        "loss": "categorical_cross_entropy",
        "block_sums": True,
        "batch_size": 4 * 1024 + 100,
        "epochs": EPOCHS,
        "l2": 0.01,
        "rng": 0,
        "progress": False,
        "callbacks": () if watch is None else Callback(watch),
    }
    return fit(
        initialize((20, 16, 8, 3), "tanh", "softmax", rng=0),
        given[0] if X is None else X,
        given[1] if y is None else y,
        optimizer=OPTIMIZERS[optimizer],
        cluster=cluster,
        **settings | options,
    )


def bag_trained(cluster=None, *, watch=None, recipe=RECIPE, **options):
    table = without(people(rows=600), "level")
    return fit_table(
        table, "pay", members=MEMBERS, recipe=recipe, progress=watch or False, cluster=cluster, **options
    )


def digest(networks):
    arrays = [array for network in networks for layer in network.layers for array in (layer.W, layer.b)]
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def trained(name, cluster=None, watch=None):
    """Return the SHA-256 of the weights; `watch` is called with all events."""
    if name == "bag":
        return digest(bag_trained(cluster, watch=watch).networks)
    return digest([network_trained(cluster, optimizer=name, watch=watch).network])
