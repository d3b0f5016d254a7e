"""Building blocks of the NumPy reference: sums, products, exponentials and the normal distribution in float64 pairs.

A rounded argument is amplified in a tail: exp(x) at x = -700 turns half an ulp of x into 350 ulp of the
result. So arguments travel as a pair (high, low) whose sum is exact, or nearly. Dekker, T. J. (1971). A
floating-point technique for extending the available precision. Numerische Mathematik 18. Knuth, TAOCP 2,
section 4.2.2.

Everything here is for float64 arrays, and expects NumPy's floating-point warnings to be off.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DENSITY_AT_ZERO",
    "DENSITY_AT_ZERO_LOW",
    "LARGEST",
    "horner",
    "logistic_slope",
    "normal_centre",
    "normal_exponential",
    "normal_tail",
    "product_with",
    "quotient_by",
    "scaled_exp",
    "split_at_2_to_minus_32",
    "sum_of_fractions",
    "two_product",
    "two_sum",
]

Array = NDArray[np.float64]

LARGEST = np.finfo(np.float64).max

# exp(-652) lies within 4e-20 of a float64, the nearest of its kind: a factor that costs no digit.
_SHIFT = 652.0
_EXP_OF_MINUS_SHIFT = 6.918274648626584e-284
_SPLITTER = 2.0**27 + 1.0


def two_sum(x: Array | float, y: Array | float) -> tuple[Array, Array]:
    """Return the rounded sum and exactly what rounding dropped (Knuth)."""
    total = np.asarray(x + y)
    part = total - x
    return total, (x - (total - part)) + (y - part)


def two_product(x: Array | float, y: Array | float) -> tuple[Array, Array]:
    """Return the rounded product and exactly what rounding dropped (Dekker), for |x|, |y| < 2^995."""
    product = np.asarray(x * y)
    x_high, x_low = _halves(x)
    y_high, y_low = _halves(y)
    return product, ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _halves(x: Array | float) -> tuple[Array, Array]:
    large = np.asarray(_SPLITTER * x)
    high = large - (large - x)
    return high, np.asarray(x - high)


def product_with(parameter: Array | np.float64, x: Array, limit: float = 4000.0) -> tuple[Array, Array]:
    """Return parameter * x as a pair, for a positive parameter of any size; held between -limit and limit.

    The clipping happens on the way, so that the bound is only known within a factor of 2: [limit / 2, limit].
    """
    fraction, exponent = np.frexp(parameter)
    return two_product(np.clip(np.ldexp(x, exponent), -limit, limit), fraction)


def quotient_by(parameter: Array | np.float64, x: Array, limit: float = 1000.0) -> tuple[Array, Array]:
    """Return x / parameter as a pair, for a positive parameter of any size; held within twice the limit."""
    fraction, exponent = np.frexp(parameter)
    x = np.clip(np.ldexp(x, -exponent), -limit, limit)
    quotient = x / fraction
    product, low = two_product(quotient, fraction)
    return quotient, ((x - product) - low) / fraction


def scaled_exp(high: Array, low: Array | float = 0.0) -> tuple[Array, Array]:
    """Return (e, scale) with e * scale = exp(high + low).

    Where exp is subnormal, or would be zero, e keeps all its digits (elsewhere scale is 1): whatever the
    exponential is to be multiplied by, multiply e by it first.
    """
    deep = high < -600.0
    e = np.exp(np.where(deep, high + _SHIFT, high))
    return e + e * low, np.where(deep, _EXP_OF_MINUS_SHIFT, 1.0)


def logistic_slope(e: Array, scale: Array | float = 1.0) -> Array:
    """Return e / (1 + u)^2 for u = e * scale between 0 and 1.

    Times scale, this is the sigmoid's derivative at -|a| where u = exp(-|a|). The rounding of 1 + u, which
    would count twice, is made good.
    """
    u = e * scale
    total = 1.0 + u
    lost = u - (total - 1.0)
    slope = e / (total * total)
    return slope - 2.0 * slope * (lost / total)


def horner(x: Array, coefficients: tuple[float, ...]) -> Array:
    """Return the polynomial with these coefficients, constant term first."""
    result = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        result = result * x + coefficient
    return result


def sum_of_fractions(x: Array) -> tuple[Array, Array]:
    """Sum numbers between -1 and 1 over the last axis (kept), as a pair, to about twice the precision.

    Each number is cut at 2^-32: up to a million of the upper parts add without any rounding.
    """
    upper, lower = split_at_2_to_minus_32(x)
    return two_sum(upper.sum(axis=-1, keepdims=True), lower.sum(axis=-1, keepdims=True))


def split_at_2_to_minus_32(x: Array) -> tuple[Array, Array]:
    """Cut numbers between -1 and 1 into a multiple of 2^-32 and a rest, exactly."""
    cut = 1.5 * 2.0**20
    upper = (x + cut) - cut
    return upper, x - upper


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
