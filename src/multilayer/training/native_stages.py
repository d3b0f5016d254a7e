"""The stages of a step in the native core, one after another, with NumPy in the place of the kernels that it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.backend import training as backend
from multilayer.training.backpropagation import mean_da
from multilayer.training.config import TrainConfig
from multilayer.training.data import mean_weights
from multilayer.training.native_parts import InNumpy

__all__ = ["Stages"]


@dataclass(frozen=True, eq=False)
class Stages:
    """Forward, the loss, and back; what `in_numpy` names is computed here, and all else by the trainer."""

    config: TrainConfig
    activations: tuple[Activation, ...]
    trainer: backend.Trainer
    in_numpy: InNumpy

    def outputs(self, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return weighted sums and outputs of the last layer, without dropout."""
        self.trainer.open(backend.Rows(x, None, None, None, len(x)))
        last, output = len(self.activations) - 1, self.activations[-1]
        signals = self._forward(len(x))
        if last in signals:
            return signals[last]
        a = self.trainer.read("a", last, len(x))
        # Where the core has the last activation and the loss as one, it has no z of the last layer.
        if self.in_numpy.loss or not isinstance(output, self.config.loss.fused_activations):
            return a, self.trainer.read("z", last, len(x))
        return a, np.asarray(output(a))

    def objective(
        self,
        samples: backend.Rows,
        number: int,
        y: NDArray[Any],
        weights: NDArray[np.float64] | None,
        rates: Sequence[float] = (0.0,),
    ) -> float:
        """Return the objective of a batch, whose step is open then: forward, and for the gradients back."""
        trainer, last = self.trainer, len(self.activations) - 1
        trainer.open(samples, number, rates)
        signals = self._forward(len(y))
        if self.in_numpy.loss:
            loss, activation, (a, z) = self.config.loss, self.activations[last], signals[last]
            fractions, _ = mean_weights(weights, len(y))
            trainer.write_values(loss.values(y, a, z, activation))
            trainer.write("da", last, mean_da(loss, y, a, z, activation, fractions))
        else:
            trainer.compute_loss()
            if last in signals:
                self._backward(last, *signals[last])
        layer = trainer.backward(last)
        while layer <= last:
            self._backward(layer, *signals[layer])
            layer = trainer.backward(layer)
        return trainer.objective()

    def _forward(self, rows: int) -> dict[int, tuple[NDArray[Any], NDArray[Any]]]:
        """Return a and z of the layers whose activation is computed here."""
        trainer, signals = self.trainer, {}
        layer, last = trainer.forward(0), len(self.activations) - 1
        while layer <= last:
            a = trainer.read("a", layer, rows)
            z = self.activations[layer](a)
            trainer.write("z", layer, z)
            signals[layer] = a, np.asarray(z)
            if layer == last:
                break
            layer = trainer.forward(layer + 1)
        return signals

    def _backward(self, layer: int, a: NDArray[Any], z: NDArray[Any]) -> None:
        dz = self.trainer.read("da", layer, len(a))
        self.trainer.write("da", layer, self.activations[layer].vjp(a, z, dz))
