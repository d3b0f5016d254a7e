// Tables of float64 numbers, one number or one piece for each lane.
#pragma once

#include "math/pieces.hpp"
#include "simd/vectors.hpp"

namespace {

// The number of a table at the index in the last three bits of each lane.
MULTILAYER_INLINE Vec<double> lookup(const double (&table)[8], IntVec<double> i) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<double>)_mm512_permutexvar_pd((__m512i)i, _mm512_load_pd(table));
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX2__)
    // As halves, which a permutation can move: those of number i are 2 i and 2 i + 1.
    const __m256i number = _mm256_and_si256((__m256i)i, _mm256_set1_epi64x(7));
    const __m256i first = _mm256_add_epi64(number, number);
    const __m256i halves =
        _mm256_or_si256(first, _mm256_slli_epi64(_mm256_add_epi64(first, _mm256_set1_epi64x(1)), 32));
    const __m256 low = _mm256_permutevar8x32_ps(_mm256_castpd_ps(_mm256_load_pd(table)), halves);
    const __m256 high = _mm256_permutevar8x32_ps(_mm256_castpd_ps(_mm256_load_pd(table + 4)), halves);
    return (Vec<double>)_mm256_blendv_pd(_mm256_castps_pd(low), _mm256_castps_pd(high),
                                         (__m256d)_mm256_slli_epi64((__m256i)i, 61));
#else
    Vec<double> found;
    for (size_t lane = 0; lane < lanes<double>; ++lane) found[lane] = table[i[lane] & 7];
    return found;
#endif
}

// The numbers of the piece at the index in the last four bits of each lane.
template <size_t n> struct Looked {
    Vec<double> number[n];
};
template <const auto &tables> MULTILAYER_INLINE auto lookup_all(IntVec<double> i) {
    constexpr size_t n = sizeof tables.number / sizeof *tables.number;
    Looked<n> found;
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    for (size_t k = 0; k < n; ++k) {
        const double *table = tables.number[k];
        found.number[k] =
            (Vec<double>)_mm512_permutex2var_pd(_mm512_load_pd(table), (__m512i)i, _mm512_load_pd(table + 8));
    }
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    // Two numbers of each lane's piece at a time.
    static_assert(n % 2 == 0, "numbers come in pairs");
    static constexpr Transposed<n> pieces(tables);
    const double *piece[4];
    for (size_t lane = 0; lane < 4; ++lane) piece[lane] = pieces.number[i[lane] & 15];
    for (size_t k = 0; k < n; k += 2) {
        auto two = [&](size_t lane) __attribute__((always_inline)) {
            return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_load_pd(piece[lane] + k)),
                                        _mm_load_pd(piece[lane + 2] + k), 1);
        };
        const __m256d even = two(0), odd = two(1);
        found.number[k] = (Vec<double>)_mm256_unpacklo_pd(even, odd);
        found.number[k + 1] = (Vec<double>)_mm256_unpackhi_pd(even, odd);
    }
#else
    for (size_t k = 0; k < n; ++k)
        for (size_t lane = 0; lane < lanes<double>; ++lane)
            found.number[k][lane] = tables.number[k][i[lane] & 15];
#endif
    return found;
}

}  // namespace
