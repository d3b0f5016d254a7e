// What follows a = x W + b in a layer: the activation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "activations/kernels.hpp"

namespace multilayer {

// All null: nothing follows.
template <class T> struct Epilogue {
    ElementwiseFunction<T> elementwise = nullptr;
    AxisFunction<T> axis = nullptr;
    std::vector<double> parameters;   // of all units, or of one unit after the other
    size_t parameters_of_a_unit = 0;  // 0: all units have the same

    // In place, on columns `first` to `end` of rows `stride` apart.
    void apply(T *y, size_t rows, size_t first, size_t end, size_t stride) const {
        if (parameters_of_a_unit != 0) return apply_by_unit(y, rows, first, end, stride);
        const size_t columns = end - first;
        y += first;
        if (elementwise != nullptr) {
            if (columns == stride) return elementwise(y, y, rows * columns, parameters.data(), Into::caches);
            for (size_t r = 0; r < rows; ++r)
                elementwise(y + r * stride, y + r * stride, columns, parameters.data(), Into::caches);
        } else if (axis != nullptr) {
            if (columns == stride) return axis(y, y, rows, columns);
            for (size_t r = 0; r < rows; ++r) axis(y + r * stride, y + r * stride, 1, columns);
        }
    }

   private:
    // A kernel takes one set of parameters and contiguous numbers, so a column is gathered for it.
    void apply_by_unit(T *y, size_t rows, size_t first, size_t end, size_t stride) const {
        T column[64];
        for (size_t row = 0; row < rows; row += std::size(column)) {
            const size_t n = std::min(rows - row, std::size(column));
            for (size_t j = first; j < end; ++j) {
                T *at = y + row * stride + j;
                for (size_t r = 0; r < n; ++r) column[r] = at[r * stride];
                elementwise(column, column, n, parameters.data() + j * parameters_of_a_unit, Into::caches);
                for (size_t r = 0; r < n; ++r) at[r * stride] = column[r];
            }
        }
    }
};

}  // namespace multilayer
