"""The full-batch objective is a fixed tree of fixed blocks: the same bits however the data are stored or shared out."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import fit, initialize
from multilayer.optimizers import LBFGS
from multilayer.training import TrainConfig, gradients
from multilayer.training.block_sums import BLOCK, BlockSums, pairwise, vector_of, weight_of
from multilayer.training.data import Arrays
from multilayer.training.lbfgs import Objective
from multilayer.training.samples import targets
from multilayer.training.state import parameters_of

CONFIG = TrainConfig(loss="categorical_cross_entropy", optimizer=LBFGS(), epochs=3, l2=0.01)


def problem(rows, weights=None, X=None):
    """Return the objective of random samples, a vector, and the data."""
    rng = np.random.default_rng(rows)
    net = initialize((7, 9, 3), "tanh", "softmax", dtype=float, rng=0)
    given = rng.standard_normal((rows, 7)) if X is None else X
    data = Arrays(given, targets(net, CONFIG.loss, rng.integers(0, 3, rows)), weights)
    parameters = parameters_of(net)
    made = Objective(CONFIG, parameters, sums_of(net, data), weight_of(data))
    return made, vector_of(parameters), net, data


def sums_of(net, data, whole=None):
    activations = tuple(layer.activation for layer in net.layers)
    return BlockSums(CONFIG, activations, parameters_of(net), data, whole)


@pytest.mark.parametrize("rows", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 6 * BLOCK + 5])
def test_it_is_the_objective_of_all_rows_at_once(rows):
    objective, vector, net, data = problem(rows)
    value, gradient = objective(vector)
    found = gradients(net, data.X, data.y, loss=CONFIG.loss)
    W = vector[: 7 * 9 + 9 * 3]
    assert value == pytest.approx(found.loss + 0.5 * 0.01 * W @ W / rows, rel=1e-13)
    expected = vector_of([array for layer in found for array in (layer.dW, layer.db)])
    expected[: W.size] += 0.01 / rows * W
    assert np.allclose(gradient, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("blocks", [4, 7, 16])
@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_any_number_of_workers_makes_the_same_additions(blocks, size):
    rows = blocks * BLOCK - 3
    _, _, net, data = problem(rows)
    parameters = parameters_of(net)
    alone = sums_of(net, data).total(parameters)
    shards = []
    for first in range(0, blocks, size):
        part = slice(first * BLOCK, (first + size) * BLOCK)
        shard = Arrays(data.X[part], data.y[part], None)
        shards.append((min(size, blocks - first), sums_of(net, shard, float(rows)).total(parameters)))
    assert pairwise(shards).tobytes() == alone.tobytes()


def test_an_array_and_a_memory_map_have_the_same_bits(tmp_path):
    rows = 2 * BLOCK + 77
    X = np.random.default_rng(1).standard_normal((rows, 7))
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    y = np.random.default_rng(2).integers(0, 3, rows)
    net = initialize((7, 9, 3), "tanh", "softmax", dtype=float, rng=0)
    assert isinstance(mapped, np.memmap)
    alone, from_disk = (fit(net, given, y, config=CONFIG, progress=False).network for given in (X, mapped))
    assert alone == from_disk


def test_blocks_without_weight_add_nothing():
    rows = 3 * BLOCK
    X = np.random.default_rng(3).standard_normal((rows, 7))
    weights = np.ones(rows)
    weights[BLOCK : 2 * BLOCK] = 0.0
    objective, vector, *_ = problem(rows, weights, X)
    value, gradient = objective(vector)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_an_objective_that_is_not_finite_is_infinite():
    objective, vector, *_ = problem(2 * BLOCK)
    value, gradient = objective(np.full_like(vector, 1e308))
    assert value == np.inf
    assert not gradient.any()
