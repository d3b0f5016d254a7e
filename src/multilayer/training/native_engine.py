"""Training steps in the native core, which holds the parameters and the optimizer state meanwhile.

Where the core has kernels for all parts of a step, a run of steps is one call. A part without one (a user-defined
activation, loss, optimizer or clipping, numbers per unit) is computed in NumPy, and all others by the core, in the
stages of one step after another (native_stages).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random, rewinder
from multilayer.activations import Activation
from multilayer.backend import training as backend
from multilayer.optimizers import InputScale, Optimizer, OptimizerState, Parameters
from multilayer.training.batches import Batches
from multilayer.training.config import TrainConfig
from multilayer.training.dropout import step_keys
from multilayer.training.native_parts import InNumpy, is_readable, pieces, plain_targets, trainer_for
from multilayer.training.native_stages import Stages
from multilayer.training.numpy_engine import NumpyEngine, Outcome
from multilayer.training.rates import StepRates, step_rates
from multilayer.training.step import updated, with_input_scale

__all__ = ["NativeEngine"]


class NativeEngine:
    """Steps by the kernels of the core."""

    def __init__(
        self,
        config: TrainConfig,
        activations: tuple[Activation, ...],
        trainer: backend.Trainer,
        in_numpy: InNumpy,
    ) -> None:
        self._config, self._activations = config, activations
        self._trainer, self._in_numpy = trainer, in_numpy
        self._stages = Stages(config, activations, trainer, in_numpy)
        self._hidden_dropout = len(config.dropout_rates(len(activations) - 1))
        self._slots = config.optimizer.slots if isinstance(config.optimizer, Optimizer) else ()
        self._memory: OptimizerState | None = None
        """The state of an optimizer without a kernel."""
        self._before: tuple[Parameters, OptimizerState] | None = None
        """The state to read while the core's is being replaced, one array after the other."""
        self._taken: dict[str, Parameters] = {}
        """What has been read from the core for good."""

    @classmethod
    def of(
        cls, config: TrainConfig, activations: tuple[Activation, ...], parameters: Parameters
    ) -> NativeEngine | None:
        """Return an engine for parameters of this type and these shapes; None if the core cannot."""
        made = trainer_for(config, activations, parameters)
        return None if made is None else cls(config, activations, *made)

    def load(self, parameters: Parameters, optimizer: OptimizerState) -> None:
        """Start from these."""
        optimizer = with_input_scale(self._config, parameters, optimizer)
        self._before = parameters, optimizer
        self._memory = optimizer if self._in_numpy.optimizer else None
        slots = () if self._in_numpy.optimizer else tuple(optimizer.slots[name] for name in self._slots)
        scale = () if optimizer.scale is None else optimizer.scale.arrays
        self._trainer.load(parameters, slots, optimizer.step, scale)
        self._before = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the parameters."""
        return self._trainer.dtype

    @property
    def evaluation_rows(self) -> int:
        """Rows that `outputs` takes well at once: a batch, for which the core has room."""
        return self._config.evaluation_rows

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays in the core."""
        return self._trainer.nbytes

    @property
    def in_one_call(self) -> bool:
        """Whether the core has kernels for all parts of a step, and runs many steps in one call."""
        return not self._in_numpy.any

    def parameters(self) -> Parameters:
        """Return W1, b1, W2, b2, ..."""
        return self.snapshot()[0] if self._before is not None else self._get("weights")

    def optimizer_state(self) -> OptimizerState:
        """Return the optimizer state."""
        if self._before is not None:
            return self._before[1]
        if self._memory is not None:
            return self._memory
        slots = map(self._get, self._trainer.slots)
        scale = (
            InputScale.from_arrays(self._get("scale"), self._slots) if self._trainer.scales_inputs else None
        )
        return OptimizerState(self._trainer.steps, dict(zip(self._slots, slots, strict=True)), scale)

    def snapshot(self) -> tuple[Parameters, OptimizerState]:
        """Return both, of the same moment."""
        if self._before is not None:
            return self._before
        return self.parameters(), self.optimizer_state()

    def close(self) -> None:
        """Make no more steps; the state goes into arrays, one after the other in the place of the core's."""
        self._trainer.close()
        if self._trainer.scales_inputs:
            self._taken["scale"] = self._trainer.get_scale()
        for what in (*reversed(self._trainer.slots), "weights"):
            self._taken[what] = self._trainer.get(what)  # first, for a signal handler that reads meanwhile
            self._trainer.release(what)

    def run(
        self,
        batches: Batches,
        rates: Sequence[float] | StepRates,
        rng: Random,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Make one step per batch, with a learning rate each."""
        rates = step_rates(rates)
        losses = [np.empty(0)]
        done, total = 0, len(batches)
        while done < total:
            rewind = rewinder(rng) if self._hidden_dropout else None
            keys = step_keys(rng, total - done, self._hidden_dropout)
            taken, finite = self._run(batches.slice(done, total), rates[done:], keys, interrupted)
            losses.append(taken)
            done += len(taken)
            if done < total and rewind is not None:
                rewind()
                step_keys(rng, len(taken), self._hidden_dropout)
            if finite:
                break
            # The core notices that a step is not finite; the reference finds out why, or takes it, for it may round
            # differently.
            reference = NumpyEngine(self._config, self._activations)
            reference.load(*self.snapshot())
            one = reference.run(batches.slice(done, done + 1), rates[done : done + 1], rng)
            if one.not_finite is not None:
                return Outcome(np.concatenate(losses), replace(one.not_finite, batch=done))
            self.load(*reference.snapshot())
            losses.append(one.losses)
            done += 1
        return Outcome(np.concatenate(losses))

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer, without dropout."""
        return self._stages.outputs(x)

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
        x = x if is_readable(x) else x.copy()
        samples = backend.Rows(x, None if self._in_numpy.loss else plain_targets(y), weights, None, len(x))
        value = self._stages.objective(samples, 0, y, weights)
        if not math.isfinite(value):
            return value, ()
        self._trainer.find_gradients()
        return value, self._trainer.get("gradient", into)

    def _get(self, what: str) -> Parameters:
        if what in self._taken:
            return self._taken[what]
        return self._trainer.get_scale() if what == "scale" else self._trainer.get(what)

    def _run(
        self, batches: Batches, rates: StepRates, keys: NDArray[np.uint64], interrupted: Callable[[], bool]
    ) -> tuple[NDArray[np.float64], bool]:
        """Run steps until one is not finite; return the objective of each, and whether all were finite."""
        losses = [np.empty(0)]
        done, finite = 0, True
        for samples in pieces(batches, self.dtype, keys, with_targets=not self._in_numpy.loss):
            count = samples.batches
            part, some = batches.slice(done, done + count), rates[done : done + count]
            if self._in_numpy.any:
                taken, finite = self._steps_in_stages(samples, part, some, interrupted)
            else:
                taken, finite = self._trainer.run(samples, some, interrupted)
            losses.append(taken)
            done += len(taken)
            if len(taken) < count:
                break
        return np.concatenate(losses), finite

    def _steps_in_stages(
        self, samples: backend.Rows, batches: Batches, rates: StepRates, interrupted: Callable[[], bool]
    ) -> tuple[NDArray[np.float64], bool]:
        losses: list[float] = []
        for number, step in enumerate(rates.tolist()):
            if interrupted():
                break
            value = self._stages.objective(samples, number, *batches.targets(number), step)
            if not math.isfinite(value) or not self._update(step):
                return np.array(losses), False
            losses.append(value)
        return np.array(losses), True

    def _update(self, rates: Sequence[float]) -> bool:
        """Update the parameters, unless that is not finite; return whether it was."""
        trainer, config = self._trainer, self._config
        if not (self._in_numpy.clip or self._in_numpy.optimizer):
            return trainer.update()
        trainer.find_gradients()
        gradients = trainer.get("gradient")
        if self._memory is None:
            trainer.put("gradient", gradients if config.clip is None else config.clip(gradients))
            return trainer.update()
        before, (rate, _, decaying) = trainer.get("weights"), rates
        after, memory = updated(config, gradients, before, self._memory, rate, decaying)
        if not all(np.isfinite(array).all() for array in after):
            return False
        self._before = before, self._memory
        trainer.put("weights", after)
        trainer.begin(memory.step)
        self._memory = memory
        self._before = None
        return True
