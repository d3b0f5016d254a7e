"""The Gaussian error linear unit, by the error function and by the tanh that stands in for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.contract import Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import scaled_exp, two_product
from multilayer.backend.normal import DENSITY_AT_ZERO, normal_centre, normal_exponential, normal_tail

__all__ = ["GELU", "GELUTanh", "gelu", "gelu_tanh"]

# 2 sqrt(2 / pi), and the same times 0.044715, each as a pair: the decimal constant is the definition.
_LINEAR = (1.5957691216057308, -9.96930880911092e-17)
_CUBIC = (0.07135481627260025, -6.175149918155315e-19)


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
    `gelu_tanh` by JAX (`jax.nn.gelu`), `keras.ops` and GPT-2, unless told otherwise. Weights trained with one and run
    with the other give other results. PyTorch and JAX write 1 + erf for erfc, and lose every digit below -5.6 in
    float32.

    Examples
    --------
    >>> gelu(1.0), gelu(-30.0)
    (np.float64(0.8413447460685429), np.float64(-1.4720133812775918e-196))

    References
    ----------
    Hendrycks, D., Gimpel, K. (2016). Gaussian error linear units. arXiv:1606.08415.
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas, range and source."""
        return Facts(
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
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        t = np.minimum(np.abs(x), 40.0)
        e, scale = normal_exponential(t)
        tail = e * normal_tail(t)
        sides = np.where(x < 0, -t * tail * scale, x * (1.0 - tail * scale))
        centre = np.clip(x, -0.75, 0.75)
        return np.where(np.abs(x) < 0.75, centre * (0.5 + centre * normal_centre(centre)), sides)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        t = np.minimum(np.abs(x), 40.0)
        e, scale = normal_exponential(t)
        # h'(-t); and h'(t) = 1 - h'(-t).
        tail = e * (normal_tail(t) - t * DENSITY_AT_ZERO) * scale
        sides = np.where(x < 0, tail, 1.0 - tail)
        centre = np.clip(x, -0.75, 0.75)
        density = DENSITY_AT_ZERO * np.exp(-0.5 * centre * centre)
        return np.where(np.abs(x) < 0.75, 0.5 + centre * (normal_centre(centre) + density), sides)


@final
@dataclass(frozen=True)
class GELUTanh(Elementwise):
    r"""GELU by tanh: the approximation of gelu that BERT and GPT-2 were trained with.

    .. math:: h(a) = \frac{a}{2} \left(1 + \tanh\left(\sqrt{2 / \pi}\,(a + 0.044715\,a^3)\right)\right)

    h(-inf) = -0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan; h' is 0 at -0.7525.

    Traps
    -----
    Up to 4.7e-4 from `gelu`; see there who means which. ONNX's Gelu is this function only with the attribute
    approximate="tanh", which some readers of ONNX files ignore. The other approximation of the paper,
    a sigmoid(1.702 a), is `SiLU(beta=1.702)`.

    Examples
    --------
    >>> gelu_tanh(1.0), gelu_tanh.derivative(0.0)
    (np.float64(0.8411919906082768), np.float64(0.5))

    References
    ----------
    Hendrycks, D., Gimpel, K. (2016). Gaussian error linear units. arXiv:1606.08415.
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas, range and source."""
        return Facts(
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
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        # a (1 + tanh(v / 2)) / 2 = a sigmoid(v).
        t = np.minimum(np.abs(x), 40.0)
        e, scale = _exponential(t)
        total = 1.0 + e * scale
        return np.where(x < 0, -t * e / total * scale, x / total)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        t = np.minimum(np.abs(x), 40.0)
        e, scale = _exponential(t)
        total = 1.0 + e * scale
        slope = _LINEAR[0] + 3.0 * _CUBIC[0] * (t * t)
        # h'(-t); and h'(t) = 1 - h'(-t).
        tail = e / total * (1.0 - t * slope / total) * scale
        return np.where(x < 0, tail, 1.0 - tail)


def _exponential(t: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """exp(-v), v = 2 sqrt(2 / pi) (t + 0.044715 t^3), with v to twice the precision."""
    square, square_low = two_product(t, t)
    cubic, cubic_low = two_product(_CUBIC[0], square)
    # The factor of t: both terms are positive, so that the rounding of the sum is found from the larger.
    factor = _LINEAR[0] + cubic
    larger = np.maximum(cubic, _LINEAR[0])
    lost = np.minimum(cubic, _LINEAR[0]) - (factor - larger)
    factor_low = lost + cubic_low + _CUBIC[0] * square_low + _CUBIC[1] * square + _LINEAR[1]
    high, low = two_product(t, factor)
    return scaled_exp(-high, -(low + t * factor_low))


gelu = GELU()
gelu_tanh = GELUTanh()
