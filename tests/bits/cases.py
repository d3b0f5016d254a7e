"""Trainings and networks made from a number each, whose bits are known: optimizers, losses, schedules, activations.

All numbers that go in are drawn uniformly, so that no mathematical library of the machine has a part in them.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from multilayer import MLP, Dense, fit
from multilayer.optimizers import (
    SGD,
    Adam,
    AdamW,
    Adaptive,
    ClipByNorm,
    ClipByValue,
    Constant,
    Cosine,
    InverseScaling,
    OneCycle,
    RMSprop,
)
from multilayer.training import EarlyStopping

__all__ = ["NETWORKS", "TRAININGS", "outputs", "weights"]

NETWORKS, TRAININGS = range(100), range(40)
_OPTIMIZERS = (
    Adam(0.01),
    SGD(0.05),
    AdamW(0.01),
    RMSprop(0.01),
    SGD(0.05, momentum=0.0, nesterov=False),
    SGD(0.05, momentum=0.5, nesterov=False),
)
_SCHEDULES = (Constant(), Cosine(), InverseScaling(), OneCycle(), Adaptive())
_CLIPS = (None, ClipByNorm(0.5), ClipByValue(0.1))
_SHAPES = ((3, 4, 2), (20, 100, 2), (50, 64, 64, 5), (7, 33, 17, 3), (130, 40, 10))
_LOSSES = {
    "squared": "identity",
    "absolute": "tanh",
    "huber": "identity",
    "quantile": "identity",
    "binary_cross_entropy": "sigmoid",
    "categorical_cross_entropy": "softmax",
    "poisson": "softplus",
}
"""Losses, and an output activation for each."""
_HIDDEN = [
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "gelu_tanh",
    "silu",
    "mish",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "hard_tanh",
    "hard_swish",
    "relu6",
    "celu",
    "log_sigmoid",
    "squareplus",
    "gaussian",
]
_ACTIVATIONS = [*_HIDDEN, "step", "identity", "softmax", "log_softmax"]


def _hash(*arrays: Any) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _network(rng: np.random.Generator, shape: tuple[int, ...], names: list[Any], dtype: Any) -> MLP:
    layers = []
    for inputs, units, activation in zip(shape, shape[1:], names, strict=False):
        limit = np.sqrt(3.0 / inputs)
        W, b = rng.uniform(-limit, limit, (inputs, units)), rng.uniform(-0.1, 0.1, units)
        layers.append(Dense(W.astype(dtype), b.astype(dtype), activation))
    return MLP(layers)


def outputs(number: int) -> str:
    """Return the hash of a network's outputs, for few and many rows."""
    rng = np.random.default_rng(1000 + number)
    depth = int(rng.integers(1, 5))
    shape = tuple(int(width) for width in rng.integers(1, 150, depth + 1))
    names = [_ACTIVATIONS[(number + 7 * n) % len(_ACTIVATIONS)] for n in range(depth)]
    dtype = (np.float32, np.float64)[number % 2]
    net = _network(rng, shape, names, dtype)
    x = rng.uniform(-2.0, 2.0, (int(rng.integers(2, 300)), shape[0])).astype(dtype)
    with np.errstate(all="ignore"):
        return _hash(net(x), net(x[0]))


def weights(number: int) -> str:
    """Return the hash of what a training makes: weights, and the losses of its epochs."""
    rng = np.random.default_rng(number)
    loss = list(_LOSSES)[number % len(_LOSSES)]
    shape = _SHAPES[number % len(_SHAPES)]
    rows, units = (90, 400)[number % 2], shape[-1]
    y = _targets(loss, rng, rows, units)
    hidden = [_HIDDEN[(3 * number + n) % len(_HIDDEN)] for n in range(len(shape) - 2)]
    dtype = (np.float32, np.float64)[number // 2 % 2]
    net = _network(rng, shape, [*hidden, _LOSSES[loss]], dtype)
    X = rng.uniform(-1.0, 1.0, (rows, shape[0])).astype(dtype)
    trained = fit(
        net,
        X,
        y,
        loss=loss,
        optimizer=_OPTIMIZERS[number % len(_OPTIMIZERS)],
        schedule=_SCHEDULES[number % len(_SCHEDULES)],
        clip=_CLIPS[number % len(_CLIPS)],
        dropout=(0.0, 0.3)[number // 3 % 2],
        l2=(0.0, 1e-3)[number // 2 % 2],
        validation=(None, 0.2)[number // 5 % 2],
        stopping=(None, EarlyStopping(2))[number // 5 % 2],
        sample_weight=rng.uniform(0.5, 2.0, rows) if number % 4 == 3 else None,
        epochs=4,
        batch_size=(32, 64, 200)[number % 3],
        rng=np.random.RandomState(number) if number % 2 else number,
        progress=False,
    )
    layers = trained.network.layers
    return _hash(*(array for layer in layers for array in (layer.W, layer.b)))


def _targets(loss: str, rng: np.random.Generator, rows: int, units: int) -> Any:
    if loss == "categorical_cross_entropy":
        return rng.integers(0, units, rows)
    y = rng.uniform(-1.0, 1.0, (rows, units))
    return (y > 0.0).astype(float) if _LOSSES[loss] in {"sigmoid", "softplus"} else y
