// Products that leave out the zeros of x, of which relu makes about half of all numbers, and dropout more.
//
// The bits are those of the whole chain: a multiply-add of 0 and a finite weight changes no sum, except that
// it may turn -0 into +0. That is why sums end by adding +0, whichever way they were found.
#pragma once

#include "matmul/kernels.hpp"
#include "matmul/tile_heights.hpp"
#include "simd/vectors.hpp"

namespace multilayer {
namespace {

// A chain that goes from one number to the next that is not 0 reads a register of weights for each
// multiply-add, where a tile of many rows reads one for many of them. It pays up to such a share of numbers
// that are not 0, in eighths; where registers are of 16 bytes nothing was measured.
constexpr size_t most_eighths = MULTILAYER_REGISTER_BYTES == 64 ? 6 : MULTILAYER_REGISTER_BYTES == 32 ? 5 : 2;

// Two rows and two panels at a time have chains enough to keep the multipliers busy. Each row has its own
// zeros: where the marks of one come to an end those of the other are nearly there.
constexpr size_t rows_at_once = 2;

// Fewer rows, or fewer columns, do not pay for marking x.
constexpr size_t least_rows = 8, least_registers = registers == 32 ? 2 : 4;

// Of weights that are read again for all rows: they stay in the first-level cache.
constexpr size_t bytes_again = 16384;

// Marks the numbers of a row that are not 0: bit k % 64 of word k / 64 is number k. How many there are.
template <class T> MULTILAYER_INLINE size_t mark_row(const T *x, size_t n, uint64_t *words) {
    constexpr size_t L = lanes<T>;
    size_t count = 0;
    for (size_t k = 0; k < n; k += marks_in_word) {
        const size_t left = n - k < marks_in_word ? n - k : marks_in_word;
        uint64_t word = 0;
        size_t i = 0;
        for (; i + L <= left; i += L) word |= nonzero_lanes(load(x + k + i)) << i;
        if (i < left) word |= nonzero_lanes(load_first(x + k + i, left - i)) << i;
        words[k / marks_in_word] = word;
        count += static_cast<size_t>(__builtin_popcountll(word));
    }
    return count;
}

// Marks all rows of a product. Whether it pays to leave out the zeros; the first rows tell if it surely does
// not.
template <class T> bool mark(const Product<T> &p) {
    constexpr size_t first_rows = 4;
    if (p.marks == nullptr || p.rows < least_rows || p.units <= (least_registers - 1) * lanes<T>)
        return false;
    size_t count = 0;
    for (size_t r = 0; r < p.rows; ++r) {
        count += mark_row(p.x + static_cast<ptrdiff_t>(r) * p.x_stride, p.inputs,
                          p.marks + r * words_of_marks(p.inputs));
        if (r + 1 == first_rows && 8 * count > (most_eighths + 1) * first_rows * p.inputs) return false;
    }
    return 8 * count <= most_eighths * p.rows * p.inputs;
}

// Some inputs of P panels of V registers.
template <class T, size_t P, size_t V> struct MarkedPanels {
    static constexpr size_t L = lanes<T>, N = P * V;
    const Product<T> &p;
    size_t first_word, n_words;  // of marks for these inputs
    const T *weights;
    const T *bias;  // null: sums go on from what y holds
    size_t column;
    size_t last;  // columns in the last register
    bool relu;

    // y[r] of R rows += x[r, k] W[k] over the k that are marked, in their order.
    template <size_t R> MULTILAYER_INLINE void multiply(size_t first_row) const {
        const T *x[R];
        T *y[R];
        const uint64_t *marks[R];
        Vec<T> sums[R][N];
        MULTILAYER_UNROLL
        for (size_t r = 0; r < R; ++r) {
            x[r] = p.x + static_cast<ptrdiff_t>(first_row + r) * p.x_stride +
                   static_cast<ptrdiff_t>(first_word * marks_in_word);
            y[r] = p.y + (first_row + r) * p.y_stride + column;
            marks[r] = p.marks + (first_row + r) * words_of_marks(p.inputs) + first_word;
            const T *const from = bias != nullptr ? bias : y[r];
            MULTILAYER_UNROLL
            for (size_t v = 0; v < N - 1; ++v) sums[r][v] = load<T>(from + v * L);
            sums[r][N - 1] = bias != nullptr || last == L ? load<T>(from + (N - 1) * L)
                                                          : load_first<T>(from + (N - 1) * L, last);
        }
        const size_t panel_stride = p.panel_rows * V * L;
        const T *w = weights;
        for (size_t i = 0; i < n_words; ++i) {
            uint64_t words[R];
            size_t counts[R], least = marks_in_word;
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) {
                words[r] = marks[r][i];
                counts[r] = static_cast<size_t>(__builtin_popcountll(words[r]));
                least = counts[r] < least ? counts[r] : least;
            }
            const auto add = [&](size_t r) __attribute__((always_inline)) {
                const size_t k = static_cast<size_t>(__builtin_ctzll(words[r]));
                words[r] &= words[r] - 1;
                const Vec<T> number = splat_of(x[r] + i * marks_in_word + k);
                const T *row = w + k * V * L;
                MULTILAYER_UNROLL
                for (size_t v = 0; v < N; ++v)
                    sums[r][v] = fma(number, load<T>(row + v / V * panel_stride + v % V * L), sums[r][v]);
            };
            for (size_t n = 0; n < least; ++n) {
                MULTILAYER_UNROLL
                for (size_t r = 0; r < R; ++r) add(r);
            }
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) {
                for (size_t n = least; n < counts[r]; ++n) add(r);
            }
            w += marks_in_word * V * L;
        }
        MULTILAYER_UNROLL
        for (size_t r = 0; r < R; ++r) {
            MULTILAYER_UNROLL
            for (size_t v = 0; v < N; ++v) sums[r][v] = relu ? rectify(sums[r][v]) : sums[r][v] + Vec<T>{};
            MULTILAYER_UNROLL
            for (size_t v = 0; v < N - 1; ++v) store<T>(y[r] + v * L, sums[r][v]);
            if (last == L)
                store<T>(y[r] + (N - 1) * L, sums[r][N - 1]);
            else
                store_first<T>(y[r] + (N - 1) * L, sums[r][N - 1], last);
        }
    }
};

// All rows of P panels next to each other, the first of which begins at column j: so many inputs at a time as
// have weights that stay in the cache.
template <class T, size_t P, size_t V> void sweep_marked(const Product<T> &p, size_t j, size_t columns) {
    constexpr size_t width = V * lanes<T>, usual = bytes_again / (P * width * sizeof(T)) / marks_in_word;
    const size_t words = words_of_marks(p.inputs), at_once = words <= 2 * usual ? words : usual;
    for (size_t word = 0; word < words; word += at_once) {
        const size_t n = words - word < at_once ? words - word : at_once;
        const MarkedPanels<T, P, V> panels{p,
                                           word,
                                           n,
                                           p.weights + j * p.panel_rows + word * marks_in_word * width,
                                           word == 0 ? p.bias + j : nullptr,
                                           j,
                                           columns - (P * V - 1) * lanes<T>,
                                           p.relu && word + n == words};
        size_t r = 0;
        for (; r + rows_at_once <= p.rows; r += rows_at_once) panels.template multiply<rows_at_once>(r);
        for (; r < p.rows; ++r) panels.template multiply<1>(r);
    }
}

// All panels of a product whose x is marked, of which there is more than one register; `whole` multiplies all
// of x with those that would have too few chains.
template <class T, class Whole>
MULTILAYER_INLINE void multiply_marked(const Product<T> &p, const Whole &whole) {
    constexpr size_t L = lanes<T>, normal = 2 * L;
    for (size_t j = 0, columns; j < p.units; j += columns) {
        const size_t left = p.units - j, width = panel_columns(left, L);
        const bool two = width == normal && left > width && panel_columns(left - width, L) == normal;
        columns = left < (two + 1) * width ? left : (two + 1) * width;
        if (two) {
            sweep_marked<T, 2, 2>(p, j, columns);
        } else if (width == 3 * L) {
            sweep_marked<T, 1, 3>(p, j, columns);
        } else if (registers == 32) {
            sweep_marked<T, 1, 2>(p, j, columns);
        } else {
            Product<T> rest = p;
            rest.weights += j * p.panel_rows;
            rest.bias += j;
            rest.y += j;
            rest.units = columns;
            whole(rest);
        }
    }
}

}  // namespace
}  // namespace multilayer
