"""Rectifiers that let some of the negative side through: leaky ReLU and PReLU."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["LeakyReLU", "PReLU", "leaky_relu", "prelu"]


@final
@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    r"""Leaky ReLU: h(a) = a for a > 0, else slope * a.

    .. math:: h(a) = \max(a, 0) + s \min(a, 0), \qquad h'(a) = 1 \text{ if } a > 0 \text{ else } s

    nan stays nan, in the derivative too; with slope 0, h(-inf) = 0. At the kink h'(0) = slope, as in PyTorch (1 in
    JAX).

    Parameters
    ----------
    slope : float
        The slope on the negative side.

    Traps
    -----
    Default slopes differ: 0.01 here, in PyTorch, JAX and ONNX; 0.2 in TensorFlow's `tf.nn.leaky_relu` and Keras'
    function; 0.3 in Keras' layer. ONNX keeps the slope (`alpha`) in float32.

    Examples
    --------
    >>> LeakyReLU(slope=0.2)(-1.0), leaky_relu.derivative(0.0)
    (np.float64(-0.2), np.float64(0.01))

    References
    ----------
    Maas, A., Hannun, A., Ng, A. (2013). Rectifier nonlinearities improve neural network acoustic models. ICML.
    """

    slope: float = setting(0.01)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="leaky_relu",
            formula="a if a > 0 else slope * a",
            derivative="1 if a > 0 else slope",
            latex=r"\max(a, 0) + s \min(a, 0)",
            range=_range((self.slope,)),
            kinks=_kinks((self.slope,)),
            aliases=("lrelu", "leakyrelu", "leaky_rectify"),
            onnx="LeakyRelu",
            source="Maas, Hannun, Ng 2013",
        )

    @staticmethod
    def formula(x: Array, /, slope: np.float64) -> Array:
        return _two_slopes(x, slope)

    @staticmethod
    def derivative_formula(x: Array, /, slope: np.float64) -> Array:
        return _two_slopes_derivative(x, slope)


@final
@dataclass(frozen=True)
class PReLU(Elementwise):
    r"""PReLU: leaky ReLU whose slope was learned, one for all units or one for each.

    .. math:: h(a)_j = \max(a_j, 0) + s_j \min(a_j, 0)

    nan stays nan, in the derivative too; with slope 0, h(-inf) = 0. At the kink h'(0) = slope, as in PyTorch.

    Parameters
    ----------
    slope : float or sequence of float
        The slope on the negative side. A sequence gives each unit (the last axis of the input) one of its
        own.

    Traps
    -----
    PyTorch and ONNX start the slope at 0.25, Keras at 0. PyTorch's slopes belong to axis 1, which is the last one for
    rows of samples only.

    Examples
    --------
    >>> import numpy as np
    >>> PReLU(slope=(0.1, 0.5))(np.array([[-1.0, -1.0], [2.0, -4.0]]))
    array([[-0.1, -0.5],
           [ 2. , -2. ]])

    References
    ----------
    He, K., Zhang, X., Ren, S., Sun, J. (2015). Delving deep into rectifiers. ICCV.
    """

    slope: float | Sequence[float] = setting(0.25, per_unit=True)

    @property
    def facts(self) -> Facts:
        slopes = (self.slope,) if isinstance(self.slope, float) else tuple(self.slope)
        return Facts(
            name="prelu",
            formula="a if a > 0 else slope * a",
            derivative="1 if a > 0 else slope",
            latex=r"\max(a, 0) + s \min(a, 0)",
            range=_range(slopes),
            kinks=_kinks(slopes),
            aliases=("parametric_relu",),
            onnx="PRelu",
            source="He, Zhang, Ren, Sun 2015",
        )

    @staticmethod
    def formula(x: Array, /, slope: Array) -> Array:
        return _two_slopes(x, slope)

    @staticmethod
    def derivative_formula(x: Array, /, slope: Array) -> Array:
        return _two_slopes_derivative(x, slope)


def _range(slopes: tuple[float, ...]) -> Interval:
    if any(slope > 0 for slope in slopes):
        return Interval(-math.inf, math.inf)
    return Interval(0.0, math.inf, (True, False))


def _kinks(slopes: tuple[float, ...]) -> tuple[float, ...]:
    return () if all(slope == 1.0 for slope in slopes) else (0.0,)


def _two_slopes(x: Array, slope: Array | np.float64) -> Array:
    # Without the second condition, slope 0 would make nan of -inf.
    return np.where(x > 0, x, np.where((slope == 0) & (x <= 0), 0.0, slope * x))


def _two_slopes_derivative(x: Array, slope: Array | np.float64) -> Array:
    return np.where(x > 0, 1.0, np.where(x <= 0, slope, x))


leaky_relu = LeakyReLU()
prelu = PReLU()
