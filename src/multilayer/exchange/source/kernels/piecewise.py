"""hard_sigmoid, hard_swish, softsign and squareplus (native/activations/piecewise.hpp, float32/piecewise.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.elementary32 import at_most32, dropped, dropped_descending, factor32
from multilayer.exchange.source.kernels.language import (
    INFINITY,
    absolute,
    copysign,
    f32,
    f64,
    fma,
    sqrt,
    to_f32,
    to_f64,
)
from multilayer.exchange.source.kernels.pairs import (
    Pair,
    add_pair_to,
    add_pairs,
    at_most,
    between,
    divide_pairs,
    product,
    rounded,
    sum_descending,
)

SIXTH = float.fromhex("0x1.5555555555555p-3")
SIXTH_REST = float.fromhex("0x1.5555555555555p-57")
SIXTH32 = float.fromhex("0x1.555556p-3")
SIXTH32_REST = float.fromhex("-0x1.555554p-28")  # rounded up, so that -0 stays -0
LARGEST = float.fromhex("0x1.fffffffffffffp1023")


def hard_sigmoid_f64(x: f64, alpha: f64, beta: f64) -> f64:
    if x != x:
        return x
    return between(fma(alpha, x, beta), 0.0, 1.0)


def hard_sigmoid_f32(x: f32, alpha: f64, beta: f64) -> f32:
    """Return the line with the rest of its factors added last; near 0 and far out float64 computes it."""
    if x != x:
        return x
    factor = factor32(alpha)
    high = to_f32(beta)
    line = fma(factor.high, x, high)
    size = absolute(line)
    end = 2.0**-16 * (1.0 + 2.0 * absolute(high))
    if not (factor.ordinary and end < 1.0 and size >= end and size <= 2.0**60):
        return to_f32(hard_sigmoid_f64(to_f64(x), alpha, beta))
    y = line + fma(factor.rest, x, to_f32(beta - to_f64(high)))
    if y >= 1.0:
        return 1.0
    return y if y > 0.0 else 0.0


def hard_swish_f32(x: f32) -> f32:
    """Return x (x + 3) / 6 between -3 and 3."""
    if not absolute(x) < 3.0:
        return 0.0 if 0.0 > x else x
    s = x + 3.0
    w = s * SIXTH32
    lost = fma(x - (s - 3.0), SIXTH32, fma(s, SIXTH32_REST, fma(s, SIXTH32, -w)))
    return fma(x, w, x * lost)


def hard_swish_f64(x: f64) -> f64:
    """Return x (x + 3) / 6 between -3 and 3."""
    if not absolute(x) < 3.0:
        return 0.0 if 0.0 > x else x
    p = x * (x + 3.0)
    return fma(p, SIXTH, p * SIXTH_REST)


def softsign_f32(x: f32) -> f32:
    if x != x:
        return x
    size = at_most32(absolute(x), 2.0**30)
    d = 1.0 + size
    d_lost = dropped(d, 1.0, size)
    r = 1.0 / d
    q = size * r
    rest = fma(-q, d_lost, fma(-q, d, size))
    return copysign(fma(rest, r, q), x)


def softsign_f64(x: f64) -> f64:
    if x != x:
        return x
    size = at_most(absolute(x), 2.0**1000)
    return copysign(size / (1.0 + size), x)


def squareplus_brief(x: f64, b: f64) -> f64:
    size = at_most(absolute(x), 2.0**500)
    sum_ = sqrt(fma(size, size, b)) + size
    return 0.5 * b / sum_ if x < 0.0 else 0.5 * sum_


def squareplus_f32(x: f32, b: f64) -> f32:
    """Return (x + root) / 2 with root = sqrt(x^2 + b); for x < 0 b / 2 / (root - x)."""
    if x != x:
        return x
    factor = factor32(b)
    u = absolute(x)
    if not factor.ordinary or u > 2.0**60:
        return to_f32(squareplus_brief(to_f64(x), b))
    x_square = x * x
    square = x_square + factor.high
    root = sqrt(square)
    lost = dropped(square, x_square, factor.high) + (fma(x, x, -x_square) + factor.rest)
    sum_ = root + u
    r = 1.0 / sum_
    remainder = fma(-root, root, square) + lost
    sum_lost = fma(remainder, 0.5 * r, dropped_descending(sum_, root, u))
    if x < 0.0:
        half_b = 0.5 * factor.high
        q = half_b * r
        rest = fma(-q, sum_lost, fma(-q, sum_, half_b)) + 0.5 * factor.rest
        return fma(rest, r, q)
    return 0.5 * (sum_ + sum_lost)


def squareplus_far_out(x: f64, b: f64) -> f64:
    """Return the same for |x| > 2^500, scaled so that nothing overflows."""
    if x > 2.0**1000:
        return x
    if x == -INFINITY:
        return 0.0
    a = at_most(absolute(x), LARGEST) * 2.0**-600
    square = add_pairs(product(a, a), Pair(2.0**-600 * 2.0**-600 * b, 0.0))
    root = sqrt(square.hi)
    root_lost = (fma(-root, root, square.hi) + square.lo) * (0.5 / root)
    sum_ = add_pair_to(a, Pair(root, root_lost))
    if x < 0.0:
        return rounded(divide_pairs(Pair(0.5 * b, 0.0), sum_)) * 2.0**-600
    return 0.5 * rounded(sum_) * 2.0**600


def squareplus_f64(x: f64, b: f64) -> f64:
    if x != x:
        return x
    size = absolute(x)
    if size > 2.0**500:
        return squareplus_far_out(x, b)
    square = fma(size, size, b)
    root = sqrt(square)
    remainder = fma(-root, root, square) + fma(size, size, b - square)
    pair = sum_descending(root, size)
    reciprocal = 1.0 / pair.hi
    lo = fma(remainder, 0.5 * reciprocal, pair.lo)
    if x < 0.0:
        q = 0.5 * b * reciprocal
        rest = fma(-q, pair.hi, 0.5 * b) - q * lo
        return fma(rest, reciprocal, q)
    return 0.5 * (pair.hi + lo)
