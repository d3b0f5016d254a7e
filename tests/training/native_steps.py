"""Plans, states and data for the tests of native steps, and outcomes compared by size or by bits."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import activations
from multilayer.activations import Activation, identity, relu, sigmoid, softmax, softplus, tanh
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
from multilayer.optimizers import Adam, ClipByNorm, Optimizer
from multilayer.training import RateFactors
from multilayer.training.batches import Batches
from tests.training.steps import Outcome, Plan, State, native_engine, reference_steps, run_steps

ROWS = 103
KINDS = [np.float32, np.float64]
SHAPE = (20, 33, 17, 5)

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
    scale = outcome.state.optimizer.scale
    return [
        *outcome.state.parameters,
        *(array for name in sorted(slots) for array in slots[name]),
        *(() if scale is None else scale.arrays),
    ]


def digest(outcome: Outcome) -> str:
    parts = [outcome.losses, *arrays(outcome)]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


LARGE = [(40, 203, 75, 3), (40, 103, 75, 3)]
"""So many parameters that threads share out the gradients, and so few that they share out groups of rows."""

SIZES = (400, 130, 33)
"""So many rows in a batch that threads share out these, and so few that they share out columns."""


RECIPE: dict[str, Any] = {
    "input_scale": 6.0,
    "rate_factors": RateFactors((1.0, 0.5, 2.0), 0.1, by_inputs=True),
    "weight_decay": 0.1,
    "dropout": 0.2,
}
"""The options that have a part in the update, together."""


def large_run() -> str:
    """Digest of all numbers of steps large enough to be shared out."""
    parts = []
    for shape, kind, size in product(LARGE, KINDS, SIZES):
        for settings in ({}, {"l2": 0.1}, {"clip": ClipByNorm(0.1)}, RECIPE):
            p = plan(**settings)
            batches = replace(table(p.loss, kind, shape, 700), size=size)
            rates, rng = np.full(len(batches), 0.01), np.random.default_rng(0)
            parts.append(digest(run_steps(p, start(p, kind, shape), batches, rates, rng)))
    return " ".join(parts)
