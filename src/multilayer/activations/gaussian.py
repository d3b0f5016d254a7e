"""The Gaussian bell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import scaled_exp, two_product

__all__ = ["Gaussian", "gaussian"]


@final
@dataclass(frozen=True)
class Gaussian(Elementwise):
    r"""Gaussian: h(a) = exp(-a^2), a bell around 0.

    .. math:: h(a) = e^{-a^2}, \qquad h'(a) = -2 a e^{-a^2}

    h(+-inf) = h'(+-inf) = 0, nan stays nan.

    Traps
    -----
    It is not the density exp(-a^2 / 2) / sqrt(2 pi). The rounding of a^2 alone costs 370 ulp in
    the tail; here the square keeps what rounding drops.

    Examples
    --------
    >>> gaussian(1.0), gaussian.derivative(1.0)
    (np.float64(0.36787944117144233), np.float64(-0.7357588823428847))

    References
    ----------
    Broomhead, D. S., Lowe, D. (1988). Multivariable functional interpolation and
    adaptive networks. Complex Systems 2.
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas, range and source."""
        return Facts(
            name="gaussian",
            formula="exp(-a^2)",
            derivative="-2 a exp(-a^2)",
            latex="e^{-a^2}",
            range=Interval(0.0, 1.0, (False, True)),
            aliases=("radbas", "bell"),
            source="Broomhead, Lowe 1988",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        e, scale = _exponential(np.clip(x, -30.0, 30.0))
        return e * scale

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        x = np.clip(x, -30.0, 30.0)
        e, scale = _exponential(x)
        return -2.0 * x * e * scale


def _exponential(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    square, low = two_product(x, x)
    return scaled_exp(-square, -low)


gaussian = Gaussian()
