"""The hyperbolic tangent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import logistic_slope, scaled_exp

__all__ = ["Tanh", "tanh"]


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
