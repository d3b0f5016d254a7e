// tanh and tanh_shrink.
#pragma once

#include "activations/apply.hpp"
#include "activations/sigmoids.hpp"
#include "math/coefficients.hpp"
#include "math/exponential.hpp"

namespace multilayer {
namespace {

constexpr double series_end = 0.75;  // of wide_coth and tanh_quotient in native/math/generate_coefficients.py
constexpr double shrink_series_end = 0.6;  // of quarter_coth there
constexpr double tanh_end = 22.0;          // tanh is 1 from here on

// tanh(x) = e / (e + 2) with e = exp(2 x) - 1, for x in [0, tanh_end] and a float32 result
MULTILAYER_INLINE V tanh_of_positive(V x) {
    V e = expm1(pair<Brief>(2.0 * x)).hi;
    return e / (2.0 + e);
}

// For float64 and x in [0, tanh_end]. Near 0 tanh(x) = x / (x coth(x)) = x / (1 + v); else 1 - 2 A / (A + P)
// with A = 1 + v - r and P = p (1 + v + r) as in ExpRatio, whose fraction is below 0.37: its error counts for
// little.
struct TanhParts {
    IntVec<double> near;
    V p, r, w, v_over_w, v;

    MULTILAYER_INLINE explicit TanhParts(V x) : near(x < series_end) {
        V shifted = fma(x, splat(2.0 * log2_e), splat(biased_shifter));
        V minus_k = near ? V{} : biased_shifter - shifted;
        p = (V)(exponent_bits(shifted) << 52);
        r = fma(minus_k, splat(0.5 * log_2_low), fma(minus_k, splat(0.5 * log_2_high), x));
        w = r * r;
        v_over_w = two_chains(wide_coth_full, w, w * w);
        v = w * v_over_w;
    }
    // The denominator in either case.
    MULTILAYER_INLINE Pair<Full> denominator() const {
        return sum_descending<Full>(near ? splat(1.0) : 1.0 + p, near ? v : fma(p, v + r, v - r));
    }
};

template <> constexpr bool has_long_chain<Value<struct Tanh>> = true;
// Max ULP of value and derivative: float32 0.7 and 0.6, float64 1.3 and 0.8; any x.
struct Tanh {
    static constexpr const char *name = "tanh";
    static constexpr int n_parameters = 0;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        V size = at_most(abs(x), tanh_end);
        if constexpr (is_full<P>) {
            TanhParts t(size);
            V g = fma(t.w, t.v_over_w, splat(1.0)), a = g - t.r, b = g + t.r;
            V q = (t.near ? size : a) / (t.near ? g : fma(t.p, b, a));
            return copysign(t.near ? q : minus_product(splat(1.0), splat(2.0), q), x);
        } else {
            return copysign(tanh_of_positive(size), x);
        }
    }
    // 1 - tanh(x)^2 = 4 w / (1 + w)^2 with w = exp(-2 |x|)
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        if constexpr (is_full<P>) {
            V size = abs(x);
            return within(ratio_end, size, 4.0 * sigmoid_slope_of_twice(exp_ratio(-2.0 * size, -size)),
                          [=] { return exp_far_out(-2.0 * size, 4.0); });
        } else {
            V w = exp<P>(-2.0 * at_most(abs(x), exp_end<P> / 2)).m.hi, d = 1.0 + w;
            return 4.0 * w / (d * d);
        }
    }
};

template <> constexpr bool has_long_chain<Value<struct TanhShrink>> = true;
// Max ULP of value and derivative: float32 0.7 and 0.5, float64 1.3 and 0.8; any x.
struct TanhShrink {
    static constexpr const char *name = "tanh_shrink";
    static constexpr int n_parameters = 0;

    // x - tanh(x). Far out |x| - 1 + 2 A / (A + P), as in TanhParts. Near 0, where both are alike, x v / (1 +
    // v) with v = w (1 + q), w = x^2 / 4 and q near 1/3: that is c + c m with c = x w and m = q - v (1 + q) /
    // (1 + v). c is exact with its rest, so that what is rounded is a quarter of the result. p is 1 and A + P
    // is 2 (1 + v) there.
    template <class P> MULTILAYER_INLINE V value(V x) const {
        V size = abs(x);
        if constexpr (is_full<P>) {
            V u = at_most(size, tanh_end);
            IntVec<double> near = u < shrink_series_end;
            V shifted = near ? splat(biased_shifter) : fma(u, splat(2.0 * log2_e), splat(biased_shifter));
            V minus_k = biased_shifter - shifted, p = (V)(exponent_bits(shifted) << 52);
            V r = fma(minus_k, splat(0.5 * log_2_low), fma(minus_k, splat(0.5 * log_2_high), u));
            V half = 0.5 * r, w = half * half, q = two_chains(quarter_coth_full, w, w * w), v = fma(w, q, w);
            V above = v + r, below = v - r;
            Reciprocal d = reciprocal_of_sum(1.0 + p, fma(p, above, below));
            V twice = d.hi + d.hi, c = r * w;
            V c_rest = fma(r, fma(half, half, -w), fma(r, w, -c));
            V close = c + fma(c, fma(fma(v, q, v), -twice, q), c_rest);
            V far = fma(twice, below + d.rest, (size - 1.0) + twice);
            return copysign(near ? close : far, x);
        } else {
            V cube = x * (x * x), near = cube * polynomial(tanh_brief, x * x);
            V far = at_most(size, 0x1p1000) - tanh_of_positive(at_most(size, tanh_end));
            V y = size < series_end ? near : copysign(far, x);
            return size > 0x1p60 ? x : y;
        }
    }
    // tanh(x)^2
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        V size = at_most(abs(x), tanh_end);
        if constexpr (is_full<P>) {
            TanhParts t(size);
            Reciprocal d = reciprocal(t.denominator());
            V a = d.hi + d.hi, factor = (t.v - t.r) + d.rest;
            V near = size * d.hi, near_rest = fma(size, d.hi, -near) + near * d.rest;
            V fraction = fma(a, factor, a), fraction_rest = fma(a, factor, a - fraction);
            V far = 1.0 - fraction, far_rest = ((1.0 - far) - fraction) - fraction_rest;
            V z = t.near ? near : far, rest = t.near ? near_rest : far_rest;
            return fma(z, z, (z + z) * rest);
        } else {
            V z = tanh_of_positive(size);
            return z * z;
        }
    }
};

}  // namespace
}  // namespace multilayer
