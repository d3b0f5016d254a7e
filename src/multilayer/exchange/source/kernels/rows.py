"""softmax, log_softmax, softmin, sparsemax and hardmax (native/activations/along_axis.hpp).

A row is computed in float64 and replaced in place. Sums are added in the order of the core: element i goes to lane i
modulo 8 of whole eights, and the lanes are added as a tree. What softmax of float32 needs has no branch that depends on
numbers, so that a C compiler can compute several rows at once.
"""

from __future__ import annotations

from typing import NamedTuple

from multilayer.exchange.source.kernels.coefficients import table
from multilayer.exchange.source.kernels.elementary64 import (
    LOG_2_HIGH,
    LOG_2_LOW,
    exp_of,
    exp_pair,
    four_terms,
    times_power,
)
from multilayer.exchange.source.kernels.language import (
    INFINITY,
    NAN,
    f64,
    fma,
    high_bits,
    i32,
    numbers64,
    real,
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
    two_sum,
)

log_full = table("log_full")


class Number(NamedTuple):
    """The sum hi + lo, rounded less carefully than a Pair."""

    hi: f64
    lo: f64


def add_numbers(x: Number, y: Number) -> Number:
    s = x.hi + y.hi
    t = s - x.hi
    lost = ((x.hi - (s - t)) + (y.hi - t)) + (x.lo + y.lo)
    hi = s + lost
    return Number(hi, lost - (hi - s))


def add_to_lane(hi: numbers64, lo: numbers64, lane: i32, x: f64, x_lo: f64) -> None:
    s = two_sum(hi[lane], x)
    hi[lane] = s.hi
    lo[lane] = lo[lane] + s.lo + x_lo


def lane_total(hi: numbers64, lo: numbers64, i: i32) -> Number:
    s = add_numbers(Number(hi[i], 0.0), Number(lo[i], 0.0))
    return Number(hi[i] if lo[i] == 0.0 else s.hi, 0.0 if lo[i] == 0.0 else s.lo)


def lanes_total(hi: numbers64, lo: numbers64) -> Number:
    a = add_numbers(lane_total(hi, lo, 0), lane_total(hi, lo, 4))
    b = add_numbers(lane_total(hi, lo, 2), lane_total(hi, lo, 6))
    c = add_numbers(lane_total(hi, lo, 1), lane_total(hi, lo, 5))
    d = add_numbers(lane_total(hi, lo, 3), lane_total(hi, lo, 7))
    return add_numbers(add_numbers(a, b), add_numbers(c, d))


def largest(x: row, units: i32, sign: f64) -> f64:
    """Return the largest of sign x; nan if there is one."""
    most = -INFINITY
    i = 0
    while i < units:
        a = sign * to_f64(x[i])
        larger = a if a > most else most
        most = a if a != a else larger
        i = i + 1
    return most


def fill(x: row, units: i32, value: real) -> None:
    i = 0
    while i < units:
        x[i] = value
        i = i + 1


def has_limit(most: f64) -> bool:
    return most - most == 0.0


def distance(x: f64, sign: f64, most: f64) -> Pair:
    """Return sign x - most; an infinite one drops nothing."""
    d = two_sum(sign * x, -most)
    return Pair(d.hi, d.lo if d.hi > -INFINITY else 0.0)


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


class Support(NamedTuple):
    """The threshold of the entries above another one, and how many these are."""

    tau: Number
    size: f64


def support_above(x: row, units: i32, most: f64, tau: Number) -> Support:
    hi = zeros8()
    lo = zeros8()
    size = 0.0
    i = 0
    while i < units:
        d = distance(to_f64(x[i]), 1.0, most)
        over = add_pairs(d, Pair(-tau.hi, -tau.lo))
        if over.hi + over.lo > 0.0:
            add_to_lane(hi, lo, i & 7, d.hi, d.lo)
            size = size + 1.0
        i = i + 1
    s = add_numbers(lanes_total(hi, lo), Number(-1.0, 0.0))
    q = s.hi / size
    return Support(Number(q, (fma(-q, size, s.hi) + s.lo) / size), size)


def sparsemax(x: row, units: i32) -> None:
    """Replace x by max(x - tau, 0) with sum 1 (Michelot 1986): entries not above tau leave, until none does."""
    most = largest(x, units, 1.0)
    if not has_limit(most):
        fill(x, units, NAN)
        return
    before = -1.0
    support = support_above(x, units, most, Number(-1.0, 0.0))
    while support.size != before:
        before = support.size
        support = support_above(x, units, most, support.tau)
    i = 0
    while i < units:
        d = distance(to_f64(x[i]), 1.0, most)
        share = rounded(add_pairs(d, Pair(-support.tau.hi, -support.tau.lo)))
        x[i] = to_real(share if share > 0.0 else 0.0)
        i = i + 1


def hardmax(x: row, units: i32) -> None:
    best = 0
    i = 0
    while i < units:
        if x[i] != x[i]:
            fill(x, units, NAN)
            return
        if x[i] > x[best]:
            best = i
        i = i + 1
    i = 0
    while i < units:
        x[i] = 1.0 if i == best else 0.0
        i = i + 1
