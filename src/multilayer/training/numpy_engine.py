"""Training steps in NumPy: the readable reference, and the fallback without a native core."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.activations import Activation
from multilayer.network import Dense, LayerRecord
from multilayer.network.trace import forward
from multilayer.optimizers import OptimizerState, Parameters
from multilayer.training.backpropagation import backward, mean_da, mean_loss
from multilayer.training.batches import Batches
from multilayer.training.config import TrainConfig
from multilayer.training.data import mean_weights
from multilayer.training.dropout import mask, step_keys
from multilayer.training.rates import StepRates, step_rates
from multilayer.training.step import updated, with_input_scale

__all__ = ["NotFinite", "NumpyEngine", "Outcome", "StateInArrays", "first_not_finite", "penalty_of"]


@dataclass(frozen=True)
class NotFinite:
    """Where nan or infinity appeared: the batch, counted from 0, the layer, counted from 1, and the array."""

    batch: int
    layer: int
    what: str


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of a run of steps: the objective of each, and why the next one was refused."""

    losses: NDArray[np.float64]
    not_finite: NotFinite | None = None


class _Layer(NamedTuple):
    """A layer of arrays that training replaces: a `Dense` without copies and checks."""

    W: NDArray[Any]
    b: NDArray[Any]
    activation: Activation

    def weighted_sums(self, x: NDArray[Any]) -> NDArray[Any]:
        # Those of a Dense pack W first, which pays only where W stays as it is.
        with np.errstate(all="ignore"):
            return np.asarray(x @ self.W + self.b)


class StateInArrays:
    """The part of an engine that its state is: arrays, which steps replace."""

    _config: TrainConfig
    _state: tuple[Parameters, OptimizerState]

    def load(self, parameters: Parameters, optimizer: OptimizerState) -> None:
        """Start from these."""
        self._state = parameters, with_input_scale(self._config, parameters, optimizer)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters."""
        return self.parameters()[0].dtype

    def parameters(self) -> Parameters:
        """Return W1, b1, W2, b2, ..."""
        return self._state[0]

    def optimizer_state(self) -> OptimizerState:
        """Return the optimizer state."""
        return self._state[1]

    def snapshot(self) -> tuple[Parameters, OptimizerState]:
        """Return both, of the same moment."""
        return self._state

    def close(self) -> None:
        """Do nothing: all is in arrays already."""


class NumpyEngine(StateInArrays):
    """Steps as they are defined: forward, loss, backward, update.

    With weights w_i of the samples of a batch (1 unless given), the objective of a step is::

        sum_i w_i loss_i / sum_i w_i  +  l2 / (2 sum_i w_i) * sum of W^2 over all layers

    which is scikit-learn's objective with alpha = l2. Biases are never penalised. `updated` makes the step.
    """

    def __init__(self, config: TrainConfig, activations: tuple[Activation, ...]) -> None:
        self._config, self._activations = config, activations
        self._dropout = config.dropout_rates(len(activations) - 1)
        self._state = (), OptimizerState(0, {})

    @property
    def evaluation_rows(self) -> int:
        """Rows that `outputs` takes well at once: enough to be fast, few enough for memory."""
        return 4096

    def run(
        self,
        batches: Batches,
        rates: Sequence[float] | StepRates,
        rng: Random,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Make one step per batch, with a learning rate each."""
        losses: list[float] = []
        for number, (rate, dropping, decaying) in enumerate(step_rates(rates).tolist()):
            if interrupted():
                break
            x, y, weights = batches.gather(number, self.dtype)
            value, gradients, cause = self._objective(x, y, weights, rng, dropping)
            if cause is None:
                new = updated(self._config, gradients, *self._state, rate, decaying)
                cause = first_not_finite(x, new[0])
            if cause is not None:
                return Outcome(np.array(losses), NotFinite(number, *cause))
            self._state = new
            losses.append(value)
        return Outcome(np.array(losses))

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer, without dropout."""
        last = self.forward(x)[0][-1]
        return last.a, last.z

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
        value, gradient, _ = self._objective(np.asarray(x, self.dtype), y, weights)
        if into is None or not gradient:
            return value, gradient
        for array, found in zip(into, gradient, strict=True):
            array[...] = found
        return value, into

    def cause(
        self, x: NDArray[Any], y: NDArray[Any], weights: NDArray[np.float64] | None
    ) -> tuple[int, str] | None:
        """Return the layer, counted from 1, and the array where the objective is not finite; None where it is."""
        return self._objective(x, y, weights)[2]

    def forward(
        self, x: NDArray[Any], rng: Random | None = None, dropping: float = 1.0
    ) -> tuple[list[LayerRecord], list[NDArray[Any] | None]]:
        """Return a record per layer, and the dropout mask of each layer's outputs; no `rng`, no dropout.

        `dropping` is a factor of dropout.
        """
        parameters, masks = self.parameters(), list[NDArray[Any] | None]()
        keys = None if rng is None else step_keys(rng, 1, len(self._dropout))

        def dropout(z: NDArray[Any]) -> NDArray[Any]:
            n = len(masks)
            if keys is None or n >= len(self._dropout) or not self._dropout[n]:
                masks.append(None)
                return z
            masks.append(mask(keys[0, n], z.shape, dropping * self._dropout[n]).astype(z.dtype))
            dropped: NDArray[Any] = z * masks[n]
            return dropped

        layers = [
            _Layer(W, b, activation)
            for W, b, activation in zip(parameters[::2], parameters[1::2], self._activations, strict=True)
        ]
        return list(forward(cast("list[Dense]", layers), x, dropout)), masks

    def _objective(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        weights: NDArray[Any] | None,
        rng: Random | None = None,
        dropping: float = 1.0,
    ) -> tuple[float, Parameters, tuple[int, str] | None]:
        """Return the objective, its gradient by parameter, and where it is not finite."""
        records, masks = self.forward(x, rng, dropping)
        last, l2 = records[-1], self._config.l2
        fractions, total = mean_weights(weights, len(x))
        output = (self._config.loss, y, last.a, last.z, last.layer.activation, fractions)
        value = mean_loss(*output)
        penalised = l2 and total
        if penalised:
            value += penalty_of(self.parameters(), l2, total)
        if not math.isfinite(value):
            return value, (), _cause(records)
        gradients: list[NDArray[Any]] = []
        for layer in backward(records, mean_da(*output), masks=masks, inputs=False):
            dW = layer.dW + (l2 / total) * layer.layer.W if penalised else layer.dW
            gradients = [dW, layer.db, *gradients]
        return value, tuple(gradients), None


def penalty_of(parameters: Parameters, l2: float, total: float) -> float:
    """Return l2 / (2 total) * sum of W^2 over all layers, `total` the sum of the weights of the samples."""
    with np.errstate(all="ignore"):
        squares = sum(float(np.dot(W.ravel(), W.ravel())) for W in parameters[::2])
        return 0.5 * l2 * squares / total


def first_not_finite(x: NDArray[Any], parameters: Parameters) -> tuple[int, str] | None:
    """Return the layer, counted from 1, and the array that is not finite after a step on x; None where all are."""
    for n, array in enumerate(parameters):
        # A finite sum has only finite terms; where it is not, look closer, for a sum may overflow.
        with np.errstate(all="ignore"):
            suspicious = not math.isfinite(array.sum())
        if suspicious and not np.isfinite(array).all():
            if not np.isfinite(x).all():  # a bounded activation hides it from the loss, not from the gradient
                return 1, "x"
            return n // 2 + 1, "W" if n % 2 == 0 else "b"
    return None


def _cause(records: Sequence[LayerRecord]) -> tuple[int, str]:
    for n, record in enumerate(records, 1):
        for what in ("x", "a", "z"):
            if not np.isfinite(getattr(record, what)).all():
                return n, what
    return len(records), "loss"
