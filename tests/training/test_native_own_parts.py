"""Steps with a part that the core does not have, and with dropout, against the reference; in every combination."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar, final

import numpy as np
import pytest
from numpy.typing import NDArray

from multilayer import set_threads
from multilayer._base.fields import setting
from multilayer.activations import (
    Activation,
    Custom,
    PReLU,
    Surrogate,
    hardmax,
    identity,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    step,
    tanh,
)
from multilayer.losses import CategoricalCrossEntropy, Loss, LossFacts, Squared
from multilayer.optimizers import SGD, Clip, ClipByNorm, Optimizer
from tests.training.native_steps import KINDS, LARGE, assert_close, both, digest, start, table
from tests.training.steps import Outcome, Plan, reference_steps, run_steps

pytestmark = pytest.mark.native

CUBE = Custom("cube", lambda a: 0.1 * a**3, lambda a: 0.3 * a**2)
BOUNDED = Custom("bounded", lambda a: a / (1.0 + np.abs(a)), lambda a: 1.0 / (1.0 + np.abs(a)) ** 2)


@final
@dataclass(frozen=True)
class FourthPower(Loss):
    """A loss of the user's own."""

    @property
    def facts(self) -> LossFacts:
        return replace(Squared().facts, name="fourth_power")

    def formula(self, z: Any, y: Any, /) -> Any:
        return 0.01 * (z - y) ** 4

    def derivative_formula(self, z: Any, y: Any, /) -> Any:
        return 0.04 * (z - y) ** 3


@final
@dataclass(frozen=True)
class Momentum(Optimizer):
    """An optimizer of the user's own, with one slot."""

    learning_rate: float = setting(0.01, above=0.0)
    slots: ClassVar[tuple[str, ...]] = ("push",)

    def formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        push = 0.5 * slots[0] + g
        return w - rate * push, push


class Changed(Clip):
    """A clipping of the user's own."""

    def __init__(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> None:
        self.change = change

    def __call__(self, gradients: tuple[NDArray[Any], ...], /) -> tuple[NDArray[Any], ...]:
        return tuple(map(self.change, gradients))


halved = Changed(lambda g: 0.5 * g)


# Each with whether the core has it.
HIDDEN: list[tuple[Activation, bool]] = [
    (tanh, True),
    (Surrogate(step, sigmoid), True),
    (Surrogate(relu, identity), True),
    (Surrogate(hardmax, softmax), True),
    (Surrogate(softmax, tanh), True),
    (CUBE, False),
    (PReLU(tuple(np.linspace(0.05, 0.3, 33).tolist())), False),
    (Surrogate(CUBE, tanh), False),
]
ENDS: list[tuple[Loss, Activation, bool]] = [
    (CategoricalCrossEntropy(0.1), softmax, True),
    (Squared(), sigmoid, True),
    (Squared(), Surrogate(step, sigmoid), True),
    (Squared(), BOUNDED, False),
    (FourthPower(), identity, False),
    (FourthPower(), relu, False),
    (FourthPower(), log_softmax, False),
]
OPTIMIZERS: list[tuple[Optimizer, bool]] = [(SGD(0.01), True), (Momentum(), False)]
CLIPS: list[tuple[Any, bool]] = [(None, True), (ClipByNorm(0.1), True), (halved, False)]
DROPOUT: list[tuple[float, ...]] = [(), (0.25, 0.5), (0.0, 0.1)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ENDS, ids=lambda end: f"{end[0].facts.name}-{end[1].facts.name}")
@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda hidden: hidden[0].facts.name)
def test_every_combination(
    hidden: tuple[Activation, bool], end: tuple[Loss, Activation, bool], kind: Any
) -> None:
    activation, known = hidden
    loss, output, ends = end
    batches = table(loss, kind)
    for (optimizer, moves), (clip, clips), dropout in product(OPTIMIZERS, CLIPS, DROPOUT):
        p = Plan(
            (activation, relu, output),
            loss,
            optimizer,
            {"l2": 0.2, "weight_decay": 0.1, "clip": clip, "dropout": dropout or 0.0},
        )
        in_one_call = known and ends and moves and clips
        assert_close(*both(p, kind, batches, in_one_call=in_one_call), kind, slack=20)


@pytest.mark.parametrize("layers", [(CUBE,), (CUBE, BOUNDED), (relu, CUBE), (CUBE, tanh, CUBE, BOUNDED)])
def test_a_user_defined_part_in_any_layer(layers: tuple[Activation, ...]) -> None:
    shape = (*(7, 5, 6, 4, 3)[: len(layers)], 2)
    p = Plan(layers, Squared(), SGD(0.01), {"dropout": (0.2,) * (len(layers) - 1)})
    batches = replace(table(p.loss, np.float64, shape), weights=np.linspace(0.0, 2.0, 103))
    assert_close(*both(p, np.float64, batches, shape, in_one_call=False), np.float64)


def outcomes(p: Plan, shape: tuple[int, ...]) -> Outcome:
    batches = replace(table(p.loss, np.float32, shape, 700), size=130)
    rates, rng = np.full(len(batches), 0.01), np.random.default_rng(0)
    return run_steps(p, start(p, np.float32, shape), batches, rates, rng)


@pytest.mark.parametrize(
    "p",
    [
        Plan((relu, tanh, softmax), CategoricalCrossEntropy(), SGD(0.01), {"dropout": (0.5, 0.1)}),
        Plan((CUBE, tanh, softmax), CategoricalCrossEntropy(), SGD(0.01), {"clip": ClipByNorm(0.1)}),
        Plan((relu, tanh, softmax), CategoricalCrossEntropy(), SGD(0.01), {"clip": halved}),
        Plan((relu, tanh, softmax), CategoricalCrossEntropy(), Momentum()),
    ],
    ids=("dropout", "activation", "clip", "optimizer"),
)
@pytest.mark.parametrize("shape", LARGE)
def test_any_number_of_threads_gives_the_same_bits(p: Plan, shape: tuple[int, ...]) -> None:
    found = set()
    for n in (1, 2, 3):
        set_threads(n)
        found.add(digest(outcomes(p, shape)))
    set_threads(None)
    assert len(found) == 1


def test_interrupted_steps_draw_no_more_random_numbers_than_they_use() -> None:
    p = Plan((relu, tanh, softmax), CategoricalCrossEntropy(), SGD(0.01), {"dropout": (0.5, 0.1)})
    batches = table(p.loss, np.float32, rows=20_000)
    rates = np.full(len(batches), 0.01)
    for rng in (np.random.default_rng(0), np.random.RandomState(0)):
        whole = (
            np.random.RandomState(0) if isinstance(rng, np.random.RandomState) else np.random.default_rng(0)
        )
        asked = iter([False, True])
        some = run_steps(p, start(p, np.float32), batches, rates, rng, asked.__next__)
        taken = len(some.losses)
        assert 0 < taken < len(batches)
        rest = run_steps(p, some.state, batches.slice(taken, len(batches)), rates[taken:], rng)
        assert digest(rest) != ""
        straight = run_steps(p, start(p, np.float32), batches, rates, whole)
        np.testing.assert_array_equal(np.concatenate([some.losses, rest.losses]), straight.losses)


@pytest.mark.parametrize("part", ["activation", "loss", "optimizer", "clip"])
def test_nan_from_a_user_defined_part_leaves_the_state_before_it(part: str) -> None:
    calls = [0]

    def spoilt(a: NDArray[Any]) -> NDArray[Any]:
        calls[0] += 1
        return np.full_like(a, np.nan) if calls[0] > 3 else a

    own = Custom("own", lambda a: a, np.ones_like)

    @final
    @dataclass(frozen=True)
    class Spoilt(Activation):
        facts = own.facts

        def __call__(self, x: Any, /, **_: Any) -> Any:
            return spoilt(x)

        def derivative(self, x: Any, /) -> Any:
            return np.ones_like(x)

        def vjp(self, a: Any, z: Any, dz: Any) -> Any:
            return dz

    @final
    @dataclass(frozen=True)
    class SpoiltLoss(Loss):
        facts = Squared().facts

        def formula(self, z: Any, y: Any, /) -> Any:
            return spoilt(0.5 * (z - y) ** 2)

        def derivative_formula(self, z: Any, y: Any, /) -> Any:
            return z - y

    @final
    @dataclass(frozen=True)
    class SpoiltSteps(Optimizer):
        learning_rate: float = setting(0.01, above=0.0)

        def formula(self, t: int, rate: float, w: Any, g: Any, /, *slots: Any) -> tuple[Any, ...]:
            return (w - rate * g if t <= 3 else np.full_like(w, np.inf),)

    p = Plan(
        (Spoilt() if part == "activation" else relu, tanh, identity),
        SpoiltLoss() if part == "loss" else Squared(),
        SpoiltSteps() if part == "optimizer" else SGD(0.01),
        {"clip": Changed(spoilt)} if part == "clip" else {},
    )
    batches = table(p.loss, np.float32)
    rates = np.full(len(batches), 0.01)
    if part == "clip":
        calls[0] = -15  # there are six gradients in a step
    found = run_steps(p, start(p, np.float32), batches, rates, np.random.default_rng(0))
    assert found.not_finite is not None
    assert found.not_finite.batch == len(found.losses) == 3
    assert all(np.isfinite(array).all() for array in found.state.parameters)
    calls[0] = -1000
    plain = replace(p, optimizer=p.optimizer)
    before = reference_steps(
        plain, start(p, np.float32), batches.slice(0, 3), rates[:3], np.random.default_rng(0)
    )
    for ours, theirs in zip(found.state.parameters, before.state.parameters, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)
