// The second half of a step: the gradients of some weights, and the step that the optimizer makes with them.
//
// Any parts of the parameters may be at work at the same time.
//
// A gradient is the sum over all rows of the batch, most of which other threads have computed. With few
// parameters it takes longer to fetch those rows than to add them up. So a batch is then split into groups of
// rows, and who computes a group goes on to its gradients; the second half only adds these up. The groups
// depend on the network and the batch alone, and with them the bits do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "training/batch.hpp"
#include "training/packed_parameters.hpp"
#include "training/settings.hpp"

namespace multilayer {

template <class T> class ParameterUpdates {
   public:
    ParameterUpdates(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings,
                     const PackedParameters<T> &parameters, const TrainingBatch<T> &batch);

    // The step of a batch, which makes update `t` = 1, 2, ...; its `safe` is whether all settings
    // leave overflow-safe numbers room.
    TrainingStep<T> step_of(const Samples &samples, size_t batch, const StepRates &rates, uint64_t t) const;

    // What depends on new weights: their transpose, and the sums of their squares before update
    // `number`.
    void measure(const ParameterPart &part, uint64_t number);
    // What the step descends on, before update `number`.
    double objective(const TrainingStep<T> &step, uint64_t number) const;

    // The groups of a batch; 1 if there are none. To be called before steps with as many rows: throws
    // std::bad_alloc.
    void reserve(size_t rows);
    void release() { groups_ = {}; }
    size_t n_groups(size_t rows) const;
    // The gradients of a group, once all its rows are done.
    void find_group(const TrainingStep<T> &step, size_t group);
    size_t bytes() const { return groups_.size() * sizeof(T); }

    // The gradient of some weights and the step they take, or the gradient alone. Whether all is
    // overflow-safe. `copy`: of x, from where it takes that.
    bool update(const TrainingStep<T> &step, const ParameterPart &part, bool gradient_only, uint64_t number,
                size_t copy = 0);
    // The optimizer's step with a gradient that was kept.
    bool apply(const TrainingStep<T> &step, const ParameterPart &part, uint64_t number);

    // Where the inputs have a scale, the first layer makes its step last, once all of its gradient is there:
    // in so many parts, of rows k.
    size_t n_scaled_parts() const { return scaled_parts_.size(); }
    bool update_scaled(const TrainingStep<T> &step, size_t part, uint64_t number);

    // What `apply` multiplies gradients by: to clip them by their norm once all are there, or 1.
    void find_scale();
    void forget_scale() { scale_ = 1; }

   private:
    using ParameterArray = typename PackedParameters<T>::ParameterArray;

    bool is_scaled(const ParameterPart &part) const { return settings_.scales_inputs() && part.layer == 0; }
    UpdateRule<T> rule_of(const TrainingStep<T> &step, double factor, double stretch) const;
    UpdateRule<T> rule_of_weights(const TrainingStep<T> &step, size_t layer) const;
    UpdateRule<T> rule_of_bias(const TrainingStep<T> &step, size_t layer) const;
    bool apply_bias(const TrainingStep<T> &step, const ParameterPart &part) const;
    WeightUpdate<T> rows_of(const TrainingStep<T> &step, const ParameterPart &part, size_t first_row,
                            size_t rows, size_t copy) const;
    BiasUpdate<T> bias_rows_of(const ParameterPart &part, size_t first_row, size_t rows) const;
    Groups<T> groups(size_t rows, size_t place) const;

    const std::vector<TrainedLayer<T>> &layers_;
    const TrainingSettings &settings_;
    TrainingKernels<T> kernels_;
    const PackedParameters<T> &parameters_;
    const TrainingBatch<T> &batch_;
    std::vector<double> squares_[2];  // of W before and after a step, by turns
    std::vector<double> gradient_squares_;
    std::vector<ParameterPart> scaled_parts_;  // those of the first panel of the first layer
    size_t n_parameters_ = 0;
    bool plain_rates_ = true;
    double most_factor_ = 0;    // of a rate
    AlignedNumbers<T> groups_;  // gradients of each, which lie as the parameters do
    T scale_ = 1;
};

extern template class ParameterUpdates<float>;
extern template class ParameterUpdates<double>;

}  // namespace multilayer
