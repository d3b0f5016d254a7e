"""exponential, gaussian, elu, celu and selu (native/activations/exponentials.hpp, float32/exponentials.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.coefficients import pieces
from multilayer.exchange.source.kernels.elementary32 import (
    POWER_END,
    Sum32,
    at_least32,
    at_most32,
    dropped_descending,
    factor32,
    five_terms,
    piece_of,
    power32,
    rounded_power,
    times_factor,
)
from multilayer.exchange.source.kernels.elementary64 import (
    ExpParts,
    careful_exp_parts,
    exp_of,
    exp_pair,
    exp_parts,
    expm1_of,
    times_power,
    value_of,
)
from multilayer.exchange.source.kernels.language import absolute, f32, f64, fma, i32, to_f32, to_f64
from multilayer.exchange.source.kernels.pairs import (
    Pair,
    at_least,
    at_most,
    between,
    divide_pairs,
    product,
    rounded,
)

SELU_SCALE = 1.0507009873554804934193349852946
SELU_SCALE_ALPHA = float.fromhex("0x1.c212cc640f031p+0")
LARGEST32 = float.fromhex("0x1.fffffep127")

minus_expm1_pieces = pieces("minus_expm1_pieces")
selu_pieces = pieces("selu_pieces")


def exponential_f32(x: f32) -> f32:
    if x != x:
        return x
    if absolute(x) > POWER_END:
        return to_f32(exp_of(between(to_f64(x), -700.0, 700.0)))
    return rounded_power(power32(x, -0.0))


def exponential_f64(x: f64) -> f64:
    if x != x:
        return x
    if absolute(x) < 708.0:
        return value_of(exp_parts(Pair(x, 0.0)))
    e = exp_pair(Pair(between(x, -1400.0, 710.0), 0.0))
    return times_power(rounded(e.m), e.k)


def gaussian_f32(x: f32) -> f32:
    if x != x:
        return x
    square = x * x
    if square > POWER_END:
        c = at_most(absolute(to_f64(x)), 26.0)
        return to_f32(exp_of(-(c * c)))
    return rounded_power(power32(-square, fma(-x, x, square)))


def gaussian_f64(x: f64) -> f64:
    if x != x:
        return x
    c = at_most(absolute(x), 28.0)
    square = product(c, c)
    if absolute(x) < 26.5:
        return value_of(exp_parts(Pair(-square.hi, -square.lo)))
    e = exp_pair(Pair(-square.hi, -square.lo))
    return times_power(rounded(e.m), e.k)


def minus_expm1_piece(u: f32) -> i32:
    return piece_of(u, minus_expm1_pieces.offset, minus_expm1_pieces.shift)


def minus_expm1(u: f32) -> Sum32:
    """Return 1 - exp(-u) for 0 <= u <= 22.4."""
    i = minus_expm1_piece(u)
    d = u - minus_expm1_pieces.centre[i]
    slope = minus_expm1_pieces.c[i]
    lead = minus_expm1_pieces.lead[i]
    first = d * slope
    more = d * d * five_terms(minus_expm1_pieces.c, i, d)
    s = first + more
    y = lead + s
    s_lost = dropped_descending(s, first, more) + fma(d, slope, -first)
    return Sum32(y, dropped_descending(y, lead, s) + s_lost)


def elu_of_one(x: f32) -> f32:
    """Return exp(x) - 1 for x < 0."""
    u = at_most32(absolute(x), 22.4)
    i = minus_expm1_piece(u)
    d = u - minus_expm1_pieces.centre[i]
    first = d * minus_expm1_pieces.c[i]
    more = five_terms(minus_expm1_pieces.c, i, d)
    return -(minus_expm1_pieces.lead[i] + fma(d * d, more, first))


def elu_f32(x: f32, alpha: f64) -> f32:
    if not x < 0.0:
        return x
    factor = factor32(alpha)
    if factor.one:
        return elu_of_one(x)
    if not factor.ordinary:
        return to_f32(alpha * expm1_of(between(to_f64(x), -50.0, 0.0)))
    y = minus_expm1(at_most32(absolute(x), 22.4))
    return -fma(y.hi, factor.high, fma(y.lo, factor.high, y.hi * factor.rest))


def scaled_expm1(a: f64, e: ExpParts) -> f64:
    lead = product(a, e.p - 1.0)
    return lead.hi + fma(a * e.p, e.s, lead.lo)


def elu_f64(x: f64, alpha: f64) -> f64:
    if not x < 0.0:
        return x
    e = careful_exp_parts(Pair(at_least(x, -50.0), 0.0), 0)
    return fma(e.p, e.s, e.p - 1.0) if alpha == 1.0 else scaled_expm1(alpha, e)


def celu_brief(x: f64, alpha: f64) -> f64:
    t = x / alpha
    return alpha * expm1_of(between(t, -50.0, 0.0)) if t < -(2.0**-60) else x


def celu_f32(x: f32, alpha: f64) -> f32:
    """Return alpha (exp(x / alpha) - 1) for x < 0."""
    if not x < 0.0:
        return x
    factor = factor32(alpha)
    if factor.one:
        return elu_of_one(x)
    inverse = factor32(1.0 / alpha)
    if not (factor.ordinary and inverse.ordinary):
        return to_f32(celu_brief(to_f64(x), alpha))
    t = times_factor(inverse, at_least32(x, -22.4 / inverse.high))
    y = minus_expm1(at_most32(absolute(t.hi), 22.4))
    y_lo = y.lo if inverse.one else fma(-t.lo, 1.0 - y.hi, y.lo)
    scaled = fma(y.hi, factor.high, fma(y_lo, factor.high, y.hi * factor.rest))
    if inverse.one:
        return -scaled
    return x if t.hi > -(2.0**-60) else -scaled


def celu_f64(x: f64, alpha: f64) -> f64:
    if not x < 0.0:
        return x
    if alpha == 1.0:
        return elu_f64(x, 1.0)
    t = divide_pairs(Pair(x, 0.0), Pair(alpha, 0.0))
    if not t.hi < -(2.0**-60):
        return x
    hi = at_least(t.hi, -50.0)
    e = careful_exp_parts(Pair(hi, t.lo if hi == t.hi else 0.0), 0)
    lead = product(alpha, e.p - 1.0)
    ap = alpha * e.p
    return lead.hi + fma(ap, e.s, fma(ap, e.s_rest, lead.lo))


def selu_f32(x: f32) -> f32:
    if x != x:
        return x
    if x < 0.0:
        u = at_most32(absolute(x), 22.4)
        i = piece_of(u, selu_pieces.offset, selu_pieces.shift)
        d = u - selu_pieces.centre[i]
        more = d * d * five_terms(selu_pieces.c, i, d)
        return -(selu_pieces.lead[i] + fma(d, selu_pieces.c[i], more))
    high = to_f32(SELU_SCALE)
    return fma(x, high, at_most32(x, LARGEST32) * to_f32(SELU_SCALE - to_f64(high)))


def selu_f64(x: f64) -> f64:
    if not x < 0.0:
        return SELU_SCALE * x
    return scaled_expm1(SELU_SCALE_ALPHA, careful_exp_parts(Pair(at_least(x, -50.0), 0.0), 0))
