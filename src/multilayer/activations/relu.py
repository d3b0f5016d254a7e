"""The rectifier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["ReLU", "relu"]


@final
@dataclass(frozen=True)
class ReLU(Elementwise):
    r"""ReLU: h(a) = max(a, 0).

    .. math:: h(a) = \max(a, 0), \qquad h'(a) = [a > 0]

    h(-0) = +0; h(-inf) = 0; nan stays nan, in the derivative too. At the kink h'(0) = 0, as in PyTorch and
    JAX.

    Traps
    -----
    `np.maximum(a, 0)` may return -0 for -0; a comparison written `a * (a > 0)` turns -inf into
    nan. A unit whose a is negative for every sample has a zero gradient and never recovers ("dead").

    Examples
    --------
    >>> relu(-0.0), relu.derivative(0.0)
    (np.float64(0.0), np.float64(0.0))

    References
    ----------
    Nair, V., Hinton, G. (2010). Rectified linear units improve restricted Boltzmann machines. ICML.
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source."""
        return Facts(
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
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        # nan is not <= 0, and falls through to x itself; so in the derivative.
        return np.where(x <= 0, 0.0, x)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.where(x > 0, 1.0, np.where(x <= 0, 0.0, x))


relu = ReLU()
