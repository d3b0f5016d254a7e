// Parameters in training: weights, the optimizer's memory of them, their gradient where it is kept, and W^T,
// all in panels.
#pragma once

#include <cstddef>
#include <vector>

#include "matmul/kernels.hpp"
#include "runtime/aligned_numbers.hpp"
#include "training/settings.hpp"

namespace multilayer {

// Some rows k of a panel, or of a narrow layer: what is updated together.
struct ParameterPart {
    size_t layer, column, width, columns, first, end;
    size_t sums;     // where its sums of squares go
    size_t numbers;  // of its weights, padding included
};

// Some columns of a layer, whole panels.
struct Columns {
    size_t first, end;
};

template <class T> class PackedParameters {
   public:
    // `unscaled` is U of the first layer alone, see input_scale.hpp, and so is the gradient unless it is kept
    // for more.
    enum ParameterArray { weights, slot1, slot2, gradient, unscaled };
    static constexpr size_t n_kinds = 5;

    PackedParameters(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings);

    size_t n_layers() const { return layers_.size(); }
    const std::vector<ParameterPart> &parts() const { return parts_; }
    size_t n_sums() const { return n_sums_; }
    bool has(ParameterArray array) const { return memory_[array].get() != nullptr; }
    size_t bytes() const;

    // A layer of few units, whose weights lie as those of W^T: see narrow.hpp.
    bool is_narrow(size_t layer) const { return layers_[layer].units <= kernels_.narrow_units; }
    // The panel of another layer that begins with this column, the rows of a part, and the bias in whole
    // registers; null where there is no such memory.
    T *panel(size_t layer, ParameterArray array, size_t column) const {
        return at(array, place_of_panel(layer, column));
    }
    T *rows(const ParameterPart &part, ParameterArray array) const { return at(array, place(part)); }
    T *bias(size_t layer, ParameterArray array, size_t column) const {
        return at(array, place_of_bias(layer, column));
    }
    // The scale of the inputs, and what the optimizer remembers of it.
    T *scale(ParameterArray array) const { return at(array, scale_); }
    // From one panel to the next: more than there are inputs, as each may be another thread's.
    size_t panel_rows(size_t layer) const { return layers_[layer].panel_rows; }
    // Where they are, counted from the first number of such memory, and how many numbers that has.
    size_t place(const ParameterPart &part) const {
        if (is_narrow(part.layer)) return layers_[part.layer].panels + part.first * part.columns;
        return place_of_panel(part.layer, part.column) + part.first * part.width;
    }
    size_t place_of_bias(size_t layer, size_t column) const { return layers_[layer].bias + column; }
    size_t numbers() const { return memory_[weights].size(); }
    // W^T of a layer; null for the first one.
    T *transposed(size_t layer) const {
        if (layer == 0) return nullptr;
        return is_narrow(layer) ? at(weights, layers_[layer].panels)
                                : transposed_.get() + layers_[layer].transposed;
    }

    size_t n_panels(size_t layer) const;
    // Those of one share of `shares`; and whose a part is. Where there are fewer panels than shares, that
    // goes by rows k.
    Columns columns(size_t layer, size_t share, size_t shares) const;
    size_t share_of(const ParameterPart &part, size_t shares) const;

    // A matrix of `units` numbers a row, and the numbers that go with it for the bias, to and from panels.
    void load(size_t layer, ParameterArray array, const T *W, const T *b);
    void save(size_t layer, ParameterArray array, T *W, T *b) const;
    // U of the first layer, its scale, and the slots of that.
    void load_scale(const T *U, const T *scale, const T *const *slots);
    void save_scale(T *U, T *scale, T *const *slots) const;
    void release(ParameterArray array) { memory_[array] = {}; }
    void release_transposed() { transposed_ = {}; }

    void transpose(const ParameterPart &part) const;
    PanelOfTransposed<T> panel_of_transposed(const ParameterPart &part) const;
    // Of all columns of a part: sums[j] of squares of its rows.
    void squares(const ParameterPart &part, ParameterArray array, double *sums) const;
    // A sum of such sums in an order that does not depend on the width of panels: by layer, column, part.
    double total(const std::vector<double> &sums) const;

    bool is_overflow_safe(ParameterArray array) const;
    // Whether U and the scale are, by their narrower bounds.
    bool scale_is_overflow_safe() const;
    bool weights_are_finite() const;

    // A copy of all that an update changes, and back. `keep` throws std::bad_alloc.
    void keep();
    void restore();
    void forget();

   private:
    struct Layer {
        size_t inputs, units, columns;  // units rounded up to whole registers
        size_t panel_rows, panels, bias, transposed;
    };
    size_t place_of_panel(size_t layer, size_t column) const {
        return layers_[layer].panels + column * layers_[layer].panel_rows;
    }
    void add_parts(size_t layer);
    template <class F> void each_run(size_t layer, F f) const;
    T *at(ParameterArray array, size_t place) const {
        return has(array) ? memory_[array].get() + place : nullptr;
    }

    MatmulKernels<T> products_;
    TrainingKernels<T> kernels_;
    std::vector<Layer> layers_;
    std::vector<ParameterPart> parts_;
    size_t n_sums_ = 0, scale_ = 0, n_slots_ = 0;
    AlignedNumbers<T> memory_[n_kinds], transposed_, kept_[n_kinds];
};

extern template class PackedParameters<float>;
extern template class PackedParameters<double>;

}  // namespace multilayer
