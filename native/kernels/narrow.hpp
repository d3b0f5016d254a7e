// Layers of a few units, such as the last one mostly is: a register of weights would be padding for the most
// part. So the lanes are rows of the batch going forward, and inputs k for the gradient. Each number is the
// same chain of fused multiply-adds as in matmul_level.cpp and training_level.cpp, and has the same bits.
#pragma once

#include "kernels/matmul.hpp"
#include "kernels/tile_heights.hpp"
#include "kernels/training_kernels.hpp"
#include "kernels/vectors.hpp"

namespace multilayer {
namespace {

// Up to as many units; from there on a register per row is quicker.
template <class T> constexpr size_t narrow_forward = lanes<T> / 4;
template <class T> constexpr size_t narrow_gradient = lanes<T> * 5 / 8;

// The transpose of a square of registers: a butterfly of interleavings, one for each bit of the lane's
// number.
template <class T> MULTILAYER_INLINE void transpose_square(Vec<T> (&x)[lanes<T>]) {
    constexpr size_t L = lanes<T>;
    IntVec<T> low = {}, high = {};
    for (size_t i = 0; i < L; ++i) {
        low[i] = static_cast<decltype(+low[0])>(i / 2 + i % 2 * L);
        high[i] = low[i] + static_cast<decltype(+low[0])>(L / 2);
    }
    for (size_t stage = 1; stage < L; stage *= 2) {
        Vec<T> y[L];
        for (size_t i = 0; i < L / 2; ++i) {
            y[2 * i] = __builtin_shuffle(x[i], x[i + L / 2], low);
            y[2 * i + 1] = __builtin_shuffle(x[i], x[i + L / 2], high);
        }
        for (size_t i = 0; i < L; ++i) x[i] = y[i];
    }
}

// a = x W + b for J units: as many rows at a time as there are lanes, the last of them once more where the
// number of rows is no multiple. Returns the rows that were done: none where they are fewer.
template <class T, size_t J> size_t narrow_rows(const NarrowProduct<T> &p) {
    constexpr size_t L = lanes<T>;
    if (p.rows < L) return 0;
    for (size_t start = 0; start < p.rows; start += L) {
        const size_t r = start + L <= p.rows ? start : p.rows - L;
        Vec<T> sums[J];
        for (size_t j = 0; j < J; ++j) sums[j] = splat(p.bias[j]);
        for (size_t first = 0; first < p.inputs; first += L) {
            Vec<T> x[L];
            for (size_t i = 0; i < L; ++i) x[i] = load(p.x + (r + i) * p.x_stride + first);
            transpose_square<T>(x);
            const T *W = p.weights + first * L;
            if (p.inputs - first >= L) {
                for (size_t k = 0; k < L; ++k) {
                    for (size_t j = 0; j < J; ++j) sums[j] = fma(x[k], splat(W[k * L + j]), sums[j]);
                }
            } else {
                for (size_t k = 0; k < p.inputs - first; ++k) {
                    for (size_t j = 0; j < J; ++j) sums[j] = fma(x[k], splat(W[k * L + j]), sums[j]);
                }
            }
        }
        for (size_t j = 0; j < J; ++j) {
            for (size_t i = 0; i < L; ++i) p.y[(r + i) * p.y_stride + j] = sums[j][i] + T(0);
        }
    }
    return p.rows;
}

template <class T, size_t J = 1> size_t narrow_product(const NarrowProduct<T> &p) {
    if constexpr (J > narrow_forward<T>)
        return 0;
    else
        return p.units == J ? narrow_rows<T, J>(p) : narrow_product<T, J + 1>(p);
}

// dz = da W^T for J units, over V registers of k: all that is read of W^T stays in registers.
template <class T, size_t J, size_t V>
void narrow_back_panel(const NarrowProduct<T> &p, const T *weights, T *y) {
    constexpr size_t L = lanes<T>;
    Vec<T> W[J][V];
    for (size_t j = 0; j < J; ++j) {
        for (size_t v = 0; v < V; ++v) W[j][v] = load(weights + (j * V + v) * L);
    }
    for (size_t r = 0; r < p.rows; ++r) {
        Vec<T> sums[V] = {};
        for (size_t j = 0; j < J; ++j) {
            const Vec<T> number = splat(p.x[r * p.x_stride + j]);
            for (size_t v = 0; v < V; ++v) sums[v] = fma(number, W[j][v], sums[v]);
        }
        for (size_t v = 0; v < V; ++v) store<T>(y + r * p.y_stride + v * L, sums[v] + Vec<T>{});
    }
}

// Whether it was done: if there are few enough inputs, which are the units of the layer that it goes back
// from.
template <class T, size_t J = 1> bool narrow_back(const NarrowProduct<T> &p) {
    if constexpr (J > narrow_forward<T>) {
        return false;
    } else {
        if (p.inputs != J) return narrow_back<T, J + 1>(p);
        for (size_t column = 0; column < p.units;) {
            const size_t width = panel_columns(p.units - column, lanes<T>);
            const T *weights = p.weights + column * J;
            if (width == lanes<T>)
                narrow_back_panel<T, J, 1>(p, weights, p.y + column);
            else if (width == 2 * lanes<T>)
                narrow_back_panel<T, J, 2>(p, weights, p.y + column);
            else
                narrow_back_panel<T, J, 3>(p, weights, p.y + column);
            column += width;
        }
        return true;
    }
}

// g[k, j] = sum over rows of x[r, k] da[r, j] for K registers of k and J columns of a panel of one register.
template <class T, size_t J, size_t K>
void narrow_tile(const T *x, size_t x_stride, const T *da, size_t da_stride, size_t rows, size_t n, T *g) {
    constexpr size_t L = lanes<T>;
    Vec<T> sums[K][J] = {};
    for (size_t r = 0; r < rows; ++r) {
        Vec<T> row[K];
        for (size_t i = 0; i < K; ++i) row[i] = load(x + i * L);
        for (size_t j = 0; j < J; ++j) {
            const Vec<T> number = splat(da[j]);
            for (size_t i = 0; i < K; ++i) sums[i][j] = fma(row[i], number, sums[i][j]);
        }
        x += x_stride;
        da += da_stride;
    }
    for (size_t k = 0; k < n; ++k) store<T>(g + k * L, Vec<T>{});
    for (size_t j = 0; j < J; ++j) {
        alignas(64) T column[K * L];
        for (size_t i = 0; i < K; ++i) store<T>(column + i * L, sums[i][j]);
        for (size_t k = 0; k < n; ++k) g[k * L + j] = column[k];
    }
}

// Rows `first` to `end` of k, a few registers of them at a time. Behind the last one x has numbers too.
template <class T, size_t J = 1>
MULTILAYER_INLINE bool narrow_part(const WeightUpdate<T> &u, size_t first, size_t end, T *g) {
    constexpr size_t L = lanes<T>;
    if constexpr (J > narrow_gradient<T>) {
        return false;
    } else {
        if (u.columns != J) return narrow_part<T, J + 1>(u, first, end, g);
        // Sums, as many numbers of x, and one of da.
        constexpr size_t most = 3 * J + 3 + 1 <= registers ? 3 : 2;
        for (size_t k = first; k < end;) {
            const size_t n = end - k < most * L ? end - k : most * L;
            T *to = g + (k - first) * L;
            if (n <= L)
                narrow_tile<T, J, 1>(u.x + k, u.x_stride, u.da, u.da_stride, u.rows, n, to);
            else if (n <= 2 * L)
                narrow_tile<T, J, 2>(u.x + k, u.x_stride, u.da, u.da_stride, u.rows, n, to);
            else
                narrow_tile<T, J, 3>(u.x + k, u.x_stride, u.da, u.da_stride, u.rows, n, to);
            k += n;
        }
        return true;
    }
}

}  // namespace
}  // namespace multilayer
