"""Piecewise linear: the hard sigmoid, the hard swish made of it, and the hard tanh."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import product_with, two_sum

__all__ = ["HardSigmoid", "HardSwish", "HardTanh", "hard_sigmoid", "hard_swish", "hard_tanh"]


@final
@dataclass(frozen=True)
class HardSigmoid(Elementwise):
    r"""Hard sigmoid: the line alpha a + beta, held between 0 and 1.

    .. math:: h(a) = \min(\max(\alpha a + \beta, 0), 1)

    The line is rounded once, as by a fused multiply-add. As 1/6 is not a float64, h(-3) is 2.8e-17 rather than 0 for
    the default. h' is alpha strictly between the kinks, 0 at and beyond them, as in PyTorch and JAX; nan stays nan.

    Parameters
    ----------
    alpha : float
        The slope, above 0.
    beta : float
        The value at 0.

    Traps
    -----
    Three functions go by this name; all are reachable:

    - `HardSigmoid(1/6, 0.5)`, the default here: PyTorch, JAX, Keras 3, MobileNetV3;
    - `HardSigmoid(0.2, 0.5)`: Theano, Keras 1 and 2, and the defaults of ONNX's HardSigmoid;
    - `HardSigmoid(0.5, 0.5)`: (a + 1) / 2 held between 0 and 1, of BinaryConnect and binarized networks.

    The first two are up to 0.083 apart: weights moved from Keras 2 to Keras 3 silently give other results.

    Examples
    --------
    >>> hard_sigmoid(1.0), HardSigmoid(0.2, 0.5)(1.0), HardSigmoid(0.5, 0.5)(1.0)
    (np.float64(0.6666666666666666), np.float64(0.7), np.float64(1.0))

    References
    ----------
    Courbariaux, M., Bengio, Y., David, J.-P. (2015). BinaryConnect. NeurIPS. Howard, A. et al. (2019). Searching for
    MobileNetV3. ICCV.
    """

    alpha: float = setting(1 / 6, above=0.0)
    beta: float = setting(0.5)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="hard_sigmoid",
            formula="min(max(alpha a + beta, 0), 1)",
            derivative="alpha if 0 < alpha a + beta < 1 else 0",
            latex=r"\min(\max(\alpha a + \beta, 0), 1)",
            range=Interval(0.0, 1.0, (True, True)),
            kinks=(-self.beta / self.alpha, (1.0 - self.beta) / self.alpha),
            aliases=("hardsigmoid",),
            onnx="HardSigmoid",
            source="Courbariaux, Bengio, David 2015; Howard et al. 2019",
        )

    @staticmethod
    def formula(x: Array, /, alpha: np.float64, beta: np.float64) -> Array:
        product, product_low = product_with(alpha, x, limit=2.0 * abs(beta) + 4.0)
        total, total_low = two_sum(product, beta)
        line = total + (total_low + product_low)
        return np.where(line <= 0, 0.0, np.where(line >= 1, 1.0, line))

    @staticmethod
    def derivative_formula(x: Array, /, alpha: np.float64, beta: np.float64) -> Array:
        inside = (x > -beta / alpha) & (x < (1.0 - beta) / alpha)
        return np.where(np.isnan(x), x, np.where(inside, alpha, 0.0))


@final
@dataclass(frozen=True)
class HardSwish(Elementwise):
    r"""Hard swish: a times the hard sigmoid of slope 1/6.

    .. math:: h(a) = \frac{a}{6} \min(\max(a + 3, 0), 6), \qquad
              h'(a) = \frac{2a + 3}{6} \text{ between } -3 \text{ and } 3

    h(-inf) = 0, h(inf) = inf, nan stays nan, in the derivative too. At the kinks h'(-3) = 0 and h'(3) = 1, as in
    PyTorch and JAX. The sixth is exact here: h(-3) = 0.

    Traps
    -----
    ONNX's HardSwish has this slope fixed; a HardSigmoid with ONNX's default slope 0.2 times a is another function.

    Examples
    --------
    >>> hard_swish(1.0), hard_swish.derivative(-1.5)
    (np.float64(0.6666666666666666), np.float64(0.0))

    References
    ----------
    Howard, A. et al. (2019). Searching for MobileNetV3. ICCV.
    """

    facts = Facts(
        name="hard_swish",
        formula="a min(max(a + 3, 0), 6) / 6",
        derivative="(2 a + 3) / 6 between -3 and 3, 0 below, 1 above",
        latex=r"\frac{a}{6} \min(\max(a + 3, 0), 6)",
        range=Interval(-0.375, math.inf, (True, False)),
        kinks=(-3.0, 3.0),
        aliases=("hard_silu", "hardswish", "hardsilu"),
        onnx="HardSwish",
        source="Howard et al. 2019",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return np.where(x <= -3, 0.0, np.where(x >= 3, x, x * (x + 3.0) / 6.0))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, (2.0 * x + 3.0) / 6.0))


@final
@dataclass(frozen=True)
class HardTanh(Elementwise):
    r"""Hard tanh: h(a) = a held between low and high.

    .. math:: h(a) = \min(\max(a, l), u), \qquad h'(a) = [l < a < u]

    nan stays nan, in the derivative too. At the kinks h' = 0, as in PyTorch; it is 1 in JAX.

    Parameters
    ----------
    low, high : float
        The bounds, low < high; -1 and 1 in every framework.

    Examples
    --------
    >>> hard_tanh(-3.0), hard_tanh.derivative(1.0)
    (np.float64(-1.0), np.float64(0.0))

    References
    ----------
    Collobert, R. (2004). Large scale machine learning. PhD thesis, Université Paris 6.
    """

    low: float = setting(-1.0)
    high: float = setting(1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.high:
            raise InputError(
                "HardTanh: low must be below high; got low={low:g}, high={high:g}",
                low=self.low,
                high=self.high,
            )

    @property
    def facts(self) -> Facts:
        return Facts(
            name="hard_tanh",
            formula="min(max(a, low), high)",
            derivative="1 if low < a < high else 0",
            latex=r"\min(\max(a, l), u)",
            range=Interval(self.low, self.high, (True, True)),
            kinks=(self.low, self.high),
            aliases=("hardtanh", "clip", "satlins"),
            onnx="Clip",
            source="Collobert 2004",
        )

    @staticmethod
    def formula(x: Array, /, low: np.float64, high: np.float64) -> Array:
        return np.where(x <= low, low, np.where(x >= high, high, x))

    @staticmethod
    def derivative_formula(x: Array, /, low: np.float64, high: np.float64) -> Array:
        return np.where(np.isnan(x), x, np.where((x > low) & (x < high), 1.0, 0.0))


hard_sigmoid = HardSigmoid()
hard_swish = HardSwish()
hard_tanh = HardTanh()
