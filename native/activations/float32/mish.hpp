// mish in float32 arithmetic.
#pragma once

#include "activations/float32/sigmoids.hpp"
#include "activations/mish.hpp"

namespace multilayer {
namespace {

// x n / (n + 2) with n = e (e + 2) and e = exp(x) = s (1 + p): n = s (2 + s) + s p (2 + 2 s + s p)
template <> struct ValueInFloat32<Mish> {
    explicit ValueInFloat32(Mish) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, 80.0f);
        Power e = power(at_most(x, 20.0f));  // the fraction is 1 from there on
        F two = splat(2.0f), v = e.s * e.p, t = two + e.s, m = e.s * t;
        F more = v * (t + (e.s + v)), n = m + more;
        // Where s is larger than 2 what t drops no longer counts.
        F t_lost = dropped_descending(t, two, e.s),
          n_lost = dropped_descending(n, m, more) + fma(e.s, t, -m) + e.s * t_lost;
        F d = n + two, d_lost = dropped(d, n, two) + n_lost;
        F r = 1.0f / d, q = n * r;
        F rest = minus_product(q, d_lost, minus_product(q, d, n) + n_lost) * r;
        return fma(x, q, x * rest);
    }
};

}  // namespace
}  // namespace multilayer
