// exponential, gaussian, elu, celu and selu in float32 arithmetic.
#pragma once

#include "activations/exponentials.hpp"
#include "activations/float32/sigmoids.hpp"

namespace multilayer {
namespace {

template <> struct ValueInFloat32<ExponentialFunction> {
    explicit ValueInFloat32(ExponentialFunction) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, power_end);
        return rounded(power(x));
    }
};
template <> struct DerivativeInFloat32<ExponentialFunction> : ValueInFloat32<ExponentialFunction> {
    using ValueInFloat32<ExponentialFunction>::ValueInFloat32;
};

// exp(-x^2)
MULTILAYER_INLINE Power power_of_minus_square(F x, F square) {
    return power<-1>(square, minus_product(x, x, square));
}

template <> struct ValueInFloat32<Gaussian> {
    explicit ValueInFloat32(Gaussian) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F square = x * x;
        left = beyond(square, power_end);
        return rounded(power_of_minus_square(x, square));
    }
};
template <> struct DerivativeInFloat32<Gaussian> {
    explicit DerivativeInFloat32(Gaussian) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F square = x * x;
        left = beyond(square, power_end);
        return times(-2.0f * x, power_of_minus_square(x, square));
    }
};

// elu and its kin below 0: factor (1 - exp(-u)) with u = |x inverse|, to be negated
struct ScaledMinusExpm1 {
    FactorInFloat32 factor, inverse;
    float end;  // of x, where the exponential no longer counts
    ScaledMinusExpm1(double factor_, double inverse_)
        : factor(factor_), inverse(inverse_), end(-22.4f / inverse.high) {}

    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        if (!(factor.ordinary && inverse.ordinary)) left = below(x, 0.0f);
        Sum t = inverse.of(at_least(x, end));
        Place at = place(minus_expm1_pieces, at_most(abs(t.hi), 22.4f));
        if (factor.one) return rounded_expansion(minus_expm1_pieces, at);
        Sum y = expansion(minus_expm1_pieces, at);
        F scaled = fma(y.hi, splat(factor.high), fma(y.lo, splat(factor.high), y.hi * factor.rest));
        if (inverse.one) return scaled;
        // What t drops counts as much as the slope says.
        y.lo = minus_product(t.lo, 1.0f - y.hi, y.lo);
        scaled = fma(y.hi, splat(factor.high), fma(y.lo, splat(factor.high), y.hi * factor.rest));
        // Near 0 the curve is x itself, and x / alpha might be subnormal.
        return t.hi > -0x1p-60f ? -x : scaled;
    }
};
// factor exp(x) for x <= 0, above that 1
MULTILAYER_INLINE F scaled_exp(const FactorInFloat32 &factor, F x, F rest, F above, Lanes &left) {
    F c = at_most(x, 0.0f);
    left = beyond(c, factor.one ? power_end : factor.end(60.0f));
    Power e = power(c, rest);
    F m = e.s * factor.high;
    return x > 0.0f ? above : fma(e.s, splat(factor.high), fma(m, e.p, e.s * factor.rest));
}

template <> struct ValueInFloat32<Elu> {
    ScaledMinusExpm1 below_zero;
    explicit ValueInFloat32(Elu elu) : below_zero(elu.alpha, 1.0) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F y = below_zero(x, left);
        return x < 0.0f ? -y : x;
    }
};
template <> struct DerivativeInFloat32<Elu> {
    FactorInFloat32 alpha;
    explicit DerivativeInFloat32(Elu elu) : alpha(elu.alpha) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        return scaled_exp(alpha, x, splat(-0.0f), splat(1.0f), left);
    }
};

template <> struct ValueInFloat32<Celu> {
    ScaledMinusExpm1 below_zero;
    explicit ValueInFloat32(Celu celu) : below_zero(celu.alpha, 1.0 / celu.alpha) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F y = below_zero(x, left);
        return x < 0.0f ? -y : x;
    }
};
template <> struct DerivativeInFloat32<Celu> {
    FactorInFloat32 one, inverse;
    explicit DerivativeInFloat32(Celu celu) : one(1.0), inverse(1.0 / celu.alpha) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        Sum t = inverse.of(x);
        F y = scaled_exp(one, t.hi, t.lo, splat(1.0f), left);
        if (!inverse.ordinary) left = beyond(x, -1.0f);
        return y;
    }
};

// Its factor is part of the pieces. No float32 number is close enough to it for a product with the first
// coefficient to be rounded on its own.
template <> struct ValueInFloat32<Selu> {
    FactorInFloat32 scale;
    explicit ValueInFloat32(Selu) : scale(Selu::scale) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &) const {
        Place at = place(selu_pieces, at_most(abs(x), 22.4f));
        F slope = lookup(selu_pieces.c[0], at.i), more = at.d * at.d * polynomial<1>(selu_pieces, at);
        F y = lookup(selu_pieces.lead, at.i) + fma(at.d, slope, more);
        F finite = at_most(x, 0x1.fffffep127f);  // an infinity times the rest would be one
        return x < 0.0f ? -y : fma(x, splat(scale.high), finite * scale.rest);
    }
};
template <> struct DerivativeInFloat32<Selu> {
    FactorInFloat32 scale_alpha;
    explicit DerivativeInFloat32(Selu) : scale_alpha(rounded(Selu::scale_alpha<Brief>())[0]) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        return scaled_exp(scale_alpha, x, splat(-0.0f), splat(static_cast<float>(Selu::scale)), left);
    }
};

}  // namespace
}  // namespace multilayer
