// What a training is: its layers, its settings, and the samples that it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "activations/kernels.hpp"
#include "runtime/integers.hpp"
#include "training/kernels.hpp"

namespace multilayer {

// z = h(a): relu, a kernel, or nothing for the identity; or `own`, which the caller computes.
template <class T> struct TrainedActivation {
    bool relu = false, user_defined = false;
    ElementwiseFunction<T> value = nullptr;
    AxisFunction<T> axis_value = nullptr;
    std::vector<double> parameters;
    // Going back. A surrogate's belong to another function than `value`, for which `surrogate_value` gives
    // the z that a vjp goes with.
    ElementwiseFunction<T> derivative = nullptr;
    AxisVjp<T> axis_vjp = nullptr;
    AxisFunction<T> surrogate_value = nullptr;
    std::vector<double> derivative_parameters;

    bool keeps_sums() const { return value != nullptr || axis_value != nullptr || user_defined; }
};

template <class T> struct TrainedLayer {
    size_t inputs, units;
    TrainedActivation<T> activation;
    double dropout = 0;  // share of units that are left out on the way to the next layer
    // Factors of the learning rate; and the optimizer sees W times `stretch`.
    double weight_rate = 1, bias_rate = 1, stretch = 1;

    bool drops() const { return dropout > 0; }
    double share(double factor) const { return dropout * factor; }
    bool has_plain_rates() const { return weight_rate == 1 && bias_rate == 1 && stretch == 1; }
};

// What may change from step to step: the learning rate, and factors of dropout and of weight decay.
struct StepRates {
    double learning, dropping, decaying;
};

struct TrainingSettings {
    LossKind loss;
    bool from_sums;  // the loss is a function of the last weighted sums, its activation fused
    double loss_parameter;
    double target_scale, target_offset;  // label smoothing
    Rule rule;                           // keep_gradient: the caller moves the parameters
    bool nesterov;
    double decay1, decay2, epsilon;
    double l2, weight_decay;
    double limit, norm_limit;  // of gradients; infinity for none
    bool own_clip = false;     // the caller clips
    double input_scale = 0;    // factor of the rate of a scale per input, see input_scale.hpp; 0 for none

    size_t n_slots() const { return rule == Rule::adam ? 2 : rule == Rule::keep_gradient ? 0 : 1; }
    bool clips_norm() const { return norm_limit <= 1.7976931348623157e308; }
    // The share of a weight that a step takes.
    double shrink(const StepRates &rates) const { return rates.learning * (weight_decay * rates.decaying); }
    bool scales_inputs() const { return input_scale != 0; }
    bool keeps_gradient() const { return clips_norm() || own_clip || rule == Rule::keep_gradient; }
};

// Numbers anywhere in memory, of either type: element (i, j) at data + i row_stride + j column_stride.
struct Numbers {
    const void *data;
    bool is_double;
    ptrdiff_t row_stride, column_stride;  // in numbers
};

struct Samples {
    Numbers x;
    const int64_t *classes;  // or null, and `targets`
    Numbers targets;         // null where the caller computes the loss
    const double *weights;   // or null: all 1
    const intptr_t *order;   // or null: as they stand
    size_t rows, batch_rows;
    const uint64_t *keys;  // of dropout: one per batch and hidden layer; or null: none

    size_t batches() const { return divide_up(rows, batch_rows); }
};

// How threads share out a step: blocks of rows, or shares of the columns. By columns there is one x for all,
// or a copy for each share.
struct Sharing {
    bool by_columns;
    size_t threads;
    size_t shares;  // blocks of rows, or shares of the columns
    size_t copies;  // of x: 1 or as many as shares

    // Whether a thread may begin a step while others still end the one before. It writes nothing then that
    // these read but z of the first layer, which such steps have by turns in two places.
    bool overlaps() const { return by_columns && copies > 1; }
};

// What one step is about.
template <class T> struct TrainingStep {
    size_t first_row, rows;
    double total;          // of the weights of its rows
    const uint64_t *keys;  // of dropout, one per hidden layer
    bool uses_second_z;    // has z of the first layer in the second place, see Sharing
    UpdateRule<T> rule;
    double rate, shrink;  // of the rule, before they are rounded
    double dropping;      // factor of dropout
    bool shared;          // each thread reads all weights, one of them writes
    bool finite_weights;  // they are known to be: zeros may be left out
    bool safe;  // the settings are such that overflow-safe numbers cannot overflow, see training.hpp
};

}  // namespace multilayer
