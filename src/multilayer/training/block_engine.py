"""Steps whose gradient is a sum over blocks of the batch, made here or by the workers of a cluster: the same bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.activations import Activation
from multilayer.optimizers import OptimizerState, Parameters
from multilayer.training.batches import Batches
from multilayer.training.block_sums import (
    BLOCK,
    NO_STATE,
    Adder,
    Samples,
    Vector,
    arrays_of,
    blocks_of_rows,
    engine_of_blocks,
)
from multilayer.training.config import TrainConfig
from multilayer.training.numpy_engine import (
    NotFinite,
    NumpyEngine,
    Outcome,
    StateInArrays,
    first_not_finite,
    penalty_of,
)
from multilayer.training.rates import StepRates, step_rates
from multilayer.training.step import updated

__all__ = ["BlockEngine", "LocalSums", "StepSums", "cluster_sums"]


class StepSums(Protocol):
    """What adds up the objective of a batch without its penalty, and its gradient."""

    def total(self, parameters: Parameters, samples: Samples, whole: float) -> Vector | None:
        """Return the objective, and behind it the gradient in the order of `vector_of`; None where not finite.

        `whole` is the sum of the weights of the batch, or the number of its rows.
        """


def cluster_sums(
    cluster: Any,
    on_lost: Callable[[Any], Any],
    config: TrainConfig,
    activations: tuple[Activation, ...],
    stack: ExitStack,
) -> StepSums | None:
    """Return the sums of a cluster, to which there is a connection until the stack is closed; None without one.

    `on_lost` is called with a `multilayer.cluster.WorkerLost`.
    """
    if cluster is None:
        return None
    room = import_module("multilayer.cluster")  # by name: it stands on training, and not the other way round
    client = stack.enter_context(room.connected(cluster))
    sums: StepSums = room.ClusterStepSums(client, on_lost, config, activations)
    return sums


class LocalSums:
    """The sums of this process."""

    def __init__(self, adder: Adder) -> None:
        self._adder = adder

    def total(self, parameters: Parameters, samples: Samples, whole: float) -> Vector | None:
        """Return the sum over all blocks of some samples."""
        return self._adder.total(parameters, blocks_of_rows(*samples), whole)


class BlockEngine(StateInArrays):
    """Makes steps with the update of the NumPy reference, and gradients that are sums over blocks of the core.

    The gradient of a block of 1,024 rows is one sum, in the type of the network. Blocks are added in float64, pairs of
    neighbours first. So any number of workers makes the same additions.
    """

    def __init__(
        self,
        config: TrainConfig,
        activations: tuple[Activation, ...],
        state: tuple[Parameters, OptimizerState],
        sums: StepSums | None = None,
    ) -> None:
        self._config, self._activations = config, activations
        self._engine = engine_of_blocks(config, activations, state[0])
        self._sums: StepSums = LocalSums(Adder(self._engine, state[0])) if sums is None else sums
        self.load(*state)

    @property
    def evaluation_rows(self) -> int:
        """Rows that `outputs` takes well at once."""
        return BLOCK

    def run(
        self,
        batches: Batches,
        rates: Sequence[float] | StepRates,
        rng: Random,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Make one step per batch; where the cluster is lost on the way, the state is that before the first one."""
        before, losses = self._state, list[float]()
        try:
            for number, (rate, _, decaying) in enumerate(step_rates(rates).tolist()):
                if interrupted():
                    break
                value = self._step(batches.gather(number, self.dtype), rate, decaying)
                if isinstance(value, NotFinite):
                    return Outcome(np.array(losses), NotFinite(number, value.layer, value.what))
                losses.append(value)
        except BaseException:
            self._state = before
            raise
        return Outcome(np.array(losses))

    def _step(self, samples: Samples, rate: float, decaying: float) -> float | NotFinite:
        """Make a step, and return its objective, or why it cannot be made."""
        parameters, l2 = self._state[0], self._config.l2
        x, y, weights = samples
        whole = float(len(x) if weights is None else weights.sum(dtype=np.float64))
        total = self._sums.total(parameters, samples, whole)
        if total is None:
            return self._cause(x, y, weights)
        shapes = [array.shape for array in parameters]
        gradients = tuple(array.astype(self.dtype) for array in arrays_of(total[1:], shapes))
        value = float(total[0])
        if l2 and whole:
            value += penalty_of(parameters, l2, whole)
            with np.errstate(all="ignore"):
                gradients = tuple(
                    g + self.dtype.type(l2 / whole) * w if w.ndim == 2 else g
                    for g, w in zip(gradients, parameters, strict=True)
                )
        if not math.isfinite(value):
            return self._cause(x, y, weights)
        new = updated(self._config, gradients, *self._state, rate, decaying)
        cause = first_not_finite(x, new[0])
        if cause is not None:
            return NotFinite(0, *cause)
        self._state = new
        return value

    def _cause(self, *samples: Any) -> NotFinite:
        """Find the place of what is not finite, by the reference."""
        reference = NumpyEngine(self._config, self._activations)
        reference.load(*self._state)
        return NotFinite(0, *(reference.cause(*samples) or (len(self._activations), "loss")))

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer, without dropout."""
        self._engine.load(self._state[0], NO_STATE)
        return self._engine.outputs(x)

    def objective(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        weights: NDArray[np.float64] | None,
        into: Parameters | None = None,
    ) -> tuple[float, Parameters]:
        """Return the objective on these samples without its penalty, and its gradient."""
        self._engine.load(self._state[0], NO_STATE)
        return self._engine.objective(x, y, weights, into)
