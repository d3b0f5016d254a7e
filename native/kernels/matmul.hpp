// a = x W + b on packed weights: what one instruction-set level offers, and how weights lie in memory.
//
// The same bits everywhere: each a[i, j] is one chain of fused multiply-adds over k = 0, 1, 2, ... that starts
// from b[j]. Rows and columns are split between tiles, blocks and threads as suits; the chain never is.
#pragma once

#include <cstddef>

namespace multilayer {

// Weights lie in panels of `panel` columns, one behind the other; within a panel, row k of W is contiguous.
// The last panel is one register wide if its columns fit, and padded with zeros; so is the bias.
template <class T> struct Product {
    const T *x;        // rows x inputs, element (i, k) at x[i * x_stride + k]
    ptrdiff_t x_stride;
    size_t rows;
    const T *weights;  // the first of the panels to multiply with
    const T *bias;     // of the same columns
    size_t inputs;
    size_t units;      // columns to compute: whole panels, or up to the last column of the layer
    T *y;              // element (i, j) at y[i * y_stride + j]; no other element is touched
    size_t y_stride;
    bool relu;         // a <= 0 becomes +0 before it is stored
};

template <class T> struct MatmulKernels {
    size_t lanes;      // numbers in a register
    size_t panel;      // columns of a panel
    size_t tile_rows;  // rows that the inner kernel takes at once, at most
    void (*multiply)(const Product<T> &);
};

struct MatmulTable {
    MatmulKernels<float> f32;
    MatmulKernels<double> f64;
};

// Those of the level in use, or null while there is none.
const MatmulTable *matmul_kernels();

}  // namespace multilayer
