// Piecewise polynomials that round: hard_sigmoid, hard_swish, soft_shrink. And the algebraic ones, softsign
// and squareplus.
#pragma once

#include "activations/apply.hpp"
#include "activations/rectifiers.hpp"

namespace multilayer {
namespace {

MULTILAYER_INLINE V nan_or(V x, V y) { return x == x ? y : x; }

// Max ULP of value and derivative: float32 0.8 and 0.4, float64 0.5 and 0.0; any x.
struct HardSigmoid {
    static constexpr const char *name = "hard_sigmoid";
    static constexpr int n_parameters = 2;
    double alpha, beta;
    double from = -beta / alpha, to = (1.0 - beta) / alpha;  // where the line is between 0 and 1

    // One rounding, so the error stays small where alpha x + beta comes near 0.
    MULTILAYER_INLINE V line(V x) const { return fma(splat(alpha), x, splat(beta)); }

    template <class P> MULTILAYER_INLINE V value(V x) const { return between(line(x), 0.0, 1.0); }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        return nan_or(x, (x > from) & (x < to) ? splat(alpha) : V{});
    }
};

// x (x + 3) / 6 between -3 and 3. In float32 the two roundings on the way are carried along.
// Max ULP of value and derivative: float32 0.6 and 0.5, float64 1.7 and 1.0; any x.
struct HardSwish : SameInEveryType {
    static constexpr const char *name = "hard_swish";
    static constexpr int n_parameters = 0;
    explicit HardSwish(const double *) {}

    // p / 6, as if the factor 1 / 6 were not rounded
    MULTILAYER_INLINE static V sixth_of(V p) {
        return fma(p, splat(0x1.5555555555555p-3), p * 0x1.5555555555555p-57);
    }

    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        Vec<T> s = x + 3, y;
        if constexpr (sizeof(T) == sizeof(double)) {
            y = sixth_of(x * s);
        } else {
            // The rest is rounded up, so that `lost` is no negative number at -0, which stays -0.
            constexpr float sixth = 0x1.555556p-3f, rest = -0x1.555554p-28f;
            Vec<T> w = s * sixth, lost = fma(s, splat<T>(sixth), -w);
            lost = fma(x - (s - 3), splat<T>(sixth), fma(s, splat<T>(rest), lost));
            y = fma(x, w, x * lost);
        }
        return abs(x) < 3 ? y : at_least(x, T(0));
    }
    // x / 3 + 1/2 between -3 and 3
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        Vec<T> y;
        if constexpr (sizeof(T) == sizeof(double)) {
            y = sixth_of(2 * x + 3);
        } else {
            constexpr float third = 1.0f / 3.0f, rest = static_cast<float>(1.0 / 3.0 - third);
            Vec<T> p = x * third, s = p + 0.5f, t = s - p;
            y = s + (((p - (s - t)) + (0.5f - t)) + fma(x, splat<T>(rest), fma(x, splat<T>(third), -p)));
        }
        y = x >= 3 ? splat<T>(1) : y;
        return x <= -3 ? Vec<T>{} : y;
    }
};

// Max ULP of value and derivative: float32 0.7 and 0.0, float64 0.5 and 0.0; any x.
struct SoftShrink : SameInEveryType {
    static constexpr const char *name = "soft_shrink";
    static constexpr int n_parameters = 1;
    Bounds threshold;
    Factor<float> t_f32;
    explicit SoftShrink(const double *p) : threshold(p[0]), t_f32(p[0]) {}

    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        Vec<T> size = abs(x), y = size - threshold.in<T>().nearest;
        if constexpr (sizeof(T) == sizeof(float)) y = y - t_f32.rest;
        return x != x ? x : size > threshold.in<T>().floor ? copysign(y, x) : Vec<T>{};
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, abs(x) > threshold.in<T>().floor ? splat<T>(1) : Vec<T>{});
    }
};

// x / (1 + |x|)
// Max ULP of value and derivative: float32 0.5 and 0.6, float64 1.4 and 0.5; any x.
struct Softsign {
    static constexpr const char *name = "softsign";
    static constexpr int n_parameters = 0;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        V size = at_most(abs(x), 0x1p1000);
        return copysign(size / (1.0 + size), x);
    }
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        if constexpr (is_full<P>) {
            V size = at_most(abs(x), 0x1p1000), d = 1.0 + size, r = 1.0 / d, square = r * r;
            // What d and r are short of, of the size and 1 that they stand for; d is rounded at the larger of
            // the two.
            V lost = greater(size, splat(1.0)) - d + lesser(size, splat(1.0));
            return fma(r, r, -2.0 * square * fma(r, lost, fma(r, d, splat(-1.0))));
        }
        Pair<P> q = splat(1.0) / sum<P>(splat(1.0), at_most(abs(x), 0x1p1000));
        return rounded(q * q);
    }
};

// (x + sqrt(x^2 + b)) / 2; for x < 0, where that cancels, b / 2 / (sqrt(x^2 + b) - x)
// Max ULP of value and derivative: float32 0.8 and 0.5, float64 0.7 and 0.7; any x.
struct Squareplus {
    static constexpr const char *name = "squareplus";
    static constexpr int n_parameters = 1;
    double b;

    // With |x| scaled down by a power of two where its square would overflow.
    template <class P> struct Parts {
        V size;
        Pair<P> root, sum;
        V unscale;
    };
    template <class P> MULTILAYER_INLINE Parts<P> parts(V x) const {
        V size = at_most(abs(x), is_full<P> ? 0x1.fffffffffffffp1023 : 0x1p200), scale = splat(1.0),
          unscale = splat(1.0);
        if constexpr (is_full<P>) {
            IntVec<double> big = size > 0x1p500;
            scale = big ? splat(0x1p-600) : scale;
            unscale = big ? splat(0x1p600) : unscale;
        }
        V a = size * scale;
        Pair<P> square = product<P>(a, a) + pair<P>(scale * scale * b);
        Pair<P> root = pair<P>(sqrt(square.hi));
        if constexpr (is_full<P>) {
            root.lo = (fma(-root.hi, root.hi, square.hi) + square.lo) * (0.5 / root.hi);
        }
        return {a, root, a + root, unscale};
    }
    template <class P> MULTILAYER_INLINE V value(V x) const {
        V size = at_most(abs(x), 0x1p500), square = fma(size, size, splat(b)), root = sqrt(square);
        Pair<P> sum = sum_descending<P>(root, size);
        if constexpr (is_full<P>) {
            // One square root and one division. What root is short of the true one is remainder / (2 root).
            // Here it is taken as remainder / (2 sum), which is nearly that for a small x, where the root is
            // most of the sum, and never too much; for a large x its error hardly counts.
            V remainder = fma(-root, root, square) + fma(size, size, b - square);
            V reciprocal = 1.0 / sum.hi;
            sum.lo = fma(remainder, 0.5 * reciprocal, sum.lo);
            V q = 0.5 * b * reciprocal, rest = fma(-q, sum.hi, splat(0.5 * b)) - q * sum.lo;
            V y = nan_or(x, x < 0.0 ? fma(rest, reciprocal, q) : 0.5 * rounded(sum));
            IntVec<double> big = abs(x) > 0x1p500;
            if (any(big)) y = big ? value_far_out(x) : y;
            return y;
        } else {
            return nan_or(x, x < 0.0 ? 0.5 * b / sum.hi : 0.5 * sum.hi);
        }
    }
    MULTILAYER_INLINE V value_far_out(V x) const {
        Parts<Full> s = parts<Full>(x);
        V right = 0.5 * rounded(s.sum), left = rounded(splat(0.5 * b) / s.sum);
        V y = x < 0.0 ? left * (1.0 / s.unscale) : right * s.unscale;
        return x > 0x1p1000 ? x : x == -__builtin_inf() ? V{} : y;
    }
    // (1 + x / sqrt(x^2 + b)) / 2
    template <class P> MULTILAYER_INLINE V derivative(V x) const {
        Parts<P> s = parts<P>(x);
        V right = 0.5 * rounded(s.sum / s.root), left = rounded(splat(0.5 * b) / (s.root * s.sum));
        V reciprocal = 1.0 / s.unscale;
        return nan_or(x, x < 0.0 ? left * reciprocal * reciprocal : right);
    }
};

}  // namespace
}  // namespace multilayer
