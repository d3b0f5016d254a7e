// float32 functions in float32 lanes, twice as many as float64 has, with the few corrections that one unit in
// the last place asks for. Beside what it rounds, a formula keeps what rounding drops only where that shows.
#pragma once

#include "math/coefficients_float32.hpp"
#include "simd/float32.hpp"

namespace {

constexpr size_t table_size = 16;

// table[the last four bits of i]
MULTILAYER_INLINE F lookup(const float (&table)[table_size], IntVec<float> i) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return __builtin_shuffle(load(table), i);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX2__)
    const __m256 low = _mm256_permutevar8x32_ps(_mm256_load_ps(table), (__m256i)i);
    const __m256 high = _mm256_permutevar8x32_ps(_mm256_load_ps(table + 8), (__m256i)i);
    return (F)_mm256_blendv_ps(low, high, (__m256)(i << 28));
#else
    F y;
    for (size_t k = 0; k < lanes<float>; ++k) y[k] = table[i[k] & 15];
    return y;
#endif
}

// What rounding drops of s = x + y: for |x| >= |y| (Dekker 1971), and for x and y that are not negative.
MULTILAYER_INLINE F dropped_descending(F s, F x, F y) { return y - (s - x); }
MULTILAYER_INLINE F dropped(F s, F x, F y) { return dropped_descending(s, greater(x, y), lesser(x, y)); }

// A number with what rounding drops
struct Sum {
    F hi, lo;
};

// Where u >= 0 lies: in which piece, and how far from its centre. A nan is nowhere, and stays one.
struct Place {
    IntVec<float> i;
    F d;
};
template <unsigned n> MULTILAYER_INLINE Place place(const Pieces<n> &pieces, F u) {
    IntVec<float> i = bits(u + pieces.offset) >> pieces.shift;
    return {i, u - lookup(pieces.centre, i)};
}
// The polynomial c[first] + c[first + 1] d + ... of that piece
template <unsigned first = 0, unsigned n> MULTILAYER_INLINE F polynomial(const Pieces<n> &pieces, Place at) {
    F y = lookup(pieces.c[n - 1], at.i);
    for (unsigned k = n - 1; k-- > first;) y = fma(y, at.d, lookup(pieces.c[k], at.i));
    return y;
}

// lead + (c0 d + d^2 (c1 + ...)) of that piece: rounded, and with what rounding drops
template <unsigned n> MULTILAYER_INLINE F rounded_expansion(const Pieces<n> &pieces, Place at) {
    F first = at.d * lookup(pieces.c[0], at.i);
    return lookup(pieces.lead, at.i) + fma(at.d * at.d, polynomial<1>(pieces, at), first);
}
template <unsigned n> MULTILAYER_INLINE Sum expansion(const Pieces<n> &pieces, Place at) {
    F slope = lookup(pieces.c[0], at.i), lead = lookup(pieces.lead, at.i);
    F first = at.d * slope, more = at.d * at.d * polynomial<1>(pieces, at), s = first + more, y = lead + s;
    F s_lost = dropped_descending(s, first, more) + fma(at.d, slope, -first);
    return {y, dropped_descending(y, lead, s) + s_lost};
}

// exp(x) = s (1 + p): s = 2^k t with t of eight bits in [1, 2), so that 1 + s, 1 - s and products with other
// short numbers are exact; |p| < 0.025.
struct Power {
    F s, p;
};

// exp(x + rest), or with `sign` -1 exp(-x + rest), for |x| <= power_end; `rest` is small beside x.
constexpr float power_end = 87.0f;
template <int sign = 1> MULTILAYER_INLINE Power power(F x, F rest = splat(-0.0f)) {
    constexpr float shifter = 0x1.8p23f;  // sixteenths of the exponent, as the low bits of a number
    F shifted = fma(x, splat(sign * sixteenths_per_one), splat(shifter));
    F k = shifted - shifter;
    // Exact
    F high = splat(sixteenth_high);
    F r = sign > 0 ? minus_product(k, high, x) : minus_product_minus(k, high, x);
    r = (r + rest) + minus_product(k, splat(sixteenth_low), lookup(exp2_rest, bits(shifted)));
    F p = fma(r * r, fma(r, splat(exp_float32[1]), splat(exp_float32[0])), r);
    // The last four bits are in the table, negative: what is left of the sum is the exponent.
    return {(F)((Unsigned)bits(lookup(exp2_short, bits(shifted))) + ((Unsigned)bits(shifted) << 19)), p};
}

// exp(x), rounded once
MULTILAYER_INLINE F rounded(Power e) { return fma(e.s, e.p, e.s); }
// c exp(x)
MULTILAYER_INLINE F times(F c, Power e) {
    F m = c * e.s;
    return fma(c, e.s, m * e.p);
}

// 1 + exp(x) for s < 2^24, where 1 + s is exact once s is above 1
MULTILAYER_INLINE Sum one_plus(Power e) {
    F one = splat(1.0f), a = one + e.s, v = e.s * e.p, hi = a + v;
    return {hi, dropped_descending(hi, a, v) + dropped_descending(a, one, e.s)};
}

// What q = 1 / d is short of 1 / (d.hi + d.lo), in units of q
MULTILAYER_INLINE F shortfall(F q, Sum d) {
    return minus_product(q, d.lo, minus_product(q, d.hi, splat(1.0f)));
}

}  // namespace
