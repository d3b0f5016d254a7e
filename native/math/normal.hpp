// The tail of the normal distribution, freed of its exponential.
#pragma once

#include "math/coefficients.hpp"
#include "math/exponential.hpp"
#include "simd/pairs.hpp"

namespace {

constexpr double normal_end = 40.0;  // exp(-x^2 / 2) underflows before

// exp(x^2 / 2) Phi(-x) = erfcx(x / sqrt(2)) / 2 for x in [0, normal_end]: 1/2 at 0, near 0.4 / x far out.
// (x + 3) times it is smooth in t = (x - 3) / (x + 3) and needs no pieces (after Shepherd and Laframboise
// 1981).
MULTILAYER_INLINE V scaled_normal_tail(Pair<Brief> x) {
    V reciprocal = 1.0 / (x.hi + 3.0);
    return polynomial(normal_brief, fma(splat(-6.0), reciprocal, splat(1.0))) * reciprocal;
}

// For a float64 result it is (g + g_rest) reciprocal. With `careful` the rounding of t enters too, for who
// subtracts something as large.
struct NormalTail {
    V g, g_rest, reciprocal;
};
template <bool careful> MULTILAYER_INLINE NormalTail normal_tail(V x) {
    V three = splat(3.0), d = x + three;
    Reciprocal r = reciprocal(Pair<Full>{d, lesser(x, three) - (d - greater(x, three))});
    V t = fma(splat(-6.0), r.hi, splat(1.0));
    V upper = two_chains<2>(normal_full, t, t * t);
    // The last two steps with what their roundings lose; what r is short of enters by its factor and by t.
    V slope = fma(t, upper, splat(normal_full[1]));
    V slope_rest = fma(t, upper, normal_full[1] - slope) + normal_full_rest[1];
    V g = fma(t, slope, splat(normal_full[0]));
    V g_rest = fma(t, slope, normal_full[0] - g) + normal_full_rest[0];
    V derivative = fma(t, upper, slope), six_r = 6.0 * r.hi;
    g_rest = fma(t, slope_rest, g_rest) + r.rest * minus_product(g, six_r, derivative);
    if constexpr (careful) {
        Pair<Full> exact = sum<Full>(splat(1.0), -six_r);
        V t_rest = (exact.hi - t) + (exact.lo - fma(splat(6.0), r.hi, -six_r));
        g_rest = fma(t_rest, derivative, g_rest);
    }
    return {g, g_rest, r.hi};
}

}  // namespace
