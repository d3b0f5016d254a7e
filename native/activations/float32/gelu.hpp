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
// x < 0, x Phi(x) = -u (E + E c) with E = s lead. For x > 0 it is u (1 - E - E c).
template <> struct ValueInFloat32<Gelu> {
    explicit ValueInFloat32(Gelu) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F u = abs(x), one = splat(1.0f);
        left = outside(u, 0x1p-100f, normal_end_in_float32);
        Power e = density_in_float32(x);
        Place at = place(normal_pieces, u);
        F E = e.s * lookup(normal_pieces.lead, at.i), factor = polynomial(normal_pieces, at);
        F c = fma(e.p, factor, e.p + factor), h = one - E;
        F first = x < 0.0f ? E : h, lost = x < 0.0f ? splat(0.0f) : dropped_descending(h, one, -E);
        F signed_E = copysign(E, -x), phi = fma(signed_E, c, first);
        return fma(x, phi, x * (fma(signed_E, c, first - phi) + lost));
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
