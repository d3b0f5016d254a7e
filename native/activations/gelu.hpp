// gelu, x Phi(x) with the normal distribution function Phi.
#pragma once

#include "activations/apply.hpp"
#include "activations/sigmoids.hpp"
#include "math/normal.hpp"

namespace multilayer {
namespace {

template <> constexpr bool has_long_chain<Value<struct Gelu>> = true;
// Max ULP of value and derivative: float32 0.6 and 0.6, float64 1.2 and 1.2; any x.
struct Gelu {
    static constexpr const char *name = "gelu";
    static constexpr int n_parameters = 0;
    template <class P> static constexpr double end = is_full<P> ? normal_end : 36.0;
    static constexpr double tail_end = 37.4;  // within tail_tables
    static constexpr double fast_end = 37.5;  // half its square is below fast_exp_end

    // x Phi(x) = max(x, 0) - |x| E g with E = exp(-x^2 / 2), g the scaled tail at |x|
    template <class P> MULTILAYER_INLINE auto value(V x) const {
        if constexpr (is_full<P>) {
            V size = abs(x), half = -0.5 * size, t = half * size;
            ExpParts e = exp_parts_of(t, 0, fma(half, size, -t));
            V y = minus_product(at_least(x, 0.0), e.p, scaled_value_of_pieces(size, e.s));
            return within(tail_end, size, y, [=] { return value_far_out(x); });
        } else {
            V size = at_most(abs(x), end<P>);
            return at_least(x, 0.0) -
                   size * (exp<Brief>(-0.5 * (size * size)).m.hi * scaled_normal_tail(pair<Brief>(size)));
        }
    }
    // Phi(x) + x phi(x): E d for x < 0, 1 - E d else, with d = g - |x| / sqrt(2 pi)
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        V size = at_most(abs(x), end<P>);
        if constexpr (is_full<P>) {
            ExpParts e = exp_parts<true>(scaled(product<Full>(size, size), -0.5));
            V d = scaled_derivative(size, e.s), y = x < 0.0 ? e.p * d : minus_product(splat(1.0), e.p, d);
            return within(fast_end, abs(x), y, [=] { return x > 0.0 ? splat(1.0) : times_far_out(d, e); });
        } else {
            V root = splat(0x1.9884533d43651p-2);
            V d =
                exp<Brief>(-0.5 * (size * size)).m.hi * (scaled_normal_tail(pair<Brief>(size)) - size * root);
            return x < 0.0 ? d : 1.0 - d;
        }
    }

   private:
    MULTILAYER_INLINE static V value_far_out(V x) {
        V size = at_most(abs(x), end<Full>);
        ExpParts e = exp_parts<true>(scaled(product<Full>(size, size), -0.5));
        return x > 0.0 ? x : times_far_out(-scaled_value(size, e.s), e);
    }
    // (1 + s) |x| g from |x| g in pieces, for |x| < tail_end. The last two steps keep what they drop.
    MULTILAYER_INLINE static V scaled_value_of_pieces(V size, V s) {
        auto piece = lookup_all<tail_tables>(bits(size + tail_offset) >> 50);
        V d = size - piece.number[0], square = d * d, odd = piece.number[15], even = piece.number[14];
        for (size_t k = 13; k > 4; k -= 2) odd = fma(odd, square, piece.number[k]);
        for (size_t k = 12; k > 3; k -= 2) even = fma(even, square, piece.number[k]);
        V curve = fma(fma(odd, d, even), d, piece.number[3]);
        V slope = fma(curve, d, piece.number[2]), slope_rest = fma(curve, d, piece.number[2] - slope);
        V m = fma(slope, d, piece.number[1]);
        V rest = fma(slope_rest, d, fma(slope, d, piece.number[1] - m));
        return m + fma(m, s, rest);
    }
    // The same for every |x|, and (1 + s) d, for p (1 + s) = E
    MULTILAYER_INLINE static V scaled_value(V size, V s) {
        NormalTail t = normal_tail<false>(size);
        V a = size * t.reciprocal, a_rest = fma(size, t.reciprocal, -a);
        return fma(a, t.g, fma(a, fma(t.g, s, fma(t.g_rest, s, t.g_rest)), a_rest * t.g));
    }
    MULTILAYER_INLINE static V scaled_derivative(V size, V s) {
        NormalTail t = normal_tail<true>(size);
        Pair<Full> tail = product<Full>(t.g, t.reciprocal);
        tail.lo = fma(t.g_rest, t.reciprocal, tail.lo);
        Pair<Full> root = {splat(0x1.9884533d43651p-2), splat(-0x1.cbc0d30ebfd15p-56)},
                   d = tail - size * root;
        return fma(d.hi, s, fma(d.lo, s, d.lo)) + d.hi;
    }
};

}  // namespace
}  // namespace multilayer
