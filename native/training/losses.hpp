// Losses and their gradients, a row of the batch in each lane: what a row gets does not depend on the width
// of a register. Computed in float64, as the NumPy reference does.
#pragma once

#include "math/exponential.hpp"
#include "math/logarithm.hpp"
#include "training/kernels.hpp"

namespace multilayer {
namespace {

constexpr size_t loss_lanes = lanes<double>;

// log goes on along its tangent below this: float64's epsilon.
constexpr double least_probability = 0x1p-52;

// float32 results leave room for functions without corrections.
template <class T> struct LossPrecision {
    using type = Full;
};
template <> struct LossPrecision<float> {
    using type = Brief;
};

template <class P> MULTILAYER_INLINE V exp_of(V x) {
    Exponential<P> e = exp<P>(between(x, -exp_end<P>, exp_end<P>));
    V y = times(rounded(e.m), e.scale);
    if constexpr (!is_full<P>) y = x < -exp_end<P> ? V{} : x > exp_end<P> ? splat(__builtin_inf()) : y;
    return y;
}

// log(x) for a finite x > 0 that is not subnormal.
template <class P> MULTILAYER_INLINE V log_of(V x) {
    const IntVec<double> exponent = (bits(x) >> 52) - 1023;
    V m = x * power_of_2((Exponent)-exponent);
    // From sqrt(2) on it is taken from the next power of two: log(m) = -log(1 + (1 - m) / m) for m < 1.
    const IntVec<double> above = m > 1.4142135623730951;
    const V k = __builtin_convertvector(exponent, V) + (above ? splat(1.0) : V{});
    m = above ? 0.5 * m : m;
    const V log = rounded(log1p(pair<P>(above ? (1.0 - m) / m : m - 1.0)));
    return k * log_2_high + (k * log_2_low + (above ? -log : log));
}
template <class P> MULTILAYER_INLINE V log_of_probability(V z) {
    return log_of<P>(at_least(z, least_probability)) +
           at_most(z - least_probability, 0.0) / least_probability;
}
MULTILAYER_INLINE V log_derivative(V z) { return 1.0 / at_least(z, least_probability); }

MULTILAYER_INLINE V times_unless_zero(V y, V x) { return y == 0.0 ? V{} : y * x; }

struct SquaredLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double) { return 0.5 * (z - y) * (z - y); }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double) { return z - y; }
};
// The mean over outputs, `units` of them.
struct MeanSquaredLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double units) {
        return (z - y) * (z - y) / units;
    }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double units) {
        return 2.0 * (z - y) / units;
    }
};
struct AbsoluteLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double) { return abs(z - y); }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double) {
        const V d = z - y;
        return d > 0.0 ? splat(1.0) : d < 0.0 ? splat(-1.0) : d;
    }
};
struct MeanAbsoluteLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double units) { return abs(z - y) / units; }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double units) {
        return AbsoluteLoss::gradient<P>(z, y, units) / units;
    }
};
struct HuberLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double delta) {
        const V distance = abs(z - y), near = at_most(distance, delta);
        return near * (distance - 0.5 * near);
    }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double delta) {
        return between(z - y, -delta, delta);
    }
};
struct QuantileLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double q) {
        const V below = y - z;
        return greater(q * below, (q - 1.0) * below);
    }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double q) {
        return z < y ? splat(-q) : z > y ? splat(1.0 - q) : 0.0 * (z - y);
    }
};
struct BinaryLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double) {
        return -(y * log_of_probability<P>(z) + (1.0 - y) * log_of_probability<P>(1.0 - z));
    }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double) {
        return (1.0 - y) * log_derivative(1.0 - z) - y * log_derivative(z);
    }
};
struct BinaryLossOfSigmoid {
    // softplus(a) - a y with the two terms that could cancel taken together: both are never negative.
    template <class P> MULTILAYER_INLINE static V value(V a, V y, double) {
        const V tail = rounded(log1p(pair<P>(exp_of<P>(-abs(a)))));
        return at_least(a, 0.0) * (1.0 - y) - at_most(a, 0.0) * y + tail;
    }
    // sigmoid(a) - y, but with sigmoid(-a) = 1 - sigmoid(a), so that y = 1 keeps its tail.
    template <class P> MULTILAYER_INLINE static V gradient(V a, V y, double) {
        const V w = exp_of<P>(-abs(a)), larger = 1.0 / (1.0 + w), smaller = w / (1.0 + w);
        const IntVec<double> positive = a > 0.0;
        return (1.0 - y) * (positive ? larger : smaller) - y * (positive ? smaller : larger);
    }
};
struct CategoricalLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double) {
        return -(y * log_of_probability<P>(z));
    }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double) {
        return -(y * log_derivative(z));
    }
};
struct PoissonLoss {
    template <class P> MULTILAYER_INLINE static V value(V z, V y, double) {
        return z - y - y * (log_of_probability<P>(z) - log_of<P>(y == 0.0 ? splat(1.0) : y));
    }
    template <class P> MULTILAYER_INLINE static V gradient(V z, V y, double) {
        return 1.0 - y * log_derivative(z);
    }
};
struct PoissonLossOfExponential {
    template <class P> MULTILAYER_INLINE static V value(V a, V y, double) {
        return exp_of<P>(a) - y - y * (a - log_of<P>(y == 0.0 ? splat(1.0) : y));
    }
    template <class P> MULTILAYER_INLINE static V gradient(V a, V y, double) { return exp_of<P>(a) - y; }
};

// As many rows as there are lanes, from row `first` on; behind the last row that one is read again.
template <class T> struct RowGroup {
    const LossRows<T> &all;
    size_t first, n;
    V chosen;  // the class of each row

    MULTILAYER_INLINE RowGroup(const LossRows<T> &rows, size_t row)
        : all(rows), first(row), n(rows.rows - row < loss_lanes ? rows.rows - row : loss_lanes) {
        chosen = V{};
        if (all.classes != nullptr) {
            for (size_t i = 0; i < loss_lanes; ++i) chosen[i] = static_cast<double>(all.classes[row_of(i)]);
        }
    }
    MULTILAYER_INLINE size_t row_of(size_t lane) const { return first + (lane < n ? lane : n - 1); }
    MULTILAYER_INLINE V output(size_t j) const {
        V x = {};
        for (size_t i = 0; i < loss_lanes; ++i)
            x[i] = static_cast<double>(all.outputs[row_of(i) * all.stride + j]);
        return x;
    }
    MULTILAYER_INLINE V target(size_t j) const {
        if (all.classes != nullptr) return chosen == static_cast<double>(j) ? splat(all.on) : splat(all.off);
        V y = {};
        for (size_t i = 0; i < loss_lanes; ++i) y[i] = all.targets[row_of(i) * all.units + j];
        return y;
    }
    MULTILAYER_INLINE V share() const {
        V s = {};
        for (size_t i = 0; i < loss_lanes; ++i) s[i] = all.shares[row_of(i)];
        return s;
    }
    MULTILAYER_INLINE void write_gradient(size_t j, V g) const {
        for (size_t i = 0; i < n; ++i)
            all.gradient[(first + i) * all.gradient_stride + j] = static_cast<T>(g[i]);
    }
    MULTILAYER_INLINE void write_value(V x) const {
        // In T, as an outcome of the network's type.
        for (size_t i = 0; i < n; ++i) all.values[first + i] = static_cast<double>(static_cast<T>(x[i]));
    }
};

template <class L, class T> void loss_by_output(const LossRows<T> &rows) {
    using P = typename LossPrecision<T>::type;
    for (size_t r = 0; r < rows.rows; r += loss_lanes) {
        const RowGroup<T> group(rows, r);
        const V share = group.share();
        V sum = {};
        for (size_t j = 0; j < rows.units; ++j) {
            const V z = group.output(j), y = group.target(j);
            sum = sum + L::template value<P>(z, y, rows.parameter);
            group.write_gradient(j, L::template gradient<P>(z, y, rows.parameter) * share);
        }
        group.write_value(sum);
    }
}

// Of the first units; of those behind them it is computed twice.
constexpr size_t kept_exponentials = 16;

// sum_i y_i (log sum_j exp(a_j) - a_i), everything relative to the largest a.
template <class T> void loss_of_softmax(const LossRows<T> &rows) {
    using P = typename LossPrecision<T>::type;
    for (size_t r = 0; r < rows.rows; r += loss_lanes) {
        const RowGroup<T> group(rows, r);
        const V share = group.share();
        V most = group.output(0);
        for (size_t j = 1; j < rows.units; ++j) {
            const V a = group.output(j);
            most = a > most ? a : most;
        }
        V total = {}, all = {}, sum = {}, kept[kept_exponentials];
        for (size_t j = 0; j < rows.units; ++j) {
            const V distance = group.output(j) - most, y = group.target(j), e = exp_of<P>(distance);
            if (j < kept_exponentials) kept[j] = e;
            total = total + e;
            all = all + y;
            // A class of probability 0 whose sum is -infinity counts nothing.
            sum = sum + times_unless_zero(y, distance);
        }
        // A row that is not finite has a nan for a total; nothing is true of it.
        const V log = total == total ? log_of<P>(total == total ? total : splat(1.0)) : total;
        group.write_value(all * log - sum);
        const V factor = all / total;
        for (size_t j = 0; j < rows.units; ++j) {
            const V e = j < kept_exponentials ? kept[j] : exp_of<P>(group.output(j) - most);
            const V p = e * factor;
            group.write_gradient(j, (p - group.target(j)) * share);
        }
    }
}

template <class T> void loss(LossKind kind, const LossRows<T> &rows) {
    switch (kind) {
        case LossKind::squared:
            return loss_by_output<SquaredLoss>(rows);
        case LossKind::mean_squared:
            return loss_by_output<MeanSquaredLoss>(rows);
        case LossKind::mean_absolute:
            return loss_by_output<MeanAbsoluteLoss>(rows);
        case LossKind::absolute:
            return loss_by_output<AbsoluteLoss>(rows);
        case LossKind::huber:
            return loss_by_output<HuberLoss>(rows);
        case LossKind::quantile:
            return loss_by_output<QuantileLoss>(rows);
        case LossKind::binary_cross_entropy:
            return loss_by_output<BinaryLoss>(rows);
        case LossKind::binary_cross_entropy_of_sigmoid:
            return loss_by_output<BinaryLossOfSigmoid>(rows);
        case LossKind::categorical_cross_entropy:
            return loss_by_output<CategoricalLoss>(rows);
        case LossKind::categorical_cross_entropy_of_softmax:
            return loss_of_softmax(rows);
        case LossKind::poisson:
            return loss_by_output<PoissonLoss>(rows);
        case LossKind::poisson_of_exponential:
            return loss_by_output<PoissonLossOfExponential>(rows);
    }
}

}  // namespace
}  // namespace multilayer
