// softplus and log_sigmoid: the integral of the sigmoid.
#pragma once

#include "activations/sigmoids.hpp"
#include "math/logarithm.hpp"
#include "math/lookup.hpp"

namespace multilayer {
namespace {

// log(1 + w) for w = p (1 + s) in [0, 1], as a pair if `careful`. With c near 1 / (1 + w), looked up, it is
// -log(c) + log(1 + f), f = c w + (c - 1), |f| < 0.033. c is such that -log(c) is nearly a float64 number;
// below w = 0.032 it is 1, and f is w.
template <bool careful> MULTILAYER_INLINE Pair<Full> log_of_one_plus_exp(ExpParts e) {
    V w = value_of(e);
    IntVec<double> i = bits(fma(w, splat(log_pieces), splat(exponent_shifter)));
    auto [c, lead] = lookup_all<log_tables>(i).number;
    V f = fma(c, w, c - 1.0), square = f * f, q = two_chains(near_log_full, f, square);
    if constexpr (careful) {
        Pair<Full> y = sum_descending<Full>(lead, f);
        return {y.hi, y.lo + fma(square, q, c * fma(e.p, e.s, e.p - w))};
    } else {
        return {lead + fma(square, q, f), V{}};
    }
}
// log(1 + exp(t)) = max(t, 0) + log1p(w)
MULTILAYER_INLINE Pair<Brief> log_of_one_plus_exp(Pair<Brief> t, Exponential<Brief> w) {
    return {at_least(t.hi, 0.0) + log1p(value_of(w)).hi};
}

// Max ULP of value and derivative: float32 0.7 and 0.6, float64 1.2 and 1.1; any x.
struct Softplus {
    static constexpr const char *name = "softplus";
    static constexpr int n_parameters = 1;
    double beta;

    template <class P> MULTILAYER_INLINE auto value(V x) const {
        if constexpr (is_full<P>) {
            Pair<Full> t = product<Full>(x, splat(beta));
            V y;
            if (beta == 1.0) {
                y = at_least(x, 0.0) + log_of_one_plus_exp<false>(exp_parts_of(-abs(x))).hi;
            } else {
                Pair<Full> minus_t = minus_abs(t);
                Pair<Full> log = log_of_one_plus_exp<true>(exp_parts_of(minus_t.hi, 0, minus_t.lo));
                Pair<Full> line = {at_least(t.hi, 0.0), t.hi > 0.0 ? t.lo : V{}};
                y = rounded((line + log) / pair<Full>(splat(beta)));
            }
            return within(fast_exp_end, abs(t.hi), y, [=] {
                Exponential<Full> w = exp(clamped(t));
                return t.hi > 0.0 ? x : times(rounded(w.m / pair<Full>(splat(beta))), w.scale);
            });
        } else {
            Pair<P> t = clamped(product<P>(x, splat(beta)));
            return t.hi > 40.0 ? x : log_of_one_plus_exp(t, exp(minus_abs(t))).hi * (1.0 / beta);
        }
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        if constexpr (is_full<P>) {
            Pair<Full> h = product<Full>(x, splat(0.5 * beta));
            return within(ratio_end, abs(h.hi), sigmoid_of_twice(exp_ratio(h)), [=] {
                Exponential<Full> e = exp(clamped(product<Full>(x, splat(beta))));
                return h.hi > 0.0 ? splat(1.0) : times(rounded(e.m), e.scale);
            });
        } else {
            return sigmoid(clamped(product<P>(x, splat(beta))));
        }
    }
};

// Max ULP of value and derivative: float32 0.7 and 0.6, float64 1.3 and 1.1; any x.
struct LogSigmoid {
    static constexpr const char *name = "log_sigmoid";
    static constexpr int n_parameters = 0;

    // -log(1 + exp(-x))
    template <class P> MULTILAYER_INLINE auto value(V x) const {
        if constexpr (is_full<P>) {
            V size = abs(x);
            return within(fast_exp_end, size,
                          at_most(x, 0.0) - log_of_one_plus_exp<false>(exp_parts_of(-size)).hi,
                          [=] { return x < 0.0 ? x : -exp_far_out(-x); });
        } else {
            Pair<P> t = clamped(-pair<P>(x));
            V y = log_of_one_plus_exp(t, exp(minus_abs(t))).hi;
            return x < -40.0 ? x : -y;
        }
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const { return Sigmoid{}.value<P>(-x); }
};

}  // namespace
}  // namespace multilayer
