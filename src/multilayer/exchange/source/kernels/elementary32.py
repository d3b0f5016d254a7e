"""exp and polynomials in pieces in float32 arithmetic: the scalar form of native/math/float32.hpp."""

from __future__ import annotations

from typing import NamedTuple

from multilayer.exchange.source.kernels.coefficients import table
from multilayer.exchange.source.kernels.language import (
    absolute,
    bits32,
    f32,
    f64,
    fma,
    i32,
    table32,
    to_f32,
    to_f64,
    to_int,
    two_to_the,
)

POWER_END = 87.0
SHIFTER32 = 1.5 * 2.0**23
SIXTEENTH_HIGH = float.fromhex("0x1.62e430p-5")
SIXTEENTH_LOW = float.fromhex("-0x1.05c610p-33")
SIXTEENTHS_PER_ONE = float.fromhex("0x1.715476p+4")

exp2_short = table("exp2_short")
exp2_rest = table("exp2_rest")
exp_float32 = table("exp_float32")


class Sum32(NamedTuple):
    """A number with what rounding drops."""

    hi: f32
    lo: f32


class Power32(NamedTuple):
    """An exponential s (1 + p), s of eight bits."""

    s: f32
    p: f32


class Quotient32(NamedTuple):
    """A quotient q (1 + rest)."""

    q: f32
    rest: f32


class Factor32(NamedTuple):
    """A float64 factor of float32 numbers; if it is no ordinary one, float64 computes everything."""

    high: f32
    rest: f32
    ordinary: bool
    one: bool


def at_most32(x: f32, bound: f32) -> f32:
    return bound if bound < x else x


def at_least32(x: f32, bound: f32) -> f32:
    return bound if bound > x else x


def dropped_descending(s: f32, x: f32, y: f32) -> f32:
    """Return what rounding drops of s = x + y, for |x| >= |y|."""
    return y - (s - x)


def dropped(s: f32, x: f32, y: f32) -> f32:
    """Return what rounding drops of s = x + y, for x and y that are not negative."""
    return dropped_descending(s, x if x > y else y, x if x < y else y)


def piece_of(u: f32, offset: f32, shift: i32) -> i32:
    """Return in which of sixteen pieces u >= 0 lies."""
    return (bits32(u + offset) >> shift) & 15


# The polynomials of piece i, written out so that a C compiler can compute several numbers at once.
def five_terms(c: table32, i: i32, d: f32) -> f32:
    """Return c1 + c2 d + ... + c5 d^4 of piece i."""
    return fma(fma(fma(fma(c[80 + i], d, c[64 + i]), d, c[48 + i]), d, c[32 + i]), d, c[16 + i])


def six_terms(c: table32, i: i32, d: f32) -> f32:
    """Return c0 + c1 d + ... + c5 d^5 of piece i."""
    return fma(five_terms(c, i, d), d, c[i])


def seven_terms(c: table32, i: i32, d: f32) -> f32:
    """Return c0 + c1 d + ... + c6 d^6 of piece i."""
    upper = fma(fma(fma(c[96 + i], d, c[80 + i]), d, c[64 + i]), d, c[48 + i])
    return fma(fma(fma(upper, d, c[32 + i]), d, c[16 + i]), d, c[i])


def power32(x: f32, rest: f32) -> Power32:
    """Return exp(x + rest) for |x| <= POWER_END and a small rest."""
    k = fma(x, SIXTEENTHS_PER_ONE, SHIFTER32) - SHIFTER32
    i = to_int(k)
    r = (fma(-k, SIXTEENTH_HIGH, x) + rest) + fma(-k, SIXTEENTH_LOW, exp2_rest[i & 15])
    p = fma(r * r, fma(r, exp_float32[1], exp_float32[0]), r)
    return Power32(exp2_short[i & 15] * to_f32(two_to_the(i >> 4)), p)


def rounded_power(e: Power32) -> f32:
    return fma(e.s, e.p, e.s)


def factor32(p: f64) -> Factor32:
    high = to_f32(p)
    size = absolute(p)
    return Factor32(high, to_f32(p - to_f64(high)), size > 2.0**-30 and size < 2.0**30, p == 1.0)


def times_factor(factor: Factor32, x: f32) -> Sum32:
    if factor.one:
        return Sum32(x, 0.0)
    y = x * factor.high
    return Sum32(y, fma(x, factor.rest, fma(x, factor.high, -y)))


def times_quotient(x: f32, y: Quotient32) -> f32:
    return fma(x, y.q, (x * y.q) * y.rest)


def reciprocal_of_one_plus(e: Power32) -> Quotient32:
    """Return 1 / (1 + exp(x))."""
    a = 1.0 + e.s
    v = e.s * e.p
    q = 1.0 / (a + v)
    lost = dropped(a, 1.0, e.s)
    return Quotient32(q, fma(-q, v + lost, fma(-q, a, 1.0)))


def sigmoid_parts(t: f32, minus_rest: f32) -> Quotient32:
    """Return sigmoid(t - minus_rest) for |t| <= POWER_END."""
    return reciprocal_of_one_plus(power32(-t, minus_rest))
