"""The objective over all samples in the core, beside the reference's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from multilayer.activations import Activation, relu, tanh
from multilayer.losses import Loss
from multilayer.optimizers import LBFGS, OptimizerState, Parameters
from multilayer.training import TrainConfig
from multilayer.training.native_engine import NativeEngine
from multilayer.training.numpy_engine import NumpyEngine
from tests.training.native_steps import LOSSES, plan, start, table
from tests.training.test_native_own_parts import CUBE

pytestmark = pytest.mark.native

START = start(plan(), np.float64).parameters


NO_STATE = OptimizerState(0, {})


class Objective:
    """The objective of one engine at any parameters."""

    def __init__(self, engine: NativeEngine | NumpyEngine) -> None:
        self.engine = engine

    def __call__(self, parameters: Parameters, *samples: Any) -> tuple[float, Parameters]:
        self.engine.load(parameters, NO_STATE)
        return self.engine.objective(*samples)


def objectives(loss: Loss, *activations: Activation) -> tuple[Objective, Objective]:
    """Return that of the core, and that of the reference."""
    config = TrainConfig(loss=loss, optimizer=LBFGS())
    native = NativeEngine.of(config, activations, START)
    assert native is not None
    return Objective(native), Objective(NumpyEngine(config, activations))


@pytest.mark.parametrize("hidden", [relu, tanh, CUBE], ids=("relu", "tanh", "own"))
@pytest.mark.parametrize(("loss", "last"), LOSSES)
def test_it_is_the_reference_to_rounding(loss: Loss, last: Activation, hidden: Activation) -> None:
    batches = table(loss, np.float64)
    x, y = np.asarray(batches.X, np.float64), batches.y
    core, reference = objectives(loss, relu, hidden, last)
    rng = np.random.default_rng(0)
    for weights in (None, rng.uniform(0, 2, len(x))):
        # Two places, one after the other: nothing is left of the first.
        for _ in range(2):
            parameters = tuple(0.3 * rng.standard_normal(a.shape) for a in START)
            value, gradients = core(parameters, x, y, weights)
            expected, expected_gradients = reference(parameters, x, y, weights)
            assert value == pytest.approx(expected, rel=1e-12)
            for one, other in zip(gradients, expected_gradients, strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-13)


def test_samples_may_lie_anywhere() -> None:
    loss, last = LOSSES[0]
    batches = table(loss, np.float64)
    core, _ = objectives(loss, relu, tanh, last)
    x = np.asarray(batches.X, np.float64)
    packed = np.zeros(x.shape, [("flag", np.int8), ("x", np.float64)])
    packed["x"] = x
    expected, _ = core(START, x, batches.y, None)
    for other in (np.asfortranarray(x), packed["x"], x[::-1].copy()[::-1]):
        assert core(START, other, batches.y, None)[0] == expected


def test_what_is_not_finite_has_no_gradient() -> None:
    loss, last = LOSSES[0]
    batches = table(loss, np.float64)
    core, _ = objectives(loss, relu, relu, last)
    large: tuple[NDArray[Any], ...] = tuple(np.full(a.shape, 1e200) for a in START)
    value, gradients = core(large, np.asarray(batches.X, np.float64), batches.y, None)
    assert not np.isfinite(value)
    assert gradients == ()
