// A scale per input that is trained beside the first layer: W = diag(scale) U, and
//
//     dU = diag(scale) dW,    dscale[k] = sum over j of U[k, j] dW[k, j].
//
// So W alone goes through the network, and its gradient dW is the one of any layer. The sum is taken in as
// many chains as the widest register has lanes, of the columns j that go with each lane, and these are added
// up in halves: the same bits at every level.
#pragma once

#include "matmul/kernels.hpp"
#include "simd/overflow_safe.hpp"
#include "simd/vectors.hpp"
#include "training/kernels.hpp"
#include "training/optimizers.hpp"

namespace multilayer {
namespace {

// One register of dW, clipped.
template <class T> MULTILAYER_INLINE Vec<T> clipped(const UpdateRule<T> &rule, const T *gradient) {
    return limited(rule, load(gradient) * rule.scale);
}

// x[0] + ... in halves.
template <class X> MULTILAYER_INLINE X sum_in_halves(X *x, size_t n) {
    for (n /= 2; n > 0; n /= 2) {
        for (size_t i = 0; i < n; ++i) x[i] = x[i] + x[i + n];
    }
    return x[0];
}

// The scale of a block of rows: its gradient, and what it was before its own step, which dU goes with.
template <class T> struct ScaleBlock {
    alignas(64) T gradient[rows_of_scale<T>], before[rows_of_scale<T>];

    bool update(const ScaledWeights<T> &w, size_t first, const UpdateRule<T> &rule) {
        T *scale = w.scale + first;
        for (size_t i = 0; i < rows_of_scale<T>; ++i) before[i] = scale[i];
        const bool safe =
            apply_update(rule, gradient, scale, w.scale_slot1 + first,
                         w.scale_slot2 == nullptr ? nullptr : w.scale_slot2 + first, rows_of_scale<T>);
        OverflowCheck<T> check(safe_scale<T>);
        for (size_t i = 0; i < rows_of_scale<T>; i += lanes<T>) check.see(load(scale + i));
        return check.all() && safe;
    }
};

// The rule for U once its gradient is there: clipped, and without a penalty, which is in it.
template <class T> MULTILAYER_INLINE UpdateRule<T> without_clipping(UpdateRule<T> rule) {
    rule.scale = 1;
    rule.limit = static_cast<T>(__builtin_inf());
    return rule;
}

template <class T> bool update_scaled_panels(const ScaledWeights<T> &w, const UpdateRule<T> &rule,
                                             const UpdateRule<T> &of_scale) {
    constexpr size_t L = lanes<T>, block = rows_of_scale<T>;
    const UpdateRule<T> of_weights = without_clipping(rule);
    OverflowCheck<T> check(safe_unscaled<T>);
    bool safe = true;
    for (size_t first = w.first; first < w.end; first += block) {
        const size_t rows = w.end - first < block ? w.end - first : block;
        alignas(64) T sums[block][block] = {};
        ScaleBlock<T> scale;
        for (size_t column = 0, width; column < w.units; column += width) {
            width = panel_columns(w.units - column, L);
            const size_t at = column * w.panel_rows + first * width;
            const T *U = w.unscaled + at, *dW = w.gradient + at;
            for (size_t k = 0; k < rows; ++k) {
                for (size_t v = 0; v < width; v += L) {
                    T *sum = sums[k] + (column + v) % block;
                    store<T>(sum, fma(load(U + k * width + v), clipped(rule, dW + k * width + v), load(sum)));
                }
            }
        }
        for (size_t k = 0; k < block; ++k) scale.gradient[k] = sum_in_halves(sums[k], block);
        safe = scale.update(w, first, of_scale) && safe;
        for (size_t column = 0, width; column < w.units; column += width) {
            width = panel_columns(w.units - column, L);
            const size_t at = column * w.panel_rows + first * width;
            alignas(64) T dU[block * 3 * L];
            for (size_t k = 0; k < rows; ++k) {
                for (size_t v = 0; v < width; v += L) {
                    const size_t i = k * width + v;
                    store<T>(dU + i, splat(scale.before[k]) * clipped(rule, w.gradient + at + i));
                }
            }
            T *slot2 = w.slot2 == nullptr ? nullptr : w.slot2 + at;
            safe = apply_update(of_weights, dU, w.unscaled + at, w.slot1 + at, slot2, rows * width) && safe;
            for (size_t k = 0; k < rows; ++k) {
                for (size_t v = 0; v < width; v += L) {
                    const size_t i = at + k * width + v;
                    const Vec<T> U = load(w.unscaled + i);
                    check.see(U);
                    store<T>(w.weights + i, splat(w.scale[first + k]) * U);
                }
            }
        }
    }
    return check.all() && safe;
}

// The same of a narrow layer, whose weights lie as those of W^T: a register has a number for as many rows.
template <class T> bool update_scaled_narrow(const ScaledWeights<T> &w, const UpdateRule<T> &rule,
                                             const UpdateRule<T> &of_scale) {
    constexpr size_t L = lanes<T>, block = rows_of_scale<T>;
    const UpdateRule<T> of_weights = without_clipping(rule);
    OverflowCheck<T> check(safe_unscaled<T>);
    bool safe = true;
    for (size_t first = w.first; first < w.end; first += block) {
        ScaleBlock<T> scale{};
        // f(where it lies, row k of the block) for each register of unit j.
        const auto each_register = [&](size_t j, auto f) __attribute__((always_inline)) {
            for (size_t k = 0; k < block && first + k < w.end; k += L) {
                const size_t panel = panel_start(first + k, w.inputs, L);
                const size_t width = panel_columns(w.inputs - panel, L);
                f(panel * w.units + j * width + (first + k - panel), k);
            }
        };
        Vec<T> sums[block / L][block] = {};
        for (size_t j = 0; j < w.units; ++j) {
            each_register(j, [&](size_t at, size_t k) {
                sums[k / L][j] = fma(load(w.unscaled + at), clipped(rule, w.gradient + at), sums[k / L][j]);
            });
        }
        for (size_t k = 0; k < block; k += L) store<T>(scale.gradient + k, sum_in_halves(sums[k / L], block));
        safe = scale.update(w, first, of_scale) && safe;
        for (size_t j = 0; j < w.units; ++j) {
            each_register(j, [&](size_t at, size_t k) {
                alignas(64) T dU[L];
                store<T>(dU, load(scale.before + k) * clipped(rule, w.gradient + at));
                T *slot2 = w.slot2 == nullptr ? nullptr : w.slot2 + at;
                safe = apply_update(of_weights, dU, w.unscaled + at, w.slot1 + at, slot2, L) && safe;
                const Vec<T> U = load(w.unscaled + at);
                check.see(U);
                store<T>(w.weights + at, load(w.scale + first + k) * U);
            });
        }
    }
    return check.all() && safe;
}

template <class T>
bool update_scaled(const ScaledWeights<T> &w, const UpdateRule<T> &rule, const UpdateRule<T> &of_scale) {
    return w.narrow ? update_scaled_narrow(w, rule, of_scale) : update_scaled_panels(w, rule, of_scale);
}

}  // namespace
}  // namespace multilayer
