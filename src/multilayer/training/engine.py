"""What makes training steps: the native core, or NumPy as the readable reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.activations import Activation
from multilayer.optimizers import OptimizerState, Parameters
from multilayer.training.batches import Batches
from multilayer.training.config import TrainConfig
from multilayer.training.data import Arrays, mean_of, mean_weights
from multilayer.training.native_engine import NativeEngine
from multilayer.training.numpy_engine import NumpyEngine, Outcome
from multilayer.training.rates import StepRates

__all__ = ["Engine", "engine_for", "evaluate"]

_TOGETHER = 2**12
"""Rows from which on their losses are computed: a call of NumPy takes as long as a hundred numbers."""


class Engine(Protocol):
    """Makes the steps of a TrainConfig, and holds the parameters and the optimizer state meanwhile.

    Arrays are made when they are read, and stay as they are. What `parameters`, `optimizer_state` and `snapshot` return
    belongs to the end of the last whole step, between any two lines of Python.
    """

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters."""

    @property
    def evaluation_rows(self) -> int:
        """Rows that `outputs` takes well at once."""

    def load(self, parameters: Parameters, optimizer: OptimizerState) -> None:
        """Start from these."""

    def run(
        self,
        batches: Batches,
        rates: Sequence[float] | StepRates,
        rng: Random,
        interrupted: Callable[[], bool] = ...,
    ) -> Outcome:
        """Make one step per batch, with a learning rate each, or with rates and factors.

        Stops early between two batches when `interrupted` returns True, or before an update that would bring nan or
        infinity into the weights.
        """

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer, without dropout."""

    def objective(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        weights: NDArray[np.float64] | None,
        into: Parameters | None = None,
    ) -> tuple[float, Parameters]:
        """Return the objective on these samples and its gradient, which is empty where the objective is not finite.

        `into` are arrays for the gradient, instead of new ones.
        """

    def parameters(self) -> Parameters:
        """Return W1, b1, W2, b2, ..."""

    def optimizer_state(self) -> OptimizerState:
        """Return the optimizer state."""

    def snapshot(self) -> tuple[Parameters, OptimizerState]:
        """Return both, of the same moment."""

    def close(self) -> None:
        """Make no more steps; the state stays readable."""


def engine_for(
    config: TrainConfig,
    activations: tuple[Activation, ...],
    parameters: Parameters,
    optimizer: OptimizerState,
) -> Engine:
    """Return an engine with this state: native where the core is available, else NumPy."""
    engine = NativeEngine.of(config, activations, parameters) or NumpyEngine(config, activations)
    engine.load(parameters, optimizer)
    return engine


def evaluate(
    engine: Engine, config: TrainConfig, output: Activation, data: Arrays, *, loss: bool
) -> tuple[float | None, dict[str, float]]:
    """Return the mean loss without penalties, if asked for, and the metrics by name; `output` ends the network."""
    losses: list[NDArray[np.float64]] = []
    waiting: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    kept: list[tuple[NDArray[Any], NDArray[Any]]] = []
    weights: list[NDArray[np.float64]] = []

    def finish() -> None:
        y, a, z = map(np.concatenate, zip(*waiting, strict=True))
        waiting.clear()
        losses.append(config.loss.values(y, a, z, output).astype(np.float64))

    for blocks in data.batches(engine.evaluation_rows, None):
        for number in range(len(blocks)):
            x, y, weight = blocks.gather(number, engine.dtype)
            a, z = engine.outputs(x)
            if weight is not None:
                weights.append(weight)
            if config.metrics:
                kept.append((y, z))
            if loss:
                waiting.append((y, a, z))
                if len(waiting) * engine.evaluation_rows >= _TOGETHER:
                    finish()
    if waiting:
        finish()
    together = np.concatenate(weights) if weights else None
    measured: dict[str, float] = {}
    if kept:
        y, z = map(np.concatenate, zip(*kept, strict=True))
        with np.errstate(all="ignore"):  # outputs of 1e200 have no square
            measured = {metric.name: float(metric.function(y, z, together)) for metric in config.metrics}
    if not loss:
        return None, measured
    fractions, _ = mean_weights(together, data.rows)
    return mean_of(np.concatenate(losses), fractions), measured
