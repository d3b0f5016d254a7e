// dW = x^T da and db in panels, from rows of a batch or from groups of them.
#pragma once

#include "matmul/tile_heights.hpp"
#include "runtime/cache.hpp"
#include "runtime/integers.hpp"
#include "simd/vectors.hpp"
#include "training/kernels.hpp"
#include "training/narrow.hpp"
#include "training/optimizers.hpp"

namespace multilayer {
namespace {

// So many rows of a gradient wait in the first-level cache for the optimizer where they are no tiles.
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
    const size_t start = panel_start(k, t.inputs, lanes<T>);
    const size_t width = panel_columns(t.inputs - start, lanes<T>);
    return {t.panels + start * t.units + t.column * width + (k - start), width};
}

// What is done beside the sums of a tile, a cache line at a time.
//
// Adam updates the tile before: a register takes 16 to 20 cycles alone, and less from the multiply-adds that
// it is among. And what this tile will update is fetched; at once it would keep x and da waiting. If other
// threads have read the weights and W^T, to get a line back for writing takes longer than to compute it, so
// each is written with what it holds; a prefetch does not do that.
template <class T> struct Beside {
    // The tile before, of which so many numbers are left; the rule is Adam's, and plain.
    size_t left;
    const UpdateRule<T> *rule;
    OverflowCheck<T> *check;
    const T *g;
    T *weights, *slot1, *slot2;
    // What this tile will update.
    T *next_weights;
    const T *next_slot1, *next_slot2;
    T *const *transposed;  // lines of W^T, or null
    bool shared;
    static constexpr size_t line = line_of<T>;
    // With few registers the sums of a tile would have to leave theirs: 12 % slower.
    static constexpr bool waits = registers == 32;

    static MULTILAYER_INLINE void claim_line(T *line) {
        volatile T *const number = line;
        *number = *number;
    }
    MULTILAYER_INLINE void do_line() {
        if (shared)
            claim_line(next_weights);
        else
            __builtin_prefetch(next_weights, 1);
        if (transposed != nullptr) claim_line(*transposed++);
        __builtin_prefetch(next_slot1, 1);
        __builtin_prefetch(next_slot2, 1);
        next_weights += line;
        next_slot1 += line;
        next_slot2 += line;
        if (!waits || left < line) return;
        for (size_t i = 0; i < line; i += lanes<T>)
            apply_register<AdamRule, true>(*rule, g + i, weights + i, slot1 + i, slot2 + i, *check);
        left -= line;
        g += line;
        weights += line;
        slot1 += line;
        slot2 += line;
    }
};

// g[i, j] += sum over rows of x[r, i] da[r, j], i < R, j < V registers. With `start` g is 0 before.
template <class T, size_t R, size_t V> void gradient_tile(const T *x, size_t x_stride, const T *da,
                                                          size_t da_stride, size_t rows, T *g, bool start,
                                                          Beside<T> *beside) {
    constexpr size_t L = lanes<T>;
    Vec<T> sums[R][V];
    if (start) {
        MULTILAYER_UNROLL
        for (size_t i = 0; i < R; ++i) {
            MULTILAYER_UNROLL
            for (size_t v = 0; v < V; ++v) sums[i][v] = Vec<T>{};
        }
    } else {
        MULTILAYER_UNROLL
        for (size_t i = 0; i < R; ++i) {
            MULTILAYER_UNROLL
            for (size_t v = 0; v < V; ++v) sums[i][v] = load(g + (i * V + v) * L);
        }
    }
    const auto add_row = [&]() __attribute__((always_inline)) {
        Vec<T> row[V];
        MULTILAYER_UNROLL
        for (size_t v = 0; v < V; ++v) row[v] = load(da + v * L);
        MULTILAYER_UNROLL
        for (size_t i = 0; i < R; ++i) {
            const Vec<T> number = splat(x[i]);
            MULTILAYER_UNROLL
            for (size_t v = 0; v < V; ++v) sums[i][v] = fma(number, row[v], sums[i][v]);
        }
        x += x_stride;
        da += da_stride;
    };
    if (beside != nullptr) {
        constexpr size_t all_lines = divide_up(R * V * L, Beside<T>::line);
        const size_t lines = rows < all_lines ? rows : all_lines;
        const size_t most = Beside<T>::waits || rows < 4 * lines ? rows : 4 * lines;
        const size_t rows_per_line = lines == 0 ? 0 : most / lines;
        Beside<T> next = *beside;  // in registers
        for (size_t i = 0; i < lines; ++i) {
            next.do_line();
            for (size_t r = 0; r < rows_per_line; ++r) add_row();
        }
        rows -= lines * rows_per_line;
        *beside = next;
    }
#pragma GCC unroll 4
    for (size_t r = 0; r < rows; ++r) add_row();
    MULTILAYER_UNROLL
    for (size_t i = 0; i < R; ++i) {
        MULTILAYER_UNROLL
        for (size_t v = 0; v < V; ++v) store<T>(g + (i * V + v) * L, sums[i][v]);
    }
}

template <class T> using GradientTile = void (*)(const T *x, size_t x_stride, const T *da, size_t da_stride,
                                                 size_t rows, T *g, bool start, Beside<T> *);

// Rows `first` to `end` of k, tiles of nearly equal height.
template <class T, size_t V, size_t... R>
MULTILAYER_INLINE void gradient_in_tiles(const WeightUpdate<T> &u, size_t first, size_t end, T *g,
                                         Counts<R...> heights) {
    static constexpr GradientTile<T> of_height[] = {nullptr, gradient_tile<T, R, V>...};
    const size_t n = divide_up(end - first, tallest(heights));
    const size_t turns = divide_up(u.rows, batch_rows);
    for (size_t turn = 0; turn < turns; ++turn) {
        const size_t row = turn * u.rows / turns, rows = (turn + 1) * u.rows / turns - row;
        const T *da = u.da + row * u.da_stride;
        for (size_t t = 0, k = first; t < n; ++t) {
            const size_t next = first + (t + 1) * (end - first) / n;
            const T *x = u.x + row * u.x_stride + k;
            of_height[next - k](x, u.x_stride, da, u.da_stride, rows, g + (k - first) * V * lanes<T>,
                                turn == 0, nullptr);
            k = next;
        }
    }
}

template <class T>
MULTILAYER_INLINE void gradient_of_rows(const WeightUpdate<T> &u, size_t first, size_t end, T *g) {
    const size_t vectors = u.width / lanes<T>;
    if (vectors == 3)
        gradient_in_tiles<T, 3>(u, first, end, g, Heights3{});
    else if (vectors == 2)
        gradient_in_tiles<T, 2>(u, first, end, g, Heights2{});
    else
        gradient_in_tiles<T, 1>(u, first, end, g, Heights1{});
}

// The lines of W^T that rows `first` to `end` of a panel become, as many as the panel's own.
template <class T> struct LinesOfTransposed {
    T *of[most_part_rows * widest_panel<T> / line_of<T> + 1];

    explicit LinesOfTransposed(const WeightUpdate<T> &u) {
        const size_t lines = (u.end - u.first) * u.width / line_of<T> + 1;
        size_t n = 0;
        for (size_t k = u.first; k < u.end; k += line_of<T>) {
            const Column<T> column = column_of(u.transposed, k);
            for (size_t j = 0; j < u.columns && n < lines; ++j) of[n++] = column.start + j * column.stride;
        }
        while (n < lines) of[n++] = of[0];
    }
};

// Gradients and the step they take: of each tile while the next one is summed up if that is Adam's; else, or
// where rows are taken in turns, of some tiles.
template <class T, size_t V, size_t... R>
MULTILAYER_INLINE bool update_in_tiles(const WeightUpdate<T> &u, const UpdateRule<T> &o, T *const *transposed,
                                       Counts<R...> heights) {
    static constexpr GradientTile<T> of_height[] = {nullptr, gradient_tile<T, R, V>...};
    constexpr size_t width = V * lanes<T>, most_tiles = divide_up(part_rows, sizeof...(R));
    alignas(64) T g[2][most_tiles * sizeof...(R) * width];
    const UpdateRule<T> rule = o;
    const bool waits = Beside<T>::waits && rule.rule == Rule::adam && is_plain(rule);
    OverflowCheck<T> check_beside(safe_kept<T>);
    bool safe = true;
    Beside<T> beside{};
    beside.rule = &rule;
    beside.check = &check_beside;
    beside.shared = u.shared;
    const auto finish = [&] {
        const Beside<T> &b = beside;
        safe = apply_update(rule, b.g, b.weights, b.slot1, b.slot2, b.left) && safe;
        beside.left = 0;
    };
    const auto place = [](T *start, size_t at) { return start == nullptr ? nullptr : start + at; };

    const size_t n = divide_up(u.end - u.first, tallest(heights));
    const auto start_of = [&](size_t t) { return t * (u.end - u.first) / n; };  // from the first row on
    const size_t turns = divide_up(u.rows, batch_rows), at_once = waits && turns == 1 ? 1 : most_tiles;
    for (size_t first = 0; first < n; first += at_once) {
        const size_t last = first + at_once < n ? first + at_once : n, at = start_of(first) * width;
        T *const sums = g[first / at_once % 2];
        for (size_t turn = 0; turn < turns; ++turn) {
            const size_t row = turn * u.rows / turns, rows = (turn + 1) * u.rows / turns - row;
            const T *x = u.x + row * u.x_stride, *da = u.da + row * u.da_stride;
            for (size_t t = first; t < last; ++t) {
                const size_t k = start_of(t), tile_at = k * width;
                beside.next_weights = u.weights + tile_at;
                beside.next_slot1 = u.slot1 + tile_at;
                beside.next_slot2 = (u.slot2 == nullptr ? u.slot1 : u.slot2) + tile_at;
                beside.transposed = transposed == nullptr ? nullptr : transposed + tile_at / line_of<T>;
                of_height[start_of(t + 1) - k](x + u.first + k, u.x_stride, da, u.da_stride, rows,
                                               sums + tile_at - at, turn == 0, turn == 0 ? &beside : nullptr);
            }
        }
        finish();
        beside.left = start_of(last) * width - at;
        beside.g = sums;
        beside.weights = u.weights + at;
        beside.slot1 = u.slot1 + at;
        beside.slot2 = place(u.slot2, at);
        if (!waits) finish();
    }
    finish();
    return safe && check_beside.all();
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

template <class T> void gradient(const WeightUpdate<T> &u, T *g) {
    u.narrow ? narrow_gradient(u, g) : gradient_of_rows<T>(u, u.first, u.end, g);
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
