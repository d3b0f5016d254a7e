// Products with so few units that most of a register of weights would be padding: the lanes are rows here,
// and x is transposed on its way into registers. Each number is the same chain as in matmul/table.cpp
// (native/NOTES/few-units.md).
#pragma once

#include "matmul/kernels.hpp"
#include "matmul/tile_heights.hpp"
#include "simd/vectors.hpp"

namespace multilayer {
namespace {

// With more units a register of weights is quicker; with registers of 16 bytes nothing was measured. Fewer
// inputs or rows do not pay for the transpose.
template <class T> constexpr size_t most_few_units = MULTILAYER_REGISTER_BYTES == 16 ? 0
                                                     : sizeof(T) == sizeof(float)
                                                         ? 4
                                                         : MULTILAYER_REGISTER_BYTES / 32;
template <class T> constexpr size_t least_inputs = 4 * lanes<T>;
constexpr size_t least_rows_of_few = 16;

template <class T> MULTILAYER_INLINE bool has_few_units(const Product<T> &p) {
    return p.as_given != nullptr && p.rows >= least_rows_of_few && p.inputs >= least_inputs<T>;
}

// What a processor shuffles without leaving it: 16 bytes.
template <class T> constexpr size_t piece = 16 / sizeof(T);

// The lower half of a register is from one place, the upper one from another.
template <class T> MULTILAYER_INLINE Vec<T> load_halves(const T *lower, const T *upper) {
#if MULTILAYER_REGISTER_BYTES == 64 && defined(__AVX512F__)
    return (Vec<T>)_mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps((const float *)lower)),
                                      _mm256_loadu_ps((const float *)upper), 1);
#elif MULTILAYER_REGISTER_BYTES == 32 && defined(__AVX__)
    return (Vec<T>)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps((const float *)lower)),
                                        _mm_loadu_ps((const float *)upper), 1);
#else
    Vec<T> v;
    __builtin_memcpy(&v, lower, sizeof v / 2);
    __builtin_memcpy(reinterpret_cast<char *>(&v) + sizeof v / 2, upper, sizeof v / 2);
    return v;
#endif
}

// Shuffles of two registers: the lower (0) or upper (1) halves of their pieces interleaved, and their even
// (0) or odd (1) pieces.
template <class T> MULTILAYER_INLINE Vec<T> interleave(Vec<T> one, Vec<T> other, size_t half) {
    constexpr size_t Q = piece<T>;
    IntVec<T> from = {};
    for (size_t i = 0; i < lanes<T>; ++i) {
        const size_t place = i % Q;
        const size_t number = i - place + half * Q / 2 + place / 2;
        from[i] = static_cast<decltype(+from[0])>(number + place % 2 * lanes<T>);
    }
    return __builtin_shuffle(one, other, from);
}
template <class T> MULTILAYER_INLINE Vec<T> every_second_piece(Vec<T> one, Vec<T> other, size_t first) {
    constexpr size_t Q = piece<T>;
    IntVec<T> from = {};
    for (size_t i = 0; i < lanes<T>; ++i)
        from[i] = static_cast<decltype(+from[0])>((2 * (i / Q) + first) * Q + i % Q);
    return __builtin_shuffle(one, other, from);
}

// The transpose within pieces: an interleaving for each bit of the place of a number.
template <class T> MULTILAYER_INLINE void butterfly(Vec<T> (&x)[piece<T>]) {
    constexpr size_t Q = piece<T>;
    for (size_t stage = 1; stage < Q; stage *= 2) {
        Vec<T> next[Q];
        for (size_t i = 0; i < Q / 2; ++i) {
            next[2 * i] = interleave<T>(x[i], x[i + Q / 2], 0);
            next[2 * i + 1] = interleave<T>(x[i], x[i + Q / 2], 1);
        }
        for (size_t i = 0; i < Q; ++i) x[i] = next[i];
    }
}

// x[i] = number k + i of each of as many rows as there are lanes.
template <class T>
MULTILAYER_INLINE void load_transposed(const T *const (&rows)[lanes<T>], size_t k, Vec<T> (&x)[lanes<T>]) {
    constexpr size_t L = lanes<T>, Q = piece<T>, H = L / 2;
    constexpr size_t N = sizeof(Vec<T>) == 64 ? 2 : 1;  // pieces in half a register
    if constexpr (sizeof(Vec<T>) == 16) {
        for (size_t i = 0; i < L; ++i) x[i] = load(rows[i] + k);
        butterfly<T>(x);
    } else {
        for (size_t half = 0; half < 2; ++half) {
            Vec<T> t[N][Q];
            for (size_t n = 0; n < N; ++n) {
                for (size_t i = 0; i < Q; ++i) {
                    const T *const *row = rows + n * 2 * Q + i;
                    t[n][i] = load_halves<T>(row[0] + k + half * H, row[Q] + k + half * H);
                }
                butterfly<T>(t[n]);
            }
            for (size_t i = 0; i < Q; ++i) {
                if constexpr (N == 1) {
                    x[half * H + i] = t[0][i];
                } else {
                    x[half * H + i] = every_second_piece<T>(t[0][i], t[1][i], 0);
                    x[half * H + Q + i] = every_second_piece<T>(t[0][i], t[1][i], 1);
                }
            }
        }
    }
}

// J units of B registers of rows, from row `first` on. The last of them stands for those that are not there.
template <class T, size_t J, size_t B> void few_units_of_rows(const Product<T> &p, size_t first) {
    constexpr size_t L = lanes<T>;
    const T *rows[B][L];
    Vec<T> sums[B][J];
    for (size_t b = 0; b < B; ++b) {
        for (size_t i = 0; i < L; ++i) {
            const size_t r = first + b * L + i;
            rows[b][i] = p.x + static_cast<ptrdiff_t>(r < p.rows ? r : p.rows - 1) * p.x_stride;
        }
        for (size_t j = 0; j < J; ++j) sums[b][j] = splat(p.bias[j]);
    }
    const auto add = [&](size_t k, size_t from) {
        const T *w = p.as_given + (k + from) * J;
        for (size_t b = 0; b < B; ++b) {
            Vec<T> x[L];
            load_transposed<T>(rows[b], k, x);
            for (size_t i = from; i < L; ++i) {
                for (size_t j = 0; j < J; ++j)
                    sums[b][j] = fma(x[i], splat(w[(i - from) * J + j]), sums[b][j]);
            }
        }
    };
    size_t k = 0;
    for (; k + L <= p.inputs; k += L) add(k, 0);
    if (k < p.inputs) add(p.inputs - L, k + L - p.inputs);
    for (size_t b = 0; b < B; ++b) {
        for (size_t j = 0; j < J; ++j) {
            const Vec<T> y = p.relu ? rectify(sums[b][j]) : sums[b][j] + Vec<T>{};
            for (size_t i = 0; i < L && first + b * L + i < p.rows; ++i)
                p.y[(first + b * L + i) * p.y_stride + j] = y[i];
        }
    }
}

// All rows, but for a few at the end; how many were done.
template <class T, size_t J = 1> size_t multiply_few_units(const Product<T> &p) {
    if constexpr (J < most_few_units<T>) {
        if (p.units != J) return multiply_few_units<T, J + 1>(p);
    }
    // A multiply-add takes four cycles, and a chain waits for each: several chains fill the time.
    constexpr size_t L = lanes<T>, B = J * L < 16 ? 2 : 1;
    size_t row = 0;
    for (; row + B * L <= p.rows; row += B * L) few_units_of_rows<T, J, B>(p, row);
    for (; row + L / 2 < p.rows; row += L) few_units_of_rows<T, J, 1>(p, row);
    return row < p.rows ? row : p.rows;
}

}  // namespace
}  // namespace multilayer
