"""Squareplus: softplus without an exponential."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.contract import Facts, Interval, parameter
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import LARGEST

__all__ = ["Squareplus", "squareplus"]


@final
@dataclass(frozen=True)
class Squareplus(Elementwise):
    r"""Squareplus: h(a) = (a + sqrt(a^2 + b)) / 2, a hyperbola in the shape of softplus.

    .. math:: h(a) = \frac{a + \sqrt{a^2 + b}}{2}, \qquad h'(a) = \frac{h(a)}{\sqrt{a^2 + b}}

    h(-inf) = 0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan.

    Parameters
    ----------
    b : float
        How round the bend is, above 0; h(0) = sqrt(b) / 2. 4 in Keras and JAX.

    Traps
    -----
    As it is written, the negative side is a difference of nearly equal numbers, without a correct digit below -1e8 in
    float64 (-4000 in float32), and a^2 overflows.

    Examples
    --------
    >>> squareplus(0.0), squareplus(-1e200)
    (np.float64(1.0), np.float64(1e-200))

    References
    ----------
    Barron, J. T. (2021). Squareplus: a softplus-like algebraic rectifier. arXiv:2112.11687.
    """

    b: float = parameter(4.0, above=0.0)

    @property
    def facts(self) -> Facts:
        """Name, formulas, range and source."""
        return Facts(
            name="squareplus",
            formula="(a + sqrt(a^2 + b)) / 2",
            derivative="h(a) / sqrt(a^2 + b)",
            latex=r"\frac{a + \sqrt{a^2 + b}}{2}",
            range=Interval(0.0, math.inf),
            source="Barron 2021",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /, b: np.float64) -> NDArray[np.float64]:
        return _value_and_root(x, b)[0]

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /, b: np.float64) -> NDArray[np.float64]:
        value, root = _value_and_root(np.clip(x, -LARGEST, LARGEST), b)
        return value / root


def _value_and_root(x: NDArray[np.float64], b: np.float64) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    root = np.hypot(x, np.sqrt(b))
    # (t + root) / 2 without overflow; on the negative side h = b / 4 over it, and there is no difference to take.
    half = 0.5 * np.abs(x) + 0.5 * root
    return np.where(x < 0, 0.25 * b / half, half), root


squareplus = Squareplus()
