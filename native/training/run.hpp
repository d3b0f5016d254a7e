// Steps one after another by several threads, which meet between the phases of each.
//
// There are two ways to share out a step. By rows: blocks of rows go through all layers and back, then panels
// of weights are updated. With few rows that is slow: every thread reads all weights, and whoever updates
// them has to call back what the others have read. By columns: a thread has some panels of every layer for
// good, and on the way forward nobody else reads those of hidden layers. Threads meet after each of these,
// for the z of the others. Then rows go through the last layer and back, and each thread updates its own
// panels. If it has an x of its own it goes on to the first layer of the next step at once.
//
// The bits are the same either way: see training/kernels.hpp and matmul/kernels.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "training/batch.hpp"
#include "training/packed_parameters.hpp"
#include "training/settings.hpp"
#include "training/update.hpp"

namespace multilayer {

// The blocks of a batch, by rows: for each thread some, and no more rows in each than go through the network
// together.
template <class T> size_t n_blocks(size_t rows, size_t threads);

template <class T> class TrainingRun {
   public:
    TrainingRun(const PackedParameters<T> &parameters, TrainingBatch<T> &batch, ParameterUpdates<T> &updates,
                const Samples &samples, Sharing sharing, bool clips_norm);

    // Makes these steps, the first of which is update `number` + 1, as long as they are overflow-safe.
    // Returns how many it has made, and writes their objectives to `losses`.
    size_t make(const std::vector<TrainingStep<T>> &steps, uint64_t number, double *losses);
    // Whether the parameters are overflow-safe then.
    bool safe() const { return overflow_safe_.load(); }

   private:
    enum class PhaseKind { gather, columns, rows, update, gradients, norm, apply, scaled };
    struct Phase {
        PhaseKind kind;
        size_t chunks, layer;  // whose columns
    };

    void chunk(size_t number, size_t chunk);
    void run_chunk(size_t i, const Phase &phase, size_t chunk);
    bool run_rows(const TrainingStep<T> &step, size_t chunk);
    bool over_parts(PhaseKind kind, size_t i, size_t chunk);
    void stop_before(size_t step);

    const PackedParameters<T> &parameters_;
    TrainingBatch<T> &batch_;
    ParameterUpdates<T> &updates_;
    const Samples &samples_;
    const Sharing sharing_;
    const size_t overlap_;       // phases that a step has in common with the next
    std::vector<Phase> phases_;  // of a step
    const TrainingStep<T> *steps_ = nullptr;
    size_t n_steps_ = 0;
    uint64_t number_ = 0;
    double *losses_ = nullptr;
    std::atomic<size_t> stop_{0};  // steps from this one on are not made
    std::atomic<bool> overflow_safe_{true};
};

extern template class TrainingRun<float>;
extern template class TrainingRun<double>;

}  // namespace multilayer
