"""Rectifiers: ReLU, ReLU6 and the thresholded ReLU."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["ReLU", "ReLU6", "ThresholdedReLU", "relu", "relu6", "thresholded_relu"]


@final
@dataclass(frozen=True)
class ReLU(Elementwise):
    r"""ReLU: h(a) = max(a, 0).

    .. math:: h(a) = \max(a, 0), \qquad h'(a) = [a > 0]

    h(-0) = +0; h(-inf) = 0; nan stays nan, in the derivative too. At the kink h'(0) = 0, as in PyTorch and JAX.

    Traps
    -----
    `np.maximum(a, 0)` may return -0 for -0; a comparison written `a * (a > 0)` turns -inf into nan. A unit whose a is
    negative for every sample has a zero gradient and never recovers ("dead").

    Examples
    --------
    >>> relu(-0.0), relu.derivative(0.0)
    (np.float64(0.0), np.float64(0.0))

    References
    ----------
    Nair, V., Hinton, G. (2010). Rectified linear units improve restricted Boltzmann machines. ICML.
    """

    facts = Facts(
        name="relu",
        formula="max(a, 0)",
        derivative="1 if a > 0 else 0",
        latex=r"\max(a, 0)",
        range=Interval(0.0, math.inf, (True, False)),
        kinks=(0.0,),
        aliases=("rectifier", "ramp", "poslin"),
        onnx="Relu",
        source="Nair, Hinton 2010",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # nan is not <= 0, and falls through to x itself; so in the derivative.
        return np.where(x <= 0, 0.0, x)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return np.where(x > 0, 1.0, np.where(x <= 0, 0.0, x))


@final
@dataclass(frozen=True)
class ReLU6(Elementwise):
    r"""ReLU6: h(a) = a held between 0 and 6.

    .. math:: h(a) = \min(\max(a, 0), 6), \qquad h'(a) = [0 < a < 6]

    h(-0) = +0; nan stays nan, in the derivative too. At the kinks h'(0) = h'(6) = 0, as in PyTorch and JAX.

    Traps
    -----
    The derivative of `minimum(maximum(a, 0), 6)` by automatic differentiation is 1/2 at both kinks in JAX; that of
    `jax.nn.relu6` is 0. ONNX has no operator of this name: it is Clip with min 0 and max 6.

    Examples
    --------
    >>> relu6(7.0), relu6.derivative(6.0)
    (np.float64(6.0), np.float64(0.0))

    References
    ----------
    Krizhevsky, A. (2010). Convolutional deep belief networks on CIFAR-10.
    """

    facts = Facts(
        name="relu6",
        formula="min(max(a, 0), 6)",
        derivative="1 if 0 < a < 6 else 0",
        latex=r"\min(\max(a, 0), 6)",
        range=Interval(0.0, 6.0, (True, True)),
        kinks=(0.0, 6.0),
        aliases=("relu_6",),
        onnx="Clip",
        source="Krizhevsky 2010",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return np.where(x <= 0, 0.0, np.where(x >= 6, 6.0, x))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return np.where(np.isnan(x), x, np.where((x > 0) & (x < 6), 1.0, 0.0))


@final
@dataclass(frozen=True)
class ThresholdedReLU(Elementwise):
    r"""Thresholded ReLU: h(a) = a for a > theta, else 0.

    .. math:: h(a) = a\,[a > \theta], \qquad h'(a) = [a > \theta]

    It jumps at theta (unless theta is 0), where h = h' = 0, as in PyTorch. nan stays nan, in the derivative too.

    Parameters
    ----------
    theta : float
        The threshold; 1 in ONNX and Keras.

    Traps
    -----
    It does not shift: h(1.5) is 1.5, not 0.5 (that would be soft_shrink). PyTorch's `Threshold(threshold, value)` is
    this function for value 0 only. ONNX calls the threshold `alpha`.

    Examples
    --------
    >>> thresholded_relu(1.5), ThresholdedReLU(theta=2.0)(1.5)
    (np.float64(1.5), np.float64(0.0))

    References
    ----------
    Konda, K., Memisevic, R., Krueger, D. (2014). Zero-bias autoencoders and the benefits of co-adapting features.
    """

    theta: float = setting(1.0)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="thresholded_relu",
            formula="a if a > theta else 0",
            derivative="1 if a > theta else 0",
            latex=r"a\,[a > \theta]",
            range=Interval(min(self.theta, 0.0), math.inf, (self.theta >= 0, False)),
            kinks=(self.theta,),
            aliases=("threshold", "threshold_relu", "trec"),
            onnx="ThresholdedRelu",
            source="Konda, Memisevic, Krueger 2014",
        )

    @staticmethod
    def formula(x: Array, /, theta: np.float64) -> Array:
        return np.where(x <= theta, 0.0, x)

    @staticmethod
    def derivative_formula(x: Array, /, theta: np.float64) -> Array:
        return np.where(x > theta, 1.0, np.where(x <= theta, 0.0, x))


relu = ReLU()
relu6 = ReLU6()
thresholded_relu = ThresholdedReLU()
