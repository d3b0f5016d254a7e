// sigmoid, silu, gelu_tanh, softplus, log_sigmoid: what is made of exp(t) / (1 + exp(t)) and its integral.
//
// exp of a number that is never positive cannot overflow: everything here is written with w = exp(-|t|), and
// the power of two of w is multiplied in last, so that a subnormal result is rounded once.
#pragma once

#include "activations/apply.hpp"
#include "kernels/exponential.hpp"
#include "kernels/logarithm.hpp"

namespace multilayer {
namespace {

// t within what exp takes; a nan stays a nan.
template <class P> MULTILAYER_INLINE Pair<P> clamped(Pair<P> t) {
    V hi = between(t.hi, -exp_end<P>, exp_end<P>);
    return pair<P>(hi, hi == t.hi ? low(t) : V{});
}
template <class P> MULTILAYER_INLINE Pair<P> minus_abs(Pair<P> t) {
    if constexpr (is_full<P>) {
        IntVec<double> positive = ~bits(t.hi) & sign_bit(0.0);
        return {-abs(t.hi), (V)(bits(t.lo) ^ positive)};
    } else {
        return {-abs(t.hi)};
    }
}

// A number still to be multiplied by a power of two.
template <class P> struct Unscaled {
    Pair<P> x;
    Scale<P> scale;
    bool is_scaled = false;  // nothing is left to be multiplied by, in any lane
};
// y x, rounded once, for a finite y
template <class P> MULTILAYER_INLINE V times(V y, Unscaled<P> z) {
    if constexpr (is_full<P>) {
        V product = fma(y, z.x.hi, y * z.x.lo);
        return z.is_scaled ? product : times(product, z.scale);
    } else {
        return y * z.x.hi;
    }
}
template <class P> MULTILAYER_INLINE V rounded(Unscaled<P> z) {
    return z.is_scaled ? rounded(z.x) : times(rounded(z.x), z.scale);
}

// sigmoid(t): w / (1 + w) for t < 0, else 1 / (1 + w)
template <class P> MULTILAYER_INLINE Unscaled<P> sigmoid(Pair<P> t) {
    if constexpr (is_full<P>) {
        Exponential<P> e = exp(minus_abs(t));
        Pair<P> w = value_of(e), d = plus_smaller(splat(1.0), w);
        IntVec<double> negative = t.hi < 0.0, far = negative & (e.k < -1000.0);
        Pair<P> n = select<P>(negative, w, pair<P>(splat(1.0)));
        // Only a result near the end of the range waits for its power of two.
        if (!any(far)) return {n / d, Scale<P>{}, true};
        return {select<P>(far, e.m, n) / d, only(far, e.scale), false};
    } else {
        // What a float32 result needs does not overflow in float64.
        return {{1.0 / (1.0 + exp(-t).m.hi)}, {}};
    }
}
// sigmoid(t) sigmoid(-t) = w / (1 + w)^2, the derivative of the sigmoid
template <class P> MULTILAYER_INLINE Unscaled<P> sigmoid_slope(Pair<P> t) {
    Exponential<P> w = exp(minus_abs(t));
    Pair<P> d = plus_smaller(splat(1.0), value_of(w));
    return {w.m / (d * d), w.scale};
}
// sigmoid(t) + v sigmoid(t) sigmoid(-t), the derivative of x sigmoid(t(x)) with v = x t'(x):
// w (1 + w + v) / (1 + w)^2 for t < 0, else (1 + w + v w) / (1 + w)^2
template <class P> MULTILAYER_INLINE Unscaled<P> gate_slope(Pair<P> t, Pair<P> v) {
    Exponential<P> e = exp(minus_abs(t));
    Pair<P> w = value_of(e), d = plus_smaller(splat(1.0), w);
    IntVec<double> negative = t.hi < 0.0;
    Pair<P> n = d + select<P>(negative, v, v * w);
    return {select<P>(negative, e.m * n, n) / (d * d), only(negative, e.scale)};
}
// log(1 + exp(t)) = max(t, 0) + log1p(w), as it is for t >= -40 in Full
template <class P> MULTILAYER_INLINE Pair<P> log_of_one_plus_exp(Pair<P> t, Exponential<P> w) {
    Pair<P> tail = log1p(value_of(w));
    if constexpr (is_full<P>) {
        return select<P>(t.hi > 0.0, t + tail, tail);
    } else {
        return {at_least(t.hi, 0.0) + tail.hi};
    }
}

struct Sigmoid {
    static constexpr const char *name = "sigmoid";
    static constexpr int n_parameters = 0;

    template <class P> MULTILAYER_INLINE V value(V x) const { return rounded(sigmoid(clamped(pair<P>(x)))); }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        return rounded(sigmoid_slope(clamped(pair<P>(x))));
    }
};

struct Silu {
    static constexpr const char *name = "silu";
    static constexpr int n_parameters = 1;
    double beta;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        Pair<P> t = clamped(product<P>(x, splat(beta)));
        if constexpr (is_full<P>) {
            V y = times(x, sigmoid(t));
            // From here on the sigmoid is 1, or smaller than any number makes up for; x may be an infinity.
            if (any(abs(t.hi) >= exp_end<P>)) {
                y = t.hi >= exp_end<P> ? x : t.hi <= -exp_end<P> ? copysign(V{}, x) : y;
            }
            return y;
        } else {
            return at_least(x, -0x1p130) * sigmoid(t).x.hi;
        }
    }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        Pair<P> t = clamped(product<P>(x, splat(beta)));
        return rounded(gate_slope(t, t));
    }
};

struct GeluTanh {
    static constexpr const char *name = "gelu_tanh";
    static constexpr int n_parameters = 0;
    // Beyond, on the negative side, the result is 0.
    template <class P> static constexpr double end = is_full<P> ? 23.0 : 20.0;

    // (1 + tanh(u)) / 2 = sigmoid(2 u) with 2 u = sqrt(8 / pi) (x + 0.044715 x^3)
    template <class P> MULTILAYER_INLINE static Pair<P> root_8_over_pi() {
        return pair<P>(splat(0x1.9884533d43651p+0), splat(-0x1.cbc0d30ebfd15p-54));
    }
    template <class P> MULTILAYER_INLINE static Pair<P> cubic(double c) {
        // 0.044715 as written, beyond float64's nearest
        return c == 1.0 ? pair<P>(splat(0x1.6e4e26d4801f7p-5), splat(0x1.441355475a31ap-59))
                        : pair<P>(splat(0x1.12ba9d1f60179p-3), splat(0x1.f30e7ff583a54p-57));
    }

    template <class P> MULTILAYER_INLINE V value(V x) const {
        V c = between(x, -end<P>, end<P>);
        Pair<P> t = root_8_over_pi<P>() * (c * (splat(1.0) + cubic<P>(1.0) * product<P>(c, c)));
        V y = times(at_least(at_most(x, 0x1p1000), -end<P>), sigmoid(t));
        return x > end<P> ? x : y;
    }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        V c = between(x, -end<P>, end<P>);
        Pair<P> square = product<P>(c, c);
        Pair<P> t = root_8_over_pi<P>() * (c * (splat(1.0) + cubic<P>(1.0) * square));
        Pair<P> v = root_8_over_pi<P>() * (c * (splat(1.0) + cubic<P>(3.0) * square));
        return rounded(gate_slope(t, v));
    }
};

struct Softplus {
    static constexpr const char *name = "softplus";
    static constexpr int n_parameters = 1;
    double beta;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        Pair<P> t = clamped(product<P>(x, splat(beta)));
        Exponential<P> w = exp(minus_abs(t));
        if constexpr (!is_full<P>) return t.hi > 40.0 ? x : log_of_one_plus_exp(t, w).hi * (1.0 / beta);
        Pair<P> b = pair<P>(splat(beta));
        V y = rounded(log_of_one_plus_exp(t, w) / b);
        if constexpr (is_full<P>) y = t.hi < -40.0 ? times(rounded(w.m / b), w.scale) : y;
        return t.hi > 40.0 ? x : y;
    }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        return rounded(sigmoid(clamped(product<P>(x, splat(beta)))));
    }
};

struct LogSigmoid {
    static constexpr const char *name = "log_sigmoid";
    static constexpr int n_parameters = 0;

    // -log(1 + exp(-x))
    template <class P> MULTILAYER_INLINE V value(V x) const {
        Pair<P> t = clamped(-pair<P>(x));
        Exponential<P> w = exp(minus_abs(t));
        V y = rounded(log_of_one_plus_exp(t, w));
        if constexpr (is_full<P>) y = t.hi < -40.0 ? times(rounded(w.m), w.scale) : y;
        return x < -40.0 ? x : -y;
    }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        return rounded(sigmoid(clamped(-pair<P>(x))));
    }
};

}  // namespace
}  // namespace multilayer
