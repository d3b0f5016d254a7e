// Gradients of weights with the optimizer behind them, transposition and losses; compiled once per
// instruction-set level.
#include "kernels/dropout.hpp"
#include "kernels/levels.hpp"
#include "kernels/losses.hpp"
#include "kernels/matmul.hpp"
#include "kernels/moderate.hpp"
#include "kernels/narrow.hpp"
#include "kernels/optimizers.hpp"
#include "kernels/rows.hpp"
#include "kernels/training_kernels.hpp"
#include "kernels/vectors.hpp"

namespace multilayer {
namespace {

// As for the products of matmul_level.cpp: accumulators, a row of da and one number of x fill the registers.
template <size_t...> struct Counts {};
#if MULTILAYER_REGISTER_BYTES == 64
using Heights1 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14>;
using Heights2 = Heights1;
using Heights3 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9>;
#elif MULTILAYER_REGISTER_BYTES == 32
using Heights1 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Heights2 = Counts<1, 2, 3, 4, 5, 6>;
using Heights3 = Counts<1, 2, 3, 4>;
#else
using Heights1 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Heights2 = Heights1;
using Heights3 = Counts<1, 2, 3, 4, 5, 6, 7, 8>;
#endif
template <size_t... R> constexpr size_t tallest(Counts<R...>) { return sizeof...(R); }

// A part of a gradient waits in the first-level cache for the optimizer.
constexpr size_t part_rows = 48;
template <class T> constexpr size_t widest_panel = 3 * lanes<T>;

// More rows of the batch than this are taken in turns, so that the panel of da and what tiles next to each
// other read of x stay in the first-level cache.
constexpr size_t batch_rows = 256;

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

template <class T> constexpr size_t line_of = 64 / sizeof(T);

// What an update will write where a tile's gradient belongs. While the tile is summed up it is fetched, a cache
// line at a time: at once it would keep x and da waiting. Other threads have read the weights and W^T, and to
// get a line back for writing takes longer than to compute it, so each is written with what it holds; a
// prefetch does not do that.
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
template <class T, size_t R, size_t V>
void gradient_tile(const T *x, size_t x_stride, const T *da, size_t da_stride, size_t rows, T *g, bool start,
                   Upcoming<T> upcoming) {
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
    if (start && rows != 0) {
        constexpr size_t all_lines = (R * V * L + Upcoming<T>::line - 1) / Upcoming<T>::line;
        const size_t lines = rows < all_lines ? rows : all_lines;
        const size_t rows_per_line = rows < 4 * lines ? rows / lines : 4;
        for (size_t i = 0; i < lines; ++i) {
            upcoming.fetch_next();
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
                                                 size_t rows, T *g, bool start, Upcoming<T>);

// Rows `first` to `end` of k, tiles of nearly equal height.
// The lines of W^T that rows `first` to `end` of a panel become, as many as the panel's own.
template <class T> struct LinesOfTransposed {
    T *of[part_rows * widest_panel<T> / line_of<T> + 1];

    LinesOfTransposed(const WeightUpdate<T> &u, size_t first, size_t end) {
        if (u.transposed.panels == nullptr) return;
        const size_t lines = (end - first) * u.width / line_of<T> + 1;
        size_t n = 0;
        for (size_t k = first; k < end; k += line_of<T>) {
            const Column<T> column = column_of(u.transposed, k);
            for (size_t j = 0; j < u.columns && n < lines; ++j) of[n++] = column.start + j * column.stride;
        }
        while (n < lines) of[n++] = of[0];
    }
};

template <class T, size_t V, size_t... R> MULTILAYER_INLINE void gradient_part(const WeightUpdate<T> &u,
                                                                               size_t first, size_t end, T *g,
                                                                               Counts<R...> heights) {
    const LinesOfTransposed<T> transposed(u, first, end);
    static constexpr GradientTile<T> of_height[] = {nullptr, gradient_tile<T, R, V>...};
    const size_t n = (end - first + tallest(heights) - 1) / tallest(heights);
    const size_t turns = (u.rows + batch_rows - 1) / batch_rows;
    for (size_t turn = 0; turn < turns; ++turn) {
        const size_t row = turn * u.rows / turns, rows = (turn + 1) * u.rows / turns - row;
        for (size_t t = 0, k = 0; t < n; ++t) {
            const size_t next = (t + 1) * (end - first) / n;
            const size_t at = (first + k) * u.width;
            const T *slot2 = u.slot2 == nullptr ? u.slot1 : u.slot2;
            T *const *lines =
                u.transposed.panels == nullptr ? nullptr : transposed.of + k * u.width / line_of<T>;
            of_height[next - k](u.x + row * u.x_stride + first + k, u.x_stride, u.da + row * u.da_stride,
                                u.da_stride, rows, g + k * V * lanes<T>, row == 0,
                                {u.weights + at, u.slot1 + at, slot2 + at, lines});
            k = next;
        }
    }
}

template <class T> bool update_weights(const WeightUpdate<T> &u, const UpdateRule<T> &rule) {
    alignas(64) T g[part_rows * widest_panel<T>];
    const size_t vectors = u.width / lanes<T>;
    bool moderate = true;
    for (size_t first = u.first; first < u.end; first += part_rows) {
        const size_t end = u.end - first < part_rows ? u.end : first + part_rows;
        const size_t at = first * u.width, n = (end - first) * u.width;
        if (vectors == 1 && !narrow_part<T>(u, first, end, g))
            gradient_part<T, 1>(u, first, end, g, Heights1{});
        else if (vectors == 3)
            gradient_part<T, 3>(u, first, end, g, Heights3{});
        else if (vectors == 2)
            gradient_part<T, 2>(u, first, end, g, Heights2{});
        T *slot2 = u.slot2 == nullptr ? nullptr : u.slot2 + at;
        moderate = apply_update(rule, g, u.weights + at, u.slot1 + at, slot2, n) && moderate;
    }
    return moderate;
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

template <class T> bool update_bias(const BiasUpdate<T> &u, const UpdateRule<T> &rule) {
    alignas(64) T g[widest_panel<T>];
    const size_t vectors = u.width / lanes<T>;
    if (vectors == 1)
        add_rows<T, 1>(u, g);
    else if (vectors == 3)
        add_rows<T, 3>(u, g);
    else
        add_rows<T, 2>(u, g);
    UpdateRule<T> of_bias = rule;
    of_bias.l2 = of_bias.shrink = 0;
    return apply_update(of_bias, g, u.bias, u.slot1, u.slot2, u.width);
}

template <class T> void transpose(const T *panel, size_t width, size_t columns, size_t first, size_t end,
                                  const PanelOfTransposed<T> &transposed) {
    constexpr size_t L = lanes<T>;
    for (size_t k = first; k < end; k += L) {
        const auto [to, to_width] = column_of(transposed, k);
        const size_t n = end - k < L ? end - k : L;
        size_t j = 0;
        if (n == L) {
            for (; j + L <= columns; j += L) {
                Vec<T> square[L];
                for (size_t i = 0; i < L; ++i) square[i] = load(panel + (k + i) * width + j);
                transpose_square<T>(square);
                for (size_t i = 0; i < L; ++i) store<T>(to + (j + i) * to_width, square[i]);
            }
        }
        for (; j < columns; ++j) {
            for (size_t i = 0; i < n; ++i) to[j * to_width + i] = panel[(k + i) * width + j];
        }
    }
}

template <class T> void squares(const T *panel, size_t width, size_t first, size_t end, double *sums) {
    constexpr size_t L = lanes<double>;
    for (size_t j = 0; j < width; j += L) {
        Vec<double> sum = {};
        for (size_t k = first; k < end; ++k) {
            Vec<double> w;
            if constexpr (sizeof(T) == sizeof(double)) {
                w = load(panel + k * width + j);
            } else {
                HalfFloats half;
                __builtin_memcpy(&half, panel + k * width + j, sizeof half);
                w = widen(half);
            }
            sum = fma(w, w, sum);
        }
        store<double>(sums + j, sum);
    }
}

template <class T, class F> MULTILAYER_INLINE void each_pair(const T *x, T *y, size_t n, F f) {
    size_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>) store<T>(y + i, f(load(x + i), load(y + i)));
    if (i < n) store_first<T>(y + i, f(load_first(x + i, n - i), load_first(y + i, n - i)), n - i);
}

template <class T> bool gate(const T *z, T *gradient, size_t n) {
    Moderate<T> moderate(moderate_signal<T>);
    each_pair(z, gradient, n, [&](Vec<T> x, Vec<T> g) __attribute__((always_inline)) {
        const Vec<T> gated = x > 0 ? g : Vec<T>{};
        moderate.see(x);
        moderate.see(gated);
        return gated;
    });
    return moderate.all();
}
template <class T> void multiply(const T *factor, T *gradient, size_t n) {
    each_pair(factor, gradient, n, [](Vec<T> x, Vec<T> g) __attribute__((always_inline)) { return g * x; });
}

template <class T> bool is_moderate(const T *x, size_t n, T limit) {
    Moderate<T> moderate(limit);
    size_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>) moderate.see(load(x + i));
    if (i < n) moderate.see(load_first(x + i, n - i));
    return moderate.all();
}

template <class T> constexpr TrainingKernels<T> kernels() {
    return {update_weights<T>, update_bias<T>, apply_update<T>, transpose<T>,      squares<T>,
            gate<T>,           multiply<T>,    copy_rows<T>,    narrow_product<T>, narrow_back<T>,
            is_moderate<T>,    drop<T>,        loss<T>};
}

}  // namespace

extern const TrainingTable MULTILAYER_AT_LEVEL(training_kernels);
const TrainingTable MULTILAYER_AT_LEVEL(training_kernels) = {kernels<float>(), kernels<double>()};

}  // namespace multilayer
