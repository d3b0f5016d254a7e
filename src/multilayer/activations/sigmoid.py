"""The logistic sigmoid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import logistic_slope

__all__ = ["Sigmoid", "sigmoid"]


@final
@dataclass(frozen=True)
class Sigmoid(Elementwise):
    r"""Sigmoid: h(a) = 1 / (1 + exp(-a)), a smooth step from 0 to 1.

    .. math:: h(a) = \frac{1}{1 + e^{-a}}, \qquad h'(a) = h(a)\,(1 - h(a))

    Any shape; float16, float32 and float64 keep their type. h(0) = 1/2, h(-inf) = 0, h(inf) = 1, h(nan) = nan;
    h'(+-inf) = 0. Tails are exact down to the smallest subnormal.

    Traps
    -----
    The textbook formula overflows, and in float32 is wrong by up to 2e6 ulp near -88.7; so are PyTorch, JAX and
    `scipy.special.expit`, which flush or lose the subnormal tail.

    Examples
    --------
    >>> import numpy as np
    >>> float(sigmoid(np.float32(-100)))
    3.783505853677006e-44
    >>> sigmoid.derivative(0.0)
    np.float64(0.25)

    References
    ----------
    Verhulst, P.-F. (1838). Notice sur la loi que la population suit dans son accroissement.
    """

    facts = Facts(
        name="sigmoid",
        formula="1 / (1 + exp(-a))",
        derivative="h(a) (1 - h(a))",
        latex=r"\frac{1}{1 + e^{-a}}",
        range=Interval(0.0, 1.0),
        aliases=("logistic", "expit"),
        onnx="Sigmoid",
        source="Verhulst 1838",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # exp of a number that is never positive cannot overflow, and keeps the tail exact.
        e = np.exp(-np.abs(x))
        return np.where(x < 0, e, 1.0) / (1.0 + e)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return logistic_slope(np.exp(-np.abs(x)))


sigmoid = Sigmoid()
