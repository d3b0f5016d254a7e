// tanh and tanh_shrink in float32 arithmetic: polynomials in pieces, without a division.
#pragma once

#include "activations/float32/sigmoids.hpp"
#include "activations/tanh.hpp"

namespace multilayer {
namespace {

constexpr float tanh_pieces_end = 9.2f;    // tanh is 1 before
constexpr float tanh_shrink_near = 1.25f;  // as in native/math/generate_coefficients_float32.py

template <> struct ValueInFloat32<Tanh> {
    explicit ValueInFloat32(Tanh) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &) const {
        Place at = place(tanh_pieces, at_most(abs(x), tanh_pieces_end));
        return copysign(rounded_expansion(tanh_pieces, at), x);
    }
};
// 4 w / (1 + w)^2 with w = exp(-2 |x|)
template <> struct DerivativeInFloat32<Tanh> {
    explicit DerivativeInFloat32(Tanh) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, 30.0f);
        return 4.0f * sigmoid_slope_in_float32(power<-1>(2.0f * abs(x)));
    }
};

template <> struct ValueInFloat32<TanhShrink> : RightAtZero {
    explicit ValueInFloat32(TanhShrink) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F u = abs(x);
        Place at = place(tanh_shrink_pieces, at_most(u, tanh_pieces_end));
        F square = u * u, cube = u * square, lost = fma(u, fma(u, u, -square), fma(u, square, -cube));
        // Further out x itself is the better factor: what follows it varies less.
        F factor = u < tanh_shrink_near ? cube : u;
        lost = u < tanh_shrink_near ? lost : splat(0.0f);
        F lead = lookup(tanh_shrink_pieces.lead, at.i), c = polynomial(tanh_shrink_pieces, at);
        F g = fma(lead, c, lead), g_lost = fma(lead, c, lead - g);
        F y = fma(factor, g, fma(factor, g_lost, lost * g));
        y = u > 9.1f ? u - 1.0f : y;
        left = not_from(u, 0x1p-32f, __builtin_inff());  // what the cube drops must not be subnormal
        return copysign(y, x);
    }
};

}  // namespace
}  // namespace multilayer
