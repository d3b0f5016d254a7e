"""S-shaped activations: the logistic sigmoid, tanh and softsign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import LARGEST, logistic_slope, scaled_exp, two_sum

__all__ = ["Sigmoid", "Softsign", "Tanh", "sigmoid", "softsign", "tanh"]


@final
@dataclass(frozen=True)
class Sigmoid(Elementwise):
    r"""Sigmoid: h(a) = 1 / (1 + exp(-a)), a smooth step from 0 to 1.

    .. math:: h(a) = \frac{1}{1 + e^{-a}}, \qquad h'(a) = h(a)\,(1 - h(a))

    Any shape; float16, float32 and float64 keep their type. h(0) = 1/2, h(-inf) = 0, h(inf) = 1, h(nan) = nan;
    h'(+-inf) = 0. Tails are exact down to the smallest subnormal.

    Traps
    -----
    The textbook formula overflows, and in float32 is wrong by up to 2e6 ulp near -88.7; so are PyTorch, JAX and
    `scipy.special.expit`, which flush or lose the subnormal tail.

    Examples
    --------
    >>> import numpy as np
    >>> float(sigmoid(np.float32(-100)))
    3.783505853677006e-44
    >>> sigmoid.derivative(0.0)
    np.float64(0.25)

    References
    ----------
    Verhulst, P.-F. (1838). Notice sur la loi que la population suit dans son accroissement.
    """

    facts = Facts(
        name="sigmoid",
        formula="1 / (1 + exp(-a))",
        derivative="h(a) (1 - h(a))",
        latex=r"\frac{1}{1 + e^{-a}}",
        range=Interval(0.0, 1.0),
        aliases=("logistic", "expit"),
        onnx="Sigmoid",
        source="Verhulst 1838",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # exp of a number that is never positive cannot overflow, and keeps the tail exact.
        e = np.exp(-np.abs(x))
        return np.where(x < 0, e, 1.0) / (1.0 + e)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return logistic_slope(np.exp(-np.abs(x)))


sigmoid = Sigmoid()


@final
@dataclass(frozen=True)
class Tanh(Elementwise):
    r"""Tanh: the sigmoid made symmetric, between -1 and 1.

    .. math:: h(a) = \tanh a = 2\,\sigma(2a) - 1, \qquad h'(a) = 1 - h(a)^2 = \frac{1}{\cosh^2 a}

    h(+-inf) = +-1, h'(+-inf) = 0, nan stays nan; h(-0) = -0.

    Traps
    -----
    1 - h(a)^2, the derivative as frameworks compute it from h(a), loses every digit where h(a)
    rounds to 1: it is 0 beyond |a| = 19.1 in float64 and beyond 9.1 in float32. Here it keeps its digits down
    to the last subnormal.

    Examples
    --------
    >>> tanh(0.5), tanh.derivative(20.0)
    (np.float64(0.46211715726000973), np.float64(1.6993417021166355e-17))

    References
    ----------
    LeCun, Y., Bottou, L., Orr, G., Müller, K.-R. (1998). Efficient BackProp.
    """

    facts = Facts(
        name="tanh",
        formula="tanh(a)",
        derivative="1 - tanh(a)^2",
        latex=r"\tanh a",
        range=Interval(-1.0, 1.0),
        aliases=("hyperbolic_tangent", "tansig"),
        onnx="Tanh",
        source="LeCun, Bottou, Orr, Müller 1998",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return np.tanh(x)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        # 1 / cosh^2 a is four times the sigmoid's derivative at 2a.
        e, scale = scaled_exp(-2.0 * np.abs(x))
        return 4.0 * logistic_slope(e, scale) * scale


tanh = Tanh()


@final
@dataclass(frozen=True)
class Softsign(Elementwise):
    r"""Softsign: h(a) = a / (1 + |a|), which reaches its limits far more slowly than tanh.

    .. math:: h(a) = \frac{a}{1 + |a|}, \qquad h'(a) = \frac{1}{(1 + |a|)^2}

    h(+-inf) = +-1, h'(+-inf) = 0, nan stays nan. h' has no jump: it is 1 at 0 from both sides.

    Traps
    -----
    As it is written, h(inf) is inf / inf = nan (so in PyTorch and ONNX Runtime), and the square in h' overflows from
    1e154 on.

    Examples
    --------
    >>> softsign(3.0), softsign.derivative(1e160)
    (np.float64(0.75), np.float64(1e-320))

    References
    ----------
    Bergstra, J., Desjardins, G., Lamblin, P., Bengio, Y. (2009). Quadratic polynomials learn better image features.
    """

    facts = Facts(
        name="softsign",
        formula="a / (1 + |a|)",
        derivative="1 / (1 + |a|)^2",
        latex=r"\frac{a}{1 + |a|}",
        range=Interval(-1.0, 1.0),
        onnx="Softsign",
        source="Bergstra, Desjardins, Lamblin, Bengio 2009",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        x = np.clip(x, -LARGEST, LARGEST)
        return x / (1.0 + np.abs(x))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        total, lost = two_sum(1.0, np.minimum(np.abs(x), LARGEST))
        return (1.0 - 2.0 * (lost / total)) / total / total


softsign = Softsign()
