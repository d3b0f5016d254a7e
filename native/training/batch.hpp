// The rows of a batch on their way through the network and back: gather, forward, loss, backward.
//
// Nothing in here leaves its row, so any blocks of rows may be at work at the same time, each with one
// function after another; or shares of a layer's columns, if all are done before the next layer begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "training/gathered_samples.hpp"
#include "training/packed_parameters.hpp"

namespace multilayer {

template <class T> class TrainingBatch {
   public:
    TrainingBatch(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings,
                  const PackedParameters<T> &parameters);

    // Memory for that many rows, shared out like this. Throws std::bad_alloc, and nothing is lost then.
    void reserve(size_t rows, const Sharing &sharing);
    void release() {
        gathered_.release();
        numbers_ = {}, values_ = {}, marks_ = {}, rows_ = 0;
    }
    size_t bytes() const { return numbers_.bytes() + values_.bytes() + marks_.bytes() + gathered_.bytes(); }

    // All of them: rows `first` to `end`, of which nothing else is touched. Whether every number on the way
    // is overflow-safe, and so is the loss.
    bool run(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end);

    // The same in parts: x of some rows, unless each share has its own; each hidden layer, all rows but one
    // share of the columns; then what is left for some rows, the last layer and the way back. `by_columns`
    // has one share only if there is no such way.
    Sharing by_columns(size_t rows, size_t threads) const;
    bool gather_x(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end) {
        return gathered_.gather_x(samples, step, first, end);
    }
    bool run_columns(const Samples &samples, const TrainingStep<T> &step, size_t i, size_t share,
                     const Sharing &sharing);
    bool run_rest(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end);

    // One by one. `forward` goes from layer `i` on to one whose activation is the caller's, whose z it needs
    // then, or to the end; `backward` from da of layer `i` back to such a layer, whose dz is in place of its
    // da then, or to the beginning. Both return that layer, or how many there are.
    bool gather(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end);
    size_t forward(const TrainingStep<T> &step, size_t i, size_t first, size_t end);
    void compute_loss(bool by_class, size_t first, size_t end);
    size_t backward(const TrainingStep<T> &step, size_t i, size_t first, size_t end, bool &safe);
    // The last part of `forward` and the first of `backward` for the layer of the caller's: dropout.
    void pass(const TrainingStep<T> &step, size_t i, size_t first, size_t end);
    // From dz to da of the last layer, unless the activation is the caller's or the loss is fused with it.
    bool finish_loss(const TrainingStep<T> &step, size_t first, size_t end);
    bool is_overflow_safe(size_t i, size_t first, size_t end) const;

    // What a layer takes, and the gradient that its weights get: their rows.
    const T *x(const TrainingStep<T> &step, size_t i, size_t copy = 0) const {
        return i == 0 ? gathered_.x(copy) : step.uses_second_z && i == 1 ? second_z_ : layers_[i - 1].passed;
    }
    size_t x_stride(size_t i) const { return i == 0 ? gathered_.x_stride() : layers_[i - 1].stride; }
    const T *da(size_t i) const { return layers_[i].da; }
    size_t stride(size_t i) const { return layers_[i].stride; }

    enum LayerArray { sums, outputs, gradient };
    void read(size_t i, LayerArray array, size_t rows, T *to) const;
    void write(size_t i, LayerArray array, size_t rows, const T *from);
    // The loss of each row, as `lose` finds it.
    void write_values(const double *values, size_t rows);
    // The mean of the loss over the batch.
    double mean(size_t rows) const;

   private:
    struct Layer {
        TrainedLayer<T> shape;
        size_t columns, stride;  // units in whole registers; between rows of a, z and da
        // a is null where z is all that is needed; `passed`, what goes on to the next layer, is z unless
        // there is dropout; `surrogate_z` is for a surrogate.
        T *a, *z, *da, *passed, *surrogate_z;
    };

    T *z(const TrainingStep<T> &step, size_t i) const {
        return step.uses_second_z && i == 0 ? second_z_ : layers_[i].z;
    }
    void multiply(const TrainingStep<T> &step, size_t i, size_t copy, size_t first, size_t end,
                  Columns columns, uint64_t *marks);
    uint64_t *marks(const TrainingStep<T> &step, size_t row, size_t share = 0);
    size_t words_of_share(size_t rows) const { return round_up(rows * words_, line_pair / sizeof(uint64_t)); }
    void activate(const TrainingStep<T> &step, size_t i, size_t first, size_t end, Columns columns);
    bool end_and_return(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end);
    bool activate_backwards(const TrainingStep<T> &step, size_t i, size_t first, size_t end);
    bool is_overflow_safe(const T *rows, size_t i, size_t first, size_t end) const;
    void drop(const TrainingStep<T> &step, size_t i, const T *x, T *y, size_t first, size_t end) const;
    T *rows_of(size_t i, LayerArray array) const;

    const TrainingSettings &settings_;
    const PackedParameters<T> &parameters_;
    MatmulKernels<T> products_;
    TrainingKernels<T> kernels_;
    std::vector<Layer> layers_;
    AlignedNumbers<T> numbers_, zeros_;
    T *second_z_ = nullptr;  // of the first layer, if steps overlap
    GatheredSamples<T> gathered_;
    size_t rows_ = 0;
    size_t words_ = 0;                // of marks for a row of any layer
    AlignedNumbers<uint64_t> marks_;  // for all rows, and for each share of the columns
    AlignedNumbers<double> values_;
};

extern template class TrainingBatch<float>;
extern template class TrainingBatch<double>;

}  // namespace multilayer
