"""Squareplus: softplus without an exponential."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import setting
from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import LARGEST, two_product, two_sum

__all__ = ["Squareplus", "squareplus"]

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


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
    As it is written, the negative side is a difference of nearly equal numbers, without a correct
    digit below -1e8 in float64 (-4000 in float32), and a^2 overflows.

    Examples
    --------
    >>> squareplus(0.0), squareplus(-1e200)
    (np.float64(1.0), np.float64(1e-200))

    References
    ----------
    Barron, J. T. (2021). Squareplus: a softplus-like algebraic rectifier. arXiv:2112.11687.
    """

    b: float = setting(4.0, above=0.0)

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
        _, (half, half_low) = _root_and_half(x, b)
        below = 0.25 * b / half
        return np.where(x < 0, below - below * (half_low / half), half + half_low)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /, b: np.float64) -> NDArray[np.float64]:
        (root, root_low), (half, half_low) = _root_and_half(np.clip(x, -LARGEST, LARGEST), b)
        below = 0.25 * b / half / root
        below = below - below * (half_low / half + root_low / root)
        above = half / root
        return np.where(x < 0, below, above + above * (half_low / half - root_low / root))


def _root_and_half(x: NDArray[np.float64], b: np.float64) -> tuple[Pair, Pair]:
    """sqrt(x^2 + b) and (|x| + sqrt(x^2 + b)) / 2, as pairs.

    For x > 0 the latter is h(x); for x < 0, where the definition is a difference of nearly equal numbers,
    h(x) is b / 4 over it.
    """
    # Divided by a power of two around the result, so that the square neither overflows nor vanishes.
    size = np.abs(x)
    exponent = np.frexp(np.maximum(np.minimum(size, LARGEST), np.sqrt(b)))[1]
    small = np.ldexp(size, -exponent)
    square, square_low = two_product(small, small)
    total, lost = two_sum(square, np.ldexp(b, -2 * exponent))
    root = np.sqrt(total)
    product, product_low = two_product(root, root)
    root_low = ((total - product) - product_low + lost + square_low) / (2.0 * root)
    root = np.where(np.isinf(size), size, np.ldexp(root, exponent))
    root_low = np.where(np.isinf(size), 0.0, np.ldexp(root_low, exponent))
    half, half_low = two_sum(0.5 * size, 0.5 * root)
    half_low = np.where(np.isinf(size), 0.0, half_low + 0.5 * root_low)
    return (root, root_low), (half, half_low)


squareplus = Squareplus()
