// sigmoid, silu, gelu_tanh: what is made of exp(t) / (1 + exp(t)). softplus.hpp has its integral.
//
// For float64 what is ordinary goes one way, with one division, and what lies far out another, which is
// computed only where there is some. There everything is written with w = exp(-|t|), which cannot overflow,
// and the power of two of w is multiplied in last, so that a subnormal result is rounded once.
#pragma once

#include "activations/apply.hpp"
#include "math/exponential.hpp"

namespace multilayer {
namespace {

// For float64, with p, above and below of ExpRatio: exp(2 h) = P / A, P = p (1 + above), A = 1 + below, for
// |h.hi| < ratio_end. Each ends in one product or sum of a leading part with all that is small beside it.
//
// sigmoid(2 h) = P / (A + P)
MULTILAYER_INLINE V sigmoid_of_twice(ExpRatio e) {
    Reciprocal d = e.reciprocal_of_plus_1();
    V a = times_normal_power(d.hi, e.p);
    return fma(a, e.above + d.rest, a);
}
// x times that
MULTILAYER_INLINE V times_sigmoid_of_twice(V x, ExpRatio e) {
    Reciprocal d = e.reciprocal_of_plus_1();
    V a = times_normal_power(d.hi, e.p);
    return fma(x, a, (x * a) * (e.above + d.rest));
}
// its slope A P / (A + P)^2, for h <= 0
MULTILAYER_INLINE V sigmoid_slope_of_twice(ExpRatio e) {
    Reciprocal d = reciprocal(e.of_negative_plus_1());
    Pair<Full> square = product<Full>(d.hi, d.hi);
    V rest = fma(e.above, e.below, e.above + e.below) + (d.rest + d.rest);
    return e.p * (square.hi + fma(square.hi, rest, square.lo));
}
// sigmoid(2 h) + v sigmoid(2 h) sigmoid(-2 h) = P (A + P + v A) / (A + P)^2, for |h| < gate_end
constexpr double gate_end = 18.0;
MULTILAYER_INLINE V gate_slope_of_twice(ExpRatio e, Pair<Full> v) {
    Pair<Full> d = e.plus_1(), a = sum_descending<Full>(splat(1.0), e.below);
    Reciprocal r = reciprocal(d);
    Pair<Full> square = product<Full>(r.hi, r.hi);
    Pair<Full> va = product<Full>(v.hi, a.hi), n = sum<Full>(d.hi, va.hi);
    V n_rest = n.lo + fma(v.hi, a.lo, fma(v.lo, a.hi, va.lo + d.lo));
    V rest = fma(n.hi, e.above + (r.rest + r.rest), n_rest);
    return e.p * fma(square.hi, n.hi, fma(square.hi, rest, square.lo * n.hi));
}
// exp(t) times a power of two, for t <= 0 and where nothing else is left of a formula; subnormal at last, and
// then 0
MULTILAYER_INLINE V exp_far_out(V t, double factor = 1.0) {
    Exponential<Full> e = exp<Full>(between(t, -exp_end<Full>, 0.0));
    return times(factor * rounded(e.m), e.scale);
}

// t within what exp takes; a nan stays a nan.
template <class P> MULTILAYER_INLINE Pair<P> clamped(Pair<P> t) {
    V hi = between(t.hi, -exp_end<P>, exp_end<P>);
    return pair<P>(hi, hi == t.hi ? low(t) : V{});
}
template <class P> MULTILAYER_INLINE Pair<P> minus_abs(Pair<P> t) {
    if constexpr (is_full<P>) {
        IntVec<double> positive = ~bits(t.hi) & sign_bit(0.0);
        return {-abs(t.hi), (V)(bits(t.lo) ^ positive)};
    } else {
        return {-abs(t.hi)};
    }
}

// A number still to be multiplied by a power of two.
template <class P> struct Unscaled {
    Pair<P> x;
    Scale<P> scale;
};
// y x, rounded once, for a finite y
template <class P> MULTILAYER_INLINE V times(V y, Unscaled<P> z) {
    if constexpr (is_full<P>) {
        return times(fma(y, z.x.hi, y * z.x.lo), z.scale);
    } else {
        return y * z.x.hi;
    }
}
template <class P> MULTILAYER_INLINE V rounded(Unscaled<P> z) { return times(rounded(z.x), z.scale); }

// sigmoid(t) for a float32 result: what it needs does not overflow in float64.
MULTILAYER_INLINE V sigmoid(Pair<Brief> t) { return 1.0 / (1.0 + exp(-t).m.hi); }
// sigmoid(t) sigmoid(-t) = w / (1 + w)^2, the derivative of the sigmoid
MULTILAYER_INLINE V sigmoid_slope(Pair<Brief> t) {
    V w = value_of(exp(minus_abs(t))).hi, d = 1.0 + w;
    return w / (d * d);
}
// sigmoid(t) + v sigmoid(t) sigmoid(-t), the derivative of x sigmoid(t(x)) with v = x t'(x):
// w (1 + w + v) / (1 + w)^2 for t < 0, else (1 + w + v w) / (1 + w)^2
template <class P> MULTILAYER_INLINE Unscaled<P> gate_slope(Pair<P> t, Pair<P> v) {
    Exponential<P> e = exp(minus_abs(t));
    Pair<P> w = value_of(e), d = plus_smaller(splat(1.0), w);
    IntVec<double> negative = t.hi < 0.0;
    Pair<P> n = d + select<P>(negative, v, v * w);
    return {select<P>(negative, e.m * n, n) / (d * d), only(negative, e.scale)};
}
// Max ULP of value and derivative: float32 0.6 and 0.6, float64 1.1 and 0.8; any x.
struct Sigmoid {
    static constexpr const char *name = "sigmoid";
    static constexpr int n_parameters = 0;

    template <class P> MULTILAYER_INLINE auto value(V x) const {
        if constexpr (is_full<P>) {
            return within(fast_exp_end, abs(x), sigmoid_of_twice(exp_ratio(x)),
                          [=] { return x > 0.0 ? splat(1.0) : exp_far_out(x); });
        } else {
            return sigmoid(clamped(pair<P>(x)));
        }
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        if constexpr (is_full<P>) {
            V size = abs(x);
            return within(fast_exp_end, size, sigmoid_slope_of_twice(exp_ratio(-size)),
                          [=] { return exp_far_out(-size); });
        } else {
            return sigmoid_slope(clamped(pair<P>(x)));
        }
    }
};

// Max ULP of value and derivative: float32 0.6 and 0.6, float64 0.9 and 1.6; any x.
struct Silu {
    static constexpr const char *name = "silu";
    static constexpr int n_parameters = 1;
    double beta;

    template <class P> MULTILAYER_INLINE auto value(V x) const {
        if constexpr (is_full<P>) {
            Pair<Full> h = product<Full>(x, splat(0.5 * beta));
            V y = times_sigmoid_of_twice(x, beta == 1.0 ? exp_ratio(x) : exp_ratio(h));
            return within(ratio_end, abs(h.hi), y, [=] { return value_far_out(x); });
        } else {
            return at_least(x, -0x1p130) * sigmoid(clamped(product<P>(x, splat(beta))));
        }
    }
    // The sigmoid is 1 there, or nothing but its exponential.
    MULTILAYER_INLINE V value_far_out(V x) const {
        Pair<Full> t = clamped(product<Full>(x, splat(beta)));
        Exponential<Full> e = exp(t);
        V y = times(x, Unscaled<Full>{e.m, e.scale});
        return t.hi > 0.0 ? x : t.hi <= -exp_end<Full> ? copysign(V{}, x) : y;
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        auto anywhere = [=] {
            Pair<P> t = clamped(product<P>(x, splat(beta)));
            return rounded(gate_slope(t, t));
        };
        if constexpr (is_full<P>) {
            Pair<Full> h = product<Full>(x, splat(0.5 * beta));
            return within(gate_end, abs(h.hi), gate_slope_of_twice(exp_ratio(h), scaled(h, 2.0)), anywhere);
        } else {
            return anywhere();
        }
    }
};

// Max ULP of value and derivative: float32 0.6 and 0.6, float64 1.4 and 1.0; any x.
struct GeluTanh {
    static constexpr const char *name = "gelu_tanh";
    static constexpr int n_parameters = 0;
    // Beyond, on the negative side, the result is 0.
    template <class P> static constexpr double end = is_full<P> ? 23.0 : 20.0;
    static constexpr double value_fast_end = 21.1;      // h is below ratio_end up to here,
    static constexpr double derivative_fast_end = 7.0;  // and below gate_end up to here

    // (1 + tanh(u)) / 2 = sigmoid(2 u) with 2 u = sqrt(8 / pi) (x + 0.044715 x^3); for a float64 value
    // x / d with d = 1 + exp(-2 u), and what the sum and the division drop.
    template <class P> MULTILAYER_INLINE static Pair<P> root_8_over_pi() {
        return pair<P>(splat(0x1.9884533d43651p+0), splat(-0x1.cbc0d30ebfd15p-54));
    }
    template <class P> MULTILAYER_INLINE static Pair<P> cubic(double c) {
        // 0.044715 as written, beyond float64's nearest
        return c == 1.0 ? pair<P>(splat(0x1.6e4e26d4801f7p-5), splat(0x1.441355475a31ap-59))
                        : pair<P>(splat(0x1.12ba9d1f60179p-3), splat(0x1.f30e7ff583a54p-57));
    }
    // u / x is the sum of this and sqrt(2 / pi)
    MULTILAYER_INLINE static Pair<Full> of_cube(V x) {
        return Pair<Full>{splat(0x1.2444f2a4d8b4bp-5), splat(-0x1.6c843a29d1c70p-62)} * product<Full>(x, x);
    }
    MULTILAYER_INLINE static Pair<Full> root_2_over_pi() {
        return {splat(0x1.9884533d43651p-1), splat(-0x1.cbc0d30ebfd15p-55)};
    }
    MULTILAYER_INLINE static Pair<Full> u(V x) { return x * (root_2_over_pi() + of_cube(x)); }
    // -2 u / x in units of log(2) / 8: a + b x^2. The first part of a has 40 bits, so that what is taken from
    // their sum is exact.
    MULTILAYER_INLINE static Pair<Full> minus_eighths_over_x(V x) {
        Pair<Full> a = {splat(-0x1.26aec21bcep+4), splat(-0x1.d652ed2859b43p-38)},
                   b = {splat(-0x1.a5a7cf7572a98p-1), splat(0x1.b91c940e4cfcfp-55)};
        Pair<Full> square = product<Full>(x, x);
        V hi = fma(b.hi, square.hi, a.hi), rest = fma(b.hi, square.hi, a.hi - hi);
        return {hi, fma(b.hi, square.lo, rest) + fma(b.lo, square.hi, a.lo)};
    }

    template <class P> MULTILAYER_INLINE auto value(V x) const {
        if constexpr (is_full<P>) {
            V e = value_of(exp2_parts_of_eighths(x, minus_eighths_over_x(x)));
            V d = 1.0 + e, d_rest = 1.0 - (d - e), q = x / d;
            V y = minus_product(q, fma(q, d_rest, fma(q, d, -x)), rough_reciprocal(d));
            return within(value_fast_end, abs(x), y, [=] {
                V c = at_least(x, -end<P>);
                Exponential<Full> e = exp(clamped(scaled(u(c), 2.0)));
                return x > 0.0 ? x : times(c, Unscaled<Full>{e.m, e.scale});
            });
        } else {
            V c = between(x, -end<P>, end<P>);
            Pair<P> t = root_8_over_pi<P>() * (c * (splat(1.0) + cubic<P>(1.0) * product<P>(c, c)));
            V y = at_least(at_most(x, 0x1p1000), -end<P>) * sigmoid(t);
            return x > end<P> ? x : y;
        }
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        auto anywhere = [=] {
            V c = between(x, -end<P>, end<P>);
            Pair<P> square = product<P>(c, c);
            Pair<P> t = root_8_over_pi<P>() * (c * (splat(1.0) + cubic<P>(1.0) * square));
            Pair<P> v = root_8_over_pi<P>() * (c * (splat(1.0) + cubic<P>(3.0) * square));
            return rounded(gate_slope(t, v));
        };
        if constexpr (is_full<P>) {
            Pair<Full> cubic = of_cube(x), u = root_2_over_pi() + cubic,
                       v = scaled(u, 2.0) + scaled(cubic, 4.0);
            return within(derivative_fast_end, abs(x), gate_slope_of_twice(exp_ratio(x * u), x * v),
                          anywhere);
        } else {
            return anywhere();
        }
    }
};

}  // namespace
}  // namespace multilayer
