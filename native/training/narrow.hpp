// Layers of a few units, such as the last one mostly is: a register of weights would be padding for the most
// part. So their weights lie as W^T does, in panels of columns k with a row for each unit, and with them
// their gradient and what an optimizer remembers. The lanes are rows of the batch going forward, inputs k for
// the gradient. Each number is the same chain of fused multiply-adds as in matmul/table.cpp and
// training/table.cpp, and has the same bits.
#pragma once

#include "matmul/kernels.hpp"
#include "matmul/tile_heights.hpp"
#include "simd/vectors.hpp"
#include "training/kernels.hpp"

namespace multilayer {
namespace {

// Up to as many units; from there on a register per row is quicker. Going back it is so earlier.
template <class T> constexpr size_t narrow_units = lanes<T> * 5 / 8;
template <class T> constexpr size_t narrow_back_units = lanes<T> / 4;

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
// number of rows is no multiple.
template <class T, size_t J> void narrow_rows(const NarrowProduct<T> &p) {
    constexpr size_t L = lanes<T>;
    for (size_t start = 0; start < p.rows; start += L) {
        const size_t r = start + L <= p.rows || p.rows < L ? start : p.rows - L;
        const size_t n_rows = p.rows < L ? p.rows : L;
        Vec<T> sums[J];
        for (size_t j = 0; j < J; ++j) sums[j] = splat(p.bias[j]);
        for (size_t first = 0; first < p.inputs; first += L) {
            Vec<T> x[L];
            for (size_t i = 0; i < L; ++i)
                x[i] = load(p.x + (r + (i < n_rows ? i : n_rows - 1)) * p.x_stride + first);
            transpose_square<T>(x);
            const size_t panel = panel_start(first, p.inputs, L), width = panel_columns(p.inputs - panel, L);
            const T *W = p.weights + panel * J + (first - panel);
            if (p.inputs - first >= L) {
                for (size_t k = 0; k < L; ++k) {
                    for (size_t j = 0; j < J; ++j) sums[j] = fma(x[k], splat(W[j * width + k]), sums[j]);
                }
            } else {
                for (size_t k = 0; k < p.inputs - first; ++k) {
                    for (size_t j = 0; j < J; ++j) sums[j] = fma(x[k], splat(W[j * width + k]), sums[j]);
                }
            }
        }
        for (size_t j = 0; j < J; ++j) {
            const Vec<T> y = p.relu ? rectify(sums[j]) : sums[j] + Vec<T>{};
            for (size_t i = 0; i < n_rows; ++i) p.y[(r + i) * p.y_stride + j] = y[i];
        }
    }
}

template <class T, size_t J = 1> void narrow_product(const NarrowProduct<T> &p) {
    if constexpr (J < narrow_units<T>) {
        if (p.units != J) return narrow_product<T, J + 1>(p);
    }
    narrow_rows<T, J>(p);
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
    if constexpr (J > narrow_back_units<T>) {
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

// g[k, j] = sum over rows of x[r, k] da[r, j], for K registers of k, of a panel of V, and J units.
template <class T, size_t J, size_t K>
void narrow_tile(const T *x, size_t x_stride, const T *da, size_t da_stride, size_t rows, T *g, size_t V) {
    constexpr size_t L = lanes<T>;
    Vec<T> sums[K][J] = {};
    for (size_t r = 0; r < rows; ++r) {
        Vec<T> row[K];
        MULTILAYER_UNROLL
        for (size_t i = 0; i < K; ++i) row[i] = load(x + i * L);
        MULTILAYER_UNROLL
        for (size_t j = 0; j < J; ++j) {
            const Vec<T> number = splat(da[j]);
            MULTILAYER_UNROLL
            for (size_t i = 0; i < K; ++i) sums[i][j] = fma(row[i], number, sums[i][j]);
        }
        x += x_stride;
        da += da_stride;
    }
    MULTILAYER_UNROLL
    for (size_t j = 0; j < J; ++j) {
        MULTILAYER_UNROLL
        for (size_t i = 0; i < K; ++i) store<T>(g + (j * V + i) * L, sums[i][j]);
    }
}

// Rows `first` to `end` of k, whole panels. Behind the last of them x is 0 up to a whole register.
template <class T, size_t J = 1> void narrow_gradient(const WeightUpdate<T> &u, T *g) {
    constexpr size_t L = lanes<T>;
    if constexpr (J < narrow_units<T>) {
        if (u.columns != J) return narrow_gradient<T, J + 1>(u, g);
    }
    // Sums, as many numbers of x, and one of da.
    constexpr bool fits_3 = 3 * J + 3 + 1 <= registers;
    for (size_t k = u.first; k < u.end;) {
        const size_t V = panel_columns(u.transposed.inputs - k, L) / L;
        const T *x = u.x + k;
        if (V == 1) {
            narrow_tile<T, J, 1>(x, u.x_stride, u.da, u.da_stride, u.rows, g, V);
        } else if (V == 3 && fits_3) {
            narrow_tile<T, J, 3>(x, u.x_stride, u.da, u.da_stride, u.rows, g, V);
        } else {
            narrow_tile<T, J, 2>(x, u.x_stride, u.da, u.da_stride, u.rows, g, V);
            if (V == 3) narrow_tile<T, J, 1>(x + 2 * L, u.x_stride, u.da, u.da_stride, u.rows, g + 2 * L, V);
        }
        g += V * L * J;
        k += V * L;
    }
}

// sums[j] of W^2 over rows `first` to `end` of k, as training/table.cpp has it for other layers.
template <class T>
void narrow_squares(const T *rows, size_t units, size_t inputs, size_t first, size_t end, double *sums) {
    constexpr size_t L = lanes<T>;
    double sum[narrow_units<T>] = {};
    for (size_t k = first; k < end; ++k) {
        const size_t panel = panel_start(k, inputs, L), width = panel_columns(inputs - panel, L);
        const T *w = rows + (panel - first) * units + (k - panel);
        for (size_t j = 0; j < units; ++j) {
            const double number = static_cast<double>(w[j * width]);
            sum[j] = __builtin_fma(number, number, sum[j]);
        }
    }
    for (size_t j = 0; j < units; ++j) sums[j] = sum[j];
}

}  // namespace
}  // namespace multilayer
