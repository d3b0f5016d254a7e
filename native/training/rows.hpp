// Rows of samples, in whatever order, as the rows of a batch.
#pragma once

#include "runtime/cache.hpp"
#include "runtime/integers.hpp"
#include "simd/overflow_safe.hpp"
#include "training/kernels.hpp"

namespace multilayer {
namespace {

// Rows of x in shuffled order are in no cache; they are prefetched this many rows ahead.
constexpr size_t rows_ahead = 8;
constexpr size_t most_lines_ahead = 16;

template <class T> MULTILAYER_INLINE void prefetch_row(const T *row, size_t columns) {
    const size_t lines = divide_up(columns * sizeof(T), cache_line);
    const char *p = reinterpret_cast<const char *>(row);
    for (size_t i = 0; i < lines && i < most_lines_ahead; ++i) __builtin_prefetch(p + i * cache_line);
}

template <class T> bool copy_rows(const SampleRows<T> &s) {
    OverflowCheck<T> check(safe_signal<T>);
    const auto row = [&](size_t r) __attribute__((always_inline)) {
        return s.x + (s.order == nullptr ? static_cast<ptrdiff_t>(r) : s.order[r]) * s.x_stride;
    };
    for (size_t r = s.first; r < s.end; ++r) {
        if (s.order != nullptr && r + rows_ahead < s.last) prefetch_row(row(r + rows_ahead), s.columns);
        const T *x = row(r);
        T *y = s.y + (r - s.first) * s.y_stride;
        size_t j = 0;
        for (; j + lanes<T> <= s.columns; j += lanes<T>) {
            const Vec<T> numbers = load(x + j);
            check.see(numbers);
            store<T>(y + j, numbers);
        }
        if (j < s.columns) {
            const Vec<T> numbers = load_first(x + j, s.columns - j);
            check.see(numbers);
            store<T>(y + j, numbers);  // what is behind them stays 0
        }
    }
    return check.all();
}

}  // namespace
}  // namespace multilayer
