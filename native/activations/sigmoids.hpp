// sigmoid, silu, softplus, log_sigmoid, mish, gelu_tanh: what is made of 1 / (1 + exp(-x)).
#pragma once

#include "kernels/exponential.hpp"
#include "kernels/logarithm.hpp"
#include "kernels/pairs.hpp"

namespace multilayer {
namespace {

// The sigmoid of t as s 2^k, so that who uses it multiplies before a subnormal result is rounded.
template <class P> struct Sigmoid2 {
    Pair<P> s;
    Exponent k;
};

constexpr double t_end = 1500.0;  // exp(-t_end) times any number is 0

template <class P> MULTILAYER_INLINE Pair<P> clamped(Pair<P> t, double end) {
    IntVec<double> inside = abs(t.hi) < end;
    return pair<P>(inside ? t.hi : copysign(splat(end), t.hi), inside ? low(t) : V{});
}
template <class P> MULTILAYER_INLINE Pair<P> minus_abs(Pair<P> t) {
    return select<P>(t.hi < 0.0, t, -t);
}

// exp of a number that is never positive cannot overflow: for t < 0 the sigmoid is e / (1 + e) with
// e = exp(t), for the others 1 / (1 + exp(-t)).
template <class P> MULTILAYER_INLINE Sigmoid2<P> sigmoid_parts(Pair<P> t) {
    Exponential<P> e = exp(minus_abs(t));
    Pair<P> one_plus_e = plus_smaller(splat(1.0), value_of(e));
    IntVec<double> negative = t.hi < 0.0;
    Pair<P> s = select<P>(negative, e.m, pair<P>(splat(1.0))) / one_plus_e;
    return {s, negative ? e.k : Exponent{}};
}
// sigmoid(t) sigmoid(-t) = e / (1 + e)^2 = s 2^k
template <class P> MULTILAYER_INLINE Sigmoid2<P> sigmoid_slope(Pair<P> t) {
    Exponential<P> e = exp(minus_abs(t));
    Pair<P> one_plus_e = plus_smaller(splat(1.0), value_of(e));
    return {e.m / (one_plus_e * one_plus_e), e.k};
}

// x 2^k for k down to -2200: what two steps of times_power_of_2 cannot reach.
MULTILAYER_INLINE V times_tiny_power_of_2(V x, Exponent k, V exponent) {
    IntVec<double> far = exponent < -1000.0;
    return times_power_of_2(far ? x * 0x1p-900 : x, far ? k + 900 : k);
}

struct Sigmoid {
    static constexpr const char *name = "sigmoid";
    static constexpr int n_parameters = 0;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        Sigmoid2<P> z = sigmoid_parts(clamped(pair<P>(x), 800.0));
        V y = times_power_of_2(rounded(z.s), z.k);
        return x == x ? y : x;
    }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        Sigmoid2<P> z = sigmoid_slope(clamped(pair<P>(x), 800.0));
        V y = times_power_of_2(rounded(z.s), z.k);
        return x == x ? y : x;
    }
};

}  // namespace
}  // namespace multilayer
