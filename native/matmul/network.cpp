#include "matmul/network.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/cache.hpp"
#include "runtime/integers.hpp"
#include "runtime/scratch.hpp"
#include "runtime/threads.hpp"

namespace multilayer {
namespace {

// The rows of a block, in and out of a layer, stay in a second-level cache of this size, half of which is
// left for weights. Blocks are high enough, though, to make up for reading all weights once per block, unless
// these stay in the cache as well.
constexpr size_t block_bytes = 256 * 1024;
constexpr size_t cached_weights = 512 * 1024;
constexpr size_t least_block_rows = 48;
constexpr size_t most_block_rows = 192;

// With fewer rows than this for each thread it pays to share out columns: a thread that takes rows reads all
// weights. It can do so fast enough from a cache that holds them, but not from memory.
constexpr size_t few_rows = 4;
constexpr size_t shared_bytes = 8 * 1024 * 1024;

constexpr size_t on_stack = 8192;  // bytes of scratch that need no memory from the heap

// What a thread keeps for its next call.
thread_local Scratch the_scratch;

}  // namespace

template <class T> Network<T>::Network(const std::vector<LayerSource<T>> &sources) {
    kernels_ = products_of<T>();
    const size_t L = kernels_.lanes, panel = kernels_.panel;
    size_t size = 0;
    for (const auto &source : sources) {
        size = round_up(size, cache_line / sizeof(T));
        size += round_up(source.units, panel) * (source.inputs + 1);
        if (source.units <= kernels_.few_units) size += source.units * source.inputs;
    }
    least_rows_ = size * sizeof(T) <= shared_bytes ? few_rows : 2 * kernels_.tile_rows;
    // A read of a whole register never goes beyond the end of the block.
    packed_ = AlignedNumbers<T>(size + panel);
    T *to = packed_.get();
    for (const auto &source : sources) {
        T *bias = to;
        std::copy(source.bias, source.bias + source.units, bias);
        T *weights = bias + round_up(source.units, panel);
        T *row = weights;
        for (size_t j = 0; j < source.units;) {
            const size_t width = panel_columns(source.units - j, L),
                         columns = std::min(source.units - j, width);
            for (size_t k = 0; k < source.inputs; ++k, row += width) {
                const T *from = source.weights + k * source.units + j;
                std::copy(from, from + columns, row);
            }
            j += columns;
        }
        to = weights + round_up(source.units, panel) * source.inputs;
        const size_t n = source.inputs * source.units;
        const T *as_given = nullptr;
        if (source.units <= kernels_.few_units) {
            as_given = to;
            to = std::copy(source.weights, source.weights + n, to);
        }
        to = packed_.get() + round_up(to - packed_.get(), cache_line / sizeof(T));

        const bool finite =
            std::all_of(source.weights, source.weights + n, [](T w) { return std::isfinite(w); });
        layers_.push_back({source.inputs, source.units, good_stride<T>(source.units), weights, bias, as_given,
                           source.relu, finite, source.epilogue});
        marks_ = std::max(marks_, words_of_marks(source.inputs));
        const double products = static_cast<double>(n);
        fixed_cost_ += products * sizeof(T) / 80;  // about 80 bytes of weights in a nanosecond
        // 50 float32 multiply-adds in a nanosecond, where registers are full.
        const size_t columns = std::max(source.units, as_given != nullptr ? L / 3 : L / 2);
        row_cost_ += static_cast<double>(source.inputs * columns) * sizeof(T) / (50 * 4.0);
        if (source.epilogue.elementwise || source.epilogue.axis)
            row_cost_ += static_cast<double>(source.units) / 2;
    }
    input_stride_ = good_stride<T>(inputs());
    size_t widest_pair = 0, before = inputs();
    for (size_t i = 0; i < layers_.size(); ++i) {
        widest_pair = std::max(widest_pair, before + layers_[i].units);
        before = layers_[i].units;
        if (i + 1 < layers_.size()) widest_ = std::max(widest_, layers_[i].stride);
    }
    const size_t least = size * sizeof(T) <= cached_weights ? kernels_.tile_rows : least_block_rows;
    block_rows_ = std::clamp(block_bytes / sizeof(T) / widest_pair, least, most_block_rows);
    block_rows_ = round_up(block_rows_, kernels_.tile_rows);
}

template <class T> void Network<T>::multiply(const Layer &layer, const T *x, ptrdiff_t x_stride, size_t rows,
                                             size_t first, size_t end, T *y, size_t y_stride,
                                             uint64_t *marks) const {
    const Product<T> product{x,
                             x_stride,
                             rows,
                             layer.weights + first * layer.inputs,
                             layer.bias + first,
                             layer.inputs,
                             layer.inputs,
                             end - first,
                             y + first,
                             y_stride,
                             layer.relu,
                             layer.finite ? marks : nullptr,
                             layer.as_given};
    kernels_.multiply(product);
}

// The kernels read rows of x as they are if a row is contiguous and rows do not collide in the cache.
template <class T> bool Network<T>::needs_copy(const Matrix<T> &x) const {
    if (inputs() > 1 && x.column_stride != 1) return true;
    // Layers of few units read a line of each row once.
    if (layers_.front().as_given != nullptr && inputs() * sizeof(T) > 2 * line_pair) return false;
    // One panel reads each number once, by tiles that are low enough for rows that collide.
    if (layers_.front().units <= kernels_.panel) return false;
    return x.rows > 3 * kernels_.tile_rows && x.row_stride * static_cast<ptrdiff_t>(sizeof(T)) % 2048 == 0;
}

template <class T> const T *Network<T>::copied(const Matrix<T> &x, T *to) const {
    for (size_t r = 0; r < x.rows; ++r) {
        const T *row = x.data + static_cast<ptrdiff_t>(r) * x.row_stride;
        if (x.column_stride == 1) {
            std::copy(row, row + inputs(), to + r * input_stride_);
            continue;
        }
        for (size_t k = 0; k < inputs(); ++k) {
            to[r * input_stride_ + k] = row[static_cast<ptrdiff_t>(k) * x.column_stride];
        }
    }
    return to;
}

// Numbers that take the room of the marks of so many rows; whole cache lines.
template <class T> size_t Network<T>::room_of_marks(size_t rows) const {
    return round_up(rows * marks_ * sizeof(uint64_t), cache_line) / sizeof(T);
}

// Numbers of scratch for a block: marks, two areas of rows x widest_ for what lies between layers, and rows x
// input_stride_ behind them if x has to be copied.
template <class T> size_t Network<T>::scratch_of(size_t rows, bool copies) const {
    const size_t n = room_of_marks(rows) + rows * (2 * widest_ + (copies ? input_stride_ : 0));
    return round_up(n, cache_line) + cache_line;
}

// All layers for a block of rows.
template <class T> void Network<T>::run_block(const Matrix<T> &x, T *y, T *scratch) const {
    uint64_t *const marks = reinterpret_cast<uint64_t *>(scratch);
    scratch += room_of_marks(x.rows);
    const T *from = x.data;
    ptrdiff_t from_stride = x.row_stride;
    if (needs_copy(x)) {
        from = copied(x, scratch + 2 * x.rows * widest_);
        from_stride = static_cast<ptrdiff_t>(input_stride_);
    }
    for (size_t i = 0; i < layers_.size(); ++i) {
        const Layer &layer = layers_[i];
        const bool is_last = i + 1 == layers_.size();
        T *to = is_last ? y : scratch + i % 2 * x.rows * widest_;
        const size_t to_stride = is_last ? layer.units : layer.stride;
        multiply(layer, from, from_stride, x.rows, 0, layer.units, to, to_stride, marks);
        layer.epilogue.apply(to, x.rows, 0, layer.units, to_stride);
        from = to;
        from_stride = static_cast<ptrdiff_t>(to_stride);
    }
}

// Blocks of nearly equal height, as many for each thread.
template <class T> void Network<T>::by_rows(const Matrix<T> &x, T *y, size_t n_threads) const {
    struct Context {
        const Network *network;
        Matrix<T> x;
        T *y;
        size_t blocks;
        T *scratch;
        size_t scratch_size;
    } context{this, x, y, n_threads * divide_up(x.rows, n_threads * block_rows_), nullptr, 0};
    context.blocks = std::min(context.blocks, x.rows);
    const size_t block_rows = divide_up(x.rows, context.blocks);
    context.scratch_size = scratch_of(block_rows, needs_copy(x));

    const Chunk run_chunk = [](void *pointer, size_t, size_t block, size_t thread) {
        const Context &c = *static_cast<const Context *>(pointer);
        const size_t first = block * c.x.rows / c.blocks, end = (block + 1) * c.x.rows / c.blocks;
        Matrix<T> part = c.x;
        part.data += static_cast<ptrdiff_t>(first) * part.row_stride;
        part.rows = end - first;
        c.network->run_block(part, c.y + first * c.network->units(), c.scratch + thread * c.scratch_size);
    };
    const size_t bytes = n_threads * context.scratch_size * sizeof(T);
    const Job job{run_chunk, &context, &context.blocks, 1};
    if (bytes <= on_stack) {
        alignas(cache_line) T small[on_stack / sizeof(T)];
        context.scratch = small;
        run(job, n_threads);
    } else {
        context.scratch = static_cast<T *>(the_scratch.get(bytes));
        run(job, n_threads);
    }
}

// Layer by layer, each thread some panels of columns for all rows.
template <class T> void Network<T>::by_columns(const Matrix<T> &x, T *y, size_t n_threads) const {
    struct Step {
        size_t layer;
        bool along_axis;       // a softmax-like activation needs whole rows, so it is a phase of its own
        size_t chunk_columns;  // of all chunks but the last, which takes what is left
        size_t chunks;
        const T *from;
        ptrdiff_t from_stride;
        T *to;
        size_t to_stride;
    };
    struct Context {
        const Network *network;
        size_t rows;
        std::vector<Step> steps;
    } context{this, x.rows, {}};
    const bool copy = needs_copy(x);
    const size_t area = x.rows * widest_;
    T *scratch =
        static_cast<T *>(the_scratch.get((2 * area + (copy ? x.rows * input_stride_ : 0)) * sizeof(T)));
    const T *from = x.data;
    ptrdiff_t from_stride = x.row_stride;
    if (copy) {
        from = copied(x, scratch + 2 * area);
        from_stride = static_cast<ptrdiff_t>(input_stride_);
    }
    std::vector<size_t> chunks;
    for (size_t i = 0; i < layers_.size(); ++i) {
        const Layer &layer = layers_[i];
        const bool is_last = i + 1 == layers_.size();
        T *to = is_last ? y : scratch + i % 2 * area;
        const size_t to_stride = is_last ? layer.units : layer.stride;
        // Several chunks per thread, so that one who comes late finds less left; yet not too small to be
        // worth a trip of their cache lines, nor fewer panels than a tile of few rows takes at once.
        const size_t panels = n_panels(layer.units, kernels_.lanes);
        const size_t chunk_panels = std::max<size_t>(4, divide_up(panels, 4 * n_threads));
        const size_t chunk_columns = chunk_panels * kernels_.panel;
        chunks.push_back(divide_up(panels, chunk_panels));
        context.steps.push_back({i, false, chunk_columns, chunks.back(), from, from_stride, to, to_stride});
        if (layer.epilogue.axis != nullptr) {
            context.steps.push_back({i, true, 0, 1, nullptr, 0, to, to_stride});
            chunks.push_back(1);
        }
        from = to;
        from_stride = static_cast<ptrdiff_t>(to_stride);
    }
    const Chunk run_chunk = [](void *pointer, size_t phase, size_t chunk, size_t) {
        const Context &c = *static_cast<const Context *>(pointer);
        const Step &s = c.steps[phase];
        const Layer &layer = c.network->layers_[s.layer];
        if (s.along_axis) return layer.epilogue.apply(s.to, c.rows, 0, layer.units, s.to_stride);
        const size_t first = chunk * s.chunk_columns;
        const size_t end = chunk + 1 == s.chunks ? layer.units : first + s.chunk_columns;
        c.network->multiply(layer, s.from, s.from_stride, c.rows, first, end, s.to, s.to_stride, nullptr);
        if (layer.epilogue.axis == nullptr) layer.epilogue.apply(s.to, c.rows, first, end, s.to_stride);
    };
    run({run_chunk, &context, chunks.data(), chunks.size()}, n_threads);
}

template <class T> void Network<T>::forward(const Matrix<T> &x, T *y) const {
    if (x.rows == 0) return;
    const size_t n_threads = is_large(x.rows) ? threads() : 1;
    if (n_threads > 1 && x.rows < least_rows_ * n_threads)
        by_columns(x, y, n_threads);
    else
        by_rows(x, y, n_threads);
}

template class Network<float>;
template class Network<double>;

}  // namespace multilayer
