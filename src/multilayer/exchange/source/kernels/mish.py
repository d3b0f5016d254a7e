"""mish, x n / (n + 2) with n = e (e + 2) and e = exp(x) (native/activations/mish.hpp, float32/mish.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.elementary32 import dropped, dropped_descending, power32
from multilayer.exchange.source.kernels.elementary64 import (
    Exponential,
    exp_of,
    exp_pair,
    exp_parts_with_rest,
    times_unscaled,
    value_of,
    value_of_pair,
)
from multilayer.exchange.source.kernels.language import (
    absolute,
    f32,
    f64,
    fma,
    rough_reciprocal,
    to_f32,
    to_f64,
)
from multilayer.exchange.source.kernels.pairs import (
    Pair,
    add_pair_to,
    add_pairs,
    add_smaller_pair_to,
    at_least,
    between,
    divide_pairs,
    minus_product,
    multiply_pairs,
    scaled,
)


def mish_brief(x: f64) -> f64:
    if x > 50.0:
        return x
    c = between(x, -700.0, 700.0)
    w = exp_of(-absolute(c))
    square = w * w
    one_plus_2w = 1.0 + w * 2.0
    n = w * (2.0 + w) if x < 0.0 else one_plus_2w
    d = 2.0 + (w * 2.0 + square) if x < 0.0 else one_plus_2w + square * 2.0
    return c * (n / d)


def mish_f32(x: f32) -> f32:
    if x != x:
        return x
    if absolute(x) > 80.0:
        return to_f32(mish_brief(to_f64(x)))
    e = power32(20.0 if 20.0 < x else x, -0.0)
    v = e.s * e.p
    t = 2.0 + e.s
    m = e.s * t
    more = v * (t + (e.s + v))
    n = m + more
    n_lost = dropped_descending(n, m, more) + fma(e.s, t, -m) + e.s * dropped_descending(t, 2.0, e.s)
    d = n + 2.0
    d_lost = dropped(d, n, 2.0) + n_lost
    r = 1.0 / d
    q = n * r
    rest = fma(-q, d_lost, fma(-q, d, n) + n_lost) * r
    return fma(x, q, x * rest)


def mish_far_out(x: f64) -> f64:
    """Return w (2 + w) / (2 + 2 w + w^2) times x, w = exp(x), where x is far below 0."""
    if x > 0.0:
        return x
    c = at_least(x, -1400.0)
    e = exp_pair(Pair(c, 0.0))
    w = value_of_pair(e)
    n = multiply_pairs(e.m, add_smaller_pair_to(2.0, w))
    d = add_pair_to(2.0, add_pairs(scaled(w, 2.0), multiply_pairs(w, w)))
    return times_unscaled(c, Exponential(divide_pairs(n, d), e.k))


def mish_f64(x: f64) -> f64:
    if x != x:
        return x
    if absolute(x) >= 354.0:
        return mish_far_out(x)
    half = value_of(exp_parts_with_rest(x, -1, -0.0))
    e = half + half
    n = fma(e, half, e)
    d = n + 1.0
    q = n / d
    one_over_d = rough_reciprocal(d)
    n_rest = fma(e, half, e - n)
    d_rest = n - (d - 1.0)
    rest = fma(n_rest, one_over_d, minus_product(minus_product(n, q, d), q, d_rest))
    return fma(x, q, (x * one_over_d) * rest)
