// Training steps on parameters in packed form: gather, forward, loss, backward, update, one batch after
// another.
//
// A step has two phases, and threads wait for each other only between them. In the first, blocks of rows of
// the batch go through all layers and back, as nothing in there leaves its row. In the second, panels of all
// layers' weights get their gradient, which the optimizer consumes while it is in the first-level cache, and
// W^T is written again for the next step. (To clip by the norm of all gradients takes two more phases.)
//
// The same bits for any number of threads and at any level: see training_kernels.hpp and matmul.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "activations/kernels.hpp"
#include "kernels/matmul.hpp"
#include "kernels/training_kernels.hpp"

namespace multilayer {

// z = h(a): relu, a kernel, or nothing for the identity.
template <class T> struct TrainedActivation {
    bool relu = false;
    ElementwiseFunction<T> value = nullptr, derivative = nullptr;
    AxisFunction<T> axis_value = nullptr;
    AxisVjp<T> axis_vjp = nullptr;
    std::vector<double> parameters;

    bool keeps_sums() const { return value != nullptr || axis_value != nullptr; }
};

template <class T> struct TrainedLayer {
    size_t inputs, units;
    TrainedActivation<T> activation;
};

struct TrainingSettings {
    LossKind loss;
    bool from_sums;  // the loss is a function of the last weighted sums, its activation fused
    double loss_parameter;
    double target_scale, target_offset;  // label smoothing
    Rule rule;
    bool nesterov;
    double decay1, decay2, epsilon;
    double l2, weight_decay;
    double limit, norm_limit;  // of gradients; infinity for none
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
    Numbers targets;
    const double *weights;  // or null: all 1
    const intptr_t *order;  // or null: as they stand
    size_t rows, batch_rows;

    size_t batches() const { return (rows + batch_rows - 1) / batch_rows; }
};

template <class T> class Trainer {
   public:
    Trainer(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings);

    size_t n_layers() const { return layers_.size(); }
    size_t n_slots() const { return settings_.rule == Rule::adam ? 2 : 1; }
    const TrainedLayer<T> &layer(size_t i) const { return layers_[i].shape; }

    // W of layer i, or its optimizer's memory for it, to and from rows of `units` numbers; b alike.
    enum class What { parameters, slot1, slot2 };
    void load(size_t layer, What what, const T *W, const T *b);
    void save(size_t layer, What what, T *W, T *b) const;
    // To be called once all is loaded: `step` updates were made before.
    void begin(uint64_t step);

    // Makes a step for each batch from `first` up to `last`, writing the objective of each to `losses`.
    // Returns the first batch whose objective, or whose update of a weight, was not finite; parameters mean
    // nothing then. `last` if there was none. Throws std::bad_alloc, and changes nothing then.
    size_t advance(const Samples &samples, size_t first, size_t last, const double *rates, double *losses);

   private:
    struct Aligned {
        void operator()(void *p) const;
    };
    using Memory = std::unique_ptr<T[], Aligned>;
    struct Layer {
        TrainedLayer<T> shape;
        size_t columns;     // units rounded up to whole registers
        size_t stride;      // between rows of a, z and da
        T *weights, *bias;  // packed, as are the slots
        T *slot1, *bias_slot1, *slot2, *bias_slot2;
        T *gradient, *bias_gradient;  // only to clip by the norm
        T *transposed;                // W^T; null for the first layer
        T *a, *z, *da;                // of one batch; a is null where z is all that is needed
    };
    // Some rows k of a panel: what one chunk of the second phase updates.
    struct Part {
        size_t layer, column, width, columns, first, end;
        size_t sums;  // where its sums of squares go
    };
    struct Step {
        size_t first_row, rows;
        double total;  // of the weights of its rows
        UpdateRule<T> rule;
    };

    static Memory allocate(size_t n);
    void reserve(size_t batch_rows);
    void pack(const Layer &layer, const T *W, T *panels) const;
    void unpack(const Layer &layer, const T *panels, T *W) const;
    void run_rows(const Samples &samples, const Step &step, size_t first, size_t end);
    void gather(const Samples &samples, const Step &step, size_t first, size_t end);
    void forward(const Layer &layer, const T *x, size_t x_stride, size_t first, size_t end, bool sums_only);
    void activate_backwards(const Layer &layer, size_t first, size_t end);
    void prepare(const Samples &samples, Step &step, size_t batch, double rate) const;
    bool update(const Step &step, const Part &part, bool clips_norm, size_t number);
    double objective(const Step &step, size_t number) const;
    double norm(const std::vector<double> &sums) const;
    bool apply(const Step &step, const Part &part, T scale, size_t number);
    void measure(const Part &part, size_t number);

    TrainingSettings settings_;
    MatmulKernels<T> products_;
    TrainingKernels<T> kernels_;
    std::vector<Layer> layers_;
    std::vector<Part> parts_;
    std::vector<double> squares_[2];  // of W before and after a step, by turns
    std::vector<double> gradient_squares_;
    Memory packed_, batch_, zeros_;
    T *x_ = nullptr;  // the batch, gathered
    size_t x_stride_ = 0;
    size_t batch_rows_ = 0;
    std::vector<double> targets_, shares_, values_;
    std::vector<int64_t> classes_;
    size_t products_per_row_ = 0;
    uint64_t steps_made_ = 0;
};

extern template class Trainer<float>;
extern template class Trainer<double>;

}  // namespace multilayer
