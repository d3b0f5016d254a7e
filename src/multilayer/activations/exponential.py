"""The exponential, and the Gaussian bell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import scaled_exp, two_product

__all__ = ["Exponential", "Gaussian", "exponential", "gaussian"]


@final
@dataclass(frozen=True)
class Exponential(Elementwise):
    r"""Exponential: h(a) = exp(a), its own derivative; the output of a Poisson regression.

    .. math:: h(a) = h'(a) = e^a

    h(-inf) = 0, h(inf) = inf, nan stays nan; inf from 709.79 on in float64, 88.73 in float32, 11.09 in float16,
    without a warning.

    Examples
    --------
    >>> exponential(1.0), exponential(1000.0)
    (np.float64(2.718281828459045), np.float64(inf))
    """

    facts = Facts(
        name="exponential",
        formula="exp(a)",
        derivative="exp(a)",
        latex="e^a",
        range=Interval(0.0, math.inf),
        aliases=("exp",),
        onnx="Exp",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return np.exp(x)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return np.exp(x)


@final
@dataclass(frozen=True)
class Gaussian(Elementwise):
    r"""Gaussian: h(a) = exp(-a^2), a bell around 0.

    .. math:: h(a) = e^{-a^2}, \qquad h'(a) = -2 a e^{-a^2}

    h(+-inf) = h'(+-inf) = 0, nan stays nan.

    Traps
    -----
    It is not the density exp(-a^2 / 2) / sqrt(2 pi). The rounding of a^2 alone costs 370 ulp in the tail; here the
    square keeps what rounding drops.

    Examples
    --------
    >>> gaussian(1.0), gaussian.derivative(1.0)
    (np.float64(0.36787944117144233), np.float64(-0.7357588823428847))

    References
    ----------
    Broomhead, D. S., Lowe, D. (1988). Multivariable functional interpolation and adaptive networks. Complex Systems 2.
    """

    facts = Facts(
        name="gaussian",
        formula="exp(-a^2)",
        derivative="-2 a exp(-a^2)",
        latex="e^{-a^2}",
        range=Interval(0.0, 1.0, (False, True)),
        aliases=("radbas", "bell"),
        source="Broomhead, Lowe 1988",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        e, scale = _exponential(np.clip(x, -30.0, 30.0))
        return e * scale

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        x = np.clip(x, -30.0, 30.0)
        e, scale = _exponential(x)
        return -2.0 * x * e * scale


def _exponential(x: Array) -> tuple[Array, Array]:
    square, low = two_product(x, x)
    return scaled_exp(-square, -low)


exponential = Exponential()
gaussian = Gaussian()
