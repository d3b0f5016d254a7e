"""softplus and log_sigmoid (native/activations/softplus.hpp, float32/sigmoids.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.coefficients import pieces, table
from multilayer.exchange.source.kernels.elementary32 import (
    POWER_END,
    Sum32,
    at_least32,
    at_most32,
    dropped,
    factor32,
    piece_of,
    power32,
    six_terms,
    times_factor,
)
from multilayer.exchange.source.kernels.elementary64 import (
    SHIFTER,
    ExpParts,
    exp_far_out,
    exp_of,
    exp_pair,
    exp_parts_with_rest,
    four_terms,
    times_power,
    two_chains,
    value_of,
)
from multilayer.exchange.source.kernels.language import (
    absolute,
    f32,
    f64,
    fma,
    signbit,
    to_f32,
    to_f64,
    to_int,
)
from multilayer.exchange.source.kernels.pairs import (
    Pair,
    add_pairs,
    at_least,
    at_most,
    between,
    clamped,
    divide_pairs,
    minus_abs,
    product,
    rounded,
    sum_descending,
)

LOG_PIECES = 15.48

log_tables = table("log_tables")
near_log_full = table("near_log_full")
log1p_brief = table("log1p_brief")
log1p_pieces = pieces("log1p_pieces")


def log_of_one_plus_exp32(t: Sum32) -> Sum32:
    """Return log(1 + exp(t)) = max(t, 0) + log1p(w) with w = exp(-|t|)."""
    u = absolute(t.hi)
    w = power32(-u, t.lo if signbit(t.hi) else -t.lo)
    end = at_most32(u, 22.4)
    i = piece_of(end, log1p_pieces.offset, log1p_pieces.shift)
    factor = six_terms(log1p_pieces.c, i, end - log1p_pieces.centre[i])
    tail = w.s * log1p_pieces.lead[i]
    more = tail * fma(w.p, factor, w.p + factor)
    above = at_least32(t.hi, 0.0)
    hi = above + tail
    return Sum32(hi, dropped(hi, above, tail) + more + (t.lo if t.hi > 0.0 else 0.0))


def log_of_one_plus_exp_brief(t: f64) -> f64:
    """Return log(1 + exp(t)) for |t| <= 700 and a float32 result."""
    w = exp_of(-absolute(t))
    w2 = w * w
    w4 = w2 * w2
    lower = fma(four_terms(log1p_brief, 4, w, w2), w4, four_terms(log1p_brief, 0, w, w2))
    return at_least(t, 0.0) + w * fma(four_terms(log1p_brief, 8, w, w2), w4 * w4, lower)


def log_of_one_plus_parts(e: ExpParts) -> Pair:
    """Return log(1 + w) for w = p (1 + s) in [0, 1]."""
    w = value_of(e)
    i = to_int(fma(w, LOG_PIECES, SHIFTER) - SHIFTER) & 15
    c = log_tables[i]
    f = fma(c, w, c - 1.0)
    square = f * f
    q = two_chains(near_log_full, len(near_log_full), 0, f, square)
    y = sum_descending(log_tables[16 + i], f)
    return Pair(y.hi, y.lo + fma(square, q, c * fma(e.p, e.s, e.p - w)))


def log_of_one_plus(w: f64) -> f64:
    """Return the same, rounded on the way."""
    i = to_int(fma(w, LOG_PIECES, SHIFTER) - SHIFTER) & 15
    c = log_tables[i]
    f = fma(c, w, c - 1.0)
    square = f * f
    return log_tables[16 + i] + fma(square, two_chains(near_log_full, len(near_log_full), 0, f, square), f)


def softplus_brief(x: f64, beta: f64) -> f64:
    t = between(x * beta, -700.0, 700.0)
    return x if t > 40.0 else log_of_one_plus_exp_brief(t) * (1.0 / beta)


def softplus_f32(x: f32, beta: f64) -> f32:
    if x != x:
        return x
    factor = factor32(beta)
    t = times_factor(factor, x)
    if not factor.ordinary or not absolute(t.hi) <= POWER_END - 30.0:
        return to_f32(softplus_brief(to_f64(x), beta))
    y = log_of_one_plus_exp32(t)
    inverse = factor32(1.0 / beta)
    if inverse.one:
        return y.hi + y.lo
    return fma(y.hi, inverse.high, fma(y.lo, inverse.high, y.hi * inverse.rest))


def softplus_f64(x: f64, beta: f64) -> f64:
    if x != x:
        return x
    t = product(x, beta)
    if not absolute(t.hi) < 708.0:
        if t.hi > 0.0:
            return x
        e = exp_pair(clamped(t))
        return times_power(rounded(divide_pairs(e.m, Pair(beta, 0.0))), e.k)
    if beta == 1.0:
        return at_least(x, 0.0) + log_of_one_plus(value_of(exp_parts_with_rest(-absolute(x), 0, -0.0)))
    minus_t = minus_abs(t)
    log = log_of_one_plus_parts(exp_parts_with_rest(minus_t.hi, 0, minus_t.lo))
    line = Pair(at_least(t.hi, 0.0), t.lo if t.hi > 0.0 else 0.0)
    return rounded(divide_pairs(add_pairs(line, log), Pair(beta, 0.0)))


def log_sigmoid_f32(x: f32) -> f32:
    if x != x:
        return x
    if absolute(x) > POWER_END:
        if x < -40.0:
            return x
        return to_f32(-log_of_one_plus_exp_brief(between(-to_f64(x), -700.0, 700.0)))
    y = log_of_one_plus_exp32(Sum32(-x, 0.0))
    return -(y.hi + y.lo)


def log_sigmoid_f64(x: f64) -> f64:
    if x != x:
        return x
    size = absolute(x)
    if size >= 708.0:
        return x if x < 0.0 else -exp_far_out(-x)
    return at_most(x, 0.0) - log_of_one_plus(value_of(exp_parts_with_rest(-size, 0, -0.0)))
