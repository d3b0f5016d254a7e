"""RMSprop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.settings import setting
from multilayer.optimizers.optimizer import Optimizer

__all__ = ["RMSprop"]


@final
@dataclass(frozen=True)
class RMSprop(Optimizer):
    r"""RMSprop: each weight's step is divided by a running root mean square of its gradient.

    .. math:: v \leftarrow \rho v + (1 - \rho) g^2, \qquad w \leftarrow w - \eta \frac{g}{\sqrt v + \epsilon}

    Frameworks differ in the default of rho: 0.9 in Hinton's lecture and Keras, 0.99 in PyTorch.

    References
    ----------
    Tieleman, T., Hinton, G. (2012). Lecture 6.5: rmsprop. Coursera, Neural Networks for Machine Learning.
    """

    learning_rate: float = setting(0.001, above=0.0)
    rho: float = setting(0.9, least=0.0, below=1.0)
    epsilon: float = setting(1e-8, above=0.0)
    slots: ClassVar[tuple[str, ...]] = ("v",)

    def formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        (v,) = slots
        v = self.rho * v + (1.0 - self.rho) * (g * g)
        return w - rate * g / (np.sqrt(v) + self.epsilon), v
