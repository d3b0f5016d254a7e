"""Rate factors, a scale of the inputs, and factors of dropout and decay in the native core, against the reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from multilayer import set_threads
from multilayer.activations import Activation, identity, sigmoid, tanh
from multilayer.losses import BinaryCrossEntropy, Loss, Squared
from multilayer.optimizers import SGD, Adam, ClipByNorm, ClipByValue, Optimizer, RMSprop
from multilayer.training import RateFactors
from tests.training.native_steps import KINDS, LARGE, RECIPE, SIZES, assert_close, digest, plan, start, table
from tests.training.steps import Outcome, Plan, native_engine, reference_steps, run_steps
from tests.training.test_native_own_parts import BOUNDED, Changed, FourthPower, Momentum

pytestmark = pytest.mark.native


@pytest.fixture(autouse=True)
def _default_threads() -> Iterator[None]:
    yield
    set_threads(None)


def rates(steps: int) -> Any:
    """Learning rates, and factors of dropout and of weight decay."""
    return np.column_stack(
        [np.linspace(1e-2, 1e-3, steps), np.linspace(1, 0, steps), np.linspace(0.1, 1, steps)]
    )


def both(
    p: Plan, kind: Any, shape: tuple[int, ...], size: int = 15, rows: int = 103
) -> tuple[Outcome, Outcome]:
    batches = replace(table(p.loss, kind, shape, rows), size=size)
    state, of_steps = start(p, kind, shape), rates(-(-rows // size))
    return (
        run_steps(p, state, batches, of_steps, np.random.default_rng(0)),
        reference_steps(p, state, batches, of_steps, np.random.default_rng(0)),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "settings",
    [
        {"rate_factors": RateFactors((1.0, 0.5, 0.0), (0.1, 0.0, 2.0))},
        {"rate_factors": RateFactors(by_inputs=True), "weight_decay": 3.0},
        {"input_scale": 6.0},
        {"input_scale": 6.0, "weight_decay": 3.0, "l2": 0.3},
        {"dropout": 0.4, "weight_decay": 3.0},
        RECIPE,
        {**RECIPE, "l2": 0.3, "clip": ClipByNorm(0.1)},
        {**RECIPE, "l2": 0.3, "clip": ClipByValue(0.01)},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "optimizer", [Adam(epsilon=1e-3), SGD(nesterov=False), SGD(), RMSprop(epsilon=1e-3)], ids=str
)
def test_settings(settings: dict[str, Any], optimizer: Optimizer, kind: Any) -> None:
    p = plan(optimizer=optimizer, **settings)
    # An epsilon that is not small: a gradient near 0 divided by its own size is as exact as its last digit.
    assert_close(*both(p, kind, (20, 33, 17, 5)), kind, slack=20)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [15, 70, 150])
@pytest.mark.parametrize(
    "shape",
    [
        (1, 2),
        (3, 1),
        (37, 4),
        (33, 7),
        (50, 3, 2),
        (17, 10, 3),
        (5, 11, 2),
        (200, 49, 33, 10),
        (31, 400, 3),
        (401, 16, 2),
    ],
)
def test_shapes_and_batches(shape: tuple[int, ...], size: int, kind: Any) -> None:
    """First layers of few units and of many, rows that are and are not split into groups, more than one part."""
    loss: Loss = BinaryCrossEntropy() if shape[-1] == 1 else Squared()
    output: Activation = sigmoid if shape[-1] == 1 else identity
    factors = RateFactors(0.5, biases=0.1, by_inputs=True)
    settings = {**RECIPE, "rate_factors": factors, "l2": 0.1}
    if len(shape) == 2:
        settings["dropout"] = 0.0
    p = plan(loss, output, (tanh,) * (len(shape) - 2), SGD(), **settings)
    assert_close(*both(p, kind, shape, size, 300), kind, slack=5)


@pytest.mark.parametrize("part", ["activation", "loss", "clip", "optimizer"])
def test_user_defined_parts(part: str) -> None:
    p = plan(Squared(), identity, optimizer=SGD(0.01), **RECIPE)
    own = {
        "activation": replace(p, activations=(BOUNDED, tanh, identity)),
        "loss": replace(p, loss=FourthPower()),
        "clip": replace(p, settings={**p.settings, "clip": Changed(lambda g: 0.5 * g)}),
        "optimizer": replace(p, optimizer=Momentum()),
    }[part]
    assert not native_engine(own, start(own, np.float64).parameters).in_one_call
    assert_close(*both(own, np.float64, (20, 33, 17, 5)), np.float64, slack=5)


@pytest.mark.parametrize("settings", [{}, {"clip": ClipByNorm(0.1), "l2": 0.1}], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_threads_and_pieces_give_the_same_bits(kind: Any, settings: dict[str, Any]) -> None:
    shape, found = LARGE[0], set()
    p = plan(**RECIPE, **settings)
    for size in SIZES:
        batches = replace(table(p.loss, kind, shape, 700), size=size)
        state, of_steps = start(p, kind, shape), rates(len(batches))
        for threads in (1, 2, 3):
            set_threads(threads)
            found.add((size, digest(run_steps(p, state, batches, of_steps, np.random.default_rng(0)))))
        rng, losses = np.random.default_rng(0), []
        for i in range(len(batches)):
            one = run_steps(p, state, batches.slice(i, i + 1), of_steps[i : i + 1], rng)
            state = one.state
            losses.append(one.losses)
        found.add((size, digest(Outcome(state, np.concatenate(losses)))))
    assert len(found) == len(SIZES)


@pytest.mark.parametrize("what", ["large scale", "large weights", "zero scale"])
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_near_the_limits(kind: Any, what: str) -> None:
    """Where an overflow is possible a step is made with a copy to go back to, and gives what the reference gives."""
    p = plan(Squared(), identity, optimizer=SGD(0.01), input_scale=1.0)
    shape = (6, 9, 5, 2)
    state = start(p, kind, shape)
    reference = reference_steps(p, state, table(p.loss, kind, shape), rates(7)[:0], np.random.default_rng(0))
    scale = reference.state.optimizer.scale
    assert scale is not None
    factor = {"large scale": 300.0, "large weights": 1.0, "zero scale": 0.0}[what]
    U = scale.weights * (2e3 if what == "large weights" else 1.0)
    scale = replace(scale, weights=U, scale=(factor * scale.scale).astype(kind))
    state = state._replace(
        parameters=(scale.folded(), *state.parameters[1:]), optimizer=replace(state.optimizer, scale=scale)
    )
    batches = table(p.loss, kind, shape)
    native = run_steps(p, state, batches, rates(7), np.random.default_rng(0))
    assert_close(
        native, reference_steps(p, state, batches, rates(7), np.random.default_rng(0)), kind, slack=50
    )


def test_a_step_that_is_not_finite_leaves_the_scale_before_it() -> None:
    p = plan(Squared(), identity, optimizer=SGD(1.0), **RECIPE)
    batches, of_steps = table(p.loss, np.float32), rates(7)
    of_steps[2, 0] = 1e38
    native = run_steps(p, start(p, np.float32), batches, of_steps, np.random.default_rng(0))
    reference = reference_steps(p, start(p, np.float32), batches, of_steps, np.random.default_rng(0))
    assert native.not_finite is not None
    assert native.not_finite == reference.not_finite
    before = run_steps(p, start(p, np.float32), batches.slice(0, 2), of_steps[:2], np.random.default_rng(0))
    assert digest(native) == digest(before)
