// softsign, squareplus and hard_sigmoid in float32 arithmetic.
#pragma once

#include "activations/float32/sigmoids.hpp"
#include "activations/piecewise.hpp"

namespace multilayer {
namespace {

MULTILAYER_INLINE Sum one_plus(F size) {
    F one = splat(1.0f), d = one + size;
    return {d, dropped(d, one, size)};
}

template <> struct ValueInFloat32<Softsign> {
    explicit ValueInFloat32(Softsign) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &) const {
        F size = at_most(abs(x), 0x1p30f);  // 1 from 2^25 on
        Sum d = one_plus(size);
        F r = 1.0f / d.hi, q = size * r;
        F rest = minus_product(q, d.lo, minus_product(q, d.hi, size));
        return copysign(fma(rest, r, q), x);
    }
};
template <> struct DerivativeInFloat32<Softsign> {
    explicit DerivativeInFloat32(Softsign) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, 0x1p50f);
        Quotient r = reciprocal(one_plus(abs(x)));
        F square = r.q * r.q;
        return fma(r.q, r.q, 2.0f * square * r.rest);
    }
};

// (x + root) / 2 with root = sqrt(x^2 + b); for x < 0 b / 2 / (root - x)
template <> struct ValueInFloat32<Squareplus> {
    FactorInFloat32 b;
    explicit ValueInFloat32(Squareplus squareplus) : b(squareplus.b) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, b.end(0x1p60f));
        F u = abs(x), x_square = x * x, high = splat(b.high), square = x_square + high, root = sqrt(square);
        F lost = dropped(square, x_square, high) + (fma(x, x, -x_square) + b.rest);
        F sum = root + u, r = 1.0f / sum;
        // What root is short of the true one is remainder / (2 root); over the sum instead it is nearly that
        // for a small x, where root is most of the sum, and hardly counts for a large one.
        F remainder = minus_product(root, root, square) + lost;
        F sum_lost = fma(remainder, 0.5f * r, dropped_descending(sum, root, u));
        F half_b = splat(0.5f * b.high), q = half_b * r;
        F rest = minus_product(q, sum_lost, minus_product(q, sum, half_b)) + 0.5f * b.rest;
        return x < 0.0f ? fma(rest, r, q) : 0.5f * (sum + sum_lost);
    }
};

// (1 + x / root) / 2 = (root + u)^2 / (2 root (root + u)) with u = |x|; for x < 0 b / (2 root (root + u))
template <> struct DerivativeInFloat32<Squareplus> {
    FactorInFloat32 b;
    explicit DerivativeInFloat32(Squareplus squareplus) : b(squareplus.b) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        left = beyond(x, b.end(0x1p40f));
        F u = abs(x), x_square = x * x, high = splat(b.high), square = x_square + high, root = sqrt(square);
        F lost = dropped(square, x_square, high) + (fma(x, x, -x_square) + b.rest);
        F sum = root + u, d = root * sum, q = 1.0f / d;
        F root_lost = (minus_product(root, root, square) + lost) * (0.5f * sum * q);
        F sum_lost = dropped_descending(sum, root, u) + root_lost;
        F d_lost = fma(root, sum, -d) + fma(root, sum_lost, root_lost * sum);
        F rest = shortfall(q, {d, d_lost});
        F n = sum * sum, n_lost = fma(2.0f * sum, sum_lost, fma(sum, sum, -n));
        n = x < 0.0f ? high : n;
        n_lost = x < 0.0f ? splat(b.rest) : n_lost;
        return 0.5f * fma(n, q, fma(n * q, rest, n_lost * q));
    }
};

// alpha x + beta, between 0 and 1. What float32 leaves of the parameters is added last: with it they have 48
// bits, too few for a line near 0. There, far out and for a nan float64 computes it.
template <> struct ValueInFloat32<HardSigmoid> {
    FactorInFloat32 alpha;
    float beta, beta_rest, end;
    explicit ValueInFloat32(HardSigmoid hard)
        : alpha(hard.alpha),
          beta(static_cast<float>(hard.beta)),
          beta_rest(static_cast<float>(hard.beta - static_cast<double>(beta))),
          end(0x1p-16f * (1.0f + 2.0f * __builtin_fabsf(beta))) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &left) const {
        F line = fma(splat(alpha.high), x, splat(beta));
        left = alpha.ordinary && end < 1.0f ? not_from(abs(line), end, 0x1p60f) : beyond(x, -1.0f);
        IntVec<float> one = bits(splat(1.0f)), y = bits(line + fma(splat(alpha.rest), x, splat(beta_rest)));
        y = y < one ? y : one;  // as integers, for which there are more units than for comparisons
        return (F)(y > 0 ? y : y - y);
    }
};
template <> struct DerivativeInFloat32<HardSigmoid> {
    float alpha;
    Bound<float> low, high;
    explicit DerivativeInFloat32(HardSigmoid hard)
        : alpha(static_cast<float>(hard.alpha)),
          low(-hard.beta / hard.alpha),
          high((1.0 - hard.beta) / hard.alpha) {}
    MULTILAYER_INLINE F operator()(F x, Lanes &) const {
        return nan_or<float>(x, (x > low.floor) & (x < high.ceiling) ? splat(alpha) : splat(0.0f));
    }
};

}  // namespace
}  // namespace multilayer
