"""exp and its kin in float64: the scalar form of native/math and native/simd/pairs.hpp, operation by operation.

A float64 result goes through pairs, unevaluated sums of two numbers; a float32 result through one float64 number
(`..._brief`).
"""

from __future__ import annotations

from typing import NamedTuple

from multilayer.exchange.source.kernels.coefficients import table
from multilayer.exchange.source.kernels.language import f64, fma, i32, table64, to_int, two_to_the
from multilayer.exchange.source.kernels.pairs import (
    Pair,
    between,
    minus_product,
    rounded,
    scaled,
    sum_descending,
)

LOG2_E = float.fromhex("0x1.71547652b82fep+0")
EIGHT_LOG2_E = 8.0 * LOG2_E
LOG_2_HIGH = float.fromhex("0x1.62e42feep-1")  # the first 32 bits, so that a product with k is exact
LOG_2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
SHIFTER = 1.5 * 2.0**52  # x + SHIFTER - SHIFTER is x rounded to a whole number
BIASED_SHIFTER = SHIFTER + 1023.0

exp_full = table("exp_full")
exp_brief = table("exp_brief")
exp2_brief = table("exp2_brief")
eighth_exp_full = table("eighth_exp_full")
careful_eighth_exp_full = table("careful_eighth_exp_full")
eighth_exp2_full = table("eighth_exp2_full")
eighths = table("eighths")
eighths_rest = table("eighths_rest")
coth_full = table("coth_full")


class Exponential(NamedTuple):
    """Times 2^k."""

    m: Pair
    k: i32


class ExpParts(NamedTuple):
    """A factor p (1 + s + s_rest), p a rounded power of 2."""

    p: f64
    s: f64
    s_rest: f64


class ExpRatio(NamedTuple):
    """The ratio p (1 + above) / (1 + below)."""

    p: f64
    above: f64
    below: f64


class Reciprocal(NamedTuple):
    """The quotient hi (1 + rest)."""

    hi: f64
    rest: f64


def four_terms(c: table64, i: i32, x: f64, x2: f64) -> f64:
    """Return c[i] + c[i + 1] x + c[i + 2] x^2 + c[i + 3] x^3."""
    return fma(fma(c[i + 3], x, c[i + 2]), x2, fma(c[i + 1], x, c[i]))


def two_chains(c: table64, n: i32, skipped: i32, x: f64, square: f64) -> f64:
    """Return the polynomial without its first coefficients, as a chain of even and one of odd powers."""
    last = c[n - 1]
    before = c[n - 2]
    i = n - 2
    while i >= skipped + 2:
        last = fma(last, square, c[i - 1])
        before = fma(before, square, c[i - 2])
        i = i - 2
    y = fma(last, x, before)
    return y if i == skipped else fma(y, x, c[skipped])


def one_chain(c: table64, n: i32, x: f64) -> f64:
    y = c[n - 1]
    i = n - 1
    while i > 0:
        y = fma(y, x, c[i - 1])
        i = i - 1
    return y


def times_power(x: f64, k: i32) -> f64:
    """Return x 2^k for k from -2044 to 2046, a subnormal result rounded once."""
    first = ((k + 2046) >> 1) - 1023
    return x * two_to_the(first) * two_to_the(k - first)


def exp_pair(x: Pair) -> Exponential:
    """Return exp(x) for |x| <= 1400."""
    k = fma(x.hi, LOG2_E, SHIFTER) - SHIFTER
    high = fma(-k, LOG_2_HIGH, x.hi)
    r = high + fma(-k, LOG_2_LOW, x.lo)
    rest = r * r * two_chains(exp_full, len(exp_full), 0, r, r * r)
    return Exponential(sum_descending(1.0, r + rest), to_int(k))


def value_of_pair(e: Exponential) -> Pair:
    """Return exp(x) for an x that is not positive; below 2^-1000 something as small."""
    return scaled(e.m, two_to_the(-1000 if e.k < -1000 else e.k))


def times_unscaled(y: f64, x: Exponential) -> f64:
    """Return y x, rounded once."""
    return times_power(fma(y, x.m.hi, y * x.m.lo), x.k)


def exp_far_out(t: f64) -> f64:
    """Return exp(t) for t <= 0: subnormal at last, and then 0."""
    e = exp_pair(Pair(between(t, -1400.0, 0.0), 0.0))
    return times_power(rounded(e.m), e.k)


def value_of(e: ExpParts) -> f64:
    return fma(e.p, e.s, e.p)


def exp_parts(x: Pair) -> ExpParts:
    """Return exp(x) for |x| < 708."""
    minus_k = SHIFTER - fma(x.hi, EIGHT_LOG2_E, SHIFTER)
    k = to_int(-minus_k)
    high = fma(minus_k, 0.125 * LOG_2_HIGH, x.hi)
    r = high + fma(minus_k, 0.125 * LOG_2_LOW, x.lo)
    square = r * r
    s = fma(square, two_chains(eighth_exp_full, len(eighth_exp_full), 0, r, square), r)
    return ExpParts(eighths[k & 7] * two_to_the(k >> 3), s, 0.0)


def careful_exp_parts(x: Pair, doublings: i32) -> ExpParts:
    """Return exp(x) 2^doublings with what the table and s drop."""
    minus_k = SHIFTER - fma(x.hi, EIGHT_LOG2_E, SHIFTER)
    k = to_int(-minus_k)
    high = fma(minus_k, 0.125 * LOG_2_HIGH, x.hi)
    low = fma(minus_k, 0.125 * LOG_2_LOW, x.lo) + eighths_rest[k & 7]
    r = high + low
    square = r * r
    q = two_chains(careful_eighth_exp_full, len(careful_eighth_exp_full), 0, r, square)
    s = fma(square, q, r)
    rest = fma(square, q, r - s) + (low - (r - high))
    return ExpParts(eighths[k & 7] * two_to_the((k >> 3) + doublings), s, rest)


def exp_parts_with_rest(x: f64, doublings: i32, rest: f64) -> ExpParts:
    """Return exp(x + rest) 2^doublings with what the table drops."""
    minus_k = SHIFTER - fma(x, EIGHT_LOG2_E, SHIFTER)
    k = to_int(-minus_k)
    high = fma(minus_k, 0.125 * LOG_2_HIGH, x)
    dropped = eighths_rest[k & 7] + rest
    r = high + fma(minus_k, 0.125 * LOG_2_LOW, dropped)
    square = r * r
    s = fma(square, two_chains(eighth_exp_full, len(eighth_exp_full), 0, r, square), r)
    return ExpParts(eighths[k & 7] * two_to_the((k >> 3) + doublings), s, 0.0)


def exp2_parts_of_eighths(x: f64, y: Pair) -> ExpParts:
    """Return 2^(x y / 8)."""
    minus_k = SHIFTER - fma(x, y.hi, SHIFTER)
    k = to_int(-minus_k)
    f = fma(x, y.lo, fma(x, y.hi, minus_k))
    s = fma(f, two_chains(eighth_exp2_full, len(eighth_exp2_full), 0, f, f * f), eighths_rest[k & 7])
    return ExpParts(eighths[k & 7] * two_to_the(k >> 3), s, 0.0)


def reciprocal_of_sum(lead: f64, more: f64) -> Reciprocal:
    r = 1.0 / (lead + more)
    return Reciprocal(r, minus_product(minus_product(1.0, r, lead), r, more))


def exp_ratio_of_reduced(r: f64, p: f64) -> ExpRatio:
    w = r * r
    v = w * one_chain(coth_full, len(coth_full), w)
    return ExpRatio(p, v + r, v - r)


def exp_ratio(x: f64) -> ExpRatio:
    """Return exp(x) for |x| < 708."""
    minus_k = BIASED_SHIFTER - fma(x, LOG2_E, BIASED_SHIFTER)
    high = fma(minus_k, 0.5 * LOG_2_HIGH, 0.5 * x)
    return exp_ratio_of_reduced(fma(minus_k, 0.5 * LOG_2_LOW, high), two_to_the(to_int(-minus_k)))


def exp_ratio_of_twice(h: Pair) -> ExpRatio:
    """Return exp(2 h) for |h| < 354."""
    minus_k = BIASED_SHIFTER - fma(h.hi, 2.0 * LOG2_E, BIASED_SHIFTER)
    high = fma(minus_k, 0.5 * LOG_2_HIGH, h.hi)
    r = high + fma(minus_k, 0.5 * LOG_2_LOW, h.lo)
    return exp_ratio_of_reduced(r, two_to_the(to_int(-minus_k)))


def reciprocal_of_plus_1(e: ExpRatio) -> Reciprocal:
    return reciprocal_of_sum(1.0 + e.p, fma(e.p, e.above, e.below))


def exp_of(x: f64) -> f64:
    """Return exp(x) for |x| <= 700, for a float32 result."""
    k = fma(x, LOG2_E, SHIFTER) - SHIFTER
    f = fma(x, LOG2_E, -k)
    f2 = f * f
    upper = fma(exp2_brief[6], f2, fma(exp2_brief[5], f, exp2_brief[4]))
    return fma(upper, f2 * f2, four_terms(exp2_brief, 0, f, f2)) * two_to_the(to_int(k))


def expm1_of(x: f64) -> f64:
    """Return exp(x) - 1 for |x| <= 700, for a float32 result."""
    k = fma(x, LOG2_E, SHIFTER) - SHIFTER
    r = fma(-k, LOG_2_LOW, fma(-k, LOG_2_HIGH, x))
    r2 = r * r
    q = fma(fma(exp_brief[5], r, exp_brief[4]), r2 * r2, four_terms(exp_brief, 0, r, r2))
    scale = two_to_the(to_int(k))
    return fma(scale, r2 * q, (scale - 1.0) + scale * r)
