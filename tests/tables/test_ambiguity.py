"""The error of a mean of networks: against the mean itself, and the coverage of a bag's intervals on new rows."""

import math

import numpy as np
import pytest

from multilayer.network import MLP, Dense
from multilayer.tables import Recipe, ambiguity, fit_table
from multilayer.tables.ambiguity import error_ratio
from multilayer.tables.folds import ArrayFold


def bag(rng, networks, rows):
    """Lines through three inputs that nothing was trained on, rows, and the part that each network holds out."""
    lines = [
        MLP([Dense(rng.normal(size=(3, 1)).astype(np.float32), rng.normal(size=1).astype(np.float32))])
        for _ in range(networks)
    ]
    x = rng.normal(size=(rows, 3)).astype(np.float32)
    y = x.sum(axis=1) + rng.normal(size=rows)
    part = np.arange(rows) % networks
    return lines, x, y, [ArrayFold(x, y, None, part == number) for number in range(networks)]


@pytest.mark.parametrize(("networks", "rows"), [(2, 10), (3, 57), (8, 9000)])
def test_is_the_error_of_the_mean_over_that_of_one(networks, rows):
    """On rows that no network has seen, Krogh's and Vedelsby's equation is exact."""
    lines, x, y, folds = bag(np.random.default_rng(rows), networks, rows)
    outputs = np.stack([line(x)[:, 0] for line in lines]).astype(float)
    single = np.mean((outputs - y) ** 2)
    of_mean = np.mean((outputs.mean(axis=0) - y) ** 2)
    assert error_ratio(lines, folds, single) == pytest.approx(math.sqrt(of_mean / single), rel=1e-6)


@pytest.mark.parametrize("most", [1, 7, 40, 59])
def test_of_many_rows_evenly_spaced_ones_are_taken(monkeypatch, most):
    lines, x, _, folds = bag(np.random.default_rng(1), 3, 60)
    monkeypatch.setattr(ambiguity, "MOST_ROWS", most)
    held_out = np.concatenate([x[fold.held_out] for fold in folds])[:: -(-60 // most)]
    variance = np.stack([line(held_out)[:, 0] for line in lines]).astype(float).var(axis=0).mean()
    assert error_ratio(lines, folds, 100.0) == pytest.approx(math.sqrt(1 - variance / 100.0), rel=1e-12)


def test_is_at_least_that_of_independent_errors():
    lines, _, _, folds = bag(np.random.default_rng(2), 4, 40)
    assert error_ratio(lines, folds, 1e-9) == 0.5


def test_is_1_for_one_network_and_where_there_is_no_error():
    lines, _, _, folds = bag(np.random.default_rng(3), 2, 20)
    assert error_ratio(lines[:1], folds[:1], 2.0) == 1.0
    assert error_ratio(lines, folds, 0.0) == 1.0


@pytest.mark.slow
def test_intervals_of_a_bag_hold_what_was_asked_for():
    """Networks that differ much: with the errors of single members the intervals hold 93 %."""
    rng = np.random.default_rng(4)

    def table(rows):
        x = rng.uniform(-2, 2, (rows, 4))
        y = np.sin(3 * x[:, 0]) * x[:, 1] + x[:, 2] + 0.2 * rng.normal(size=rows)
        return {**{f"x{place}": x[:, place] for place in range(4)}, "y": y}

    model = fit_table(table(800), "y", recipe=Recipe(hidden=(64,), epochs=48), progress=False)
    new = table(20_000)
    low, high = model.predict_interval(new, 0.9)
    covered = np.mean((low <= new["y"]) & (new["y"] <= high))
    # Of 800 scores the coverage has a standard deviation of 1.1 %.
    assert 0.88 < covered < 0.92
