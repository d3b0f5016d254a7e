"""The Gaussian error linear unit, by the error function and by its tanh approximation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import (
    DENSITY_AT_ZERO,
    DENSITY_AT_ZERO_LOW,
    horner,
    logistic_slope,
    normal_centre,
    normal_exponential,
    normal_tail,
    scaled_exp,
    two_product,
    two_sum,
)

__all__ = ["GELU", "GELUTanh", "gelu", "gelu_tanh"]

# 2 sqrt(2 / pi), and the same times 0.044715, each as a pair: the decimal constant is the definition.
_LINEAR = (1.5957691216057308, -9.96930880911092e-17)
_CUBIC = (0.07135481627260025, -6.175149918155315e-19)
_THREE_CUBIC = (0.21406444881780073, 1.2025242832367862e-17)

# The zero of gelu's derivative as a pair, and h'(zero + d) / d in powers of d for |d| <= 3/8: the
# interpolating polynomial in 16 Chebyshev nodes. Around its zero h' is a difference of nearly equal numbers,
# but not in this form.
_ZERO = (-0.7517915246935645, 1.4956759177009883e-17)
_AROUND_ZERO = (
    0.4314939923140469,
    0.388284982990552,
    -0.018199676398671233,
    -0.11400823329722172,
    -0.014771522148222502,
    0.019421679838189904,
    0.004539228377882542,
    -0.0022395380681211226,
    -0.0007448268039190593,
    0.00018633974756538827,
    8.61589504992124e-05,
    -1.1214400475894796e-05,
    -7.74401032629287e-06,
    4.330165182217249e-07,
    5.50683554109169e-07,
    -2.3634321798541715e-09,
)


@final
@dataclass(frozen=True)
class GELU(Elementwise):
    r"""GELU: a times the probability that a standard normal variable is below a.

    .. math:: h(a) = a\,\Phi(a) = \frac{a}{2} \operatorname{erfc}\frac{-a}{\sqrt 2}, \qquad
              h'(a) = \Phi(a) + a\,\varphi(a)

    h(-inf) = -0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan; h' is 0 at -0.7518.

    Traps
    -----
    "gelu" is two functions, up to 4.7e-4 apart. This one (erf) is meant by PyTorch, ONNX and `keras.activations`;
    `gelu_tanh` by JAX (`jax.nn.gelu`), `keras.ops` and GPT-2 by default. Weights trained with one and run with the
    other give other results. PyTorch and JAX write 1 + erf for erfc, and lose every digit below -5.6 in float32.

    Examples
    --------
    >>> gelu(1.0), gelu(-30.0)
    (np.float64(0.8413447460685429), np.float64(-1.472014178144456e-196))

    References
    ----------
    Hendrycks, D., Gimpel, K. (2016). Gaussian error linear units. arXiv:1606.08415.
    """

    facts = Facts(
        name="gelu",
        formula="a (1 + erf(a / sqrt(2))) / 2",
        derivative="Phi(a) + a phi(a)",
        latex=r"\frac{a}{2} \left(1 + \operatorname{erf} \frac{a}{\sqrt 2}\right)",
        range=Interval(-0.16997120747990366, math.inf, (True, False)),
        aliases=("gelu_erf", "gelu_exact", "gelu_none"),
        onnx="Gelu",
        source="Hendrycks, Gimpel 2016",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        t = np.minimum(np.abs(x), 40.0)
        e, scale = normal_exponential(t)
        tail = e * normal_tail(t)
        sides = np.where(x < 0, -t * tail * scale, x * (1.0 - tail * scale))
        centre = np.clip(x, -0.75, 0.75)
        return np.where(np.abs(x) < 0.75, centre * (0.5 + centre * normal_centre(centre)), sides)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        t = np.minimum(np.abs(x), 40.0)
        e, scale = normal_exponential(t)
        # h'(-t); and h'(t) = 1 - h'(-t).
        product, product_low = two_product(t, DENSITY_AT_ZERO)
        tail = e * ((normal_tail(t) - product) - (product_low + t * DENSITY_AT_ZERO_LOW)) * scale
        sides = np.where(x < 0, tail, 1.0 - tail)
        centre = np.clip(x, -0.75, 0.75)
        density = DENSITY_AT_ZERO * np.exp(-0.5 * centre * centre)
        sides = np.where(np.abs(x) < 0.75, 0.5 + centre * (normal_centre(centre) + density), sides)
        distance = np.clip((x - _ZERO[0]) - _ZERO[1], -0.375, 0.375)
        return np.where(np.abs(distance) < 0.375, distance * horner(distance, _AROUND_ZERO), sides)


@final
@dataclass(frozen=True)
class GELUTanh(Elementwise):
    r"""GELU by tanh: the approximation of gelu that BERT and GPT-2 were trained with.

    .. math:: h(a) = \frac{a}{2} \left(1 + \tanh\left(\sqrt{2 / \pi}\,(a + 0.044715\,a^3)\right)\right)

    h(-inf) = -0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan; h' is 0 at -0.7525.

    Traps
    -----
    Up to 4.7e-4 from `gelu`; see there which library means which. ONNX's Gelu is this function only with the attribute
    approximate="tanh", which some readers of ONNX files ignore. The other approximation of the paper, a sigmoid(1.702
    a), is `SiLU(beta=1.702)`.

    Examples
    --------
    >>> gelu_tanh(1.0), gelu_tanh.derivative(0.0)
    (np.float64(0.8411919906082768), np.float64(0.5))

    References
    ----------
    Hendrycks, D., Gimpel, K. (2016). Gaussian error linear units. arXiv:1606.08415.
    """

    facts = Facts(
        name="gelu_tanh",
        formula="a (1 + tanh(sqrt(2 / pi) (a + 0.044715 a^3))) / 2",
        derivative="s + a s (1 - s) 2 sqrt(2 / pi) (1 + 0.134145 a^2), s = h(a) / a",
        latex=r"\frac{a}{2} \left(1 + \tanh\left(\sqrt{2 / \pi}\,(a + 0.044715\,a^3)\right)\right)",
        range=Interval(-0.17004075057125406, math.inf, (True, False)),
        aliases=("gelu_approximate", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"),
        onnx="Gelu",
        source="Hendrycks, Gimpel 2016",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # a (1 + tanh(v / 2)) / 2 = a sigmoid(v).
        t = np.minimum(np.abs(x), 40.0)
        v, v_low = _odd_cubic(t, _CUBIC)
        e, scale = scaled_exp(-v, -v_low)
        total = 1.0 + e * scale
        return np.where(x < 0, -t * e / total * scale, x / total)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        # With s = sigmoid(v): h' = s + a v' s (1 - s).
        t = np.minimum(np.abs(x), 40.0)
        v, v_low = _odd_cubic(t, _CUBIC)
        e, scale = scaled_exp(-v, -v_low)
        slope, slope_low = _odd_cubic(t, _THREE_CUBIC)
        # h'(-t), added up so that around its zero only exp is rounded; and h'(t) = 1 - h'(-t).
        bracket, lost = two_sum(1.0, -slope)
        tail = logistic_slope(e, scale) * (bracket + ((e * scale + lost) - slope_low)) * scale
        return np.where(x < 0, tail, 1.0 - tail)


def _odd_cubic(t: Array, cubic: tuple[float, float]) -> tuple[Array, Array]:
    """2 sqrt(2 / pi) t + cubic t^3, as a pair, for t >= 0."""
    square, square_low = two_product(t, t)
    product, product_low = two_product(cubic[0], square)
    factor, lost = two_sum(_LINEAR[0], product)
    factor_low = lost + product_low + cubic[0] * square_low + cubic[1] * square + _LINEAR[1]
    high, low = two_product(t, factor)
    return high, low + t * factor_low


gelu = GELU()
gelu_tanh = GELUTanh()
