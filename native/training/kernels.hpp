// What one instruction-set level offers to a training step, beside the products of matmul/kernels.hpp:
// gradients of weights with the optimizer's update behind them, and losses.
//
// The same bits everywhere: each entry of dW and db is one chain over the rows of the batch in their order,
// starting from 0, or the sum of one chain for each group of rows (training/update.hpp says when), and each
// output of a loss depends on its own row alone. Threads and registers split entries and rows; a chain is
// never split.
#pragma once

#include <cstddef>
#include <cstdint>

namespace multilayer {

enum class Rule { adam, rmsprop, sgd, keep_gradient };

// Numbers no larger than these cannot overflow within a step, see training.hpp.
template <class T> constexpr T safe_signal = sizeof(T) == sizeof(float) ? T(0x1p30) : T(0x1p250);
// The same of a scale of the inputs, and of weights that it multiplies.
template <class T> constexpr T safe_scale = T(0x1p8);
template <class T> constexpr T safe_unscaled = T(0x1p10);
template <class T> constexpr T safe_kept = sizeof(T) == sizeof(float) ? T(0x1p60) : T(0x1p500);

// An optimizer's formula for one step, its numbers rounded to T where the reference rounds them.
template <class T> struct UpdateRule {
    Rule rule;
    bool nesterov;
    T rate;    // of Adam: corrected for the start at zero, and negative
    T decay1;  // beta1 of Adam; momentum of SGD
    T rest1;   // 1 - beta1
    T decay2;  // beta2 of Adam; rho of RMSprop
    T rest2;
    T epsilon;
    // What concerns weights but no biases, and is 0 for none.
    T penalty;  // added to the gradient per weight
    T shrink;   // share of its old value that a weight loses
    T unstretch;  // of SGD: what its step is multiplied by
    T limit;    // the gradient's largest magnitude; infinity for none
    T scale;    // multiplies a kept gradient
};

// Where a panel of W goes in W^T, whose panels are as those of W: row k becomes a column from `column` on.
template <class T> struct PanelOfTransposed {
    T *panels;  // all of W^T; null for a layer that nothing goes back through
    size_t inputs, units;
    size_t column;
};

// Gradients of groups of rows, to be added up in their order.
template <class T> struct Groups {
    const T *first;  // of the first group; lies as the weights do
    size_t stride;   // from one group to the next
    size_t n;        // 0: there are none, the gradient is x^T da
};

// Rows k of a panel that are updated together, at most. Sums of squares are taken over as many, so this is
// part of what the bits of an objective depend on; it is a whole number of panels at every level.
constexpr size_t most_part_rows = 192;
// A layer of few units is hardly more than one panel, which short parts share out evenly.
constexpr size_t few_units = 16, part_rows_of_few = 32;

// Some rows k of one panel of W, and of the optimizer's memory, which lies as W does. W += f(x^T da). In a
// narrow layer both lie as W^T does.
template <class T> struct WeightUpdate {
    const T *x;  // rows x inputs: element (r, k) at x[r * x_stride + k]
    size_t x_stride;
    const T *da;  // the panel's columns: element (r, j) at da[r * da_stride + j]; padding is 0
    size_t da_stride;
    size_t rows;        // of the batch
    size_t width;       // of the panel
    size_t columns;     // of which so many are no padding
    size_t first, end;  // of k
    size_t numbers;     // of these rows, padding included
    T *weights;         // row `first`, as below
    T *slot1,
        *slot2;  // of the optimizer: m, v; velocity or v, and nothing; the gradient itself if it is kept
    PanelOfTransposed<T> transposed;  // will be written next, by this thread
    Groups<T> groups;
    bool shared;  // other threads have read all of these weights
    bool narrow;
};

// Rows first to end of k of W = diag(scale) U, the first layer's, whose gradient is known. What is not a
// number per input lies as the weights of a layer do.
template <class T> struct ScaledWeights {
    size_t inputs, units, panel_rows;  // see PackedParameters
    size_t first, end;                 // of k; first is a multiple of rows_of_scale
    bool narrow;
    const T *gradient;
    T *weights, *unscaled, *slot1, *slot2;
    T *scale, *scale_slot1, *scale_slot2;  // in whole blocks of rows_of_scale
};
// Numbers in the widest register: rows whose scale is updated together, and chains that its gradient is
// summed in.
template <class T> constexpr size_t rows_of_scale = 64 / sizeof(T);

template <class T> struct BiasUpdate {
    const T *da;
    size_t da_stride;
    size_t rows;
    size_t width;
    T *bias, *slot1, *slot2;
    Groups<T> groups;
};

enum class LossKind {
    squared,
    mean_squared,
    absolute,
    mean_absolute,
    huber,
    quantile,
    binary_cross_entropy,
    binary_cross_entropy_of_sigmoid,
    categorical_cross_entropy,
    categorical_cross_entropy_of_softmax,
    poisson,
    poisson_of_exponential,
};

// Rows of a batch: what came out of the last layer, and what should have.
template <class T> struct LossRows {
    const T *outputs;  // z; the weighted sums a for a loss that is fused with its activation
    size_t stride;
    size_t rows, units;
    const int64_t *classes;  // one per row, or null
    double on, off;          // what the class and the others should have then
    const double *targets;   // rows x units otherwise
    const double *shares;    // of each row in the mean
    double parameter;
    double *values;  // of each row, not multiplied by its share
    T *gradient;     // with respect to `outputs`, times the share; rows `gradient_stride` apart
    size_t gradient_stride;
};

// Rows of z on their way to the next layer, or of the gradient on its way back, some units left out.
template <class T> struct DropoutRows {
    const T *x;
    T *y;  // may be x
    size_t stride;
    size_t first, end, units;
    uint64_t key;
    double share;  // of units that are left out
};

// Samples of the network's own type, their numbers side by side, to be copied to the rows of a batch.
template <class T> struct SampleRows {
    const T *x;
    ptrdiff_t x_stride;
    const intptr_t *order;    // or null: as they stand
    size_t first, end, last;  // of all samples, in that order, of which there are `last`
    size_t columns;
    T *y;  // rows for whole registers
    size_t y_stride;
};

// a = x W + b for a narrow layer, whose weights are the panels of W^T; or dz = da W^T back from it, its units
// being the inputs of that product, without a bias.
template <class T> struct NarrowProduct {
    const T *x;
    size_t x_stride;  // rows may be read up to a whole register
    size_t rows, inputs, units;
    const T *weights, *bias;
    T *y;
    size_t y_stride;
    bool relu;
};

template <class T> struct TrainingKernels {
    size_t narrow_units;  // layers of no more are narrow, see narrow.hpp
    // Both return false if a weight, or what the optimizer remembers first, is not overflow-safe afterwards.
    bool (*update_weights)(const WeightUpdate<T> &, const UpdateRule<T> &);
    bool (*update_bias)(const BiasUpdate<T> &, const UpdateRule<T> &);
    // The gradient alone of such rows, where `g` lies as the weights do; and that of the bias.
    void (*gradient)(const WeightUpdate<T> &, T *g);
    void (*bias_gradient)(const BiasUpdate<T> &, T *g);
    // The optimizer alone, for n numbers whose gradient is known; n is a multiple of the lanes.
    bool (*apply)(const UpdateRule<T> &, const T *gradient, T *weights, T *slot1, T *slot2, size_t n);
    // The optimizer for U and its scale, and W; false if one of them is not overflow-safe afterwards.
    bool (*update_scaled)(const ScaledWeights<T> &, const UpdateRule<T> &of_weights,
                          const UpdateRule<T> &of_scale);
    // Rows first to end of k of a panel of W become columns of W^T.
    void (*transpose)(const T *rows, size_t width, size_t columns, size_t first, size_t end,
                      const PanelOfTransposed<T> &);
    // sums[j] of W^2 over n rows k, for every column of a panel: one chain in float64 each. Or over rows
    // first to end of a narrow layer.
    void (*squares)(const T *rows, size_t width, size_t n, double *sums);
    void (*narrow_squares)(const T *rows, size_t units, size_t inputs, size_t first, size_t end,
                           double *sums);
    // gradient * (z > 0); whether z, and the gradient afterwards, are overflow-safe.
    bool (*gate)(const T *z, T *gradient, size_t n);
    void (*multiply)(const T *factor, T *gradient, size_t n);
    // Whether all of them are overflow-safe.
    bool (*copy_rows)(const SampleRows<T> &);
    void (*narrow)(const NarrowProduct<T> &);
    // Whether it was done: if there are few enough units.
    bool (*narrow_back)(const NarrowProduct<T> &);
    bool (*is_overflow_safe)(const T *x, size_t n, T limit);
    void (*drop)(const DropoutRows<T> &);
    void (*loss)(LossKind, const LossRows<T> &);
};

struct TrainingTable {
    TrainingKernels<float> f32;
    TrainingKernels<double> f64;
};

// Those of the level in use, or null while there is none.
const TrainingTable *training_kernels();
template <class T> TrainingKernels<T> training_kernels_of() {
    if constexpr (sizeof(T) == sizeof(float))
        return training_kernels()->f32;
    else
        return training_kernels()->f64;
}

}  // namespace multilayer
