"""Exponential linear units: ELU, CELU and SELU."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import quotient_by, scaled_exp

__all__ = ["CELU", "ELU", "SELU", "celu", "elu", "selu"]

# lambda and lambda * alpha of the paper, for which activations keep mean 0 and variance 1.
_SCALE = 1.0507009873554804934193349852946
_SCALE_TIMES_ALPHA = 1.7580993408473768599402175208123


@final
@dataclass(frozen=True)
class ELU(Elementwise):
    r"""ELU: a for a > 0, an exponential that levels off at -alpha below.

    .. math:: h(a) = a \text{ if } a > 0 \text{ else } \alpha (e^a - 1), \qquad
              h'(a) = 1 \text{ if } a > 0 \text{ else } \alpha e^a

    h(-inf) = -alpha, h'(-inf) = 0, nan stays nan. There is a kink at 0 unless alpha is 1; there h'(0) = alpha, as in
    PyTorch and JAX.

    Parameters
    ----------
    alpha : float
        Minus the limit at -inf, above 0.

    Traps
    -----
    exp(a) - 1 loses the digits of a small a; expm1 keeps them. With alpha other than 1 it is not CELU, which has no
    kink. JAX returns 0 where h' is subnormal.

    Examples
    --------
    >>> elu(-1e-20), ELU(alpha=2.0)(-1.0)
    (np.float64(-1e-20), np.float64(-1.2642411176571153))

    References
    ----------
    Clevert, D.-A., Unterthiner, T., Hochreiter, S. (2016). Fast and accurate deep network learning by exponential
    linear units. ICLR.
    """

    alpha: float = setting(1.0, above=0.0)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="elu",
            formula="a if a > 0 else alpha (exp(a) - 1)",
            derivative="1 if a > 0 else alpha exp(a)",
            latex=r"a \text{ if } a > 0 \text{ else } \alpha (e^a - 1)",
            range=Interval(-self.alpha, math.inf),
            kinks=() if self.alpha == 1.0 else (0.0,),
            onnx="Elu",
            source="Clevert, Unterthiner, Hochreiter 2016",
        )

    @staticmethod
    def formula(x: Array, /, alpha: np.float64) -> Array:
        return np.where(x < 0, alpha * np.expm1(np.minimum(x, 0.0)), x)

    @staticmethod
    def derivative_formula(x: Array, /, alpha: np.float64) -> Array:
        e, scale = scaled_exp(np.minimum(x, 0.0))
        return np.where(x > 0, 1.0, alpha * e * scale)


@final
@dataclass(frozen=True)
class CELU(Elementwise):
    r"""CELU: ELU with its exponential stretched, so that there is no kink for any alpha.

    .. math:: h(a) = a \text{ if } a > 0 \text{ else } \alpha (e^{a / \alpha} - 1), \qquad
              h'(a) = 1 \text{ if } a > 0 \text{ else } e^{a / \alpha}

    h(-inf) = -alpha, h'(-inf) = 0, h'(0) = 1, nan stays nan.

    Parameters
    ----------
    alpha : float
        Minus the limit at -inf, above 0.

    Traps
    -----
    The rounding of a / alpha alone costs hundreds of ulp in the tail of h'; here the quotient keeps its remainder.

    Examples
    --------
    >>> CELU(alpha=2.0)(-1.0), CELU(alpha=2.0).derivative(0.0)
    (np.float64(-0.7869386805747332), np.float64(1.0))

    References
    ----------
    Barron, J. T. (2017). Continuously differentiable exponential linear units. arXiv:1704.07483.
    """

    alpha: float = setting(1.0, above=0.0)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="celu",
            formula="a if a > 0 else alpha (exp(a / alpha) - 1)",
            derivative="1 if a > 0 else exp(a / alpha)",
            latex=r"a \text{ if } a > 0 \text{ else } \alpha (e^{a / \alpha} - 1)",
            range=Interval(-self.alpha, math.inf),
            onnx="Celu",
            source="Barron 2017",
        )

    @staticmethod
    def formula(x: Array, /, alpha: np.float64) -> Array:
        quotient, low = quotient_by(alpha, np.minimum(x, 0.0))
        grown = np.expm1(quotient)
        curve = alpha * (grown + (grown + 1.0) * low)
        # Near 0 the curve is a itself, and a / alpha might underflow.
        return np.where(quotient > -(2.0**-54), x, curve)

    @staticmethod
    def derivative_formula(x: Array, /, alpha: np.float64) -> Array:
        e, scale = scaled_exp(*quotient_by(alpha, np.minimum(x, 0.0)))
        return np.where(x > 0, 1.0, e * scale)


@final
@dataclass(frozen=True)
class SELU(Elementwise):
    r"""SELU: a scaled ELU under which activations keep mean 0 and variance 1 from layer to layer.

    .. math:: h(a) = \lambda a \text{ if } a > 0 \text{ else } \lambda \alpha (e^a - 1), \qquad
              h'(a) = \lambda \text{ if } a > 0 \text{ else } \lambda \alpha e^a

    with lambda = 1.0507009873554805 and alpha = 1.6732632423543772. h(-inf) = -1.758..., h'(-inf) = 0, nan stays nan.
    At the kink h'(0) = lambda alpha, as in PyTorch and JAX.

    Traps
    -----
    It keeps its promise only with weights from a normal distribution of variance 1 / inputs (LeCun). ONNX keeps both
    constants in float32; the first ONNX operator set had 1.6732 and 1.0507, 4e-5 off.

    Examples
    --------
    >>> selu(1.0), selu(-1.0)
    (np.float64(1.0507009873554805), np.float64(-1.1113307378125625))

    References
    ----------
    Klambauer, G., Unterthiner, T., Mayr, A., Hochreiter, S. (2017). Self-normalizing neural networks. NeurIPS.
    """

    facts = Facts(
        name="selu",
        formula="1.0507 a if a > 0 else 1.7581 (exp(a) - 1)",
        derivative="1.0507 if a > 0 else 1.7581 exp(a)",
        latex=r"\lambda a \text{ if } a > 0 \text{ else } \lambda \alpha (e^a - 1)",
        range=Interval(-_SCALE_TIMES_ALPHA, math.inf),
        kinks=(0.0,),
        onnx="Selu",
        source="Klambauer, Unterthiner, Mayr, Hochreiter 2017",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return np.where(x < 0, _SCALE_TIMES_ALPHA * np.expm1(np.minimum(x, 0.0)), _SCALE * x)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        e, scale = scaled_exp(np.minimum(x, 0.0))
        return np.where(x > 0, _SCALE, _SCALE_TIMES_ALPHA * e * scale)


elu = ELU()
celu = CELU()
selu = SELU()
