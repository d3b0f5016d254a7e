// The inner kernels of a = x W + b; compiled once per instruction-set level.
#include "matmul/few_inputs.hpp"
#include "matmul/few_units.hpp"
#include "matmul/kernels.hpp"
#include "matmul/tile_heights.hpp"
#include "matmul/zeros.hpp"
#include "runtime/cache.hpp"
#include "runtime/levels.hpp"
#include "simd/halves.hpp"
#include "simd/vectors.hpp"

namespace multilayer {
namespace {

constexpr size_t tile_rows = tallest(Heights2{});
constexpr size_t panel_vectors = 2;
template <class T> constexpr size_t panel = panel_vectors * lanes<T>;

// A multiply-add takes four cycles and two start in each, so a tile needs eight accumulators at least; one
// with few rows takes several panels to have them.
constexpr size_t few_rows = 3;
constexpr size_t panels_at_once[few_rows + 1] = {0, 4, 3, 2};

// Panels are read from the second-level cache without loss as they are read in order; only for very many
// inputs does it pay to take a part of a panel at a time. Between parts the sums wait in y, unchanged.
constexpr size_t k_block_bytes = 131072;

// Weights are prefetched this many inputs ahead: from beyond the second-level cache the first rows of a block
// would wait for them, as no processor prefetches past the end of a page. Tiles of few rows read them as fast
// as they arrive. What lies behind the last input is not prefetched: another thread may be writing it.
constexpr size_t inputs_ahead = 32;

// Rows a multiple of 4096 bytes apart share a set of the first-level cache: eight ways, one for the weights.
constexpr size_t colliding_rows = 7;

// Inputs k = 0 ... n - 1 of one tile. `from_bias` starts the chains; else they go on exactly from y.
template <class T> struct Span {
    const T *x;
    ptrdiff_t x_stride;
    const T *weights;
    size_t panel_stride;  // from one panel to the next
    size_t n;
    const T *bias;
    T *y;
    size_t y_stride;
    size_t last;  // columns in the last register, `lanes` if it is full
    bool from_bias;
    bool relu;
};

// The last register of a row, of which n columns are there.
template <class T> struct WholeEnd {
    using Numbers = Vec<T>;
    static MULTILAYER_INLINE Numbers of(Vec<T> v) { return v; }
    static MULTILAYER_INLINE Numbers splat(T x) { return ::splat(x); }
    static MULTILAYER_INLINE Numbers read(const T *p, size_t n) {
        return n == lanes<T> ? load<T>(p) : load_first<T>(p, n);
    }
    static MULTILAYER_INLINE void write(T *p, Numbers v, size_t n) {
        if (n == lanes<T>)
            store<T>(p, v);
        else
            store_first<T>(p, v, n);
    }
};

// The same where half a register holds them. Weights lie as for a whole one.
#if MULTILAYER_REGISTER_BYTES == 64
constexpr bool has_halves = true;
template <class T> struct HalfEnd {
    using Numbers = Half<T>;
    static MULTILAYER_INLINE Numbers of(Vec<T> v) { return lower_half<T>(v); }
    static MULTILAYER_INLINE Numbers splat(T x) { return x - Numbers{}; }
    static MULTILAYER_INLINE Numbers read(const T *p, size_t n) { return load_first_half<T>(p, n); }
    static MULTILAYER_INLINE void write(T *p, Numbers v, size_t n) { store_first_half<T>(p, v, n); }
};
#else
constexpr bool has_halves = false;
template <class T> using HalfEnd = WholeEnd<T>;
#endif

// R rows of P panels of V registers, the last of which is an End.
template <class T, class End, size_t R, size_t P, size_t V> void tile(const Span<T> &s) {
    using Last = typename End::Numbers;
    constexpr size_t L = lanes<T>, before = P * V - 1;
    Vec<T> sums[R][before + 1];
    Last ends[R];
    const auto last_of = [](const T *p) {
        Last v;
        __builtin_memcpy(&v, p, sizeof v);
        return v;
    };
    if (s.from_bias) {
        MULTILAYER_UNROLL
        for (size_t v = 0; v < before; ++v) {
            const Vec<T> b = load<T>(s.bias + v * L);
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) sums[r][v] = b;
        }
        const Last b = last_of(s.bias + before * L);
        MULTILAYER_UNROLL
        for (size_t r = 0; r < R; ++r) ends[r] = b;
    } else {
        MULTILAYER_UNROLL
        for (size_t r = 0; r < R; ++r) {
            const T *y = s.y + r * s.y_stride;
            MULTILAYER_UNROLL
            for (size_t v = 0; v < before; ++v) sums[r][v] = load<T>(y + v * L);
            ends[r] = End::read(y + before * L, s.last);
        }
    }
    const ptrdiff_t x_stride = s.x_stride;
    const size_t panel_stride = s.panel_stride;
    const T *w = s.weights, *upper = s.x, *lower = s.x + static_cast<ptrdiff_t>(R / 2) * x_stride;
    // Hidden from the compiler, which would otherwise keep R distances from one pointer, more than there are
    // registers for them.
    asm("" : "+r"(lower));
    const auto weights = [&](size_t v) { return w + v / V * panel_stride + v % V * L; };
    const auto number = [&](size_t r) {
        return r < R / 2 ? upper[static_cast<ptrdiff_t>(r) * x_stride]
                         : lower[static_cast<ptrdiff_t>(r - R / 2) * x_stride];
    };
#pragma GCC unroll 4
    for (size_t k = 0; k < s.n; ++k) {
        // The shorter side of the tile stays in registers, the longer one passes through one of them.
        if constexpr (before == 0) {
            const Last column = last_of(w);
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) ends[r] = fma(End::splat(number(r)), column, ends[r]);
        } else if constexpr (R <= before) {
            Vec<T> numbers[R];
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) numbers[r] = splat<T>(number(r));
            MULTILAYER_UNROLL
            for (size_t v = 0; v < before; ++v) {
                const Vec<T> column = load<T>(weights(v));
                MULTILAYER_UNROLL
                for (size_t r = 0; r < R; ++r) sums[r][v] = fma(numbers[r], column, sums[r][v]);
            }
            const Last column = last_of(weights(before));
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) ends[r] = fma(End::of(numbers[r]), column, ends[r]);
        } else {
            Vec<T> row[before + 1];
            constexpr size_t line = cache_line / sizeof(T), lines = divide_up(V * L, line);
            const T *const ahead = k + inputs_ahead < s.n ? w + inputs_ahead * V * L : w;
            MULTILAYER_UNROLL
            for (size_t i = 0; i < lines; ++i) __builtin_prefetch(ahead + i * line);
            MULTILAYER_UNROLL
            for (size_t v = 0; v < before; ++v) row[v] = load<T>(weights(v));
            const Last end = last_of(weights(before));
            MULTILAYER_UNROLL
            for (size_t r = 0; r < R; ++r) {
                const Vec<T> one = splat<T>(number(r));
                MULTILAYER_UNROLL
                for (size_t v = 0; v < before; ++v) sums[r][v] = fma(one, row[v], sums[r][v]);
                ends[r] = fma(End::of(one), end, ends[r]);
            }
        }
        ++upper;
        ++lower;
        w += V * L;
    }
    if (s.relu) {
        MULTILAYER_UNROLL
        for (size_t r = 0; r < R; ++r) {
            MULTILAYER_UNROLL
            for (size_t v = 0; v < before; ++v) sums[r][v] = rectify(sums[r][v]);
            ends[r] = rectify(ends[r]);
        }
    } else {
        MULTILAYER_UNROLL
        for (size_t r = 0; r < R; ++r) {
            MULTILAYER_UNROLL
            for (size_t v = 0; v < before; ++v) sums[r][v] += Vec<T>{};
            ends[r] += Last{};
        }
    }
    MULTILAYER_UNROLL
    for (size_t r = 0; r < R; ++r) {
        T *y = s.y + r * s.y_stride;
        MULTILAYER_UNROLL
        for (size_t v = 0; v < before; ++v) store<T>(y + v * L, sums[r][v]);
        End::write(y + before * L, ends[r], s.last);
    }
}

template <class T> using Tile = void (*)(const Span<T> &);

// The tiles of rows of one panel of V registers.
template <class T> struct Tiles {
    const Tile<T> *of_rows;
    size_t tallest;
};
template <class T, size_t V, size_t... R> MULTILAYER_INLINE Tiles<T> tiles(Counts<R...> heights, bool half) {
    static constexpr Tile<T> whole[] = {nullptr, tile<T, WholeEnd<T>, R, 1, V>...};
    static constexpr Tile<T> halved[] = {nullptr, tile<T, HalfEnd<T>, R, 1, V>...};
    return {half ? halved : whole, tallest(heights)};
}

// The tile of a few rows of one or several whole panels.
template <class T> MULTILAYER_INLINE Tile<T> tile_across(size_t rows, size_t panels) {
    constexpr size_t V = panel_vectors;
    using End = WholeEnd<T>;
    static constexpr Tile<T> of[3][4] = {
        {tile<T, End, 1, 1, V>, tile<T, End, 1, 2, V>, tile<T, End, 1, 3, V>, tile<T, End, 1, 4, V>},
        {tile<T, End, 2, 1, V>, tile<T, End, 2, 2, V>, tile<T, End, 2, 3, V>, nullptr},
        {tile<T, End, 3, 1, V>, tile<T, End, 3, 2, V>, nullptr, nullptr},
    };
    return of[rows - 1][panels - 1];
}

// All rows of one panel, or of some panels next to each other.
template <class T> MULTILAYER_INLINE void sweep(const Product<T> &p, Tiles<T> tiles, Span<T> s) {
    // Tiles of nearly equal height: 8 rows are 4 + 4, not 6 + 2, as a low tile wastes the multipliers.
    const bool collide = p.units <= panel<T> && p.x_stride * static_cast<ptrdiff_t>(sizeof(T)) % 4096 == 0;
    const size_t n = divide_up(p.rows, collide && tiles.tallest > colliding_rows ? colliding_rows : tiles.tallest);
    const T *const x = s.x;
    T *const y = s.y;
    for (size_t t = 0, row = 0; t < n; ++t) {
        const size_t next = (t + 1) * p.rows / n;
        s.x = x + static_cast<ptrdiff_t>(row) * p.x_stride;
        s.y = y + row * p.y_stride;
        tiles.of_rows[next - row](s);
        row = next;
    }
}

// Everything times everything.
template <class T> void multiply_all(const Product<T> &p) {
    constexpr size_t L = lanes<T>;
    // Few rows use each number of W once; there is nothing to keep in cache then.
    size_t k_block = k_block_bytes / sizeof(T) / panel<T>;
    if (p.rows <= tile_rows || p.inputs <= k_block + k_block / 2) k_block = p.inputs;
    for (size_t k = 0; k < p.inputs; k += k_block) {
        Span<T> s;
        s.x = p.x + static_cast<ptrdiff_t>(k);
        s.x_stride = p.x_stride;
        s.panel_stride = p.panel_rows * panel<T>;
        s.n = p.inputs - k < k_block ? p.inputs - k : k_block;
        s.y_stride = p.y_stride;
        s.from_bias = k == 0;
        s.relu = p.relu && k + s.n == p.inputs;
        for (size_t j = 0; j < p.units;) {
            const size_t left = p.units - j, width = panel_columns(left, L);
            s.weights = p.weights + j * p.panel_rows + k * width;
            s.bias = p.bias + j;
            s.y = p.y + j;
            size_t columns = width, panels = 1;
            if (width == panel<T> && p.rows <= few_rows) {
                // As many panels as make a good tile, but not the last one if it has another width.
                while (panels < panels_at_once[p.rows] && columns < left &&
                       panel_columns(left - columns, L) == panel<T>) {
                    columns += panel<T>;
                    ++panels;
                }
                s.last = left < columns ? left - (columns - L) : L;
                tile_across<T>(p.rows, panels)(s);
            } else {
                s.last = left < columns ? left - (columns - L) : L;
                const bool half = has_halves && s.last <= L / 2;
                if (width == L)
                    sweep(p, tiles<T, 1>(Heights1{}, half), s);
                else if (width == 3 * L)
                    sweep(p, tiles<T, 3>(Heights3{}, half), s);
                else
                    sweep(p, tiles<T, 2>(Heights2{}, half), s);
            }
            j += columns;
        }
    }
}

template <class T> void multiply(const Product<T> &p) {
    if (has_few_inputs(p)) {
        multiply_few_inputs(p);
    } else if (has_few_units(p)) {
        Product<T> rest = p;
        const size_t done = multiply_few_units(p);
        rest.rows -= done;
        rest.x += static_cast<ptrdiff_t>(done) * p.x_stride;
        rest.y += done * p.y_stride;
        if (rest.rows > 0) multiply_all(rest);
    } else if (mark(p)) {
        multiply_marked(p, multiply_all<T>);
    } else {
        multiply_all(p);
    }
}

}  // namespace

extern const MatmulTable MULTILAYER_AT_LEVEL(matmul_kernels);
const MatmulTable MULTILAYER_AT_LEVEL(matmul_kernels) = {
    {lanes<float>, panel<float>, tile_rows, most_few_units<float>, multiply<float>},
    {lanes<double>, panel<double>, tile_rows, most_few_units<double>, multiply<double>},
};

}  // namespace multilayer
