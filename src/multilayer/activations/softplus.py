"""Softplus, the smooth rectifier, and the logarithm of the sigmoid, which is its mirror image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import setting
from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import product_with, scaled_exp

__all__ = ["LogSigmoid", "Softplus", "log_sigmoid", "softplus"]


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
    PyTorch returns a itself where beta * a > 20 (the `threshold` applies to the product, not to
    a); from there its float64 result is up to 1e-10 off, and its derivative 2e-9. There is no threshold here,
    and no need of one. ONNX's Softplus has no beta: it is this function for beta = 1 only (`facts.onnx` says
    so).

    Examples
    --------
    >>> softplus(0.0), softplus(-800.0), softplus(800.0)
    (np.float64(0.6931471805599453), np.float64(0.0), np.float64(800.0))

    References
    ----------
    Dugas, C., Bengio, Y., Bélisle, F., Nadeau, C., Garcia, R. (2001). Incorporating
    second-order functional knowledge for better option pricing. NeurIPS.
    """

    beta: float = setting(1.0, above=0.0)

    @property
    def facts(self) -> Facts:
        """Name, formulas, range and source."""
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
    def formula(x: NDArray[np.float64], /, beta: np.float64) -> NDArray[np.float64]:
        e, scale = scaled_exp(*product_with(beta, -np.abs(x)))
        # Where e is scaled, log(1 + e) is e.
        bend = np.where(scale < 1.0, e, np.log1p(e)) / beta * scale
        return np.where(x > 0, x + bend, bend)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /, beta: np.float64) -> NDArray[np.float64]:
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
    log(sigmoid(a)) is -inf below -745 in float64 and below -104 in float32, and 0 above 37; this
    is right everywhere.

    Examples
    --------
    >>> log_sigmoid(-1000.0), log_sigmoid(40.0)
    (np.float64(-1000.0), np.float64(-4.248354255291589e-18))
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas and range."""
        return Facts(
            name="log_sigmoid",
            formula="-log(1 + exp(-a))",
            derivative="1 / (1 + exp(a))",
            latex=r"-\log(1 + e^{-a})",
            range=Interval(-math.inf, 0.0),
            aliases=("logsigmoid", "log_expit"),
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return -(np.maximum(-x, 0.0) + np.log1p(np.exp(-np.abs(x))))

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        e = np.exp(-np.abs(x))
        return np.where(x > 0, e, 1.0) / (1.0 + e)


softplus = Softplus()
log_sigmoid = LogSigmoid()
