"""sigmoid, silu and gelu_tanh (native/activations/sigmoids.hpp, float32/sigmoids.hpp)."""

from __future__ import annotations

from multilayer.exchange.source.kernels.elementary32 import (
    POWER_END,
    Sum32,
    factor32,
    sigmoid_parts,
    times_factor,
    times_quotient,
)
from multilayer.exchange.source.kernels.elementary64 import (
    ExpRatio,
    exp2_parts_of_eighths,
    exp_far_out,
    exp_of,
    exp_pair,
    exp_ratio,
    exp_ratio_of_twice,
    reciprocal_of_plus_1,
    times_unscaled,
    value_of,
)
from multilayer.exchange.source.kernels.language import (
    absolute,
    copysign,
    f32,
    f64,
    fma,
    rough_reciprocal,
    to_f32,
    to_f64,
)
from multilayer.exchange.source.kernels.pairs import (
    Pair,
    add_pairs,
    at_least,
    at_most,
    between,
    clamped,
    minus_product,
    multiply_pair_by,
    multiply_pairs,
    product,
    scaled,
)


def sigmoid_brief(t: f64) -> f64:
    """Return sigmoid(t) for a float32 result."""
    return 1.0 / (1.0 + exp_of(-between(t, -700.0, 700.0)))


def sigmoid_f32(x: f32) -> f32:
    if x != x:
        return x
    if absolute(x) > POWER_END:
        return to_f32(sigmoid_brief(to_f64(x)))
    y = sigmoid_parts(x, -0.0)
    return fma(y.q, y.rest, y.q)


def sigmoid_f64(x: f64) -> f64:
    if x != x:
        return x
    if absolute(x) >= 708.0:
        return 1.0 if x > 0.0 else exp_far_out(x)
    e = exp_ratio(x)
    d = reciprocal_of_plus_1(e)
    a = d.hi * e.p
    return fma(a, e.above + d.rest, a)


def silu_f32(x: f32, beta: f64) -> f32:
    if x != x:
        return x
    factor = factor32(beta)
    t = times_factor(factor, x)
    if not factor.ordinary or absolute(t.hi) > POWER_END:
        wide = to_f64(x)
        return to_f32(at_least(wide, -(2.0**130)) * sigmoid_brief(wide * beta))
    return times_quotient(x, sigmoid_parts(t.hi, -t.lo))


def times_sigmoid_of_twice(x: f64, e: ExpRatio) -> f64:
    d = reciprocal_of_plus_1(e)
    a = d.hi * e.p
    return fma(x, a, (x * a) * (e.above + d.rest))


def silu_far_out(x: f64, beta: f64) -> f64:
    t = clamped(product(x, beta))
    if t.hi > 0.0:
        return x
    if t.hi <= -1400.0:
        return copysign(0.0, x)
    return times_unscaled(x, exp_pair(t))


def silu_f64(x: f64, beta: f64) -> f64:
    if x != x:
        return x
    h = product(x, 0.5 * beta)
    if not absolute(h.hi) < 354.0:
        return silu_far_out(x, beta)
    if beta == 1.0:
        return times_sigmoid_of_twice(x, exp_ratio(x))
    return times_sigmoid_of_twice(x, exp_ratio_of_twice(h))


ROOT_8_OVER_PI = float.fromhex("0x1.9884533d43651p+0")
CUBIC = float.fromhex("0x1.6e4e26d4801f7p-5")  # 0.044715
CUBE_HIGH = float.fromhex("0x1.2444f2a4d8b4bp-5")
CUBE_LOW = float.fromhex("-0x1.6c843a29d1c70p-62")
ROOT_2_OVER_PI_HIGH = float.fromhex("0x1.9884533d43651p-1")
ROOT_2_OVER_PI_LOW = float.fromhex("-0x1.cbc0d30ebfd15p-55")
EIGHTHS_HIGH = float.fromhex("-0x1.26aec21bcep+4")
EIGHTHS_LOW = float.fromhex("-0x1.d652ed2859b43p-38")
EIGHTHS_CUBE_HIGH = float.fromhex("-0x1.a5a7cf7572a98p-1")
EIGHTHS_CUBE_LOW = float.fromhex("0x1.b91c940e4cfcfp-55")
A_HIGH = float.fromhex("0x1.9884p+0")  # of so few bits that a difference is exact
A_REST = float.fromhex("0x1.4cf50ep-18")
B_HIGH = float.fromhex("0x1.2444f2p-4")
B_REST = float.fromhex("0x1.49b16ap-29")


def gelu_tanh_argument(x: f32) -> Sum32:
    """Return sqrt(8 / pi) (x + 0.044715 x^3) as x (a + b x^2)."""
    square = x * x
    square_lost = fma(x, x, -square)
    g = fma(square, B_HIGH, A_HIGH)
    lost = fma(square, B_HIGH, A_HIGH - g)
    g_lost = lost + fma(square_lost, B_HIGH, fma(square, B_REST, A_REST))
    t = x * g
    return Sum32(t, fma(x, g_lost, fma(x, g, -t)))


def gelu_tanh_brief(x: f64) -> f64:
    if x > 20.0:
        return x
    c = between(x, -20.0, 20.0)
    t = ROOT_8_OVER_PI * (c * (1.0 + CUBIC * (c * c)))
    return at_least(at_most(x, 2.0**1000), -20.0) * (1.0 / (1.0 + exp_of(-t)))


def gelu_tanh_f32(x: f32) -> f32:
    if x != x:
        return x
    t = gelu_tanh_argument(x)
    if not absolute(t.hi) <= POWER_END:
        return to_f32(gelu_tanh_brief(to_f64(x)))
    return times_quotient(x, sigmoid_parts(t.hi, -t.lo))


def gelu_tanh_far_out(x: f64) -> f64:
    if x > 0.0:
        return x
    c = at_least(x, -23.0)
    cube = multiply_pairs(Pair(CUBE_HIGH, CUBE_LOW), product(c, c))
    u = multiply_pair_by(c, add_pairs(Pair(ROOT_2_OVER_PI_HIGH, ROOT_2_OVER_PI_LOW), cube))
    return times_unscaled(c, exp_pair(clamped(scaled(u, 2.0))))


def gelu_tanh_f64(x: f64) -> f64:
    if x != x:
        return x
    if absolute(x) >= 21.1:
        return gelu_tanh_far_out(x)
    square = product(x, x)
    hi = fma(EIGHTHS_CUBE_HIGH, square.hi, EIGHTHS_HIGH)
    rest = fma(EIGHTHS_CUBE_HIGH, square.hi, EIGHTHS_HIGH - hi)
    lo = fma(EIGHTHS_CUBE_HIGH, square.lo, rest) + fma(EIGHTHS_CUBE_LOW, square.hi, EIGHTHS_LOW)
    e = value_of(exp2_parts_of_eighths(x, Pair(hi, lo)))
    d = 1.0 + e
    d_rest = 1.0 - (d - e)
    q = x / d
    # The product's factors stand so that no fma is negated: GCC 12 would lose the sign of a zero by that.
    return minus_product(q, rough_reciprocal(d), fma(q, d_rest, fma(q, d, -x)))
