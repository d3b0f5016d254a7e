"""What training holds: data, four copies of the parameters with Adam, and one batch's activations."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from multilayer import MLP, initialize, train
from multilayer.optimizers import SGD, Adam, Optimizer
from multilayer.training import EarlyStopping
from multilayer.training.native_engine import NativeEngine

pytestmark = pytest.mark.native

SHAPE, ROWS, BATCH = (256, 512, 512, 512, 10), 128, 16


def network() -> MLP:
    return initialize(SHAPE, "relu", "softmax", rng=0, dtype=np.float32)


def numbers(net: MLP) -> int:
    return sum(layer.W.nbytes + layer.b.nbytes for layer in net.layers)


def engine_of(training: Any) -> NativeEngine:
    engine = training._run.engine
    assert isinstance(engine, NativeEngine)
    return engine


@pytest.mark.parametrize(
    ("optimizer", "options", "copies"),
    [
        (Adam(), {}, 4.0),
        (Adam(), {"validation": 0.25, "metrics": ("accuracy",)}, 4.0),
        (Adam(), {"validation": 0.25, "stopping": EarlyStopping(9)}, 5.0),  # the best weights
        (Adam(), {"every": 3}, 4.0),
        (SGD(0.01), {}, 3.0),
    ],
    ids=("adam", "validation", "best-weights", "steps", "sgd"),
)
def test_no_more_than_copies_of_the_parameters(
    optimizer: Optimizer, options: dict[str, Any], copies: float
) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((ROWS, SHAPE[0])).astype(np.float32), np.arange(ROWS) % 10
    net = network()
    size = numbers(net)
    activations = 4 * 64 * 3 * sum(SHAPE)  # a, z and da of a batch, or of the least that is evaluated
    tracemalloc.start()
    try:
        training = train(
            net, X, y, loss="cross_entropy", epochs=4, batch_size=BATCH, rng=0, optimizer=optimizer, **options
        )
        for number, event in enumerate(training):
            if event.steps == 4 * (ROWS - (32 if "validation" in options else 0)) // BATCH:
                break  # the last one; what is held goes back to arrays then
            now, peak = tracemalloc.get_traced_memory()
            held = peak + engine_of(training).nbytes
            assert held <= copies * 1.03 * size + activations, (number, held / size)
            tracemalloc.reset_peak()
            assert now >= 0
    finally:
        tracemalloc.stop()


def test_what_was_read_stays_and_what_was_not_is_refused() -> None:
    X, y = np.zeros((ROWS, SHAPE[0]), np.float32), np.zeros(ROWS, int)
    training = train(network(), X, y, loss="cross_entropy", epochs=3, batch_size=64, rng=0)
    first = next(training)
    kept, parameters = first.network, engine_of(training).parameters()
    copy = [array.copy() for array in parameters]
    second = next(training)
    for array, before, layer in zip(parameters[::2], copy[::2], kept.layers, strict=True):
        np.testing.assert_array_equal(array, before)
        np.testing.assert_array_equal(array, layer.W)
    assert not np.array_equal(second.network.layers[-1].b, kept.layers[-1].b)
    with pytest.raises(RuntimeError, match="training has continued"):
        _ = first.network
