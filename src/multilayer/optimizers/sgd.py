"""Stochastic gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from numpy.typing import NDArray

from multilayer._base.fields import setting
from multilayer.backend.training import OptimizerKernel
from multilayer.optimizers.optimizer import Optimizer

__all__ = ["SGD"]


@final
@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Stochastic gradient descent with momentum, Nesterov's by default.

    .. math:: v \leftarrow \mu v - \eta g, \qquad
              w \leftarrow w + \begin{cases} \mu v - \eta g & \text{Nesterov} \\ v & \text{otherwise}\end{cases}

    Defaults, and the order of operations, are scikit-learn's. A momentum of 0 is plain gradient descent.

    References
    ----------
    Sutskever, I., Martens, J., Dahl, G., Hinton, G. (2013). On the importance of initialization and momentum in deep
    learning. ICML.
    """

    learning_rate: float = setting(0.001, above=0.0)
    momentum: float = setting(0.9, minimum=0.0, maximum=1.0)
    nesterov: bool = True
    slots: ClassVar[tuple[str, ...]] = ("velocity",)

    @property
    def kernel(self) -> OptimizerKernel:
        return OptimizerKernel("sgd", self.momentum, nesterov=self.nesterov)

    @property
    def written(self) -> dict[str, str]:
        if not self.momentum:
            return {"w": "w - rate * g"}
        moved = "w + momentum * new velocity - rate * g" if self.nesterov else "w + new velocity"
        return {"velocity": "momentum * velocity - rate * g", "w": moved}

    def formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        (velocity,) = slots
        velocity = self.momentum * velocity - rate * g
        return w + (self.momentum * velocity - rate * g if self.nesterov else velocity), velocity
