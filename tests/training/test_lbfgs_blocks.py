"""The full-batch objective is a fixed tree of fixed blocks: the same bits however the data are stored or shared out."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import fit, initialize
from multilayer.optimizers import LBFGS
from multilayer.training import TrainConfig
from multilayer.training.data import Arrays
from multilayer.training.lbfgs import BLOCK, Objective
from multilayer.training.samples import targets
from multilayer.training.state import parameters_of

CONFIG = TrainConfig(loss="categorical_cross_entropy", optimizer=LBFGS(), epochs=3, l2=0.01)


def problem(rows, weights=None, X=None):
    rng = np.random.default_rng(rows)
    net = initialize((7, 9, 3), "tanh", "softmax", dtype=float, rng=0)
    given = rng.standard_normal((rows, 7)) if X is None else X
    y = targets(net, CONFIG.loss, rng.integers(0, 3, rows))
    parameters = parameters_of(net)
    made = Objective(
        CONFIG, tuple(layer.activation for layer in net.layers), parameters, Arrays(given, y, weights)
    )
    return made, made.vector(parameters)


@pytest.mark.parametrize("rows", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 6 * BLOCK + 5])
def test_it_is_the_objective_of_all_rows_at_once(rows):
    objective, vector = problem(rows)
    value, gradient = objective(vector)
    blocks = [objective._block(number) for number in range(-(-rows // BLOCK))]
    x, y = (np.concatenate(parts) for parts in list(zip(*blocks, strict=True))[:2])
    objective._engine.load(objective.parameters(vector), objective._engine.optimizer_state())
    mean, gradients = objective._engine.objective(x, y, None)
    W = vector[: 7 * 9 + 9 * 3]
    assert value == pytest.approx(mean + 0.5 * 0.01 * W @ W / rows, rel=1e-13)
    expected = objective.vector(gradients)
    expected[: W.size] += 0.01 / rows * W
    assert np.allclose(gradient, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("blocks", [4, 7, 16])
def test_any_number_of_workers_makes_the_same_additions(blocks):
    objective, vector = problem(blocks * BLOCK - 3)
    _, whole = objective(vector)
    alone = objective.sum_of(range(blocks))
    for size in (1, 2, 4, 8):
        shards = [
            (size, objective.sum_of(range(first, min(first + size, blocks))))
            for first in range(0, blocks, size)
        ]
        # The sums of shards are added as those of blocks are.
        sums = []
        for weight, leaf in shards:
            total = leaf
            while sums and sums[-1][0] == weight:
                total = sums.pop()[1] + total
                weight *= 2  # noqa: PLW2901
            sums.append((weight, total))
        total = sums.pop()[1]
        while sums:
            total = sums.pop()[1] + total
        assert total.tobytes() == alone.tobytes()
    assert np.isfinite(whole).all()


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
    objective, vector = problem(rows, weights, X)
    value, gradient = objective(vector)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_an_objective_that_is_not_finite_is_infinite():
    objective, vector = problem(2 * BLOCK)
    value, gradient = objective(np.full_like(vector, 1e308))
    assert value == np.inf
    assert not gradient.any()
