"""The normal distribution function, from which gelu is made: NumPy alone has no erf."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from multilayer.backend.elementary import horner, scaled_exp, two_product

__all__ = ["DENSITY_AT_ZERO", "DENSITY_AT_ZERO_LOW", "normal_centre", "normal_exponential", "normal_tail"]

Array = NDArray[np.float64]

# 1 / sqrt(2 pi), as a pair.
DENSITY_AT_ZERO = 0.3989422804014327
DENSITY_AT_ZERO_LOW = -2.49232720227773e-17

# (t + 3/4) * normal_tail(t) in powers of v = 5/4 - 45 / (4 (t + 5)), which takes [0, 40] to [-1, 1]: the
# interpolating polynomial in the 25 Chebyshev nodes, 6e-17 from the function. The form is Shepherd and
# Laframboise's (1981), Chebyshev approximation of (1 + 2x) exp(x^2) erfc x in 0 <= x < inf, Mathematics of
# Computation 36.
_TAIL = (
    0.4484505461843524,
    -0.04869364224547071,
    -0.008977730854869906,
    0.03620082297576508,
    -0.03672982195490954,
    0.024405370257276536,
    -0.011612639266683366,
    0.0037746622681749577,
    -0.0006175027866223699,
    -9.604222862825944e-05,
    7.706189454473694e-05,
    -8.14211515874824e-06,
    -5.871194274440296e-06,
    1.6098044366745313e-06,
    4.5064037807291827e-07,
    -2.0635735239735444e-07,
    -4.300067296942257e-08,
    2.4674949713509586e-08,
    5.538039494394026e-09,
    -2.8397037313249753e-09,
    -8.454623220800561e-10,
    2.8563683952989785e-10,
    1.1771679517425666e-10,
    -1.8286766112259088e-11,
    -9.897444510064748e-12,
)

# The Maclaurin series of (Phi(x) - 1/2) / x in powers of x^2; 14 terms serve up to |x| = 3/4.
_CENTRE = tuple((-0.5) ** k / (math.factorial(k) * (2 * k + 1)) * DENSITY_AT_ZERO for k in range(14))


def normal_exponential(x: Array) -> tuple[Array, Array]:
    """Return exp(-x^2 / 2) as (e, scale), see `scaled_exp`, for |x| <= 40."""
    square, low = two_product(x, x)
    return scaled_exp(-0.5 * square, -0.5 * low)


def normal_tail(t: Array) -> Array:
    """Return Phi(-t) / exp(-t^2 / 2) for t in [0, 40]."""
    return horner(1.25 - 11.25 / (t + 5.0), _TAIL) / (t + 0.75)


def normal_centre(x: Array) -> Array:
    """Return (Phi(x) - 1/2) / x for |x| <= 3/4."""
    return horner(x * x, _CENTRE)
