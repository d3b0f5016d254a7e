"""SiLU, also called swish: a number times its own sigmoid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import LARGEST, logistic_slope, product_with, scaled_exp, two_sum

__all__ = ["SiLU", "silu"]


@final
@dataclass(frozen=True)
class SiLU(Elementwise):
    r"""SiLU or swish: h(a) = a sigmoid(beta a).

    .. math:: h(a) = a\,\sigma(v), \qquad h'(a) = \sigma(v) \left(1 + v\,\sigma(-v)\right), \qquad v = \beta a

    h(-inf) = -0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan; h' is 0 at -1.2785 / beta.

    Parameters
    ----------
    beta : float
        How steep the sigmoid is, above 0: 1 is SiLU, 1.702 the sigmoid approximation of gelu; relu in the
        limit.

    Traps
    -----
    "swish" has beta = 1 in Keras and JAX; in the paper beta may be learned. a / (1 + exp(-a)) overflows on the way,
    and PyTorch and JAX lose the subnormal tail of float32 (below -88). With beta other than 1, the rounding of beta a
    alone costs hundreds of ulp in the tail.

    Examples
    --------
    >>> silu(1.0), silu(-740.0)
    (np.float64(0.7310585786300049), np.float64(-3.09967e-319))

    References
    ----------
    Elfwing, S., Uchibe, E., Doya, K. (2018). Sigmoid-weighted linear units for neural network function approximation
    in reinforcement learning. Neural Networks 107. Ramachandran, P., Zoph, B., Le, Q. (2017). Searching for activation
    functions. arXiv:1710.05941.
    """

    beta: float = setting(1.0, above=0.0)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="silu",
            formula="a / (1 + exp(-beta a))",
            derivative="s (1 + beta a (1 - s)), s = 1 / (1 + exp(-beta a))",
            latex=r"\frac{a}{1 + e^{-\beta a}}",
            range=Interval(-0.2784645427610738 / self.beta, math.inf, (True, False)),
            aliases=("swish", "sil"),
            onnx="Swish",
            source="Elfwing, Uchibe, Doya 2018; Ramachandran, Zoph, Le 2017",
        )

    @staticmethod
    def formula(x: Array, /, beta: np.float64) -> Array:
        e, scale = scaled_exp(*product_with(beta, -np.abs(x)))
        total = 1.0 + e * scale
        return np.where(x < 0, np.maximum(x, -LARGEST) * e / total * scale, x / total)

    @staticmethod
    def derivative_formula(x: Array, /, beta: np.float64) -> Array:
        v, v_low = product_with(beta, np.abs(x))
        e, scale = scaled_exp(-v, -v_low)
        # h'(-v), added up so that around its zero only exp is rounded; and h'(v) = 1 - h'(-v).
        bracket, lost = two_sum(1.0, -v)
        tail = logistic_slope(e, scale) * (bracket + ((e * scale + lost) - v_low)) * scale
        return np.where(x < 0, tail, 1.0 - tail)


silu = SiLU()
