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

    // Phi(x) = E g for x < 0, 1 - E g else, with E = exp(-x^2 / 2), g the scaled tail at |x|
    template <class P> MULTILAYER_INLINE V value(V x) const {
        V size = at_most(abs(x), end<P>);
        Exponential<P> e = exp_of_minus_half_square<P>(size);
        Pair<P> g = scaled_normal_tail<P>(size);
        if constexpr (!is_full<P>) return at_least(x, 0.0) - size * (e.m.hi * g.hi);
        IntVec<double> negative = x < 0.0;
        Pair<P> phi = select<P>(negative, e.m * g, splat(1.0) + -(value_of(e) * g));
        V y = times(copysign(size, x), Unscaled<P>{phi, only(negative, e.scale)});
        return x >= end<P> ? x : y;
    }
    // Phi(x) + x phi(x): E d for x < 0, 1 - E d else, with d = g - |x| / sqrt(2 pi)
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        V size = at_most(abs(x), end<P>);
        Exponential<P> e = exp_of_minus_half_square<P>(size);
        Pair<P> root = pair<P>(splat(0x1.9884533d43651p-2), splat(-0x1.cbc0d30ebfd15p-56));
        Pair<P> d = scaled_normal_tail<P>(size) - size * root;
        IntVec<double> negative = x < 0.0;
        Pair<P> y = select<P>(negative, e.m * d, splat(1.0) + -(value_of(e) * d));
        return rounded(Unscaled<P>{y, only(negative, e.scale)});
    }
};

}  // namespace
}  // namespace multilayer
