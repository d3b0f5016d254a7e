// dW = x^T da and db in panels, from rows of a batch or from groups of them.
#pragma once

#include "kernels/cache.hpp"
#include "kernels/narrow.hpp"
#include "kernels/tile_heights.hpp"
#include "kernels/training_kernels.hpp"
#include "kernels/vectors.hpp"

namespace multilayer {
namespace {

// A part of a gradient waits in the first-level cache for the optimizer.
constexpr size_t part_rows = 48;
template <class T> constexpr size_t widest_panel = 3 * lanes<T>;

// More rows of the batch than this are taken in turns, so that the panel of da and what tiles next to each
// other read of x stay in the first-level cache.
constexpr size_t batch_rows = 256;

template <class T> constexpr size_t line_of = cache_line / sizeof(T);

// Where column k of a panel of W^T is, k being a multiple of the lanes, and how far apart its numbers are.
template <class T> struct Column {
    T *start;
    size_t stride;
};
template <class T> MULTILAYER_INLINE Column<T> column_of(const PanelOfTransposed<T> &t, size_t k) {
    constexpr size_t L = lanes<T>, normal = 2 * L;
    // All panels but the last are of normal width.
    const size_t last = t.inputs <= 3 * L ? 0 : (t.inputs - 3 * L + normal - 1) / normal * normal;
    const size_t start = k < last ? k - k % normal : last;
    const size_t width = k < last ? normal : panel_columns(t.inputs - last, L);
    return {t.panels + start * t.units + t.column * width + (k - start), width};
}

// What an update will write where a tile's gradient belongs. While the tile is summed up it is fetched, a
// cache line at a time: at once it would keep x and da waiting. Other threads have read the weights and W^T,
// and to get a line back for writing takes longer than to compute it, so each is written with what it holds;
// a prefetch does not do that.
template <class T> struct Upcoming {
    T *weights;
    const T *slot1, *slot2;
    T *const *transposed;  // lines of W^T, or null
    static constexpr size_t line = line_of<T>, ahead = 2 * line;

    static MULTILAYER_INLINE void own(T *line) {
        volatile T *const number = line;
        *number = *number;
    }
    MULTILAYER_INLINE void fetch_next() {
        own(weights);
        if (transposed != nullptr) own(*transposed++);
        __builtin_prefetch(weights + ahead);
        __builtin_prefetch(slot1, 1);
        __builtin_prefetch(slot2, 1);
        weights += line;
        slot1 += line;
        slot2 += line;
    }
};

// g[i, j] += sum over rows of x[r, i] da[r, j], i < R, j < V registers. With `start` g is 0 before.
template <class T, size_t R, size_t V> void gradient_tile(const T *x, size_t x_stride, const T *da,
                                                          size_t da_stride, size_t rows, T *g, bool start,
                                                          const Upcoming<T> *upcoming) {
    constexpr size_t L = lanes<T>;
    Vec<T> sums[R][V];
    for (size_t i = 0; i < R; ++i) {
        for (size_t v = 0; v < V; ++v) sums[i][v] = start ? Vec<T>{} : load(g + (i * V + v) * L);
    }
    const auto add_row = [&]() __attribute__((always_inline)) {
        Vec<T> row[V];
        for (size_t v = 0; v < V; ++v) row[v] = load(da + v * L);
        for (size_t i = 0; i < R; ++i) {
            const Vec<T> number = splat(x[i]);
            for (size_t v = 0; v < V; ++v) sums[i][v] = fma(number, row[v], sums[i][v]);
        }
        x += x_stride;
        da += da_stride;
    };
    if (upcoming != nullptr && rows != 0) {
        constexpr size_t all_lines = (R * V * L + Upcoming<T>::line - 1) / Upcoming<T>::line;
        const size_t lines = rows < all_lines ? rows : all_lines;
        const size_t rows_per_line = rows < 4 * lines ? rows / lines : 4;
        Upcoming<T> next = *upcoming;  // in registers
        for (size_t i = 0; i < lines; ++i) {
            next.fetch_next();
            for (size_t r = 0; r < rows_per_line; ++r) add_row();
        }
        rows -= lines * rows_per_line;
    }
#pragma GCC unroll 4
    for (size_t r = 0; r < rows; ++r) add_row();
    for (size_t i = 0; i < R; ++i) {
        for (size_t v = 0; v < V; ++v) store<T>(g + (i * V + v) * L, sums[i][v]);
    }
}

template <class T> using GradientTile = void (*)(const T *x, size_t x_stride, const T *da, size_t da_stride,
                                                 size_t rows, T *g, bool start, const Upcoming<T> *);

// The lines of W^T that rows `first` to `end` of a panel become, as many as the panel's own.
template <class T> struct LinesOfTransposed {
    T *of[part_rows * widest_panel<T> / line_of<T> + 1];

    LinesOfTransposed(const WeightUpdate<T> &u, size_t first, size_t end) {
        const size_t lines = (end - first) * u.width / line_of<T> + 1;
        size_t n = 0;
        for (size_t k = first; k < end; k += line_of<T>) {
            const Column<T> column = column_of(u.transposed, k);
            for (size_t j = 0; j < u.columns && n < lines; ++j) of[n++] = column.start + j * column.stride;
        }
        while (n < lines) of[n++] = of[0];
    }
};

// What is written next where row k of a panel is; `lines` from the first of some rows on, or null.
template <class T>
MULTILAYER_INLINE Upcoming<T> upcoming(const WeightUpdate<T> &u, size_t first, size_t k, T *const *lines) {
    const size_t at = k * u.width;
    return {u.weights + at, u.slot1 + at, (u.slot2 == nullptr ? u.slot1 : u.slot2) + at,
            lines == nullptr ? nullptr : lines + (k - first) * u.width / line_of<T>};
}

// Rows `first` to `end` of k, tiles of nearly equal height. With `fetch` the weights there are written next.
template <class T, size_t V, size_t... R>
MULTILAYER_INLINE void gradient_in_tiles(const WeightUpdate<T> &u, size_t first, size_t end, T *g, bool fetch,
                                         T *const *lines, Counts<R...> heights) {
    static constexpr GradientTile<T> of_height[] = {nullptr, gradient_tile<T, R, V>...};
    const size_t n = (end - first + tallest(heights) - 1) / tallest(heights);
    const size_t turns = (u.rows + batch_rows - 1) / batch_rows;
    for (size_t turn = 0; turn < turns; ++turn) {
        const size_t row = turn * u.rows / turns, rows = (turn + 1) * u.rows / turns - row;
        const T *da = u.da + row * u.da_stride;
        for (size_t t = 0, k = first; t < n; ++t) {
            const size_t next = first + (t + 1) * (end - first) / n;
            const T *x = u.x + row * u.x_stride + k;
            T *sums = g + (k - first) * V * lanes<T>;
            if (fetch && turn == 0) {
                const Upcoming<T> next_written = upcoming(u, first, k, lines);
                of_height[next - k](x, u.x_stride, da, u.da_stride, rows, sums, true, &next_written);
            } else {
                of_height[next - k](x, u.x_stride, da, u.da_stride, rows, sums, turn == 0, nullptr);
            }
            k = next;
        }
    }
}

template <class T> MULTILAYER_INLINE void gradient_of_rows(const WeightUpdate<T> &u, size_t first, size_t end,
                                                           T *g, bool fetch, T *const *lines) {
    const size_t vectors = u.width / lanes<T>;
    if (vectors == 3)
        gradient_in_tiles<T, 3>(u, first, end, g, fetch, lines, Heights3{});
    else if (vectors == 2)
        gradient_in_tiles<T, 2>(u, first, end, g, fetch, lines, Heights2{});
    else if (!narrow_part<T>(u, first, end, g))
        gradient_in_tiles<T, 1>(u, first, end, g, fetch, lines, Heights1{});
}

// Numbers `at` to `at` + n of all groups, added up in their order.
template <class T> MULTILAYER_INLINE void sum_of_groups(const Groups<T> &groups, size_t at, size_t n, T *g) {
    const T *from = groups.first + at;
    for (size_t i = 0; i < n; i += lanes<T>) {
        Vec<T> sum = load(from + i);
        for (size_t j = 1; j < groups.n; ++j) sum = sum + load(from + j * groups.stride + i);
        store<T>(g + i, sum);
    }
}

// Rows `first` to `end` of k, at most part_rows of them, on the way to the optimizer.
template <class T>
MULTILAYER_INLINE void gradient_to_apply(const WeightUpdate<T> &u, size_t first, size_t end, T *g) {
    if (u.groups.n != 0) {
        sum_of_groups(u.groups, first * u.width, (end - first) * u.width, g);
    } else if (u.transposed.panels == nullptr) {
        gradient_of_rows<T>(u, first, end, g, true, nullptr);
    } else {
        const LinesOfTransposed<T> lines(u, first, end);
        gradient_of_rows<T>(u, first, end, g, true, lines.of);
    }
}

template <class T> void gradient(const WeightUpdate<T> &u, T *g) {
    gradient_of_rows<T>(u, u.first, u.end, g, false, nullptr);
}

// Columns of da, V registers wide, added up: as many chains at once, as one alone would wait for each
// addition.
template <class T, size_t V> MULTILAYER_INLINE void add_rows(const BiasUpdate<T> &u, T *g) {
    Vec<T> sums[V] = {};
    for (size_t r = 0; r < u.rows; ++r) {
        for (size_t v = 0; v < V; ++v) sums[v] = sums[v] + load(u.da + r * u.da_stride + v * lanes<T>);
    }
    for (size_t v = 0; v < V; ++v) store<T>(g + v * lanes<T>, sums[v]);
}

template <class T> void bias_gradient(const BiasUpdate<T> &u, T *g) {
    const size_t vectors = u.width / lanes<T>;
    if (u.groups.n != 0)
        sum_of_groups(u.groups, 0, u.width, g);
    else if (vectors == 1)
        add_rows<T, 1>(u, g);
    else if (vectors == 3)
        add_rows<T, 3>(u, g);
    else
        add_rows<T, 2>(u, g);
}

}  // namespace
}  // namespace multilayer
