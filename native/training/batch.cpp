#include "training/batch.hpp"

#include <algorithm>
#include <cmath>

namespace multilayer {
namespace {

// Of x for a batch: to copy it twice is quicker than to wait for the other thread's half. Bytes.
constexpr size_t small_x = 32768;

}  // namespace

template <class T>
TrainingBatch<T>::TrainingBatch(const std::vector<TrainedLayer<T>> &shapes, const TrainingSettings &settings,
                                const PackedParameters<T> &parameters)
    : settings_(settings),
      parameters_(parameters),
      products_(products_of<T>()),
      kernels_(training_kernels_of<T>()),
      gathered_(shapes.front().inputs, shapes.back().units, settings) {
    size_t widest = 0;
    for (const TrainedLayer<T> &shape : shapes) {
        const size_t columns = round_up(shape.units, products_.lanes);
        layers_.push_back({shape, columns, stride_of_rows<T>(columns), {}, {}, {}, {}, {}});
        widest = std::max(widest, round_up(shape.inputs, products_.lanes));
        words_ = std::max(words_, words_of_marks(std::max(shape.inputs, shape.units)));
    }
    zeros_ = AlignedNumbers<T>(widest + 4 * cache_line);
}

template <class T> void TrainingBatch<T>::reserve(size_t rows, const Sharing &sharing) {
    gathered_.reserve(rows, sharing.copies);
    rows = std::max(rows, rows_);
    const size_t marks = words_of_share(rows) * (sharing.by_columns ? sharing.shares : 1);
    if (marks > marks_.size()) marks_ = AlignedNumbers<uint64_t>(marks);
    const bool overlaps = sharing.overlaps() || second_z_ != nullptr;
    if (rows == rows_ && overlaps == (second_z_ != nullptr)) return;
    Layout<T> layout;
    std::vector<size_t> places;
    const auto needs = [](const Layer &layer) {
        const bool surrogate = layer.shape.activation.surrogate_value != nullptr,
                   drops = layer.shape.drops();
        return std::vector<bool>{layer.shape.activation.keeps_sums(), true, true, drops, surrogate};
    };
    for (const Layer &layer : layers_) {
        for (bool needed : needs(layer)) places.push_back(needed ? layout.place(rows * layer.stride) : 0);
    }
    const size_t second_z = overlaps ? layout.place(rows * layers_.front().stride) : 0;
    AlignedNumbers<T> numbers(layout.size());
    values_ = AlignedNumbers<double>(rows);
    numbers_ = std::move(numbers);
    const size_t *place = places.data();
    for (Layer &layer : layers_) {
        T **pointers[] = {&layer.a, &layer.z, &layer.da, &layer.passed, &layer.surrogate_z};
        size_t i = 0;
        for (bool needed : needs(layer))
            *pointers[i++] = needed ? numbers_.get() + *place++ : (++place, nullptr);
        if (layer.passed == nullptr) layer.passed = layer.z;
    }
    second_z_ = overlaps ? numbers_.get() + second_z : nullptr;
    rows_ = rows;
}

template <class T>
bool TrainingBatch<T>::gather(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end) {
    gathered_.gather_targets(samples, step, first, end);
    return gathered_.gather_x(samples, step, first, end);
}

template <class T> void TrainingBatch<T>::drop(const TrainingStep<T> &step, size_t i, const T *x, T *y,
                                               size_t first, size_t end) const {
    const Layer &layer = layers_[i];
    // Without keys nothing is left out.
    const uint64_t key = step.keys == nullptr ? 0 : step.keys[i];
    const double share = step.keys == nullptr ? 0 : layer.shape.share(step.dropping);
    kernels_.drop({x, y, layer.stride, first, end, layer.shape.units, key, share});
}

template <class T>
void TrainingBatch<T>::pass(const TrainingStep<T> &step, size_t i, size_t first, size_t end) {
    if (layers_[i].shape.drops()) drop(step, i, layers_[i].z, layers_[i].passed, first, end);
}

// Room to mark what is not 0 from that row on, or null while weights may not be finite.
template <class T> uint64_t *TrainingBatch<T>::marks(const TrainingStep<T> &step, size_t row, size_t share) {
    return step.finite_weights ? marks_.get() + share * words_of_share(rows_) + row * words_ : nullptr;
}

// The weighted sums of rows `first` to `end`, or z where the activation is relu or nothing.
template <class T> void TrainingBatch<T>::multiply(const TrainingStep<T> &step, size_t i, size_t copy,
                                                   size_t first, size_t end, Columns columns,
                                                   uint64_t *marks) {
    const Layer &layer = layers_[i];
    const TrainedActivation<T> &h = layer.shape.activation;
    const size_t inputs = layer.shape.inputs, n = columns.end - columns.first, stride = x_stride(i);
    const T *x = this->x(step, i, copy);
    const T *b = parameters_.bias(i, PackedParameters<T>::weights, columns.first);
    T *sums = (h.keeps_sums() ? layer.a : z(step, i)) + columns.first;
    const bool relu = h.relu && !(settings_.from_sums && i + 1 == layers_.size());
    x += first * stride;
    sums += first * layer.stride;
    if (parameters_.is_narrow(i)) {
        kernels_.narrow({x, stride, end - first, inputs, n,
                         parameters_.panel(i, PackedParameters<T>::weights, 0), b, sums, layer.stride, relu});
    } else {
        products_.multiply({x, static_cast<ptrdiff_t>(stride), end - first,
                            parameters_.panel(i, PackedParameters<T>::weights, columns.first), b, inputs,
                            parameters_.panel_rows(i), n, sums, layer.stride, relu, marks});
    }
}

template <class T> void TrainingBatch<T>::activate(const TrainingStep<T> &step, size_t i, size_t first,
                                                   size_t end, Columns columns) {
    const Layer &layer = layers_[i];
    const TrainedActivation<T> &h = layer.shape.activation;
    const size_t n = columns.end - columns.first;
    for (size_t r = first; r < end; ++r) {
        const T *a = layer.a + r * layer.stride + columns.first;
        T *z = this->z(step, i) + r * layer.stride + columns.first;
        if (h.value != nullptr)
            h.value(a, z, n, h.parameters.data(), Into::caches);
        else
            h.axis_value(a, z, 1, n);
    }
}

template <class T>
size_t TrainingBatch<T>::forward(const TrainingStep<T> &step, size_t i, size_t first, size_t end) {
    for (; i < layers_.size(); ++i) {
        const Layer &layer = layers_[i];
        const TrainedActivation<T> &h = layer.shape.activation;
        const Columns all{0, layer.shape.units};
        multiply(step, i, 0, first, end, all, marks(step, first));
        if (settings_.from_sums && i + 1 == layers_.size()) continue;
        if (h.user_defined) return i;
        if (h.keeps_sums()) activate(step, i, first, end, all);
        pass(step, i, first, end);
    }
    return layers_.size();
}

template <class T> void TrainingBatch<T>::compute_loss(bool by_class, size_t first, size_t end) {
    const Layer &last = layers_.back();
    const T *outputs = settings_.from_sums && last.a != nullptr ? last.a : last.z;
    const size_t units = last.shape.units;
    kernels_.loss(
        settings_.loss,
        {outputs + first * last.stride, last.stride, end - first, units,
         by_class ? gathered_.classes(first) : nullptr, settings_.target_scale + settings_.target_offset,
         settings_.target_offset, gathered_.targets(first), gathered_.shares(first), settings_.loss_parameter,
         values_.get() + first, last.da + first * last.stride, last.stride});
}

// From dz to da, in place; whether z, and da afterwards, are overflow-safe.
template <class T>
bool TrainingBatch<T>::activate_backwards(const TrainingStep<T> &step, size_t i, size_t first, size_t end) {
    const Layer &layer = layers_[i];
    const TrainedActivation<T> &h = layer.shape.activation;
    const size_t units = layer.shape.units, stride = layer.stride;
    // Padding included, here and below: it is 0 and stays it.
    if (h.relu)
        return kernels_.gate(z(step, i) + first * stride, layer.da + first * stride, (end - first) * stride);
    for (size_t r = first; r < end && h.keeps_sums(); ++r) {
        T *a = layer.a + r * stride, *da = layer.da + r * stride;
        if (h.derivative != nullptr) {
            h.derivative(a, a, units, h.derivative_parameters.data(), Into::caches);
            kernels_.multiply(a, da, units);
        } else {
            const T *z = this->z(step, i) + r * stride;
            if (h.surrogate_value != nullptr) {
                h.surrogate_value(a, layer.surrogate_z + r * stride, 1, units);
                z = layer.surrogate_z + r * stride;
            }
            h.axis_vjp(da, a, z, da, 1, units);
        }
    }
    return is_overflow_safe(z(step, i), i, first, end) && is_overflow_safe(layer.da, i, first, end);
}

template <class T>
bool TrainingBatch<T>::is_overflow_safe(const T *rows, size_t i, size_t first, size_t end) const {
    const size_t stride = layers_[i].stride;
    return kernels_.is_overflow_safe(rows + first * stride, (end - first) * stride, safe_signal<T>);
}

template <class T> bool TrainingBatch<T>::is_overflow_safe(size_t i, size_t first, size_t end) const {
    return is_overflow_safe(layers_[i].z, i, first, end) && is_overflow_safe(layers_[i].da, i, first, end);
}

template <class T> bool TrainingBatch<T>::finish_loss(const TrainingStep<T> &step, size_t first, size_t end) {
    const size_t i = layers_.size() - 1;
    const Layer &last = layers_.back();
    bool safe = true;
    for (size_t r = first; r < end; ++r)
        safe = safe && std::abs(values_[r]) < static_cast<double>(safe_kept<T>);
    if (last.shape.activation.user_defined) return safe;
    if (!settings_.from_sums) return activate_backwards(step, i, first, end) && safe;
    return is_overflow_safe(last.da, i, first, end) && safe;
}

template <class T> size_t TrainingBatch<T>::backward(const TrainingStep<T> &step, size_t i, size_t first,
                                                     size_t end, bool &safe) {
    for (; i > 0; --i) {
        const Layer &layer = layers_[i], &before = layers_[i - 1];
        const T *da = layer.da + first * layer.stride;
        T *dz = before.da + first * before.stride;
        if (!kernels_.narrow_back({da, layer.stride, end - first, layer.shape.units, layer.shape.inputs,
                                   parameters_.transposed(i), nullptr, dz, before.stride, false})) {
            products_.multiply({da, static_cast<ptrdiff_t>(layer.stride), end - first,
                                parameters_.transposed(i), zeros_.get(), layer.shape.units, layer.shape.units,
                                layer.shape.inputs, dz, before.stride, false, marks(step, first)});
        }
        if (before.shape.drops()) drop(step, i - 1, before.da, before.da, first, end);
        if (before.shape.activation.user_defined) return i - 1;
        safe = activate_backwards(step, i - 1, first, end) && safe;
    }
    return layers_.size();
}

template <class T>
bool TrainingBatch<T>::run(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end) {
    const bool safe = gather(samples, step, first, end);
    forward(step, 0, first, end);
    return end_and_return(samples, step, first, end) && safe;
}

// From the last outputs back to the beginning.
template <class T> bool TrainingBatch<T>::end_and_return(const Samples &samples, const TrainingStep<T> &step,
                                                         size_t first, size_t end) {
    compute_loss(samples.classes != nullptr, first, end);
    bool safe = finish_loss(step, first, end);
    backward(step, layers_.size() - 1, first, end, safe);
    return safe;
}

template <class T> Sharing TrainingBatch<T>::by_columns(size_t rows, size_t threads) const {
    size_t shares = layers_.size() == 1 ? 1 : threads;
    for (size_t i = 0; i + 1 < layers_.size(); ++i) {
        const TrainedLayer<T> &layer = layers_[i].shape;
        const bool by_number = layer.activation.axis_value == nullptr && !layer.drops();
        shares = std::min(shares, by_number ? parameters_.n_panels(i) : 1);
    }
    // With a scale of the inputs a step ends with the first layer, which the next one cannot overlap.
    const bool copies = rows * gathered_.x_stride() * sizeof(T) <= small_x && !settings_.scales_inputs();
    return {true, shares, shares, copies ? shares : 1};
}

template <class T> bool TrainingBatch<T>::run_columns(const Samples &samples, const TrainingStep<T> &step,
                                                      size_t i, size_t share, const Sharing &sharing) {
    bool safe = true;
    const size_t copy = share % sharing.copies;
    if (i == 0 && sharing.copies > 1) safe = gathered_.gather_x(samples, step, 0, step.rows, copy);
    const Columns columns = parameters_.columns(i, share, sharing.shares);
    multiply(step, i, copy, 0, step.rows, columns, marks(step, 0, share));
    if (layers_[i].shape.activation.keeps_sums()) activate(step, i, 0, step.rows, columns);
    return safe;
}

template <class T> bool TrainingBatch<T>::run_rest(const Samples &samples, const TrainingStep<T> &step,
                                                   size_t first, size_t end) {
    gathered_.gather_targets(samples, step, first, end);
    forward(step, layers_.size() - 1, first, end);
    return end_and_return(samples, step, first, end);
}

template <class T> T *TrainingBatch<T>::rows_of(size_t i, LayerArray array) const {
    const Layer &layer = layers_[i];
    return array == gradient ? layer.da : array == outputs || layer.a == nullptr ? layer.z : layer.a;
}

template <class T> void TrainingBatch<T>::read(size_t i, LayerArray array, size_t rows, T *to) const {
    const size_t units = layers_[i].shape.units, stride = layers_[i].stride;
    const T *from = rows_of(i, array);
    for (size_t r = 0; r < rows; ++r) std::copy_n(from + r * stride, units, to + r * units);
}

template <class T> void TrainingBatch<T>::write(size_t i, LayerArray array, size_t rows, const T *from) {
    const size_t units = layers_[i].shape.units, stride = layers_[i].stride;
    T *to = rows_of(i, array);
    for (size_t r = 0; r < rows; ++r) std::copy_n(from + r * units, units, to + r * stride);
}

template <class T> void TrainingBatch<T>::write_values(const double *values, size_t rows) {
    std::copy_n(values, rows, values_.get());
}

template <class T> double TrainingBatch<T>::mean(size_t rows) const {
    double value = 0;
    for (size_t r = 0; r < rows; ++r) value += values_[r] * *gathered_.shares(r);
    return value;
}

template class TrainingBatch<float>;
template class TrainingBatch<double>;

}  // namespace multilayer
