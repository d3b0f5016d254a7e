// Training steps on parameters in packed form: gather, forward, loss, backward, update, one batch after
// another.
//
// A step has two phases, and threads wait for each other only between them. In the first, blocks of rows of
// the batch go through all layers and back, as nothing in there leaves its row; with few parameters their
// share of the gradients is taken there too. In the second, panels of all layers' weights get their gradient,
// which the optimizer consumes while it is in the first-level cache, and W^T is written again for the next
// step. (To clip by the norm of all gradients takes two more phases.) Of batches of few rows threads share
// out columns instead, in more phases: see training/run.hpp.
//
// The same bits for any number of threads and at any level: see training/kernels.hpp and matmul/kernels.hpp.
//
// A step that is not finite is not taken, and there is no copy of the parameters to go back to. So a step is
// refused before its update unless all of its numbers are overflow-safe: signals below safe_signal, weights
// and memory below safe_kept, and settings small enough that no product of these, summed over the batch,
// overflows. A step that is not overflow-safe is made alone, with a copy to go back to: it may still be
// finite.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "training/batch.hpp"
#include "training/faster_way.hpp"
#include "training/packed_parameters.hpp"
#include "training/run.hpp"
#include "training/settings.hpp"
#include "training/update.hpp"

namespace multilayer {

template <class T> class Trainer {
   public:
    Trainer(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings);
    Trainer(const Trainer &) = delete;
    Trainer &operator=(const Trainer &) = delete;

    const TrainingSettings &settings() const { return settings_; }
    const TrainedLayer<T> &layer(size_t i) const { return layers_[i]; }
    size_t n_layers() const { return layers_.size(); }
    PackedParameters<T> &parameters() { return parameters_; }
    size_t bytes() const { return parameters_.bytes() + batch_.bytes() + updates_.bytes(); }

    // Ends all steps, and makes room for what is saved: only parameters and memory stay.
    void close();
    bool is_closed() const { return closed_; }

    // To be called once all is loaded: `steps` updates were made before.
    void begin(uint64_t steps);
    uint64_t steps_made() const { return steps_made_; }

    // Makes a step for each batch from `first` up to `last`, writing the objective of each to `losses`.
    // Returns the first batch whose objective, or whose update of a weight, was not finite, the parameters
    // being those before it; `last` if there was none. Throws std::bad_alloc, and nothing is lost then.
    size_t advance(const Samples &samples, size_t first, size_t last, const StepRates *rates, double *losses);

    // One step in stages, for a caller who computes some of them.
    TrainingBatch<T> &batch() { return batch_; }
    size_t rows() const { return step_.rows; }
    void open(const Samples &samples, size_t batch, const StepRates &rates);
    // From layer `i` on up to one whose z the caller gives; and to the end, which is n_layers().
    size_t forward(size_t i);
    // The loss and dz, or da where the last activation is not the caller's.
    void compute_loss();
    // From da of layer `i` back to one whose dz becomes da by the caller; and to the beginning: n_layers().
    size_t backward(size_t i);
    double objective() const;
    // The gradients alone, for a caller who clips them or moves the parameters.
    void find_gradients();
    // The update, with the gradients that were found if the caller clips; false if it is not finite, and then
    // nothing has changed.
    bool update();

   private:
    using ParameterArray = typename PackedParameters<T>::ParameterArray;
    enum class Phase { update, gradients, apply };

    size_t n_threads(size_t rows) const;
    Sharing sharing(size_t rows, size_t threads, size_t enough_rows) const;
    std::vector<Sharing> ways(size_t rows) const;
    void reserve(size_t rows, const Sharing &sharing);
    template <class F> void over_rows(F f);
    void over_groups();
    bool over_parts(Phase phase);
    size_t run_overflow_safe(const Samples &samples, size_t first, size_t last, const StepRates *rates,
                             double *losses, const Sharing &how);
    bool run_alone(const Samples &samples, size_t batch, const StepRates &rates, double &loss);
    bool update_alone();

    TrainingSettings settings_;
    std::vector<TrainedLayer<T>> layers_;
    PackedParameters<T> parameters_;
    TrainingBatch<T> batch_;
    ParameterUpdates<T> updates_;
    FasterWay faster_way_;
    size_t products_per_row_ = 0;
    uint64_t steps_made_ = 0;
    bool overflow_safe_ = true;   // what is kept
    TrainingStep<T> step_{};      // the one that is made in stages, or alone
    std::vector<uint64_t> keys_;  // its own
    bool by_class_ = false, closed_ = false;
};

extern template class Trainer<float>;
extern template class Trainer<double>;

}  // namespace multilayer
