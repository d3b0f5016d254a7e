// The tail of the normal distribution, freed of its exponential.
#pragma once

#include "kernels/coefficients.hpp"
#include "kernels/exponential.hpp"
#include "kernels/pairs.hpp"

namespace {

constexpr double normal_end = 40.0;  // exp(-x^2 / 2) underflows before

// exp(x^2 / 2) Phi(-x) = erfcx(x / sqrt(2)) / 2 for x in [0, normal_end]: 1/2 at 0, near 0.4 / x far out.
// (x + 3) times it is smooth in t = (x - 3) / (x + 3) and needs no pieces (after Shepherd and Laframboise
// 1981).
template <class P> MULTILAYER_INLINE Pair<P> scaled_normal_tail(V x) {
    if constexpr (is_full<P>) {
        Pair<P> d = sum<P>(x, splat(3.0));
        V reciprocal = 1.0 / d.hi;
        V reciprocal_error = fma(-reciprocal, d.lo, fma(-reciprocal, d.hi, splat(1.0))) * reciprocal;
        // t = 1 - 6 / (x + 3)
        Pair<P> t = sum<P>(splat(1.0), -6.0 * reciprocal);
        t.lo = t.lo + (fma(splat(-6.0), reciprocal, 6.0 * reciprocal) - 6.0 * reciprocal_error);
        // The polynomial's first two steps from the end are done in pairs; the error of t enters by its
        // slope.
        V upper = polynomial_after<2>(normal_full, t.hi);
        Pair<P> slope = sum<P>(splat(normal_full[1]), t.hi * upper);
        Pair<P> g = product<P>(t.hi, slope.hi);
        g.lo = fma(t.hi, slope.lo, g.lo) + t.lo * fma(t.hi, upper, slope.hi);
        g = plus_smaller(splat(normal_full[0]), g);
        g.lo = g.lo + normal_full_rest;
        return g * Pair<P>{reciprocal, reciprocal_error};
    } else {
        V reciprocal = 1.0 / (x + 3.0);
        return {polynomial(normal_brief, fma(splat(-6.0), reciprocal, splat(1.0))) * reciprocal};
    }
}

// exp(-x^2 / 2) for |x| <= normal_end
template <class P> MULTILAYER_INLINE Exponential<P> exp_of_minus_half_square(V x) {
    return exp(scaled(product<P>(x, x), -0.5));
}

}  // namespace
