// a = x W + b on packed weights: what one instruction-set level offers, and how weights lie in memory.
//
// The same bits everywhere: each a[i, j] is one chain of fused multiply-adds over k = 0, 1, 2, ... that
// starts from b[j]. Rows and columns are split between tiles, blocks and threads as suits; the chain never
// is. (A nan is a nan: its sign and payload are open, as in IEEE 754.)
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/integers.hpp"

namespace multilayer {

// Weights lie in panels of columns, one behind the other; within a panel, row k of W is contiguous. A panel
// is two registers wide; the last one may be three, or one if the layer is no wider, so that no register is
// padding alone. The last register is padded with zeros, and so is the bias.
static inline size_t panel_columns(size_t columns_left, size_t lanes) {
    if (columns_left <= lanes) return lanes;
    return columns_left > 2 * lanes && columns_left <= 3 * lanes ? 3 * lanes : 2 * lanes;
}
static inline size_t n_panels(size_t columns, size_t lanes) {
    const size_t pairs_of_registers = divide_up(columns, lanes) / 2;
    return pairs_of_registers == 0 ? 1 : pairs_of_registers;
}

// At any level.
constexpr size_t most_register_bytes = 64;

// The first column of the panel that a column is in: all panels but the last are two registers wide.
static inline size_t panel_start(size_t column, size_t columns, size_t lanes) {
    const size_t normal = 2 * lanes, wide = 3 * lanes;
    const size_t last = columns <= wide ? 0 : round_up(columns - wide, normal);
    return column < last ? column - column % normal : last;
}

// One bit for each number of a row of x, see zeros.hpp.
constexpr size_t marks_in_word = 64;
static inline size_t words_of_marks(size_t inputs) { return divide_up(inputs, marks_in_word); }

template <class T> struct Product {
    const T *x;  // rows x inputs, element (i, k) at x[i * x_stride + k]
    ptrdiff_t x_stride;
    size_t rows;
    const T *weights;  // the first of the panels to multiply with
    const T *bias;     // of the same columns
    size_t inputs;
    size_t panel_rows;  // from one panel to the next: the inputs, or more
    size_t units;       // columns to compute: whole panels
    T *y;               // element (i, j) at y[i * y_stride + j]; no other element is touched
    size_t y_stride;
    bool relu;  // a <= 0 becomes +0 before it is stored
    // Room for words_of_marks(inputs) for each row, if zeros of x may be left out: if all weights are finite,
    // as 0 times another is nan. Null if not.
    uint64_t *marks;
    // The weights of a layer of few units, inputs x units, see few_units.hpp. Null if not.
    const T *as_given = nullptr;
};

template <class T> struct MatmulKernels {
    size_t lanes;      // numbers in a register
    size_t panel;      // columns of all panels but the last
    size_t tile_rows;  // rows that the inner kernel takes at once, at most
    size_t few_units;  // layers of no more have their weights as they were given besides
    void (*multiply)(const Product<T> &);
};

struct MatmulTable {
    MatmulKernels<float> f32;
    MatmulKernels<double> f64;
};

// Those of the level in use, or null while there is none.
const MatmulTable *matmul_kernels();
template <class T> MatmulKernels<T> products_of() {
    if constexpr (sizeof(T) == sizeof(float))
        return matmul_kernels()->f32;
    else
        return matmul_kernels()->f64;
}

}  // namespace multilayer
