// log(1 + e) for e in [0, 1].
#pragma once

#include "math/coefficients.hpp"
#include "math/exponential.hpp"
#include "simd/pairs.hpp"

namespace {

// e.hi in [0, 1]; relative accuracy down to the smallest e.
template <class P> MULTILAYER_INLINE Pair<P> log1p(Pair<P> e) {
    if constexpr (is_full<P>) {
        // f = u - 1 for u = 1 + e, or for u / 2 once u passes sqrt(2); s = f / (2 + f); log(u) = 2 atanh(s).
        IntVec<double> halve = e.hi > 0.41421356237309503;
        Pair<P> e_minus_1 = sum_descending<P>(splat(-1.0), e.hi);
        e_minus_1.lo = e_minus_1.lo + e.lo;
        Pair<P> f = select(halve, scaled(e_minus_1, 0.5), e);
        Pair<P> s = f / plus_smaller(splat(2.0), f);
        V w = s.hi * s.hi, cubic = s.hi * w * polynomial(log_full, w);
        Pair<P> twice = scaled(s, 2.0);
        Pair<P> log = sum_descending<P>(halve ? splat(log_2_high) : V{}, twice.hi);
        log.lo = log.lo + (((halve ? splat(log_2_low) : V{}) + twice.lo) + cubic);
        return log;
    } else {
        return {e.hi * polynomial(log1p_brief, e.hi)};
    }
}

}  // namespace
