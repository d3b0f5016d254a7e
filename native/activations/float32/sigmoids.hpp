// sigmoid, silu, gelu_tanh, softplus and log_sigmoid in float32 arithmetic.
#pragma once

#include "activations/softplus.hpp"
#include "math/float32.hpp"

namespace multilayer {
namespace {

// A quotient still to be multiplied by 1 + rest.
struct Quotient {
    F q, rest;
};
MULTILAYER_INLINE Quotient reciprocal(Sum d) {
    F q = 1.0f / d.hi;
    return {q, shortfall(q, d)};
}
MULTILAYER_INLINE F rounded(Quotient y) { return fma(y.q, y.rest, y.q); }
MULTILAYER_INLINE F times(F x, Quotient y) { return fma(x, y.q, (x * y.q) * y.rest); }

// 1 / (1 + exp(x)). What 1 + s drops and s p are taken from 1 - q (1 + s), which is hardly rounded.
MULTILAYER_INLINE Quotient reciprocal_of_one_plus(Power e) {
    F one = splat(1.0f), a = one + e.s, v = e.s * e.p, q = 1.0f / (a + v);
    F lost = dropped(a, one, e.s);
    return {q, minus_product(q, v + lost, minus_product(q, a, one))};
}
// sigmoid(t + rest) = 1 / (1 + exp(-t - rest)). Lanes beyond `end` are left; -1 leaves all.
MULTILAYER_INLINE Quotient sigmoid_in_float32(F t, F minus_rest, float end, Lanes &left) {
    left = beyond(t, end);
    return reciprocal_of_one_plus(power<-1>(t, minus_rest));
}
// sigmoid(t) sigmoid(-t) = w / (1 + w)^2 with w = exp(-|t|)
MULTILAYER_INLINE F sigmoid_slope_in_float32(Power w) {
    Quotient s = reciprocal(one_plus(w));
    F n = w.s * s.q, lost = fma(w.s, s.q, -n);
    return fma(n, s.q, fma(n * s.q, w.p + 2.0f * s.rest, lost * s.q));
}

template <> struct ValueInFloat32<Sigmoid> {
    explicit ValueInFloat32(Sigmoid) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        return rounded(sigmoid_in_float32(x, splat(-0.0f), power_end, left));
    }
};
template <> struct DerivativeInFloat32<Sigmoid> {
    explicit DerivativeInFloat32(Sigmoid) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, 60.0f);  // what is dropped further out is subnormal
        return sigmoid_slope_in_float32(power<-1>(abs(x)));
    }
};

// A float64 factor of float32 numbers. Where it is no ordinary float32 number everything is left to float64.
struct FactorInFloat32 {
    float high, rest;
    bool ordinary, one;
    explicit FactorInFloat32(double p)
        : high(static_cast<float>(p)),
          rest(static_cast<float>(p - static_cast<double>(high))),
          ordinary(__builtin_fabs(p) > 0x1p-30 && __builtin_fabs(p) < 0x1p30),
          one(p == 1.0) {}

    // The end of a range of products, nothing being within it for a factor that is not ordinary
    MULTILAYER_INLINE float end(float of_ordinary) const { return ordinary ? of_ordinary : -1.0f; }
    MULTILAYER_INLINE Sum of(F x) const {
        if (one) return {x, splat(0.0f)};  // as below, sooner
        F y = x * high;
        return {y, fma(x, splat(rest), fma(x, splat(high), -y))};
    }
};

template <> struct ValueInFloat32<Silu> {
    FactorInFloat32 beta;
    explicit ValueInFloat32(Silu silu) : beta(silu.beta) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        Sum t = beta.of(x);
        return times(x, sigmoid_in_float32(t.hi, -t.lo, beta.end(power_end), left));
    }
};

// sigmoid(t) with t = sqrt(8 / pi) (x + 0.044715 x^3) = x (a + b x^2)
template <> struct ValueInFloat32<GeluTanh> {
    explicit ValueInFloat32(GeluTanh) {}
    static constexpr double a = 0x1.9884533d43651p+0, b = 0.044715 * a;
    // Of so few bits that a_high - g is exact.
    static constexpr float a_high = 0x1.9884p+0, a_rest = a - a_high, b_high = b, b_rest = b - b_high;

    MULTILAYER_INLINE static Sum argument(F x) {
        F square = x * x, square_lost = fma(x, x, -square);
        F g = fma(square, splat(b_high), splat(a_high)), lost = fma(square, splat(b_high), a_high - g);
        F g_lost = lost + fma(square_lost, splat(b_high), fma(square, splat(b_rest), splat(a_rest)));
        F t = x * g;
        return {t, fma(x, g_lost, fma(x, g, -t))};
    }
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        Sum t = argument(x);
        return times(x, sigmoid_in_float32(t.hi, -t.lo, power_end, left));
    }
};

// log(1 + exp(t)) = max(t, 0) + log1p(w) with w = exp(-|t|); log1p(w) = w times a factor in pieces, both led
// by short numbers whose product is exact
struct LogOfOnePlusExp {
    F hi, lo;
    MULTILAYER_INLINE LogOfOnePlusExp(Sum t) {
        F u = abs(t.hi), rest = (F)(bits(t.lo) ^ (bits(t.hi) & INT32_MIN));
        Power w = power<-1>(u, -rest);
        Place at = place(log1p_pieces, at_most(u, 22.4f));
        F factor = polynomial(log1p_pieces, at);
        F tail = w.s * lookup(log1p_pieces.lead, at.i), more = tail * fma(w.p, factor, w.p + factor);
        F above = at_least(t.hi, 0.0f);
        hi = above + tail;
        lo = dropped(hi, above, tail) + more + (t.hi > 0.0f ? t.lo : splat(0.0f));
    }
};

template <> struct ValueInFloat32<Softplus> {
    FactorInFloat32 beta, inverse;
    explicit ValueInFloat32(Softplus softplus) : beta(softplus.beta), inverse(1.0 / softplus.beta) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        Sum t = beta.of(x);
        left = beyond(t.hi, beta.end(power_end - 30.0f));
        LogOfOnePlusExp y(t);
        if (inverse.one) return y.hi + y.lo;
        return fma(y.hi, splat(inverse.high), fma(y.lo, splat(inverse.high), y.hi * inverse.rest));
    }
};
template <> struct DerivativeInFloat32<Softplus> {
    FactorInFloat32 beta;
    explicit DerivativeInFloat32(Softplus softplus) : beta(softplus.beta) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        Sum t = beta.of(x);
        return rounded(sigmoid_in_float32(t.hi, -t.lo, beta.end(power_end), left));
    }
};

template <> struct ValueInFloat32<LogSigmoid> {
    explicit ValueInFloat32(LogSigmoid) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, power_end);
        LogOfOnePlusExp y({-x, splat(0.0f)});
        return -(y.hi + y.lo);
    }
};
template <> struct DerivativeInFloat32<LogSigmoid> {
    explicit DerivativeInFloat32(LogSigmoid) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        return rounded(sigmoid_in_float32(-x, splat(-0.0f), power_end, left));
    }
};

}  // namespace
}  // namespace multilayer
