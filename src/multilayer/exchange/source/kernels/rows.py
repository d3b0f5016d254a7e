"""softmax, log_softmax and softmin (native/activations/along_axis.hpp).

A row is computed in float64 and replaced in place. What softmax of float32 needs has no branch that depends on
numbers, so that a C compiler can compute several rows at once.
"""

from __future__ import annotations

from multilayer.exchange.source.kernels.coefficients import table
from multilayer.exchange.source.kernels.elementary64 import (
    LOG_2_HIGH,
    LOG_2_LOW,
    exp_of,
    exp_pair,
    four_terms,
    times_power,
)
from multilayer.exchange.source.kernels.lanes import (
    Number,
    add_numbers,
    add_to_lane,
    distance,
    fill,
    has_limit,
    lanes_total,
    largest,
)
from multilayer.exchange.source.kernels.language import (
    INFINITY,
    NAN,
    f64,
    fma,
    high_bits,
    i32,
    numbers64,
    row,
    to_f64,
    to_real,
    two_to_the,
    zeros8,
)
from multilayer.exchange.source.kernels.pairs import (
    Pair,
    add_pairs,
    add_smaller_pair_to,
    at_least,
    divide_pairs,
    multiply_pairs,
    rounded,
    scaled,
    sum_descending,
)

log_full = table("log_full")


def within_exp(d: Pair) -> Pair:
    """Return a distance from where exp is as small as it gets."""
    return Pair(at_least(d.hi, -1400.0), d.lo if d.hi > -1400.0 else 0.0)


def exp_of_distance(x: f64, sign: f64, most: f64) -> f64:
    d = sign * x - most
    return exp_of(d if d > -700.0 else -700.0)  # of nan, too: what is made of it is nan anyway


def whole_eights(units: i32) -> i32:
    """Return the next multiple of 8."""
    return units + 7 - ((units + 7) & 7)


def padded(x: row, units: i32, i: i32, otherwise: f64) -> f64:
    return to_f64(x[i]) if i < units else otherwise


def sum_of_exps_f32(x: row, units: i32, sign: f64, most: f64, e: numbers64) -> Number:
    """Fill e with the exponentials and return their sum."""
    i = 0
    while i < units:
        e[i] = exp_of_distance(to_f64(x[i]), sign, most)
        i = i + 1
    least = exp_of(-700.0)
    hi = zeros8()
    lo = zeros8()
    i = 0
    while i < 8:
        hi[i] = e[i] if i < units else least
        i = i + 1
    end = whole_eights(units)
    while i < end:
        add_to_lane(hi, lo, i & 7, e[i] if i < units else least, 0.0)
        i = i + 1
    return lanes_total(hi, lo)


def sum_of_exps_f64(x: row, units: i32, sign: f64, most: f64) -> Number:
    hi = zeros8()
    lo = zeros8()
    i = 0
    end = whole_eights(units)
    while i < end:
        e = exp_pair(within_exp(distance(padded(x, units, i, -sign * INFINITY), sign, most)))
        add_to_lane(hi, lo, i & 7, times_power(e.m.hi, e.k), times_power(e.m.lo, e.k))
        i = i + 1
    return lanes_total(hi, lo)


def softmax_sign_f32(x: row, units: i32, sign: f64, e: numbers64) -> None:
    most = largest(x, units, sign)
    inverse = 1.0 / sum_of_exps_f32(x, units, sign, most, e).hi
    share = inverse if has_limit(most) else NAN
    i = 0
    while i < units:
        x[i] = to_real(share * e[i])
        i = i + 1


def softmax_sign_f64(x: row, units: i32, sign: f64) -> None:
    most = largest(x, units, sign)
    if not has_limit(most):
        fill(x, units, NAN)
        return
    total = sum_of_exps_f64(x, units, sign, most)
    inverse = 1.0 / total.hi
    inverse_lo = (fma(-inverse, total.hi, 1.0) - inverse * total.lo) * inverse
    i = 0
    while i < units:
        e = exp_pair(within_exp(distance(to_f64(x[i]), sign, most)))
        x[i] = to_real(times_power(rounded(multiply_pairs(Pair(inverse, inverse_lo), e.m)), e.k))
        i = i + 1


def softmax_f32(x: row, units: i32, e: numbers64) -> None:
    softmax_sign_f32(x, units, 1.0, e)


def softmax_f64(x: row, units: i32) -> None:
    softmax_sign_f64(x, units, 1.0)


def softmin_f32(x: row, units: i32, e: numbers64) -> None:
    softmax_sign_f32(x, units, -1.0, e)


def softmin_f64(x: row, units: i32) -> None:
    softmax_sign_f64(x, units, -1.0)


def log1p_pair(e: Pair) -> Pair:
    """Return log(1 + e) for e in [0, 1]."""
    halve = e.hi > 0.41421356237309503
    minus_1 = sum_descending(-1.0, e.hi)
    half = scaled(Pair(minus_1.hi, minus_1.lo + e.lo), 0.5)
    f = half if halve else e
    s = divide_pairs(f, add_smaller_pair_to(2.0, f))
    w = s.hi * s.hi
    w2 = w * w
    w4 = w2 * w2
    lower = fma(four_terms(log_full, 4, w, w2), w4, four_terms(log_full, 0, w, w2))
    cubic = s.hi * w * fma(fma(log_full[9], w, log_full[8]), w4 * w4, lower)
    twice = scaled(s, 2.0)
    log = sum_descending(LOG_2_HIGH if halve else 0.0, twice.hi)
    return Pair(log.hi, log.lo + (((LOG_2_LOW if halve else 0.0) + twice.lo) + cubic))


def log_of_total(total: Number) -> Number:
    """Return the logarithm of a total that is at least 1."""
    k = (high_bits(total.hi) >> 20) - 1023
    scale = two_to_the(-k)
    log = log1p_pair(sum_descending(total.hi * scale - 1.0, total.lo * scale))
    return add_numbers(Number(log.hi, log.lo), Number(to_f64(k) * LOG_2_HIGH, to_f64(k) * LOG_2_LOW))


def subtract_log(x: row, units: i32, most: f64, log: Number) -> None:
    i = 0
    while i < units:
        d = distance(to_f64(x[i]), 1.0, most)
        y = rounded(add_pairs(d, Pair(-log.hi, -log.lo)))
        x[i] = to_real(d.hi - log.hi if d.hi == -INFINITY else y)
        i = i + 1


def log_softmax_f32(x: row, units: i32, e: numbers64) -> None:
    most = largest(x, units, 1.0)
    if has_limit(most):
        subtract_log(x, units, most, log_of_total(sum_of_exps_f32(x, units, 1.0, most, e)))
    else:
        fill(x, units, NAN)


def log_softmax_f64(x: row, units: i32) -> None:
    most = largest(x, units, 1.0)
    if has_limit(most):
        subtract_log(x, units, most, log_of_total(sum_of_exps_f64(x, units, 1.0, most)))
    else:
        fill(x, units, NAN)
