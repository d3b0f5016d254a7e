// One register of numbers, whatever its width: its type, and its way from and to memory. Included by
// vectors.hpp, which has its arithmetic.
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

}  // namespace
