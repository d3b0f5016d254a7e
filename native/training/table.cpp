// Gradients of weights with the optimizer behind them, transposition and losses; compiled once per
// instruction-set level.
#include "matmul/kernels.hpp"
#include "runtime/levels.hpp"
#include "simd/overflow_safe.hpp"
#include "simd/vectors.hpp"
#include "training/dropout.hpp"
#include "training/gradients.hpp"
#include "training/input_scale.hpp"
#include "training/kernels.hpp"
#include "training/losses.hpp"
#include "training/narrow.hpp"
#include "training/optimizers.hpp"
#include "training/rows.hpp"

namespace multilayer {
namespace {

// So many numbers at a time as wait in the first-level cache.
template <class T> bool update_groups(const WeightUpdate<T> &u, const UpdateRule<T> &rule) {
    constexpr size_t at_once = part_rows * widest_panel<T>;
    alignas(64) T g[at_once];
    bool safe = true;
    for (size_t at = 0; at < u.numbers; at += at_once) {
        const size_t n = u.numbers - at < at_once ? u.numbers - at : at_once;
        sum_of_groups(u.groups, at, n, g);
        T *slot2 = u.slot2 == nullptr ? nullptr : u.slot2 + at;
        safe = apply_update(rule, g, u.weights + at, u.slot1 + at, slot2, n) && safe;
    }
    return safe;
}

template <class T> bool update_narrow(const WeightUpdate<T> &u, const UpdateRule<T> &rule) {
    alignas(64) T g[part_rows * narrow_units<T>];
    narrow_gradient(u, g);
    return apply_update(rule, g, u.weights, u.slot1, u.slot2, u.numbers);
}

template <class T> bool update_weights(const WeightUpdate<T> &u, const UpdateRule<T> &rule) {
    if (u.groups.n != 0) return update_groups(u, rule);
    if (u.narrow) return update_narrow(u, rule);
    const size_t vectors = u.width / lanes<T>;
    const auto update = [&](T *const *transposed) {
        if (vectors == 3) return update_in_tiles<T, 3>(u, rule, transposed, Heights3{});
        if (vectors == 2) return update_in_tiles<T, 2>(u, rule, transposed, Heights2{});
        return update_in_tiles<T, 1>(u, rule, transposed, Heights1{});
    };
    if (u.transposed.panels == nullptr || !u.shared) return update(nullptr);
    const LinesOfTransposed<T> lines(u);
    return update(lines.of);
}

template <class T> bool update_bias(const BiasUpdate<T> &u, const UpdateRule<T> &rule) {
    alignas(64) T g[widest_panel<T>];
    bias_gradient(u, g);
    UpdateRule<T> of_bias = rule;
    of_bias.penalty = of_bias.shrink = 0;
    return apply_update(of_bias, g, u.bias, u.slot1, u.slot2, u.width);
}

template <class T> void transpose(const T *rows, size_t width, size_t columns, size_t first, size_t end,
                                  const PanelOfTransposed<T> &transposed) {
    constexpr size_t L = lanes<T>;
    for (size_t k = first; k < end; k += L) {
        const auto [to, to_width] = column_of(transposed, k);
        const size_t n = end - k < L ? end - k : L;
        size_t j = 0;
        if (n == L) {
            for (; j + L <= columns; j += L) {
                Vec<T> square[L];
                for (size_t i = 0; i < L; ++i) square[i] = load(rows + (k - first + i) * width + j);
                transpose_square<T>(square);
                for (size_t i = 0; i < L; ++i) store<T>(to + (j + i) * to_width, square[i]);
            }
        }
        for (; j < columns; ++j) {
            for (size_t i = 0; i < n; ++i) to[j * to_width + i] = rows[(k - first + i) * width + j];
        }
    }
}

template <class T> void squares(const T *rows, size_t width, size_t n, double *sums) {
    constexpr size_t L = lanes<double>;
    for (size_t j = 0; j < width; j += L) {
        Vec<double> sum = {};
        for (size_t k = 0; k < n; ++k) {
            Vec<double> w;
            if constexpr (sizeof(T) == sizeof(double)) {
                w = load(rows + k * width + j);
            } else {
                HalfFloats half;
                __builtin_memcpy(&half, rows + k * width + j, sizeof half);
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
    OverflowCheck<T> check(safe_signal<T>);
    each_pair(z, gradient, n, [&](Vec<T> x, Vec<T> g) __attribute__((always_inline)) {
        const Vec<T> gated = x > 0 ? g : Vec<T>{};
        check.see(x);
        check.see(gated);
        return gated;
    });
    return check.all();
}
template <class T> void multiply(const T *factor, T *gradient, size_t n) {
    each_pair(factor, gradient, n, [](Vec<T> x, Vec<T> g) __attribute__((always_inline)) { return g * x; });
}

template <class T> bool is_overflow_safe(const T *x, size_t n, T limit) {
    OverflowCheck<T> check(limit);
    size_t i = 0;
    for (; i + lanes<T> <= n; i += lanes<T>) check.see(load(x + i));
    if (i < n) check.see(load_first(x + i, n - i));
    return check.all();
}

template <class T> constexpr TrainingKernels<T> kernels() {
    return {narrow_units<T>,
            update_weights<T>,
            update_bias<T>,
            gradient<T>,
            bias_gradient<T>,
            apply_update<T>,
            update_scaled<T>,
            transpose<T>,
            squares<T>,
            narrow_squares<T>,
            gate<T>,
            multiply<T>,
            copy_rows<T>,
            narrow_product<T>,
            narrow_back<T>,
            is_overflow_safe<T>,
            drop<T>,
            loss<T>};
}

}  // namespace

extern const TrainingTable MULTILAYER_AT_LEVEL(training_kernels);
const TrainingTable MULTILAYER_AT_LEVEL(training_kernels) = {kernels<float>(), kernels<double>()};

}  // namespace multilayer
