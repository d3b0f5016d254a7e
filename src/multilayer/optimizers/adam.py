"""Optimizers with a rate per weight: RMSprop, Adam, and AdamW with its decoupled weight decay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import setting
from multilayer.backend.training import OptimizerKernel
from multilayer.optimizers.optimizer import Optimizer

__all__ = ["Adam", "AdamW", "RMSprop"]


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
    rho: float = setting(0.9, minimum=0.0, below=1.0)
    epsilon: float = setting(1e-8, above=0.0)
    slots: ClassVar[tuple[str, ...]] = ("v",)

    @property
    def kernel(self) -> OptimizerKernel:
        return OptimizerKernel("rmsprop", decay2=self.rho, epsilon=self.epsilon)

    @property
    def written(self) -> dict[str, str]:
        return {"v": "rho * v + (1 - rho) * g^2", "w": "w - rate * g / (sqrt(new v) + epsilon)"}

    def formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        (v,) = slots
        v = self.rho * v + (1.0 - self.rho) * (g * g)
        return w - rate * g / (np.sqrt(v) + self.epsilon), v


@final
@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adam: momentum, divided by a running root mean square of the gradient, both corrected for their start at 0.

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
              w \leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m}{\sqrt v + \epsilon}

    Defaults, and the order of operations, are scikit-learn's: both corrections go into the rate, as in section 2 of the
    paper. PyTorch and Keras add epsilon after correcting v, which is another epsilon in early steps.

    References
    ----------
    Kingma, D. P., Ba, J. (2015). Adam: a method for stochastic optimization. ICLR.
    """

    learning_rate: float = setting(0.001, above=0.0)
    beta1: float = setting(0.9, minimum=0.0, below=1.0)
    beta2: float = setting(0.999, minimum=0.0, below=1.0)
    epsilon: float = setting(1e-8, above=0.0)
    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    @property
    def kernel(self) -> OptimizerKernel:
        return OptimizerKernel("adam", self.beta1, self.beta2, self.epsilon)

    @property
    def written(self) -> dict[str, str]:
        return {
            "m": "beta1 * m + (1 - beta1) * g",
            "v": "beta2 * v + (1 - beta2) * g^2",
            "w": "w - rate * sqrt(1 - beta2^t) / (1 - beta1^t) * new m / (sqrt(new v) + epsilon)",
        }

    def formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        m, v = slots
        m = self.beta1 * m + (1.0 - self.beta1) * g
        v = self.beta2 * v + (1.0 - self.beta2) * (g * g)
        corrected = rate * math.sqrt(1.0 - self.beta2**t) / (1.0 - self.beta1**t)
        return w + -corrected * m / (np.sqrt(v) + self.epsilon), m, v


@final
@dataclass(frozen=True)
class AdamW(Optimizer):
    r"""AdamW: Adam, and beside it every weight (no bias) shrinks by the fraction rate * weight_decay.

    .. math:: W \leftarrow W - \eta \lambda W + \text{Adam's step}

    Unlike an L2 penalty, the decay is not divided by the root mean square of the gradient.

    References
    ----------
    Loshchilov, I., Hutter, F. (2019). Decoupled weight decay regularization. ICLR.
    """

    learning_rate: float = setting(0.001, above=0.0)
    beta1: float = setting(0.9, minimum=0.0, below=1.0)
    beta2: float = setting(0.999, minimum=0.0, below=1.0)
    epsilon: float = setting(1e-8, above=0.0)
    weight_decay: float = setting(0.01, minimum=0.0)
    slots: ClassVar[tuple[str, ...]] = ("m", "v")

    @property
    def kernel(self) -> OptimizerKernel:
        return OptimizerKernel("adam", self.beta1, self.beta2, self.epsilon, weight_decay=self.weight_decay)

    @property
    def written(self) -> dict[str, str]:
        adam = Adam().written
        return adam | {"w": f"{adam['w']} - rate * weight_decay * w"}

    def formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        plain = Adam(self.learning_rate, self.beta1, self.beta2, self.epsilon)
        updated, m, v = plain.formula(t, rate, w, g, *slots)
        # Weights have two axes, biases one.
        return updated - rate * self.weight_decay * w if w.ndim == 2 else updated, m, v
