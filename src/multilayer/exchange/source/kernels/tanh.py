"""tanh and tanh_shrink (native/activations/tanh.hpp, float32/tanh.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.coefficients import pieces, table
from multilayer.exchange.source.kernels.elementary32 import at_most32, piece_of, seven_terms
from multilayer.exchange.source.kernels.elementary64 import (
    BIASED_SHIFTER,
    LOG2_E,
    LOG_2_HIGH,
    LOG_2_LOW,
    four_terms,
    reciprocal_of_sum,
    two_chains,
)
from multilayer.exchange.source.kernels.language import (
    absolute,
    copysign,
    f32,
    f64,
    fma,
    i32,
    to_f32,
    to_f64,
    to_int,
    two_to_the,
)
from multilayer.exchange.source.kernels.pairs import at_most, minus_product

wide_coth_full = table("wide_coth_full")
quarter_coth_full = table("quarter_coth_full")
tanh_brief = table("tanh_brief")
tanh_pieces = pieces("tanh_pieces")
tanh_shrink_pieces = pieces("tanh_shrink_pieces")


def within_tanh(x: f32) -> f32:
    """Return |x|, or where tanh is 1 to the last bit."""
    return at_most32(absolute(x), 9.2)


def tanh_piece(x: f32) -> i32:
    return piece_of(within_tanh(x), tanh_pieces.offset, tanh_pieces.shift)


def tanh_in_piece(  # noqa: PLR0913, PLR0917  (each is looked up for several numbers at once)
    x: f32, centre: f32, lead: f32, c0: f32, c1: f32, c2: f32, c3: f32, c4: f32, c5: f32
) -> f32:
    d = within_tanh(x) - centre
    more = fma(d * d, fma(fma(fma(fma(c5, d, c4), d, c3), d, c2), d, c1), d * c0)
    return copysign(lead + more, x)


def tanh_f32(x: f32) -> f32:
    i = tanh_piece(x)
    return tanh_in_piece(
        x,
        tanh_pieces.centre[i],
        tanh_pieces.lead[i],
        tanh_pieces.c[i],
        tanh_pieces.c[16 + i],
        tanh_pieces.c[32 + i],
        tanh_pieces.c[48 + i],
        tanh_pieces.c[64 + i],
        tanh_pieces.c[80 + i],
    )


def tanh_f64(x: f64) -> f64:
    """Return x / (x coth(x)) below 0.75, else 1 - 2 A / (A + P)."""
    if x != x:
        return x
    size = at_most(absolute(x), 22.0)
    is_near = size < 0.75
    minus_k = 0.0 if is_near else BIASED_SHIFTER - fma(size, 2.0 * LOG2_E, BIASED_SHIFTER)
    r = fma(minus_k, 0.5 * LOG_2_LOW, fma(minus_k, 0.5 * LOG_2_HIGH, size))
    w = r * r
    g = fma(w, two_chains(wide_coth_full, len(wide_coth_full), 0, w, w * w), 1.0)
    if is_near:
        return copysign(size / g, x)
    a = g - r
    q = a / fma(two_to_the(to_int(-minus_k)), g + r, a)
    return copysign(minus_product(1.0, 2.0, q), x)


def tanh_shrink_near_0(x: f64) -> f64:
    """Return x - tanh(x) for |x| < 0.75 and a float32 result."""
    w = x * x
    w2 = w * w
    upper = four_terms(tanh_brief, 4, w, w2)
    return (x * w) * fma(upper, w2 * w2, four_terms(tanh_brief, 0, w, w2))


def tanh_shrink_f32(x: f32) -> f32:
    if x != x:
        return x
    u = absolute(x)
    if u < 2.0**-32 and u != 0.0:
        return to_f32(tanh_shrink_near_0(to_f64(x)))
    end = at_most32(u, 9.2)
    i = piece_of(end, tanh_shrink_pieces.offset, tanh_shrink_pieces.shift)
    square = u * u
    cube = u * square
    is_near = u < 1.25
    lost = fma(u, fma(u, u, -square), fma(u, square, -cube)) if is_near else 0.0
    factor = cube if is_near else u
    lead = tanh_shrink_pieces.lead[i]
    d = end - tanh_shrink_pieces.centre[i]
    c = seven_terms(tanh_shrink_pieces.c, i, d)
    g = fma(lead, c, lead)
    g_lost = fma(lead, c, lead - g)
    y = fma(factor, g, fma(factor, g_lost, lost * g))
    return copysign(u - 1.0 if u > 9.1 else y, x)


def tanh_shrink_f64(x: f64) -> f64:
    if x != x:
        return x
    size = absolute(x)
    u = at_most(size, 22.0)
    is_near = u < 0.6
    minus_k = 0.0 if is_near else BIASED_SHIFTER - fma(u, 2.0 * LOG2_E, BIASED_SHIFTER)
    p = 1.0 if is_near else two_to_the(to_int(-minus_k))
    r = fma(minus_k, 0.5 * LOG_2_LOW, fma(minus_k, 0.5 * LOG_2_HIGH, u))
    half = 0.5 * r
    w = half * half
    q = two_chains(quarter_coth_full, len(quarter_coth_full), 0, w, w * w)
    v = fma(w, q, w)
    above = v + r
    below = v - r
    d = reciprocal_of_sum(1.0 + p, fma(p, above, below))
    twice = d.hi + d.hi
    if is_near:
        c = r * w
        c_rest = fma(r, fma(half, half, -w), fma(r, w, -c))
        return copysign(c + fma(c, fma(fma(v, q, v), -twice, q), c_rest), x)
    return copysign(fma(twice, below + d.rest, (size - 1.0) + twice), x)
