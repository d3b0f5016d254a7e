// float32 functions in float32 lanes, twice as many as float64 has, with the few corrections that one unit in
// the last place asks for. Beside what it rounds, a formula keeps what rounding drops only where that shows.
#pragma once

#include "math/coefficients_float32.hpp"
#include "simd/vectors.hpp"

namespace {

using F = Vec<float>;
// Bits without a sign, as what is meaningless may wrap around.
typedef uint32_t Unsigned __attribute__((vector_size(sizeof(F))));

// Some of a register's lanes, as comparisons find them: a bit each with AVX-512, else all bits of a lane.
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
struct Lanes {
    __mmask16 set;
};
MULTILAYER_INLINE bool any(Lanes lanes) { return lanes.set != 0; }
MULTILAYER_INLINE Lanes either(Lanes these, Lanes others) {
    return {static_cast<__mmask16>(these.set | others.set)};
}
MULTILAYER_INLINE F select(Lanes lanes, F x, F y) {
    return (F)_mm512_mask_blend_ps(lanes.set, (__m512)y, (__m512)x);
}
// Lanes of a number beyond the bound on either side, or of no number
MULTILAYER_INLINE Lanes beyond(F x, F bound) {
    return {_mm512_cmp_ps_mask((__m512)abs(x), (__m512)bound, _CMP_NLE_UQ)};
}
MULTILAYER_INLINE Lanes below(F x, float bound) {
    return {_mm512_cmp_ps_mask((__m512)x, (__m512)splat(bound), _CMP_LT_OQ)};
}
MULTILAYER_INLINE Lanes but(Lanes these, Lanes not_these) {
    return {static_cast<__mmask16>(these.set & ~not_these.set)};
}
MULTILAYER_INLINE Lanes is_zero(F x) {
    return {_mm512_cmp_ps_mask((__m512)x, (__m512)splat(0.0f), _CMP_EQ_OQ)};
}
#else
struct Lanes {
    IntVec<float> set;
};
MULTILAYER_INLINE bool any(Lanes lanes) {
#if MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return _mm256_movemask_ps((__m256)lanes.set) != 0;
#else
    int32_t found = 0;
    for (size_t i = 0; i < sizeof(F) / sizeof(float); ++i) found |= lanes.set[i];
    return found != 0;
#endif
}
MULTILAYER_INLINE Lanes either(Lanes these, Lanes others) { return {these.set | others.set}; }
MULTILAYER_INLINE F select(Lanes lanes, F x, F y) { return lanes.set ? x : y; }
MULTILAYER_INLINE Lanes beyond(F x, F bound) { return {~(abs(x) <= bound)}; }
MULTILAYER_INLINE Lanes below(F x, float bound) { return {x < bound}; }
MULTILAYER_INLINE Lanes but(Lanes these, Lanes not_these) { return {these.set & ~not_these.set}; }
MULTILAYER_INLINE Lanes is_zero(F x) { return {x == 0.0f}; }
#endif
MULTILAYER_INLINE Lanes beyond(F x, float bound) { return beyond(x, splat(bound)); }
// Lanes of a number not from low to high, or of no number; x is not negative. One comparison: with low
// shifted to the least integer, what is below wraps around to the largest ones.
MULTILAYER_INLINE Lanes not_from(F x, float low, float high) {
    uint32_t from, to;
    __builtin_memcpy(&from, &low, sizeof from);
    __builtin_memcpy(&to, &high, sizeof to);
    constexpr uint32_t least = uint32_t{1} << 31;
    IntVec<float> shifted = (IntVec<float>)((Unsigned)bits(x) + (least - from));
    IntVec<float> end = IntVec<float>{} + static_cast<int32_t>(to - from + least);
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return {_mm512_cmpgt_epi32_mask((__m512i)shifted, (__m512i)end)};
#else
    return {shifted > end};
#endif
}
// z - x * y with one rounding
MULTILAYER_INLINE F minus_product(F x, F y, F z) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (F)_mm512_fnmadd_ps((__m512)x, (__m512)y, (__m512)z);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__FMA__)
    return (F)_mm256_fnmadd_ps((__m256)x, (__m256)y, (__m256)z);
#else
    return fma(-x, y, z);
#endif
}
// -z - x * y
MULTILAYER_INLINE F minus_product_minus(F x, F y, F z) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (F)_mm512_fnmsub_ps((__m512)x, (__m512)y, (__m512)z);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__FMA__)
    return (F)_mm256_fnmsub_ps((__m256)x, (__m256)y, (__m256)z);
#else
    return fma(-x, y, -z);
#endif
}
// x < y ? x : y and x > y ? x : y; y if either is a nan.
MULTILAYER_INLINE F lesser(F x, F y) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (F)_mm512_min_ps((__m512)x, (__m512)y);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (F)_mm256_min_ps((__m256)x, (__m256)y);
#else
    return x < y ? x : y;
#endif
}
MULTILAYER_INLINE F greater(F x, F y) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (F)_mm512_max_ps((__m512)x, (__m512)y);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (F)_mm256_max_ps((__m256)x, (__m256)y);
#else
    return x > y ? x : y;
#endif
}
// x brought to the bound; a nan stays a nan.
MULTILAYER_INLINE F at_most(F x, float bound) { return lesser(splat(bound), x); }
MULTILAYER_INLINE F at_least(F x, float bound) { return greater(splat(bound), x); }

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
