// One register of numbers, whatever its width: with halves.hpp the only place that names an instruction set.
//
// Compiled once per instruction-set level. Every operation rounds each lane as the scalar IEEE operation
// would, so a result never depends on the width of a register or on the lane it was computed in. There is
// no approximate reciprocal here and no contraction: `fma` is fused because it says so, `a * b + c` is not.
//
// A level's translation unit may include no header that brings inline or template functions with external
// linkage (no <cmath>, <vector>, ...): the linker could keep the copy built for a newer processor.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// A test build sets the width itself: 64 bytes without AVX-512 run the 16-lane code on an older machine.
#if defined(MULTILAYER_REGISTER_BYTES)
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define MULTILAYER_REGISTER_BYTES 64
#elif defined(__AVX2__) && defined(__FMA__)
#define MULTILAYER_REGISTER_BYTES 32
#else
#define MULTILAYER_REGISTER_BYTES 16
#endif

namespace {

template <class T> struct Register;

template <> struct Register<float> {
    typedef float type __attribute__((vector_size(MULTILAYER_REGISTER_BYTES)));
    typedef int32_t integer __attribute__((vector_size(MULTILAYER_REGISTER_BYTES)));
};
template <> struct Register<double> {
    typedef double type __attribute__((vector_size(MULTILAYER_REGISTER_BYTES)));
    typedef int64_t integer __attribute__((vector_size(MULTILAYER_REGISTER_BYTES)));
};

template <class T> using Vec = typename Register<T>::type;
template <class T> using IntVec = typename Register<T>::integer;
template <class T> constexpr size_t lanes = MULTILAYER_REGISTER_BYTES / sizeof(T);

#define MULTILAYER_INLINE inline __attribute__((always_inline))

// Before a loop over the registers of a tile, at most 16: unrolls it whole, or a compiler would keep their
// array in memory.
#define MULTILAYER_UNROLL _Pragma("GCC unroll 16")

// x in every lane. Minus zero is what leaves every x as it is, -0 included; plus zero would not.
template <class T> MULTILAYER_INLINE Vec<T> splat(T x) { return x - Vec<T>{}; }

// The same for a number in memory, by way of a general register where there is an instruction for that: so it
// does not take the turn of a register of numbers that comes from memory.
template <class T> MULTILAYER_INLINE Vec<T> splat_of(const T *p) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    if constexpr (sizeof(T) == 4) {
        int32_t bits;
        __builtin_memcpy(&bits, p, sizeof bits);
        asm("" : "+r"(bits));
        return (Vec<T>)_mm512_set1_epi32(bits);
    } else {
        int64_t bits;
        __builtin_memcpy(&bits, p, sizeof bits);
        asm("" : "+r"(bits));
        return (Vec<T>)_mm512_set1_epi64(bits);
    }
#else
    return splat(*p);
#endif
}

template <class T> MULTILAYER_INLINE Vec<T> load(const T *p) {
    Vec<T> v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

template <class T> MULTILAYER_INLINE void store(T *p, Vec<T> v) { __builtin_memcpy(p, &v, sizeof v); }

// All bits set in the first n lanes, none in the others.
template <class T> MULTILAYER_INLINE IntVec<T> first_lanes(size_t n) {
    IntVec<T> lane = {};
    for (size_t i = 0; i < lanes<T>; ++i) lane[i] = static_cast<decltype(+lane[0])>(i);
    return lane < (lane - lane) + static_cast<decltype(+lane[0])>(n);
}

// The first n lanes, 0 < n < lanes; the others are zero. Nothing behind them is read.
template <class T> MULTILAYER_INLINE Vec<T> load_first(const T *p, size_t n) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return (Vec<T>)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
    else
        return (Vec<T>)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX2__)
    if constexpr (sizeof(T) == 4)
        return (Vec<T>)_mm256_maskload_ps(p, (__m256i)first_lanes<T>(n));
    else
        return (Vec<T>)_mm256_maskload_pd(p, (__m256i)first_lanes<T>(n));
#else
    Vec<T> v = {};
    for (size_t i = 0; i < n; ++i) v[i] = p[i];
    return v;
#endif
}

// Nothing behind the first n lanes is written.
template <class T> MULTILAYER_INLINE void store_first(T *p, Vec<T> v, size_t n) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
    else
        _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)v);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX2__)
    // In parts: a masked store takes a dozen cycles on some processors.
    __m128i part = _mm256_castsi256_si128((__m256i)v);
    if (n * sizeof(T) & 16) {
        _mm_storeu_si128((__m128i *)p, part);
        p += 16 / sizeof(T);
        part = _mm256_extracti128_si256((__m256i)v, 1);
    }
    if (n * sizeof(T) & 8) {
        _mm_storel_epi64((__m128i *)p, part);
        p += 8 / sizeof(T);
        part = _mm_unpackhi_epi64(part, part);
    }
    if (n * sizeof(T) & 4) __builtin_memcpy(p, &part, 4);
#else
    for (size_t i = 0; i < n; ++i) p[i] = v[i];
#endif
}

// Past the caches, for results much larger than they are: memory need not be read before it is written. p is
// aligned as the register is. Whoever streamed calls `streamed` before others may read.
template <class W, class T> MULTILAYER_INLINE void stream(T *p, W v) {
#if defined(__SSE2__)
    if constexpr (sizeof v == 16) _mm_stream_si128((__m128i *)p, (__m128i)v);
#if defined(__AVX__)
    if constexpr (sizeof v == 32) _mm256_stream_si256((__m256i *)p, (__m256i)v);
#endif
#if defined(__AVX512F__)
    if constexpr (sizeof v == 64) _mm512_stream_si512((__m512i *)p, (__m512i)v);
#else
    if constexpr (sizeof v == 64) __builtin_memcpy(p, &v, sizeof v);
#endif
#else
    __builtin_memcpy(p, &v, sizeof v);
#endif
}
MULTILAYER_INLINE void streamed() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

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
