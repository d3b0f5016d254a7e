// The lower half of a register of 64 bytes. It takes less time than a whole one where a processor does its
// work in halves, and no more elsewhere.
#pragma once

#include "simd/vectors.hpp"

#if MULTILAYER_REGISTER_BYTES == 64
namespace {

template <class T> struct HalfRegister;
template <> struct HalfRegister<float> {
    typedef float type __attribute__((vector_size(32)));
};
template <> struct HalfRegister<double> {
    typedef double type __attribute__((vector_size(32)));
};
template <class T> using Half = typename HalfRegister<T>::type;

MULTILAYER_INLINE Half<float> fma(Half<float> x, Half<float> y, Half<float> z) {
    return (Half<float>)_mm256_fmadd_ps((__m256)x, (__m256)y, (__m256)z);
}
MULTILAYER_INLINE Half<double> fma(Half<double> x, Half<double> y, Half<double> z) {
    return (Half<double>)_mm256_fmadd_pd((__m256d)x, (__m256d)y, (__m256d)z);
}

template <class T> MULTILAYER_INLINE Half<T> lower_half(Vec<T> v) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return (Half<T>)_mm512_castps512_ps256((__m512)v);
    else
        return (Half<T>)_mm512_castpd512_pd256((__m512d)v);
#else
    Half<T> half;
    __builtin_memcpy(&half, &v, sizeof half);
    return half;
#endif
}

// As load_first and store_first; here n may be all lanes.
template <class T> MULTILAYER_INLINE Half<T> load_first_half(const T *p, size_t n) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return (Half<T>)_mm256_maskz_loadu_ps((__mmask8)((1u << n) - 1), p);
    else
        return (Half<T>)_mm256_maskz_loadu_pd((__mmask8)((1u << n) - 1), p);
#else
    Half<T> v = {};
    for (size_t i = 0; i < n; ++i) v[i] = p[i];
    return v;
#endif
}
template <class T> MULTILAYER_INLINE void store_first_half(T *p, Half<T> v, size_t n) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        _mm256_mask_storeu_ps(p, (__mmask8)((1u << n) - 1), (__m256)v);
    else
        _mm256_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m256d)v);
#else
    for (size_t i = 0; i < n; ++i) p[i] = v[i];
#endif
}

}  // namespace
#endif
