"""Sums of two float64 numbers: the scalar form of native/simd/pairs.hpp."""

from __future__ import annotations

from typing import NamedTuple

from multilayer.exchange.source.kernels.language import absolute, f64, fma, signbit


class Pair(NamedTuple):
    """The sum hi + lo, of about 100 bits."""

    hi: f64
    lo: f64


def at_most(x: f64, bound: f64) -> f64:
    return bound if bound < x else x


def at_least(x: f64, bound: f64) -> f64:
    return bound if bound > x else x


def between(x: f64, low: f64, high: f64) -> f64:
    return at_least(at_most(x, high), low)


def minus_product(z: f64, x: f64, y: f64) -> f64:
    """Return z - x y, rounded once."""
    return fma(-x, y, z)


def sum_descending(x: f64, y: f64) -> Pair:
    """Return x + y, for |x| >= |y| (Dekker 1971)."""
    s = x + y
    return Pair(s, y - (s - x))


def two_sum(x: f64, y: f64) -> Pair:
    """Return x + y (Knuth 1969)."""
    s = x + y
    t = s - x
    return Pair(s, (x - (s - t)) + (y - t))


def product(x: f64, y: f64) -> Pair:
    p = x * y
    return Pair(p, fma(x, y, -p))


def add_pairs(x: Pair, y: Pair) -> Pair:
    s = two_sum(x.hi, y.hi)
    return sum_descending(s.hi, s.lo + (x.lo + y.lo))


def add_pair_to(x: f64, y: Pair) -> Pair:
    s = two_sum(x, y.hi)
    return sum_descending(s.hi, s.lo + y.lo)


def add_smaller_pair_to(x: f64, y: Pair) -> Pair:
    s = sum_descending(x, y.hi)
    return Pair(s.hi, s.lo + y.lo)


def multiply_pairs(x: Pair, y: Pair) -> Pair:
    p = product(x.hi, y.hi)
    return Pair(p.hi, fma(x.hi, y.lo, fma(x.lo, y.hi, p.lo)))


def multiply_pair_by(x: f64, y: Pair) -> Pair:
    p = product(x, y.hi)
    return Pair(p.hi, fma(x, y.lo, p.lo))


def scaled(x: Pair, c: f64) -> Pair:
    """Return x c, for a power of two c."""
    return Pair(x.hi * c, x.lo * c)


def divide_pairs(x: Pair, y: Pair) -> Pair:
    reciprocal = 1.0 / y.hi
    q = x.hi * reciprocal
    remainder = fma(-q, y.hi, x.hi) + fma(-q, y.lo, x.lo)
    return Pair(q, remainder * reciprocal)


def rounded(x: Pair) -> f64:
    return x.hi + x.lo


def clamped(t: Pair) -> Pair:
    """Return t within what `exp_pair` takes."""
    hi = between(t.hi, -1400.0, 1400.0)
    return Pair(hi, t.lo if hi == t.hi else 0.0)


def minus_abs(t: Pair) -> Pair:
    return Pair(-absolute(t.hi), t.lo if signbit(t.hi) else -t.lo)
