// exp and expm1 over the whole range, subnormal results included.
#pragma once

#include "math/coefficients.hpp"
#include "math/lookup.hpp"
#include "simd/pairs.hpp"

namespace {

// The integers as the low bits of a float64 number: k + exponent_shifter has k in its last bits.
constexpr double exponent_shifter = 0x1.8p52;
// The same with the bias of the exponent: shifted left by 52, the bits of k + biased_shifter are 2^k.
constexpr double biased_shifter = exponent_shifter + 1023.0;
constexpr double log2_e = 0x1.71547652b82fep+0;
// log(2) in two parts; the first has 32 bits, so that k times it is exact.
constexpr double log_2_high = 0x1.62e42feep-1;
constexpr double log_2_low = 0x1.a39ef35793c76p-33;

// Bits of a number beside which an exponent is added: without a sign, as what is meaningless may wrap around.
typedef uint64_t Exponent __attribute__((vector_size(MULTILAYER_REGISTER_BYTES)));
MULTILAYER_INLINE Exponent exponent_bits(V x) { return (Exponent)bits(x); }

// 2^k for k in [-1022, 1023].
MULTILAYER_INLINE V power_of_2(Exponent k) { return (V)((k + 1023) << 52); }

// x 2^k for k in [-2044, 2046]. In two steps, the first of them exact, so that a subnormal result is
// rounded once.
MULTILAYER_INLINE V times_power_of_2(V x, Exponent k) {
    Exponent both = k + 2046;
    Exponent first = (both >> 1) & 0x7ff;
    return x * (V)(first << 52) * (V)((both - first) << 52);
}

// A power of two still to be multiplied by. A float32 result is far from the ends of float64: there is none.
template <class P> struct Scale;
template <> struct Scale<Full> {
    Exponent k;  // with meaningless bits above the twelfth, which are shifted out
};
template <> struct Scale<Brief> {};

// One step where the power of two is a normal number, nearly always: with the same bits.
MULTILAYER_INLINE V times(V x, Scale<Full> scale) {
    if (any((IntVec<double>)((scale.k + 1022) & 0xfff) > 2045)) return times_power_of_2(x, scale.k);
    return x * power_of_2(scale.k);
}
MULTILAYER_INLINE V times(V x, Scale<Brief>) { return x; }
// `scale` where the mask is set, 1 elsewhere
MULTILAYER_INLINE Scale<Full> only(IntVec<double> mask, Scale<Full> scale) {
    return {(Exponent)mask & scale.k};
}
MULTILAYER_INLINE Scale<Brief> only(IntVec<double>, Scale<Brief> scale) { return scale; }

// exp(x) = m scale. In Full, m is in [0.7, 1.42]; in Brief, m is all of it.
template <class P> struct Exponential {
    Pair<P> m;
    Scale<P> scale;
    V k;
};
// Up to here exp takes arguments, on either side.
template <class P> constexpr double exp_end = is_full<P> ? 1400.0 : 700.0;

// What is left of x once k log(2) is taken away: |r| <= log(2) / 2, and exp(r) - 1 - r. r is rounded once,
// which costs exp(r) a relative 2^-55, an eighth to a quarter of an ulp.
struct Reduced {
    V r, rest;
    Exponent k;
    V k_as_number;
};

template <class P> MULTILAYER_INLINE Reduced reduce(Pair<P> x) {
    V shifted = fma(x.hi, splat(log2_e), splat(exponent_shifter));
    V k = shifted - exponent_shifter;
    // Exact: the product is, and the difference is small beside it.
    V high = fma(-k, splat(log_2_high), x.hi);
    V r, q;
    if constexpr (is_full<P>) {
        r = high + fma(-k, splat(log_2_low), x.lo);
        q = two_chains(exp_full, r, r * r);
    } else {
        r = fma(-k, splat(log_2_low), high);
        q = polynomial(exp_brief, r);
    }
    return {r, r * r * q, exponent_bits(shifted), k};
}

// For |x.hi| <= exp_end<P>.
template <class P> MULTILAYER_INLINE Exponential<P> exp(Pair<P> x) {
    if constexpr (is_full<P>) {
        // The sum is below 0.42, and its rounding again costs 2^-55.
        Reduced a = reduce(x);
        return {sum_descending<P>(splat(1.0), a.r + a.rest), {a.k}, a.k_as_number};
    } else {
        // 2^f 2^k with k + f = x / log(2), k added to the exponent of 2^f. A nan that was a float32 nan has
        // zeros where k would be.
        V shifted = fma(x.hi, splat(log2_e), splat(exponent_shifter));
        V f = fma(x.hi, splat(log2_e), exponent_shifter - shifted);
        return {{(V)(exponent_bits(polynomial(exp2_brief, f)) + (exponent_bits(shifted) << 52))},
                Scale<P>{},
                V{}};
    }
}
template <class P> MULTILAYER_INLINE Exponential<P> exp(V x) { return exp(pair<P>(x)); }

// exp(x) as it is, for an x that is not positive; below 2^-1000 something as small, for sums with larger
// numbers.
template <class P> MULTILAYER_INLINE Pair<P> value_of(Exponential<P> e) {
    if constexpr (is_full<P>) {
        return scaled(
            e.m, power_of_2((Exponent)bits(e.k < -1000.0 ? splat(exponent_shifter - 1000.0) : (V)e.scale.k)));
    } else {
        return e.m;
    }
}

// exp(x) - 1 for |x.hi| <= 700, exact in the first order at 0.
MULTILAYER_INLINE Pair<Brief> expm1(Pair<Brief> x) {
    Reduced a = reduce(x);
    V scale = power_of_2(a.k);
    return {fma(scale, a.rest, (scale - 1.0) + scale * a.r)};
}

// exp(x) = p (1 + s) with p = 2^(k/8) and |s| < 0.045, for float64 results. p is looked up and rounded; a
// careful s has what that drops, and s_rest what rounding s itself does. Only for |x| < fast_exp_end, where p
// is a normal number: a kernel looks whether a lane is outside, and goes another way for that one.
constexpr double fast_exp_end = 708.0;
struct ExpParts {
    V p, s, s_rest;
};
template <bool careful> MULTILAYER_INLINE ExpParts exp_parts(Pair<Full> x) {
    V shifted = fma(x.hi, splat(8.0 * log2_e), splat(exponent_shifter)), minus_k = exponent_shifter - shifted;
    // Exact, as in `reduce`: k has 13 bits.
    V high = fma(minus_k, splat(0.125 * log_2_high), x.hi);
    V low = fma(minus_k, splat(0.125 * log_2_low), x.lo);
    Exponent k = exponent_bits(shifted);
    V p = (V)(exponent_bits(lookup(eighths, (IntVec<double>)k)) + (k << 49));
    if constexpr (careful) {
        low = low + lookup(eighths_rest, (IntVec<double>)k);
        V r = high + low, square = r * r, q = two_chains(careful_eighth_exp_full, r, square);
        V s = fma(square, q, r);
        return {p, s, fma(square, q, r - s) + (low - (r - high))};
    } else {
        V r = high + low, square = r * r;
        return {p, fma(square, two_chains(eighth_exp_full, r, square), r), V{}};
    }
}
template <bool careful> MULTILAYER_INLINE ExpParts exp_parts(V x) {
    return exp_parts<careful>(pair<Full>(x));
}
// Between both: s has what the table drops, and its rounding is left out. 2^doublings exp(x + rest).
MULTILAYER_INLINE ExpParts exp_parts_of(V x, int doublings = 0, V rest = splat(-0.0)) {
    double shifter = exponent_shifter + 8 * doublings;
    V shifted = fma(x, splat(8.0 * log2_e), splat(shifter)), minus_k = shifter - shifted;
    Exponent k = exponent_bits(shifted);
    V high = fma(minus_k, splat(0.125 * log_2_high), x),
      dropped = lookup(eighths_rest, (IntVec<double>)k) + rest;
    V r = high + fma(minus_k, splat(0.125 * log_2_low), dropped), square = r * r;
    V p = (V)(exponent_bits(lookup(eighths, (IntVec<double>)k)) + (k << 49));
    return {p, fma(square, two_chains(eighth_exp_full, r, square), r), V{}};
}
// The same for 2^(x y / 8): no constant is multiplied by.
MULTILAYER_INLINE ExpParts exp2_parts_of_eighths(V x, Pair<Full> y) {
    V shifted = fma(x, y.hi, splat(exponent_shifter)), minus_k = exponent_shifter - shifted;
    Exponent k = exponent_bits(shifted);
    V f = fma(x, y.lo, fma(x, y.hi, minus_k));
    V p = (V)(exponent_bits(lookup(eighths, (IntVec<double>)k)) + (k << 49));
    return {p, fma(f, two_chains(eighth_exp2_full, f, f * f), lookup(eighths_rest, (IntVec<double>)k)), V{}};
}
// exp(x), a exp(x), and of careful parts exp(x) - 1 and a (exp(x) - 1); with the rest for a pair x
// near 0, which is rounded once on the way to s.
MULTILAYER_INLINE V value_of(ExpParts e) { return fma(e.p, e.s, e.p); }
MULTILAYER_INLINE V scaled_exp(V a, ExpParts e) {
    V ap = a * e.p;
    return fma(ap, e.s, ap);
}
MULTILAYER_INLINE V expm1_of(ExpParts e) { return fma(e.p, e.s, e.p - 1.0); }
MULTILAYER_INLINE V scaled_expm1(V a, ExpParts e) {
    Pair<Full> lead = product<Full>(a, e.p - 1.0);
    return lead.hi + fma(a * e.p, e.s, lead.lo);
}
MULTILAYER_INLINE V scaled_expm1_with_rest(V a, ExpParts e) {
    Pair<Full> lead = product<Full>(a, e.p - 1.0);
    V ap = a * e.p;
    return lead.hi + fma(ap, e.s, fma(ap, e.s_rest, lead.lo));
}
// y p where p may be less than any normal number, down to 2^-1200
MULTILAYER_INLINE V times_far_out(V y, ExpParts e) {
    return y * (V)(exponent_bits(e.p) + (uint64_t{200} << 52)) * 0x1p-200;
}

// 1 / y = hi (1 + rest)
struct Reciprocal {
    V hi, rest;
};
MULTILAYER_INLINE Reciprocal reciprocal(Pair<Full> y) {
    V r = 1.0 / y.hi;
    return {r, minus_product(minus_product(splat(1.0), r, y.hi), r, y.lo)};
}
// 1 / (lead + more) in the same way: as |more| is at most a fifth of lead, what rounding drops of their sum
// need not be known.
MULTILAYER_INLINE Reciprocal reciprocal_of_sum(V lead, V more) {
    V r = 1.0 / (lead + more);
    return {r, minus_product(minus_product(splat(1.0), r, lead), r, more)};
}

// 1 / y within 6 % for 2^-1022 <= y < 2^1022, as bits count a logarithm, nearly: enough to divide the rest
// that a rounded quotient leaves.
MULTILAYER_INLINE V rough_reciprocal(V y) { return (V)(uint64_t{0x7fde5f73aabb2400} - exponent_bits(y)); }

// y p for a power of two p, y and the product being normal numbers: an addition, where multiplications are
// what takes the time.
MULTILAYER_INLINE V times_normal_power(V y, V p) {
    return (V)(exponent_bits(y) + (exponent_bits(p) - exponent_bits(splat(1.0))));
}

// exp(2 h) = p (1 + v + r) / (1 + v - r) with p = 2^k, r = h - k log(2) / 2 and 1 + v = r coth(r). v is even
// in r and below 0.01, so that few coefficients do; a formula that divides anyway divides by all of it once.
// For |h.hi| < ratio_end.
constexpr double ratio_end = 0.5 * fast_exp_end;
struct ExpRatio {
    V p, above, below;  // v + r, v - r

    // exp(2 h) + 1 without its denominator, 1 + v - r + p (1 + v + r): relative error 2^-56, but 2^-53 where
    // 1 + p is rounded, from |2 h| = 36.4 on.
    MULTILAYER_INLINE Pair<Full> plus_1() const {
        return sum_descending<Full>(1.0 + p, fma(p, above, below));
    }
    MULTILAYER_INLINE Reciprocal reciprocal_of_plus_1() const {
        return reciprocal_of_sum(1.0 + p, fma(p, above, below));
    }
    // For h <= 0 the same with nothing lost.
    MULTILAYER_INLINE Pair<Full> of_negative_plus_1() const {
        Pair<Full> lead = sum_descending<Full>(splat(1.0), p);
        Pair<Full> d = sum_descending<Full>(lead.hi, fma(p, above, below));
        return {d.hi, d.lo + lead.lo};
    }
};
MULTILAYER_INLINE ExpRatio exp_ratio_of_reduced(V r, V shifted) {
    V w = r * r, v = w * one_chain(coth_full, w);
    return {(V)(exponent_bits(shifted) << 52), v + r, v - r};
}
MULTILAYER_INLINE ExpRatio exp_ratio(Pair<Full> h) {
    V shifted = fma(h.hi, splat(2.0 * log2_e), splat(biased_shifter)), minus_k = biased_shifter - shifted;
    V high = fma(minus_k, splat(0.5 * log_2_high), h.hi);
    return exp_ratio_of_reduced(high + fma(minus_k, splat(0.5 * log_2_low), h.lo), shifted);
}
// The same for x = 2 h, and h, without a rest
MULTILAYER_INLINE ExpRatio exp_ratio(V x, V h) {
    V shifted = fma(x, splat(log2_e), splat(biased_shifter)), minus_k = biased_shifter - shifted;
    V high = fma(minus_k, splat(0.5 * log_2_high), h);
    return exp_ratio_of_reduced(fma(minus_k, splat(0.5 * log_2_low), high), shifted);
}
MULTILAYER_INLINE ExpRatio exp_ratio(V x) { return exp_ratio(x, 0.5 * x); }

}  // namespace
