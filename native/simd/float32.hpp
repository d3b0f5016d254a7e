// float32 lanes: some of a register's lanes, and operations that float64 has in vectors.hpp.
#pragma once

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

}  // namespace
