"""Self-gated activations, a number times a gate of its own: SiLU (swish) and mish."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import (
    LARGEST,
    logistic_slope,
    product_with,
    scaled_exp,
    two_product,
    two_sum,
)

__all__ = ["Mish", "SiLU", "mish", "silu"]


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


@final
@dataclass(frozen=True)
class Mish(Elementwise):
    r"""Mish: h(a) = a tanh(softplus(a)).

    .. math:: h(a) = a \tanh \log(1 + e^a)

    h(-inf) = -0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan; h' is 0 at -1.1924.

    Traps
    -----
    PyTorch's softplus stops at 20 and its tanh saturates: up to 154 ulp off in float32 (JAX: the whole subnormal
    tail). Here tanh(log(1 + e)) is written e (e + 2) / (e (e + 2) + 2), which has neither logarithm nor tanh.

    Examples
    --------
    >>> mish(1.0), mish.derivative(0.0)
    (np.float64(0.8650983882673103), np.float64(0.6))

    References
    ----------
    Misra, D. (2020). Mish: a self regularized non-monotonic activation function. BMVC.
    """

    facts = Facts(
        name="mish",
        formula="a tanh(log(1 + exp(a)))",
        derivative="t + a (1 - t^2) / (1 + exp(-a)), t = tanh(log(1 + exp(a)))",
        latex=r"a \tanh \log(1 + e^a)",
        range=Interval(-0.30884341301725043, math.inf, (True, False)),
        onnx="Mish",
        source="Misra 2020",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # e = exp(-|a|): on the positive side the fraction is multiplied through by e^2.
        e, scale = scaled_exp(-np.abs(x))
        tail = e * scale
        square, lost = _square(tail)
        fraction = e * (tail + 2.0) / square
        below = np.maximum(x, -LARGEST) * (fraction - fraction * lost) * scale
        rest = 1.0 + 2.0 * tail
        return np.where(x < 0, below, x * (rest / (rest + 2.0 * tail * tail)))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        t = np.minimum(np.abs(x), 2000.0)
        e, scale = scaled_exp(-t)
        tail = e * scale
        square, lost = _square(tail)
        # (e + 2) square - 4 t (1 + e), added up so that around its zero only small terms are rounded.
        shift = 4.0 * (1.0 - t)
        bracket = shift + tail * ((shift + 2.0) + tail * (4.0 + tail))
        below = e * (bracket / (square * square))
        below = (below - 2.0 * below * lost) * scale
        rest = 1.0 + 2.0 * tail
        whole = rest + 2.0 * tail * tail
        above = (rest + 4.0 * t * (tail * tail) * (1.0 + tail) / whole) / whole
        return np.where(x < 0, below, above)


def _square(e: Array) -> tuple[Array, Array]:
    """(1 + e)^2 + 1 = e (e + 2) + 2 for e between 0 and 1, and what rounding dropped, as a fraction of it."""
    root, root_low = two_sum(1.0, e)
    square, square_low = two_product(root, root)
    total, lost = two_sum(square, 1.0)
    return total, (lost + square_low + 2.0 * root * root_low) / total


mish = Mish()
