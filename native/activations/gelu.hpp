// gelu, x Phi(x) with the normal distribution function Phi.
#pragma once

#include "activations/apply.hpp"
#include "activations/sigmoids.hpp"
#include "kernels/normal.hpp"

namespace multilayer {
namespace {

struct Gelu {
    static constexpr const char *name = "gelu";
    static constexpr int n_parameters = 0;
    template <class P> static constexpr double end = is_full<P> ? normal_end : 36.0;
    static constexpr double fast_end = 37.5;  // half its square is below fast_exp_end

    // x Phi(x) = max(x, 0) - |x| E g with E = exp(-x^2 / 2), g the scaled tail at |x|
    template <class P> MULTILAYER_INLINE auto value(V x) const {
        V size = at_most(abs(x), end<P>);
        if constexpr (is_full<P>) {
            ExpParts e = exp_parts<true>(scaled(product<Full>(size, size), -0.5));
            V z = scaled_value(size, e.s), y = minus_product(at_least(x, 0.0), e.p, z);
            return within(fast_end, abs(x), y, [=] { return x > 0.0 ? x : times_far_out(-z, e); });
        } else {
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
    // |x| (1 + s) g and (1 + s) d, for p (1 + s) = E
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
