"""The parts of a step that the native core does not have: each is computed in NumPy, and all others by the trainer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.backend.training import Samples, Trainer
from multilayer.losses import Loss
from multilayer.optimizers import Optimizer, OptimizerState, Parameters
from multilayer.training.plan import Batches, Plan, decayed, shares

__all__ = ["OwnParts"]


class OwnParts:
    """What of a plan is not the core's: activations by layer, the loss, clipping, the optimizer and its memory."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.activations: dict[int, Activation] = {}
        self.loss: Loss | None = None
        self.clip: Callable[[Parameters], Parameters] | None = None
        self.optimizer: Optimizer | None = None
        self.memory: OptimizerState | None = None
        self.before_update: tuple[Parameters, OptimizerState] | None = None
        """Parameters and optimizer state while they are being replaced one after the other."""
        self.fused = False
        """Whether the core has the last activation and the loss as one, and so no z of the last layer."""

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return bool(self.activations) or any(
            part is not None for part in (self.loss, self.clip, self.optimizer)
        )

    def run(
        self,
        trainer: Trainer,
        data: Samples,
        batches: Batches,
        rates: NDArray[np.float64],
        interrupted: Callable[[], bool],
    ) -> tuple[NDArray[np.float64], bool]:
        """Make a step per batch, as `Trainer.run` does."""
        losses: list[float] = []
        for number in range(len(batches)):
            if interrupted():
                break
            value = self._step(trainer, data, batches, number, float(rates[number]))
            if value is None:
                return np.array(losses), False
            losses.append(value)
        return np.array(losses), True

    def outputs(self, trainer: Trainer, rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return a and z of the last layer, for the samples of the step that is open."""
        last = len(trainer.units) - 1
        signals = self._forward(trainer, rows)
        if last in signals:
            return signals[last]
        a = trainer.read("a", last, rows)
        if not self.fused:
            return a, trainer.read("z", last, rows)
        return a, np.asarray(self.plan.activations[last](a))

    def _step(
        self, trainer: Trainer, data: Samples, batches: Batches, number: int, rate: float
    ) -> float | None:
        """Return the objective, or None where the step is not finite, and was not made."""
        value = self.objective(trainer, data, number, *batches.targets(number), rate)
        if not math.isfinite(value):
            return None
        if self.clip is not None or self.optimizer is not None:
            trainer.find_gradients()
            gradients = trainer.get("gradient")
            if self.clip is not None:
                gradients = self.clip(gradients)
            if self.optimizer is not None:
                return value if self._move(trainer, gradients, rate) else None
            trainer.put("gradient", gradients)
        return value if trainer.update() else None

    def objective(
        self,
        trainer: Trainer,
        data: Samples,
        number: int,
        y: NDArray[Any],
        weights: NDArray[np.float64] | None,
        rate: float = 0.0,
    ) -> float:
        """Return the objective of a batch, whose step is open then: forward and, for the gradients, back."""
        trainer.open(data, number, rate)
        signals = self._forward(trainer, len(y))
        last = len(trainer.units) - 1
        if self.loss is not None:
            self._lose(trainer, y, weights, *signals[last])
        else:
            trainer.compute_loss()
            if last in signals:
                self._go_back(trainer, last, *signals[last])
        layer = trainer.backward(last)
        while layer <= last:
            self._go_back(trainer, layer, *signals[layer])
            layer = trainer.backward(layer)
        return trainer.objective()

    def _forward(self, trainer: Trainer, rows: int) -> dict[int, tuple[NDArray[Any], NDArray[Any]]]:
        """Return a and z of the layers whose activation is not the core's."""
        signals = {}
        layer, last = trainer.forward(0), len(trainer.units) - 1
        while layer <= last:
            a = trainer.read("a", layer, rows)
            z = self.activations[layer](a)
            trainer.write("z", layer, z)
            signals[layer] = a, np.asarray(z)
            if layer == last:
                break
            layer = trainer.forward(layer + 1)
        return signals

    def _lose(
        self,
        trainer: Trainer,
        y: NDArray[Any],
        weights: NDArray[np.float64] | None,
        a: NDArray[Any],
        z: NDArray[Any],
    ) -> None:
        assert self.loss is not None  # noqa: S101  (the caller has looked)
        last = len(trainer.units) - 1
        activation, (share, _) = self.activations[last], shares(weights, len(y))
        trainer.write_values(self.loss.values(y, a, z, activation))
        da = self.loss.da(y, a, z, activation) * share[:, np.newaxis].astype(a.dtype)
        trainer.write("da", last, da)

    def _go_back(self, trainer: Trainer, layer: int, a: NDArray[Any], z: NDArray[Any]) -> None:
        dz = trainer.read("da", layer, len(a))
        trainer.write("da", layer, self.activations[layer].vjp(a, z, dz))

    def _move(self, trainer: Trainer, gradients: Parameters, rate: float) -> bool:
        """Give the parameters the values that the optimizer gives them, unless these are not finite."""
        assert self.optimizer is not None  # noqa: S101  (the caller has looked)
        assert self.memory is not None  # noqa: S101  (it goes with the optimizer)
        before = trainer.get("weights")
        after, memory = self.optimizer.update(gradients, self.memory, before, rate)
        after = decayed(self.plan, after, before, rate)
        if not all(np.isfinite(array).all() for array in after):
            return False
        self.before_update = before, self.memory
        trainer.put("weights", after)
        trainer.begin(memory.step)
        self.memory = memory
        self.before_update = None
        return True
