"""Steps of either engine, from a state to a state, for tests that compare them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.activations import Activation
from multilayer.losses import Loss
from multilayer.optimizers import Optimizer, OptimizerState, Parameters
from multilayer.training import TrainConfig
from multilayer.training.batches import Batches
from multilayer.training.engine import Engine
from multilayer.training.native_engine import NativeEngine
from multilayer.training.numpy_engine import NotFinite, NumpyEngine


@dataclass(frozen=True)
class Plan:
    """What a step does: activations by layer, loss, optimizer and the other settings of a TrainConfig."""

    activations: tuple[Activation, ...]
    loss: Loss
    optimizer: Optimizer
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> TrainConfig:
        return TrainConfig(loss=self.loss, optimizer=self.optimizer, **self.settings)


class State(NamedTuple):
    parameters: Parameters
    optimizer: OptimizerState


class Outcome(NamedTuple):
    state: State
    losses: NDArray[np.float64]
    not_finite: NotFinite | None = None


def native_engine(plan: Plan, parameters: Parameters) -> NativeEngine:
    engine = NativeEngine.of(plan.config, plan.activations, parameters)
    assert engine is not None
    return engine


def _steps(engine: Engine, state: State, *arguments: Any) -> Outcome:
    engine.load(*state)
    outcome = engine.run(*arguments)
    return Outcome(State(*engine.snapshot()), outcome.losses, outcome.not_finite)


def run_steps(
    plan: Plan,
    state: State,
    batches: Batches,
    rates: Sequence[float] | NDArray[np.float64],
    rng: Random,
    interrupted: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Make steps in the native core."""
    return _steps(native_engine(plan, state.parameters), state, batches, rates, rng, interrupted)


def reference_steps(
    plan: Plan,
    state: State,
    batches: Batches,
    rates: Sequence[float] | NDArray[np.float64],
    rng: Random,
    interrupted: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Make the same steps in NumPy."""
    engine = NumpyEngine(plan.config, plan.activations)
    return _steps(engine, state, batches, rates, rng, interrupted)
