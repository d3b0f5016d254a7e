"""Smooth rectifiers, softplus and squareplus, and the logarithm of the sigmoid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import LARGEST, product_with, scaled_exp, two_product, two_sum

__all__ = ["LogSigmoid", "Softplus", "Squareplus", "log_sigmoid", "softplus", "squareplus"]


@final
@dataclass(frozen=True)
class Softplus(Elementwise):
    r"""Softplus: h(a) = log(1 + exp(beta a)) / beta, a rectifier without the kink.

    .. math:: h(a) = \frac{1}{\beta} \log(1 + e^{\beta a}), \qquad h'(a) = \sigma(\beta a)

    h(-inf) = 0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan.

    Parameters
    ----------
    beta : float
        How sharp the bend is, above 0; relu in the limit.

    Traps
    -----
    PyTorch returns a itself where beta * a > 20 (the `threshold` applies to the product, not to a); from there its
    float64 result is up to 1e-10 off, and its derivative 2e-9. There is no threshold here, and no need of one. ONNX's
    Softplus has no beta: it is this function for beta = 1 only (see `facts.onnx`).

    Examples
    --------
    >>> softplus(0.0), softplus(-800.0), softplus(800.0)
    (np.float64(0.6931471805599453), np.float64(0.0), np.float64(800.0))

    References
    ----------
    Dugas, C., Bengio, Y., Bélisle, F., Nadeau, C., Garcia, R. (2001). Incorporating second-order functional knowledge
    for better option pricing. NeurIPS.
    """

    beta: float = setting(1.0, above=0.0)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="softplus",
            formula="log(1 + exp(beta a)) / beta",
            derivative="1 / (1 + exp(-beta a))",
            latex=r"\frac{1}{\beta} \log(1 + e^{\beta a})",
            range=Interval(0.0, math.inf),
            aliases=("smooth_relu",),
            onnx="Softplus" if self.beta == 1.0 else None,
            source="Dugas, Bengio, Bélisle, Nadeau, Garcia 2001",
        )

    @staticmethod
    def formula(x: Array, /, beta: np.float64) -> Array:
        e, scale = scaled_exp(*product_with(beta, -np.abs(x)))
        # Where e is scaled, log(1 + e) is e.
        bend = np.where(scale < 1.0, e, np.log1p(e)) / beta * scale
        return np.where(x > 0, x + bend, bend)

    @staticmethod
    def derivative_formula(x: Array, /, beta: np.float64) -> Array:
        e, scale = scaled_exp(*product_with(beta, -np.abs(x)))
        e = e * scale
        return np.where(x < 0, e, 1.0) / (1.0 + e)


@final
@dataclass(frozen=True)
class LogSigmoid(Elementwise):
    r"""Log-sigmoid: the logarithm of the sigmoid, for losses that need it.

    .. math:: h(a) = \log \sigma(a) = -\log(1 + e^{-a}), \qquad h'(a) = \sigma(-a)

    h(-inf) = -inf, h(inf) = -0, h'(-inf) = 1, h'(inf) = 0, nan stays nan.

    Traps
    -----
    log(sigmoid(a)) is -inf below -745 in float64 and below -104 in float32, and 0 above 37; this is right everywhere.

    Examples
    --------
    >>> log_sigmoid(-1000.0), log_sigmoid(40.0)
    (np.float64(-1000.0), np.float64(-4.248354255291589e-18))
    """

    facts = Facts(
        name="log_sigmoid",
        formula="-log(1 + exp(-a))",
        derivative="1 / (1 + exp(a))",
        latex=r"-\log(1 + e^{-a})",
        range=Interval(-math.inf, 0.0),
        aliases=("logsigmoid", "log_expit"),
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return -(np.maximum(-x, 0.0) + np.log1p(np.exp(-np.abs(x))))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        e = np.exp(-np.abs(x))
        return np.where(x > 0, e, 1.0) / (1.0 + e)


Pair = tuple[Array, Array]


@final
@dataclass(frozen=True)
class Squareplus(Elementwise):
    r"""Squareplus: h(a) = (a + sqrt(a^2 + b)) / 2, a hyperbola in the shape of softplus.

    .. math:: h(a) = \frac{a + \sqrt{a^2 + b}}{2}, \qquad h'(a) = \frac{h(a)}{\sqrt{a^2 + b}}

    h(-inf) = 0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan.

    Parameters
    ----------
    b : float
        How round the bend is, above 0; h(0) = sqrt(b) / 2. 4 in Keras and JAX.

    Traps
    -----
    As it is written, the negative side is a difference of nearly equal numbers, without a correct digit below -1e8 in
    float64 (-4000 in float32), and a^2 overflows.

    Examples
    --------
    >>> squareplus(0.0), squareplus(-1e200)
    (np.float64(1.0), np.float64(1e-200))

    References
    ----------
    Barron, J. T. (2021). Squareplus: a softplus-like algebraic rectifier. arXiv:2112.11687.
    """

    b: float = setting(4.0, above=0.0)

    facts = Facts(
        name="squareplus",
        formula="(a + sqrt(a^2 + b)) / 2",
        derivative="h(a) / sqrt(a^2 + b)",
        latex=r"\frac{a + \sqrt{a^2 + b}}{2}",
        range=Interval(0.0, math.inf),
        source="Barron 2021",
    )

    @staticmethod
    def formula(x: Array, /, b: np.float64) -> Array:
        _, (half, half_low) = _root_and_half(x, b)
        below = 0.25 * b / half
        return np.where(x < 0, below - below * (half_low / half), half + half_low)

    @staticmethod
    def derivative_formula(x: Array, /, b: np.float64) -> Array:
        (root, root_low), (half, half_low) = _root_and_half(np.clip(x, -LARGEST, LARGEST), b)
        below = 0.25 * b / half / root
        below = below - below * (half_low / half + root_low / root)
        above = half / root
        return np.where(x < 0, below, above + above * (half_low / half - root_low / root))


def _root_and_half(x: Array, b: np.float64) -> tuple[Pair, Pair]:
    """sqrt(x^2 + b) and (|x| + sqrt(x^2 + b)) / 2, as pairs.

    For x > 0 the latter is h(x); for x < 0, where the definition is a difference of nearly equal numbers, h(x) is b /
    4 over it.
    """
    # Divided by a power of two around the result, so that the square neither overflows nor vanishes.
    size = np.abs(x)
    exponent = np.frexp(np.maximum(np.minimum(size, LARGEST), np.sqrt(b)))[1]
    small = np.ldexp(size, -exponent)
    square, square_low = two_product(small, small)
    total, lost = two_sum(square, np.ldexp(b, -2 * exponent))
    root = np.sqrt(total)
    product, product_low = two_product(root, root)
    root_low = ((total - product) - product_low + lost + square_low) / (2.0 * root)
    root = np.where(np.isinf(size), size, np.ldexp(root, exponent))
    root_low = np.where(np.isinf(size), 0.0, np.ldexp(root_low, exponent))
    half, half_low = two_sum(0.5 * size, 0.5 * root)
    half_low = np.where(np.isinf(size), 0.0, half_low + 0.5 * root_low)
    return (root, root_low), (half, half_low)


softplus = Softplus()
log_sigmoid = LogSigmoid()
squareplus = Squareplus()
