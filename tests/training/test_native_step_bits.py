"""Native steps give the same bits however data lie, steps are cut and threads share them, at every level."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from multilayer import set_threads
from multilayer.losses import CategoricalCrossEntropy
from multilayer.training.batches import Batches
from tests.training.native_steps import SHAPE, digest, large_run, plan, start, table
from tests.training.steps import Outcome, run_steps

pytestmark = pytest.mark.native


@pytest.fixture(autouse=True)
def _default_threads() -> Iterator[None]:
    yield
    set_threads(None)


def as_lists_of(batches: Batches, change: Any) -> Batches:
    return replace(batches, X=change(batches.X))


@pytest.mark.parametrize(
    "change",
    [
        np.asfortranarray,
        lambda X: X.astype(np.float64),
        lambda X: X[:, ::-1].copy()[:, ::-1],
        lambda X: np.repeat(X, 2, axis=0)[::2],
        lambda X: X.astype(">f4"),
        lambda X: X.astype(np.longdouble),
    ],
)
def test_data_in_any_form_give_the_same_bits(change: Any) -> None:
    p = plan()
    batches = table(p.loss, np.float32)
    state, rates = start(p, np.float32), np.full(len(batches), 0.01)
    rng = np.random.default_rng(0)
    straight = run_steps(p, state, batches, rates, rng)
    assert digest(run_steps(p, state, as_lists_of(batches, change), rates, rng)) == digest(straight)


def test_an_order_gives_the_bits_of_rows_in_that_order() -> None:
    p = plan()
    batches = table(p.loss, np.float32)
    state, rates = start(p, np.float32), np.full(len(batches), 0.01)
    order = batches.order
    assert order is not None
    sorted_ = replace(batches, X=np.asarray(batches.X[order]), y=batches.y[order], order=None)
    rng = np.random.default_rng(0)
    assert digest(run_steps(p, state, batches, rates, rng)) == digest(
        run_steps(p, state, sorted_, rates, rng)
    )


def test_dense_targets_give_what_class_numbers_give() -> None:
    p = plan(CategoricalCrossEntropy(0.1))
    batches = table(p.loss, np.float32)
    dense = replace(batches, y=np.eye(SHAPE[-1])[batches.y])
    state, rates = start(p, np.float32), np.full(len(batches), 0.01)
    rng = np.random.default_rng(0)
    assert digest(run_steps(p, state, batches, rates, rng)) == digest(run_steps(p, state, dense, rates, rng))


def test_steps_in_pieces_give_the_same_bits() -> None:
    p = plan(l2=0.1)
    batches = table(p.loss, np.float32)
    state, rates = start(p, np.float32), np.full(len(batches), 0.01)
    rng = np.random.default_rng(0)
    whole = run_steps(p, state, batches, rates, rng)
    losses = []
    for i in range(len(batches)):
        one = run_steps(p, state, batches.slice(i, i + 1), rates[i : i + 1], rng)
        state = one.state
        losses.append(one.losses)
    assert digest(Outcome(state, np.concatenate(losses))) == digest(whole)


@pytest.mark.slow
def test_any_number_of_threads_gives_the_same_bits() -> None:
    found = set()
    for n in (1, 2, 3, 5, 1, 2):
        set_threads(n)
        found.add(large_run())
    assert len(found) == 1


@pytest.mark.slow
def test_any_level_gives_the_same_bits() -> None:
    from multilayer.backend import _core

    program = "from tests.training.native_steps import large_run; print(large_run())"
    found = set()
    for level in _core.levels():
        environment = {**os.environ, "MULTILAYER_CPU": level, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1
