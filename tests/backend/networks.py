"""Networks and samples for the tests of the forward pass, and results compared by their bits."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import MLP, Dense

Array = NDArray[Any]
KINDS = [np.float32, np.float64]
WIDTHS = [
    (1, 1),
    (2, 4, 3),
    (3, 7, 1),
    (50, 100, 100, 10),
    (33, 17, 40, 9),
    (130, 24, 25, 16),
    (784, 512, 10),
    (131, 4, 70, 2, 1),
    (512, 3, 64, 1),
    (1024, 12, 5),
    (1, 300),
    (2, 290, 4),
    (3, 519),
    (4, 260),
]
# Fewer, as many and more rows than a tile has; so many that they are shared out by columns, and by rows.
BATCHES = [1, 2, 3, 5, 6, 7, 13, 14, 15, 23, 24, 47, 48, 49, 203, 500]


def network(widths: tuple[int, ...], kind: Any, activations: Any = ("sigmoid",), seed: int = 0) -> MLP:
    rng = np.random.default_rng(seed)
    layers = []
    for i, (inputs, units) in enumerate(pairwise(widths)):
        W = (rng.standard_normal((inputs, units)) / np.sqrt(inputs)).astype(kind)
        layers.append(Dense(W, rng.standard_normal(units).astype(kind), activations[i % len(activations)]))
    return MLP(layers)


def samples(rows: int, net: MLP, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rows, net.layers[0].inputs)).astype(net.dtype)


def same_bits(one: Array, other: Array) -> bool:
    # Which nan comes of two, and its sign, is left open by IEEE 754, and by us.
    one, other = (np.where(np.isnan(array), np.nan, array).astype(array.dtype) for array in (one, other))
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def program(code: str, **variables: str) -> str:
    """Return what a new Python prints that runs `code`."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def digest() -> str:
    """Return a digest of every bit of some results."""
    import hashlib

    found = hashlib.sha256()
    for kind in KINDS:
        for widths in WIDTHS:
            net = network(widths, kind, ("relu", "sigmoid", "tanh", "softmax"))
            for rows in (1, 2, 3, 9, 30, 100):
                found.update(net(samples(rows, net)).tobytes())
    return found.hexdigest()
