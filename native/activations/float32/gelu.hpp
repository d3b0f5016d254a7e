// gelu in float32 arithmetic.
#pragma once

#include "activations/float32/sigmoids.hpp"
#include "activations/gelu.hpp"

namespace multilayer {
namespace {

// exp(-x^2 / 2), for |x| up to normal_end_in_float32
constexpr float normal_end_in_float32 = 11.5f;  // what is dropped further out is subnormal
MULTILAYER_INLINE Power density_in_float32(F x) {
    F half = 0.5f * x, t = half * x;
    return power<-1>(t, minus_product(half, x, t));
}

// Phi(-u) = exp(-u^2 / 2) times a factor in pieces, both led by short numbers whose product is exact: for
// x < 0, Phi(x) = E + E c with E = s lead. For x > 0 it is 1 - E - E c.
template <> struct ValueInFloat32<Gelu> {
    explicit ValueInFloat32(Gelu) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F u = abs(x);
        left = beyond(u, normal_end_in_float32);
        Power e = density_in_float32(x);
        Place at = place(normal_pieces, u);
        F factor = polynomial(normal_pieces, at), c = fma(e.p, factor, e.p + factor);
        F E = copysign(e.s * lookup(normal_pieces.lead, at.i), -x);
        F base = (F)(bits(splat(1.0f)) & ~(bits(x) >> 31));  // 0 for x < 0, else 1
        F phi = fma(E, c, base + E), lost = fma(E, c, (base - phi) + E);
        return fma(x, phi, x * lost);
    }
};
// Phi(x) + x phi(x) = exp(-u^2 / 2) d for x < 0, one less that for x > 0
template <> struct DerivativeInFloat32<Gelu> {
    explicit DerivativeInFloat32(Gelu) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, 12.0f);  // what is dropped further out is subnormal
        Power e = density_in_float32(x);
        Place at = place(gelu_slope_pieces, abs(x));
        Sum d = expansion(gelu_slope_pieces, at);
        F one = splat(1.0f), E = e.s * d.hi, more = e.s * fma(e.p, d.hi, d.lo), h = one - E;
        F lost = fma(e.s, d.hi, -E);
        F right = h + (dropped_descending(h, one, -E) - (more + lost));
        return x < 0.0f ? fma(e.s, d.hi, more) : right;
    }
};

}  // namespace
}  // namespace multilayer
