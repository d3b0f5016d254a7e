// A network with its weights packed for the level in use, and its forward pass.
//
// The pass is depth-first: a block of rows goes through all layers before the next one starts, so that what
// lies between two layers never leaves the cache. With many rows the threads share out blocks, with few rows
// the columns of each layer, and small work is done by the caller alone. None of this shows in a result: see
// matmul/kernels.hpp.
#pragma once

#include <cstddef>
#include <vector>

#include "matmul/epilogue.hpp"
#include "matmul/kernels.hpp"
#include "runtime/aligned_numbers.hpp"

namespace multilayer {

template <class T> struct LayerSource {
    const T *weights;  // inputs x units, contiguous
    const T *bias;
    size_t inputs;
    size_t units;
    bool relu;  // in the registers; the epilogue is empty then
    Epilogue<T> epilogue;
};

// A matrix anywhere in memory: element (i, j) at data[i * row_stride + j * column_stride].
template <class T> struct Matrix {
    const T *data;
    ptrdiff_t row_stride;
    ptrdiff_t column_stride;
    size_t rows;
};

template <class T> class Network {
   public:
    // Copies what it needs. Each layer takes as many inputs as the one before has units; at least one layer.
    explicit Network(const std::vector<LayerSource<T>> &layers);

    size_t inputs() const { return layers_.front().inputs; }
    size_t units() const { return layers_.back().units; }

    // Whether that many rows are work enough to let others have the interpreter meanwhile, and to share out.
    bool is_large(size_t rows) const { return fixed_cost_ + row_cost_ * static_cast<double>(rows) > large; }

    // Writes rows x units numbers to y, which overlaps nothing. Throws std::bad_alloc.
    void forward(const Matrix<T> &x, T *y) const;

   private:
    struct Layer {
        size_t inputs;
        size_t units;
        size_t stride;  // from one row of its outputs to the next, while they are not the network's
        const T *weights;
        const T *bias;
        const T *as_given;  // weights besides, if there are few units; else null
        bool relu;
        bool finite;  // all weights are
        Epilogue<T> epilogue;
    };
    static constexpr double large = 15'000;  // nanoseconds, roughly

    size_t room_of_marks(size_t rows) const;
    size_t scratch_of(size_t rows, bool copies) const;
    void run_block(const Matrix<T> &x, T *y, T *scratch) const;
    void multiply(const Layer &layer, const T *x, ptrdiff_t x_stride, size_t rows, size_t first, size_t end,
                  T *y, size_t y_stride, uint64_t *marks) const;
    void by_rows(const Matrix<T> &x, T *y, size_t n_threads) const;
    void by_columns(const Matrix<T> &x, T *y, size_t n_threads) const;
    bool needs_copy(const Matrix<T> &x) const;
    const T *copied(const Matrix<T> &x, T *to) const;

    MatmulKernels<T> kernels_;
    std::vector<Layer> layers_;
    AlignedNumbers<T> packed_;
    size_t widest_ = 0;    // the largest stride of a layer's outputs, the last layer left out
    size_t marks_ = 0;     // words for a row of any layer's x, see matmul/kernels.hpp
    size_t input_stride_;  // of copied rows of x
    size_t block_rows_;
    size_t least_rows_;  // for each thread, if threads share out rows
    double fixed_cost_ = 0, row_cost_ = 0;
};

extern template class Network<float>;
extern template class Network<double>;

}  // namespace multilayer
