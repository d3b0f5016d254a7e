// exp and expm1 over the whole range, subnormal results included.
#pragma once

#include "kernels/coefficients.hpp"
#include "kernels/pairs.hpp"

namespace {

// The integers as the low bits of a float64 number: k + exponent_shifter has k in its last bits.
constexpr double exponent_shifter = 0x1.8p52;
constexpr double log2_e = 0x1.71547652b82fep+0;
// log(2) in two parts; the first has 32 bits, so that k times it is exact.
constexpr double log_2_high = 0x1.62e42feep-1;
constexpr double log_2_low = 0x1.a39ef35793c76p-33;

using Exponent = IntVec<double>;

// 2^k for k in [-1022, 1023].
MULTILAYER_INLINE V power_of_2(Exponent k) { return (V)((k + 1023) << 52); }

// x 2^k for k in [-2044, 2046]. In two steps, the first of them exact, so that a subnormal result is
// rounded once.
MULTILAYER_INLINE V times_power_of_2(V x, Exponent k) {
    Exponent both = k + 2046;
    Exponent first = (both >> 1) & 0x7ff;
    return x * (V)(first << 52) * (V)((both - first) << 52);
}

// exp(x) = m 2^k with m in [0.7, 1.42]. k has meaningless bits above the twelfth, which the functions above
// shift out.
template <class P> struct Exponential {
    Pair<P> m;
    Exponent k;
    V k_as_number;
};

// What is left of x once k log(2) is taken away: |r.hi| <= log(2) / 2, and exp(r.hi) - 1 - r.hi.
template <class P> struct Reduced {
    Pair<P> r;
    V rest;
    Exponent k;
    V k_as_number;
};

template <class P> MULTILAYER_INLINE Reduced<P> reduce(Pair<P> x) {
    V shifted = fma(x.hi, splat(log2_e), splat(exponent_shifter));
    V k = shifted - exponent_shifter;
    // Exact: the product is, and the difference is small beside it.
    V high = fma(-k, splat(log_2_high), x.hi);
    Pair<P> r;
    if constexpr (is_full<P>) {
        r = sum_descending<P>(high, fma(-k, splat(log_2_low), x.lo));
    } else {
        r = {fma(-k, splat(log_2_low), high)};
    }
    V q;
    if constexpr (is_full<P>) {
        q = polynomial(exp_full, r.hi);
    } else {
        q = polynomial(exp_brief, r.hi);
    }
    return {r, r.hi * r.hi * q, bits(shifted), k};
}

// For |x.hi| <= 1500.
template <class P> MULTILAYER_INLINE Exponential<P> exp(Pair<P> x) {
    Reduced<P> a = reduce(x);
    if constexpr (is_full<P>) {
        Pair<P> m = sum_descending<P>(splat(1.0), a.r.hi);
        // exp(r.lo) = 1 + r.lo, times exp(r.hi), of which 1 + r.hi is enough here
        m.lo = m.lo + (a.rest + fma(a.r.hi, a.r.lo, a.r.lo));
        return {m, a.k, a.k_as_number};
    } else {
        return {{1.0 + (a.r.hi + a.rest)}, a.k, a.k_as_number};
    }
}
template <class P> MULTILAYER_INLINE Exponential<P> exp(V x) { return exp(pair<P>(x)); }

// m 2^k as it is, where k >= -1000 is known or smaller results do not matter.
template <class P> MULTILAYER_INLINE Pair<P> value_of(Exponential<P> e) {
    Exponent k = e.k_as_number < -1000.0 ? bits(splat(exponent_shifter - 1000.0)) : e.k;
    return scaled(e.m, power_of_2(k));
}

// exp(x) - 1 for |x.hi| <= 700, exact in the first order at 0.
template <class P> MULTILAYER_INLINE Pair<P> expm1(Pair<P> x) {
    Reduced<P> a = reduce(x);
    V scale = power_of_2(a.k);
    // 2^k - 1 is exact for the k that matter; it leads, or is zero.
    Pair<P> leading = sum_descending<P>(scale - 1.0, scale * a.r.hi);
    if constexpr (is_full<P>) {
        leading.lo = fma(scale, a.rest + fma(a.r.hi, a.r.lo, a.r.lo), leading.lo);
        return sum_descending<P>(leading.hi, leading.lo);
    } else {
        return {fma(scale, a.rest, leading.hi)};
    }
}

}  // namespace
