// Layers of few inputs and many units write more than they compute. Some rows at a time are written from their
// beginning to their end, which the processor fetches ahead; a tile writes a line or two of each row.
#pragma once

#include "matmul/kernels.hpp"
#include "matmul/tile_heights.hpp"
#include "simd/vectors.hpp"

namespace multilayer {
namespace {

constexpr size_t most_few_inputs = 4, least_wide_bytes = 1024, few_inputs_rows = 4;

template <class T> bool has_few_inputs(const Product<T> &p) {
    return p.inputs <= most_few_inputs && p.units * sizeof(T) >= least_wide_bytes && p.rows >= few_inputs_rows;
}

// R rows of K inputs. A register of weights serves all rows; each sum is the chain from the bias, as everywhere.
template <class T, size_t R, size_t K> MULTILAYER_INLINE void rows_of_few_inputs(const Product<T> &p, size_t row) {
    constexpr size_t L = lanes<T>;
    Vec<T> x[R][K];
    MULTILAYER_UNROLL
    for (size_t r = 0; r < R; ++r) {
        MULTILAYER_UNROLL
        for (size_t k = 0; k < K; ++k)
            x[r][k] = splat<T>(p.x[static_cast<ptrdiff_t>(row + r) * p.x_stride + static_cast<ptrdiff_t>(k)]);
    }
    T *const y = p.y + row * p.y_stride;
    for (size_t start = 0; start < p.units;) {
        const size_t width = panel_columns(p.units - start, L);
        const T *const w = p.weights + start * p.panel_rows;
        for (size_t v = 0; v < width && start + v < p.units; v += L) {
            const size_t j = start + v, left = p.units - j;
            const Vec<T> bias = load<T>(p.bias + j);
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) {
                Vec<T> sum = bias;
                MULTILAYER_UNROLL
                for (size_t k = 0; k < K; ++k) sum = fma(x[r][k], load<T>(w + k * width + v), sum);
                sum = p.relu ? rectify(sum) : sum + Vec<T>{};
                if (left >= L)
                    store<T>(y + r * p.y_stride + j, sum);
                else
                    store_first<T>(y + r * p.y_stride + j, sum, left);
            }
        }
        start += width;
    }
}

template <class T, size_t K> void multiply_inputs(const Product<T> &p) {
    constexpr size_t R = registers == 32 ? 4 : 2;
    size_t row = 0;
    for (; row + R <= p.rows; row += R) rows_of_few_inputs<T, R, K>(p, row);
    for (; row < p.rows; ++row) rows_of_few_inputs<T, 1, K>(p, row);
}

template <class T> MULTILAYER_INLINE void multiply_few_inputs(const Product<T> &p) {
    static constexpr void (*of[])(const Product<T> &) = {nullptr, multiply_inputs<T, 1>, multiply_inputs<T, 2>,
                                                         multiply_inputs<T, 3>, multiply_inputs<T, 4>};
    of[p.inputs](p);
}

}  // namespace
}  // namespace multilayer
