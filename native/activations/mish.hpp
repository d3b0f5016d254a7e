// mish, x tanh(softplus(x)).
#pragma once

#include "activations/apply.hpp"
#include "activations/sigmoids.hpp"

namespace multilayer {
namespace {

// tanh(log(1 + e)) = n / (n + 1) with n = e + e^2 / 2 needs no logarithm. With P and A of ExpRatio, e = P /
// A, S = A + P and Q = 2 A + P it is P Q / D with D = S^2 + A^2, for the derivative. With w = exp(-|x|), for
// float32 and far out, it is w (2 + w) / (2 + 2 w + w^2) for x < 0, else (1 + 2 w) / (1 + 2 w + 2 w^2).
// Max ULP of value and derivative: float32 0.6 and 0.6, float64 1.2 and 1.1; any x.
struct Mish {
    static constexpr const char *name = "mish";
    static constexpr int n_parameters = 0;
    static constexpr double value_fast_end = 354.0;      // exp(2 x) is a number up to here,
    static constexpr double derivative_fast_end = 36.0;  // and exp(x) + 1 is not rounded up to here

    template <class P> MULTILAYER_INLINE auto value(V x) const {
        // q = n / d, and what its rounding and those of n and d drop; as d = n + 1, that of n enters by 1 /
        // d.
        if constexpr (is_full<P>) {
            V half = value_of(exp_parts_of(x, -1)), e = half + half;
            V n = fma(e, half, e), d = n + 1.0, q = n / d, one_over_d = rough_reciprocal(d);
            V n_rest = fma(e, half, e - n), d_rest = n - (d - 1.0);
            V rest = fma(n_rest, one_over_d, minus_product(minus_product(n, q, d), q, d_rest));
            return within(value_fast_end, abs(x), fma(x, q, (x * one_over_d) * rest),
                          [=] { return value_anywhere<P>(x); });
        } else {
            return value_anywhere<P>(x);
        }
    }
    // P (Q D + 4 x S A^2) / D^2
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        if constexpr (is_full<P>) {
            Parts t(exp_ratio(x));
            Pair<Full> n = t.q * t.denominator + (4.0 * x) * (t.sum * t.square);
            Pair<Full> r = product<Full>(t.d.hi, t.d.hi);
            V rest = fma(n.hi, t.above + (t.d.rest + t.d.rest), n.lo);
            V y = t.p * fma(r.hi, n.hi, fma(r.hi, rest, r.lo * n.hi));
            return within(derivative_fast_end, abs(x), y, [=] { return derivative_anywhere<P>(x); });
        } else {
            return derivative_anywhere<P>(x);
        }
    }

   private:
    struct Parts {
        V p, above;
        Pair<Full> sum, square, denominator, q;  // S, A^2, D, Q
        Reciprocal d;

        MULTILAYER_INLINE explicit Parts(ExpRatio e) : p(e.p), above(e.above), sum(e.plus_1()) {
            Pair<Full> a = sum_descending<Full>(splat(1.0), e.below);
            square = a * a;
            denominator = sum * sum;
            Pair<Full> both = sum_descending<Full>(denominator.hi, square.hi);
            denominator = {both.hi, both.lo + (denominator.lo + square.lo)};
            q = sum + a;
            d = reciprocal(denominator);
        }
    };

    template <class P> MULTILAYER_INLINE static V value_anywhere(V x) {
        V c = between(x, -exp_end<P>, exp_end<P>);
        Exponential<P> e = exp<P>(-abs(c));
        Pair<P> w = value_of(e), square = w * w;
        IntVec<double> negative = x < 0.0;
        Pair<P> two_plus_w = plus_smaller(splat(2.0), w), one_plus_2w = splat(1.0) + scaled(w, 2.0);
        Pair<P> n = select<P>(negative, e.m * two_plus_w, one_plus_2w);
        Pair<P> d =
            select<P>(negative, splat(2.0) + (scaled(w, 2.0) + square), one_plus_2w + scaled(square, 2.0));
        V y = times(c, Unscaled<P>{n / d, only(negative, e.scale)});
        return x > 50.0 ? x : y;
    }

    // e^x (4 (x + 1) + e^x (4 x + 6) + 4 e^2x + e^3x) / (2 + 2 e^x + e^2x)^2 (Misra 2019), written with w
    template <class P> MULTILAYER_INLINE static V derivative_anywhere(V x) {
        V c = between(x, -exp_end<P>, exp_end<P>);
        Exponential<P> e = exp<P>(-abs(c));
        Pair<P> w = value_of(e), square = w * w;
        Pair<P> a = scaled(sum<P>(c, splat(1.0)), 4.0), b = sum<P>(4.0 * c, splat(6.0));
        IntVec<double> negative = x < 0.0;
        Pair<P> n = select<P>(negative, a + w * (b + w * (splat(4.0) + w)),
                              splat(1.0) + w * (splat(4.0) + w * (b + a * w)));
        Pair<P> d =
            select<P>(negative, splat(2.0) + (scaled(w, 2.0) + square), splat(1.0) + scaled(w + square, 2.0));
        return rounded(Unscaled<P>{select<P>(negative, e.m * n, n) / (d * d), only(negative, e.scale)});
    }
};

}  // namespace
}  // namespace multilayer
