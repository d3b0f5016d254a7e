// tanh and tanh_shrink.
#pragma once

#include "activations/apply.hpp"
#include "kernels/coefficients.hpp"
#include "kernels/exponential.hpp"

namespace multilayer {
namespace {

constexpr double series_end = 0.75;  // of tanh_quotient in native/coefficients/generate.py
constexpr double tanh_end = 22.0;    // tanh is 1 from here on

// tanh(x) = e / (e + 2) with e = exp(2 x) - 1, for x in [0, tanh_end]
template <class P> MULTILAYER_INLINE Pair<P> tanh_of_positive(V x) {
    Pair<P> e = expm1(pair<P>(2.0 * x));
    return e / (splat(2.0) + e);
}

struct Tanh {
    static constexpr const char *name = "tanh";
    static constexpr int n_parameters = 0;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        return copysign(rounded(tanh_of_positive<P>(at_most(abs(x), tanh_end))), x);
    }
    // 1 - tanh(x)^2 = 4 w / (1 + w)^2 with w = exp(-2 |x|)
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        Exponential<P> e = exp<P>(-2.0 * at_most(abs(x), exp_end<P> / 2));
        Pair<P> d = plus_smaller(splat(1.0), value_of(e));
        return times(rounded(scaled(e.m, 4.0) / (d * d)), e.scale);
    }
};

struct TanhShrink {
    static constexpr const char *name = "tanh_shrink";
    static constexpr int n_parameters = 0;

    // x - tanh(x); both are alike near 0, where a series takes over: x^3 (1/3 - ...)
    template <class P> MULTILAYER_INLINE V value(V x) const {
        V size = abs(x);
        Pair<P> cube = x * product<P>(x, x);
        V far, near;
        if constexpr (is_full<P>) {
            V w = x * x;
            Pair<P> q = sum_descending<P>(splat(tanh_full[0]), w * polynomial_after<1>(tanh_full, w));
            q.lo = q.lo + tanh_full_rest;
            near = rounded(cube * q);
        } else {
            near = cube.hi * polynomial(tanh_brief, x * x);
        }
        far = rounded(at_most(size, 0x1p1000) + -tanh_of_positive<P>(at_most(size, tanh_end)));
        V y = size < series_end ? near : copysign(far, x);
        return size > 0x1p60 ? x : y;
    }
    // tanh(x)^2
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        Pair<P> z = tanh_of_positive<P>(at_most(abs(x), tanh_end));
        return rounded(z * z);
    }
};

}  // namespace
}  // namespace multilayer
