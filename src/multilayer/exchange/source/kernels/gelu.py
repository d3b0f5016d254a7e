"""gelu (native/activations/gelu.hpp, math/normal.hpp, float32/gelu.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.coefficients import pieces, table
from multilayer.exchange.source.kernels.elementary32 import piece_of, power32, seven_terms
from multilayer.exchange.source.kernels.elementary64 import (
    Reciprocal,
    careful_exp_parts,
    exp_of,
    exp_parts_with_rest,
    four_terms,
    two_chains,
)
from multilayer.exchange.source.kernels.language import (
    absolute,
    copysign,
    f32,
    f64,
    fma,
    high_bits,
    i32,
    signbit,
    to_f32,
    to_f64,
)
from multilayer.exchange.source.kernels.pairs import Pair, at_least, at_most, minus_product, product

normal_brief = table("normal_brief")
normal_full = table("normal_full")
normal_full_rest = table("normal_full_rest")
tail_tables = table("tail_tables")
normal_pieces = pieces("normal_pieces")


def gelu_brief(x: f64) -> f64:
    """Return max(x, 0) - |x| exp(-x^2 / 2) g for a float32 result, g the scaled tail at |x|."""
    size = at_most(absolute(x), 36.0)
    reciprocal = 1.0 / (size + 3.0)
    t = fma(-6.0, reciprocal, 1.0)
    t2 = t * t
    t4 = t2 * t2
    lower = fma(four_terms(normal_brief, 4, t, t2), t4, four_terms(normal_brief, 0, t, t2))
    tail = fma(four_terms(normal_brief, 8, t, t2), t4 * t4, lower) * reciprocal
    return at_least(x, 0.0) - size * (exp_of(-0.5 * (size * size)) * tail)


def gelu_f32(x: f32) -> f32:
    if x != x:
        return x
    u = absolute(x)
    if u > 11.5:
        return to_f32(gelu_brief(to_f64(x)))
    half = 0.5 * x
    t = half * x
    e = power32(-t, fma(-half, x, t))
    i = piece_of(u, normal_pieces.offset, normal_pieces.shift)
    factor = seven_terms(normal_pieces.c, i, u - normal_pieces.centre[i])
    c = fma(e.p, factor, e.p + factor)
    tail = copysign(e.s * normal_pieces.lead[i], -x)
    base = 0.0 if signbit(x) else 1.0
    phi = fma(tail, c, base + tail)
    lost = fma(tail, c, (base - phi) + tail)
    return fma(x, phi, x * lost)


def tail_sum(i: i32, first: i32, last: i32, square: f64) -> f64:
    """Return every second coefficient of piece i as a chain, from `last` down to `first`."""
    y = tail_tables[16 * last + i]
    k = last
    while k > first:
        k = k - 2
        y = fma(y, square, tail_tables[16 * k + i])
    return y


def tail_of_pieces(size: f64, s: f64) -> f64:
    """Return (1 + s) |x| g for |x| < 37.4; the last two steps keep what they drop."""
    i = (high_bits(size + 2.5) >> 18) & 15
    d = size - tail_tables[i]
    square = d * d
    odd = tail_sum(i, 5, 15, square)
    even = tail_sum(i, 4, 14, square)
    curve = fma(fma(odd, d, even), d, tail_tables[48 + i])
    slope = fma(curve, d, tail_tables[32 + i])
    slope_rest = fma(curve, d, tail_tables[32 + i] - slope)
    m = fma(slope, d, tail_tables[16 + i])
    rest = fma(slope_rest, d, fma(slope, d, tail_tables[16 + i] - m))
    return m + fma(m, s, rest)


def reciprocal_of_pair(y: Pair) -> Reciprocal:
    r = 1.0 / y.hi
    return Reciprocal(r, minus_product(minus_product(1.0, r, y.hi), r, y.lo))


def tail_far_out(size: f64, s: f64) -> f64:
    """Return (1 + s) |x| g for any |x|."""
    d = size + 3.0
    r = reciprocal_of_pair(Pair(d, (size if size < 3.0 else 3.0) - (d - (size if size > 3.0 else 3.0))))
    t = fma(-6.0, r.hi, 1.0)
    upper = two_chains(normal_full, len(normal_full), 2, t, t * t)
    slope = fma(t, upper, normal_full[1])
    slope_rest = fma(t, upper, normal_full[1] - slope) + normal_full_rest[1]
    g = fma(t, slope, normal_full[0])
    g_rest = fma(t, slope, normal_full[0] - g) + normal_full_rest[0]
    derivative = fma(t, upper, slope)
    g_rest = fma(t, slope_rest, g_rest) + r.rest * minus_product(g, 6.0 * r.hi, derivative)
    a = size * r.hi
    a_rest = fma(size, r.hi, -a)
    return fma(a, g, fma(a, fma(g, s, fma(g_rest, s, g_rest)), a_rest * g))


def gelu_far_out(x: f64) -> f64:
    if x > 0.0:
        return x
    size = at_most(absolute(x), 40.0)
    square = product(size, size)
    e = careful_exp_parts(Pair(-0.5 * square.hi, -0.5 * square.lo), 200)
    return -tail_far_out(size, e.s) * e.p * 2.0**-200


def gelu_f64(x: f64) -> f64:
    if x != x:
        return x
    size = absolute(x)
    if size >= 37.4:
        return gelu_far_out(x)
    half = -0.5 * size
    t = half * size
    e = exp_parts_with_rest(t, 0, fma(half, size, -t))
    return minus_product(at_least(x, 0.0), e.p, tail_of_pieces(size, e.s))
