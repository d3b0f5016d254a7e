"""The native steps against the NumPy reference, and against themselves: the same bits however they are computed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from multilayer import activations, set_threads
from multilayer.activations import Activation, PReLU, identity, relu, sigmoid, softmax, softplus, tanh
from multilayer.losses import (
    Absolute,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
    Quantile,
    Squared,
)
from multilayer.optimizers import SGD, Adam, AdamW, ClipByNorm, ClipByValue, Optimizer, RMSprop
from multilayer.training.data import Batches
from tests.training.steps import Outcome, Plan, State, native_engine, reference_steps, run_steps

pytestmark = pytest.mark.native

ROWS = 103
KINDS = [np.float32, np.float64]
SHAPE = (20, 33, 17, 5)
TRAINABLE = [a for a in activations.catalogue if a.facts.trainable and not isinstance(a, PReLU)]
LOSSES: list[tuple[Loss, Activation]] = [
    (Squared(), identity),
    (MeanSquaredError(), tanh),
    (MeanAbsoluteError(), identity),
    (Squared(), tanh),
    (Absolute(), identity),
    (Huber(0.3), identity),
    (Quantile(0.8), identity),
    (Poisson(), softplus),
    (Poisson(), activations.exponential),
    (BinaryCrossEntropy(), sigmoid),
    (BinaryCrossEntropy(0.1), softmax),
    (CategoricalCrossEntropy(), softmax),
    (CategoricalCrossEntropy(0.1), activations.log_softmax),
    (CategoricalCrossEntropy(0.1), activations.softmin),
]
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


def plan(
    loss: Loss | None = None,
    output: Activation = softmax,
    hidden: tuple[Activation, ...] = (relu, tanh),
    optimizer: Optimizer | None = None,
    **settings: Any,
) -> Plan:
    return Plan((*hidden, output), loss or CategoricalCrossEntropy(), optimizer or Adam(), settings)


def start(plan: Plan, kind: Any, shape: tuple[int, ...] = SHAPE) -> State:
    rng = np.random.default_rng(0)
    parameters: list[NDArray[Any]] = []
    for n, m in pairwise(shape):
        parameters += [
            (rng.standard_normal((n, m)) / np.sqrt(n)).astype(kind),
            (0.1 * rng.standard_normal(m)).astype(kind),
        ]
    return State(tuple(parameters), plan.optimizer.init(parameters))


def table(loss: Loss, kind: Any, shape: tuple[int, ...] = SHAPE, rows: int = ROWS) -> Batches:
    """Seven batches of 15 rows, the last of 13, in an order of their own."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((rows, shape[0])).astype(kind)
    y: NDArray[Any]
    if isinstance(loss, CategoricalCrossEntropy):
        y = rng.integers(0, shape[-1], rows)
    elif isinstance(loss, BinaryCrossEntropy):
        y = rng.integers(0, 2, (rows, shape[-1]))
    else:
        y = rng.poisson(2.0, (rows, shape[-1])).astype(float)
    return Batches(X, y, None, rng.permutation(rows), 15, 0, rows)


def both(
    plan: Plan, kind: Any, batches: Batches, shape: tuple[int, ...] = SHAPE, *, in_one_call: bool = True
) -> tuple[Outcome, Outcome]:
    state, rates = start(plan, kind, shape), np.linspace(1e-2, 1e-3, len(batches))
    assert native_engine(plan, state.parameters).in_one_call is in_one_call
    native, reference = np.random.default_rng(0), np.random.default_rng(0)
    outcomes = (
        run_steps(plan, state, batches, rates, native),
        reference_steps(plan, state, batches, rates, reference),
    )
    assert native.random() == reference.random()
    return outcomes


def assert_close(native: Outcome, reference: Outcome, kind: Any, slack: float = 1.0) -> None:
    tolerance = slack * (2e-5 if kind == np.float32 else 1e-12)
    assert native.not_finite is None
    assert reference.not_finite is None
    np.testing.assert_allclose(native.losses, reference.losses, rtol=tolerance, atol=tolerance)
    for ours, theirs in zip(arrays(native), arrays(reference), strict=True):
        assert ours.dtype == theirs.dtype == kind
        np.testing.assert_allclose(
            ours, theirs, rtol=tolerance, atol=tolerance * max(1, np.abs(theirs).max())
        )
    assert native.state.optimizer.step == reference.state.optimizer.step


def arrays(outcome: Outcome) -> list[NDArray[Any]]:
    slots = outcome.state.optimizer.slots
    return [*outcome.state.parameters, *(array for name in sorted(slots) for array in slots[name])]


def digest(outcome: Outcome) -> str:
    parts = [outcome.losses, *arrays(outcome)]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


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


LARGE = [(40, 203, 75, 3), (40, 103, 75, 3)]
"""So many parameters that threads share out the gradients, and so few that they share out groups of rows."""
SIZES = (400, 130, 33)
"""So many rows in a batch that threads share out these, and so few that they share out columns."""


def large_run() -> str:
    """Digest of all numbers of steps large enough to be shared out."""
    parts = []
    for shape, kind, size in product(LARGE, KINDS, SIZES):
        for settings in ({}, {"l2": 0.1}, {"clip": ClipByNorm(0.1)}):
            p = plan(**settings)
            batches = replace(table(p.loss, kind, shape, 700), size=size)
            rates, rng = np.full(len(batches), 0.01), np.random.default_rng(0)
            parts.append(digest(run_steps(p, start(p, kind, shape), batches, rates, rng)))
    return " ".join(parts)


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

    program = "from tests.training.test_native_steps import large_run; print(large_run())"
    found = set()
    for level in _core.levels():
        environment = {**os.environ, "MULTILAYER_CPU": level, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1


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
