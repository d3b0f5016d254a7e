"""Native steps against the NumPy reference, and what ends them early."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from multilayer import activations, set_threads
from multilayer.activations import Activation, PReLU, identity, tanh
from multilayer.losses import Loss, Squared
from multilayer.optimizers import SGD, Adam, AdamW, ClipByNorm, ClipByValue, Optimizer, RMSprop
from tests.training.native_steps import (
    KINDS,
    LARGE,
    LOSSES,
    ROWS,
    assert_close,
    both,
    digest,
    plan,
    start,
    table,
)
from tests.training.steps import reference_steps, run_steps

pytestmark = pytest.mark.native

TRAINABLE = [a for a in activations.catalogue if a.facts.trainable and not isinstance(a, PReLU)]

OPTIMIZERS: list[Optimizer] = [
    SGD(0.01),
    SGD(0.01, nesterov=False),
    SGD(0.01, momentum=0.0),
    RMSprop(),
    Adam(),
    AdamW(weight_decay=0.1),
]


@pytest.fixture(autouse=True)
def _default_threads() -> Iterator[None]:
    yield
    set_threads(None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hidden", TRAINABLE, ids=lambda a: a.facts.name)
def test_activations(hidden: Activation, kind: Any) -> None:
    p = plan(hidden=(hidden, tanh), optimizer=SGD(0.01))
    assert_close(*both(p, kind, table(p.loss, kind)), kind, slack=3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("loss", "output"), LOSSES, ids=lambda x: x.facts.name)
def test_losses(loss: Loss, output: Activation, kind: Any) -> None:
    p = plan(loss, output, optimizer=SGD(0.01))
    # Where a derivative jumps, rounding decides on which side a number is; no number here is so close.
    assert_close(*both(p, kind, table(loss, kind)), kind, slack=5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_optimizers(optimizer: Optimizer, kind: Any) -> None:
    p = plan(optimizer=optimizer)
    # A gradient near 0, divided by its own size, is as exact as its last digit.
    assert_close(*both(p, kind, table(p.loss, kind)), kind, slack=50)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "settings",
    [
        {"l2": 0.3},
        {"weight_decay": 0.1},
        {"clip": ClipByValue(0.01)},
        {"clip": ClipByNorm(0.1)},
        {"clip": ClipByNorm(1e6)},
        {"l2": 0.3, "clip": ClipByNorm(0.1), "weight_decay": 0.1},
        {"l2": 0.3, "clip": ClipByValue(0.01), "weight_decay": 0.1},
    ],
    ids=repr,
)
def test_penalties_and_clipping(settings: dict[str, Any], kind: Any) -> None:
    p = plan(optimizer=SGD(0.01), **settings)
    assert_close(*both(p, kind, table(p.loss, kind)), kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "shape", [(1, 1, 2), (3, 2), (7, 8, 9, 3), (25, 16, 24, 48, 2), (200, 49, 33, 10), (31, 400, 3)]
)
def test_shapes_and_weights(shape: tuple[int, ...], weighted: bool, kind: Any) -> None:
    p = plan(hidden=(tanh,) * (len(shape) - 2), optimizer=SGD(0.01), l2=0.1)
    batches = table(p.loss, kind, shape)
    if weighted:
        batches = replace(batches, weights=np.random.default_rng(2).integers(0, 3, ROWS).astype(float))
    assert_close(*both(p, kind, batches, shape), kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 2, 97, 300, 1000])
def test_batch_sizes(size: int, kind: Any) -> None:
    p = plan(optimizer=SGD(0.01))
    batches = replace(table(p.loss, kind, rows=700), size=size)
    assert_close(*both(p, kind, batches), kind, slack=20)


def test_a_step_that_is_not_finite_leaves_the_state_before_it() -> None:
    p = plan()
    batches = replace(table(p.loss, np.float32), order=None)
    X = np.array(batches.X)
    X[61, 3] = np.nan  # in batch 4
    batches = replace(batches, X=X)
    native, reference = both(p, np.float32, batches)
    assert native.not_finite == reference.not_finite
    assert native.not_finite is not None
    assert (native.not_finite.batch, native.not_finite.layer, native.not_finite.what) == (4, 1, "x")
    before = run_steps(
        p, start(p, np.float32), batches.slice(0, 4), np.linspace(1e-2, 1e-3, 7)[:4], np.random.default_rng(0)
    )
    assert digest(native) == digest(before)


def test_a_sample_that_is_not_finite_stops_threads_that_share_out_columns() -> None:
    p, shape = plan(), LARGE[0]
    batches = replace(table(p.loss, np.float32, shape, 300), order=None, size=33)
    X = np.array(batches.X)
    X[140, 3] = np.inf  # in batch 4
    set_threads(2)
    native = run_steps(
        p, start(p, np.float32, shape), replace(batches, X=X), np.full(10, 0.01), np.random.default_rng(0)
    )
    assert native.not_finite is not None
    assert (native.not_finite.batch, native.not_finite.layer, native.not_finite.what) == (4, 1, "x")
    before = run_steps(
        p, start(p, np.float32, shape), batches.slice(0, 4), np.full(4, 0.01), np.random.default_rng(0)
    )
    assert digest(native) == digest(before)


def test_a_weight_that_overflows_leaves_the_state_before_it() -> None:
    p = plan(Squared(), identity, optimizer=SGD(1.0))
    batches = table(p.loss, np.float32)
    rates = np.array([1e-3, 1e-3, 1e38, 1e-3, 1e-3, 1e-3, 1e-3])
    native = run_steps(p, start(p, np.float32), batches, rates, np.random.default_rng(0))
    reference = reference_steps(p, start(p, np.float32), batches, rates, np.random.default_rng(0))
    assert native.not_finite is not None
    assert native.not_finite == reference.not_finite
    assert all(np.isfinite(array).all() for array in native.state.parameters)
    assert len(native.losses) == native.not_finite.batch


def test_interrupted_between_batches() -> None:
    p = plan()
    batches = replace(table(p.loss, np.float32, rows=20_000))
    state, rates, asked = start(p, np.float32), np.full(len(batches), 0.01), [0]

    def interrupted() -> bool:
        asked[0] += 1
        return asked[0] > 2

    some = run_steps(p, state, batches, rates, np.random.default_rng(0), interrupted)
    taken = len(some.losses)
    assert 0 < taken < len(batches)
    again = run_steps(p, state, batches.slice(0, taken), rates[:taken], np.random.default_rng(0))
    assert digest(some) == digest(again)
