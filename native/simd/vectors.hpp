// Arithmetic of one register of numbers, whatever its width. The files of this folder and the look-ups of
// math/ alone name an instruction set.
//
// Compiled once per instruction-set level. Every operation rounds each lane as the scalar IEEE operation
// would, so a result never depends on the width of a register or on the lane it was computed in. There is
// no approximate reciprocal here and no contraction: `fma` is fused, `a * b + c` is not.
//
// A level's translation unit may include no header that brings inline or template functions with external
// linkage (no <cmath>, <vector>, ...): the linker could keep the copy built for a newer processor.
#pragma once

#include "simd/register.hpp"

namespace {

// x * y + z with one rounding.
MULTILAYER_INLINE Vec<float> fma(Vec<float> x, Vec<float> y, Vec<float> z) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<float>)_mm512_fmadd_ps((__m512)x, (__m512)y, (__m512)z);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__FMA__)
    return (Vec<float>)_mm256_fmadd_ps((__m256)x, (__m256)y, (__m256)z);
#elif MULTILAYER_REGISTER_BYTES == 16 && defined(__aarch64__)
    return (Vec<float>)vfmaq_f32((float32x4_t)z, (float32x4_t)x, (float32x4_t)y);
#else
    Vec<float> r;
    for (size_t i = 0; i < lanes<float>; ++i) r[i] = __builtin_fmaf(x[i], y[i], z[i]);
    return r;
#endif
}

MULTILAYER_INLINE Vec<double> fma(Vec<double> x, Vec<double> y, Vec<double> z) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<double>)_mm512_fmadd_pd((__m512d)x, (__m512d)y, (__m512d)z);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__FMA__)
    return (Vec<double>)_mm256_fmadd_pd((__m256d)x, (__m256d)y, (__m256d)z);
#elif MULTILAYER_REGISTER_BYTES == 16 && defined(__aarch64__)
    return (Vec<double>)vfmaq_f64((float64x2_t)z, (float64x2_t)x, (float64x2_t)y);
#else
    Vec<double> r;
    for (size_t i = 0; i < lanes<double>; ++i) r[i] = __builtin_fma(x[i], y[i], z[i]);
    return r;
#endif
}

// z - x * y with one rounding.
MULTILAYER_INLINE Vec<double> minus_product(Vec<double> z, Vec<double> x, Vec<double> y) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<double>)_mm512_fnmadd_pd((__m512d)x, (__m512d)y, (__m512d)z);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__FMA__)
    return (Vec<double>)_mm256_fnmadd_pd((__m256d)x, (__m256d)y, (__m256d)z);
#else
    return fma(-x, y, z);
#endif
}

MULTILAYER_INLINE Vec<float> sqrt(Vec<float> x) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<float>)_mm512_sqrt_ps((__m512)x);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (Vec<float>)_mm256_sqrt_ps((__m256)x);
#elif MULTILAYER_REGISTER_BYTES == 16 && defined(__aarch64__)
    return (Vec<float>)vsqrtq_f32((float32x4_t)x);
#else
    Vec<float> r;
    for (size_t i = 0; i < lanes<float>; ++i) r[i] = __builtin_sqrtf(x[i]);
    return r;
#endif
}
MULTILAYER_INLINE Vec<double> sqrt(Vec<double> x) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<double>)_mm512_sqrt_pd((__m512d)x);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (Vec<double>)_mm256_sqrt_pd((__m256d)x);
#elif MULTILAYER_REGISTER_BYTES == 16 && defined(__aarch64__)
    return (Vec<double>)vsqrtq_f64((float64x2_t)x);
#else
    Vec<double> r;
    for (size_t i = 0; i < lanes<double>; ++i) r[i] = __builtin_sqrt(x[i]);
    return r;
#endif
}

// Whether the mask is set in any lane. For a rare case only: whatever is computed then must reach no other
// lane.
MULTILAYER_INLINE bool any(IntVec<double> mask) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return _mm512_movepi64_mask((__m512i)mask) != 0;
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return _mm256_movemask_pd((__m256d)mask) != 0;
#else
    int64_t found = 0;
    for (size_t i = 0; i < lanes<double>; ++i) found |= mask[i];
    return found != 0;
#endif
}

// The lanes in which x is not below the bound, those with a nan among them; and whether there are any.
MULTILAYER_INLINE IntVec<double> not_below(Vec<double> x, double bound) { return ~(x < splat(bound)); }
MULTILAYER_INLINE bool any_not_below(Vec<double> x, double bound) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return _mm512_cmp_pd_mask((__m512d)x, (__m512d)splat(bound), _CMP_NLT_UQ) != 0;
#else
    return any(not_below(x, bound));
#endif
}

// A bit for each lane, set if it is not 0; a nan is not.
MULTILAYER_INLINE uint64_t nonzero_lanes(Vec<float> x) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return _mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return static_cast<uint64_t>(
        _mm256_movemask_ps(_mm256_cmp_ps((__m256)x, _mm256_setzero_ps(), _CMP_NEQ_UQ)));
#else
    uint64_t found = 0;
    for (size_t i = 0; i < lanes<float>; ++i) found |= static_cast<uint64_t>(x[i] != 0) << i;
    return found;
#endif
}
MULTILAYER_INLINE uint64_t nonzero_lanes(Vec<double> x) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return _mm512_cmp_pd_mask((__m512d)x, _mm512_setzero_pd(), _CMP_NEQ_UQ);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return static_cast<uint64_t>(
        _mm256_movemask_pd(_mm256_cmp_pd((__m256d)x, _mm256_setzero_pd(), _CMP_NEQ_UQ)));
#else
    uint64_t found = 0;
    for (size_t i = 0; i < lanes<double>; ++i) found |= static_cast<uint64_t>(x[i] != 0) << i;
    return found;
#endif
}

// As the relu kernel does it: nan stays nan, -0 becomes +0.
template <class V> MULTILAYER_INLINE V rectify(V a) { return a <= V{} ? V{} : a; }

// Bits as they are, under another type.
MULTILAYER_INLINE IntVec<float> bits(Vec<float> x) { return (IntVec<float>)x; }
MULTILAYER_INLINE IntVec<double> bits(Vec<double> x) { return (IntVec<double>)x; }

constexpr int32_t sign_bit(float) { return INT32_MIN; }
constexpr int64_t sign_bit(double) { return INT64_MIN; }

template <class T> MULTILAYER_INLINE Vec<T> abs_of(Vec<T> x) { return (Vec<T>)(bits(x) & ~sign_bit(T())); }
// The magnitude of x with the sign of y.
template <class T> MULTILAYER_INLINE Vec<T> with_sign_of(Vec<T> x, Vec<T> y) {
    return (Vec<T>)((bits(x) & ~sign_bit(T())) | (bits(y) & sign_bit(T())));
}
MULTILAYER_INLINE Vec<float> abs(Vec<float> x) { return abs_of<float>(x); }
MULTILAYER_INLINE Vec<double> abs(Vec<double> x) { return abs_of<double>(x); }
MULTILAYER_INLINE Vec<double> copysign(Vec<double> x, Vec<double> y) { return with_sign_of<double>(x, y); }
MULTILAYER_INLINE Vec<float> copysign(Vec<float> x, Vec<float> y) { return with_sign_of<float>(x, y); }

// x < y ? x : y and x > y ? x : y, in one instruction where there is one: y if either is a nan.
MULTILAYER_INLINE Vec<double> lesser(Vec<double> x, Vec<double> y) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<double>)_mm512_min_pd((__m512d)x, (__m512d)y);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (Vec<double>)_mm256_min_pd((__m256d)x, (__m256d)y);
#else
    return x < y ? x : y;
#endif
}
MULTILAYER_INLINE Vec<double> greater(Vec<double> x, Vec<double> y) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<double>)_mm512_max_pd((__m512d)x, (__m512d)y);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (Vec<double>)_mm256_max_pd((__m256d)x, (__m256d)y);
#else
    return x > y ? x : y;
#endif
}
// x brought to the bound; a nan stays a nan.
MULTILAYER_INLINE Vec<double> at_most(Vec<double> x, double bound) { return lesser(splat(bound), x); }
MULTILAYER_INLINE Vec<double> at_least(Vec<double> x, double bound) { return greater(splat(bound), x); }
MULTILAYER_INLINE Vec<double> between(Vec<double> x, double low, double high) {
    return at_least(at_most(x, high), low);
}

// As many float32 numbers as a register holds float64 numbers.
typedef float HalfFloats __attribute__((vector_size(MULTILAYER_REGISTER_BYTES / 2)));

MULTILAYER_INLINE Vec<double> widen(HalfFloats x) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<double>)_mm512_cvtps_pd((__m256)x);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (Vec<double>)_mm256_cvtps_pd((__m128)x);
#else
    return __builtin_convertvector(x, Vec<double>);
#endif
}
MULTILAYER_INLINE HalfFloats narrow(Vec<double> x) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (HalfFloats)_mm512_cvtpd_ps((__m512d)x);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (HalfFloats)_mm256_cvtpd_ps((__m256d)x);
#else
    return __builtin_convertvector(x, HalfFloats);
#endif
}

}  // namespace
