// log(1 + e) for e in [0, 1].
#pragma once

#include "kernels/coefficients.hpp"
#include "kernels/exponential.hpp"
#include "kernels/pairs.hpp"

namespace {

// e.hi in [0, 1]; relative accuracy down to the smallest e.
template <class P> MULTILAYER_INLINE Pair<P> log1p(Pair<P> e) {
    // f = u - 1 for u = 1 + e, or for u / 2 once u passes sqrt(2); s = f / (2 + f); log(u) = 2 atanh(s).
    IntVec<double> halve = e.hi > 0.41421356237309503;
    Pair<P> f, d;
    if constexpr (is_full<P>) {
        // (e - 1) / 2 and 2 + (e - 1) / 2 = (3 + e) / 2
        Pair<P> e_minus_1 = sum_descending<P>(splat(-1.0), e.hi);
        e_minus_1.lo = e_minus_1.lo + e.lo;
        f = select(halve, scaled(e_minus_1, 0.5), e);
        d = plus_smaller(splat(2.0), f);
    } else {
        f = {halve ? 0.5 * (e.hi - 1.0) : e.hi};
        d = {2.0 + f.hi};
    }
    Pair<P> s = f / d;
    V w = s.hi * s.hi, q;
    if constexpr (is_full<P>) {
        q = polynomial(log_full, w);
    } else {
        q = polynomial(log_brief, w);
    }
    V cubic = s.hi * w * q;
    if constexpr (is_full<P>) {
        Pair<P> twice = scaled(s, 2.0);
        Pair<P> leading = sum_descending<P>(halve ? splat(log_2_high) : V{}, twice.hi);
        leading.lo = leading.lo + (((halve ? splat(log_2_low) : V{}) + twice.lo) + cubic);
        return leading;
    } else {
        return {fma(splat(2.0), s.hi, cubic) + (halve ? splat(log_2_high + log_2_low) : V{})};
    }
}

}  // namespace
