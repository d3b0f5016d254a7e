"""The exponential."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["Exponential", "exponential"]


@final
@dataclass(frozen=True)
class Exponential(Elementwise):
    r"""Exponential: h(a) = exp(a), its own derivative; the output of a Poisson regression.

    .. math:: h(a) = h'(a) = e^a

    h(-inf) = 0, h(inf) = inf, nan stays nan; inf from 709.79 on in float64, 88.73 in float32, 11.09 in
    float16, without a warning.

    Examples
    --------
    >>> exponential(1.0), exponential(1000.0)
    (np.float64(2.718281828459045), np.float64(inf))
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas and range."""
        return Facts(
            name="exponential",
            formula="exp(a)",
            derivative="exp(a)",
            latex="e^a",
            range=Interval(0.0, math.inf),
            aliases=("exp",),
            onnx="Exp",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.exp(x)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.exp(x)


exponential = Exponential()
