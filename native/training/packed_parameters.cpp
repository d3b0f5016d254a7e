#include "training/packed_parameters.hpp"

#include <algorithm>
#include <cmath>

namespace multilayer {

template <class T> PackedParameters<T>::PackedParameters(const std::vector<TrainedLayer<T>> &layers,
                                                         const TrainingSettings &settings)
    : products_(products_of<T>()), kernels_(training_kernels_of<T>()), n_slots_(settings.n_slots()) {
    size_t first_layer = 0;
    const size_t lanes = products_.lanes;
    Layout<T> layout, of_transposed;
    for (size_t i = 0; i < layers.size(); ++i) {
        const size_t inputs = layers[i].inputs, units = layers[i].units, columns = round_up(units, lanes);
        const size_t panel_rows = inputs + false_sharing_distance / sizeof(T) / products_.panel;
        const size_t of_w_t = round_up(inputs, lanes) * units;
        const bool narrow = units <= kernels_.narrow_units;
        const size_t panels = layout.place(narrow ? of_w_t + false_sharing_distance / sizeof(T)
                                                  : columns * panel_rows),
                     bias = layout.place(columns + false_sharing_distance / sizeof(T));
        const size_t transposed = i > 0 && !narrow ? of_transposed.place(of_w_t) : 0;
        layers_.push_back({inputs, units, columns, panel_rows, panels, bias, transposed});
        add_parts(i);
        if (i == 0) first_layer = layout.size();
    }
    const bool scaled = settings.scales_inputs();
    if (scaled) scale_ = layout.place(round_up(layers.front().inputs, rows_of_scale<T>));
    const size_t all = layout.size(), for_scale = scaled ? first_layer : 0;
    const size_t needed[] = {all, n_slots_ >= 1 ? all : 0, n_slots_ >= 2 ? all : 0,
                             settings.keeps_gradient() ? all : for_scale, for_scale};
    for (size_t kind = 0; kind < n_kinds; ++kind) {
        if (needed[kind] != 0) memory_[kind] = AlignedNumbers<T>(needed[kind]);
    }
    if (layers.size() > 1) transposed_ = AlignedNumbers<T>(of_transposed.size());
}

// Their ends are the same at every level: those of a narrow layer lie between panels of the widest one.
template <class T> void PackedParameters<T>::add_parts(size_t i) {
    constexpr size_t most_lanes = most_register_bytes / sizeof(T);
    const auto &[inputs, units, columns, panel_rows, panels, bias, transposed] = layers_[i];
    for (size_t column = 0; column < columns;) {
        const size_t left = units - column, width = panel_columns(left, products_.lanes);
        for (size_t first = 0, end; first < inputs; first = end) {
            end = first + (units <= few_units ? part_rows_of_few : most_part_rows);
            if (end >= inputs || (units <= few_units && inputs - end <= most_lanes)) end = inputs;
            const size_t rows = end - first,
                         numbers = is_narrow(i) ? round_up(rows, products_.lanes) * units : rows * width;
            parts_.push_back({i, column, width, std::min(left, width), first, end, n_sums_, numbers});
            n_sums_ += width;
        }
        column += width;
    }
}

template <class T> size_t PackedParameters<T>::bytes() const {
    size_t numbers = transposed_.size();
    for (size_t kind = 0; kind < n_kinds; ++kind) numbers += memory_[kind].size() + kept_[kind].size();
    return numbers * sizeof(T);
}

template <class T> size_t PackedParameters<T>::n_panels(size_t i) const {
    return multilayer::n_panels(layers_[i].units, products_.lanes);
}

template <class T> Columns PackedParameters<T>::columns(size_t i, size_t share, size_t shares) const {
    const size_t n = n_panels(i), first = share * n / shares, end = (share + 1) * n / shares;
    return {first * products_.panel, end == n ? layers_[i].units : end * products_.panel};
}

template <class T> size_t PackedParameters<T>::share_of(const ParameterPart &part, size_t shares) const {
    const size_t n = n_panels(part.layer), panel = part.column / products_.panel;
    if (n < shares) return part.first * shares / layers_[part.layer].inputs;
    return ((panel + 1) * shares - 1) / n;
}

// f(place, e, n) for runs of n weights of a layer: where they are, and their place in the matrix.
template <class T> template <class F> void PackedParameters<T>::each_run(size_t i, F f) const {
    const Layer &layer = layers_[i];
    const size_t inputs = layer.inputs, units = layer.units, lanes = products_.lanes;
    if (is_narrow(i)) {
        for (size_t k = 0; k < inputs; ++k) {
            const size_t panel = panel_start(k, inputs, lanes), width = panel_columns(inputs - panel, lanes);
            for (size_t j = 0; j < units; ++j)
                f(layer.panels + panel * units + j * width + (k - panel), k * units + j, 1);
        }
        return;
    }
    for (size_t column = 0, width; column < units; column += width) {
        width = panel_columns(units - column, lanes);
        for (size_t k = 0; k < inputs; ++k)
            f(place_of_panel(i, column) + k * width, k * units + column, std::min(units - column, width));
    }
}

template <class T> void PackedParameters<T>::load(size_t i, ParameterArray array, const T *W, const T *b) {
    const Layer &layer = layers_[i];
    T *const to = memory_[array].get();
    // A step that was not finite may have left nan in the padding.
    for (const ParameterPart &part : parts_) {
        if (part.layer == i) std::fill_n(rows(part, array), part.numbers, T(0));
    }
    each_run(i, [&](size_t place, size_t e, size_t n) { std::copy_n(W + e, n, to + place); });
    T *of_bias = bias(i, array, 0);
    std::fill(std::copy(b, b + layer.units, of_bias), of_bias + layer.columns, T(0));
}

template <class T> void PackedParameters<T>::save(size_t i, ParameterArray array, T *W, T *b) const {
    const T *const from = memory_[array].get();
    each_run(i, [&](size_t place, size_t e, size_t n) { std::copy_n(from + place, n, W + e); });
    std::copy_n(bias(i, array, 0), layers_[i].units, b);
}

template <class T> void PackedParameters<T>::load_scale(const T *U, const T *s, const T *const *slots) {
    T *const to = memory_[unscaled].get();
    std::fill_n(to, memory_[unscaled].size(), T(0));
    each_run(0, [&](size_t place, size_t e, size_t n) { std::copy_n(U + e, n, to + place); });
    std::copy_n(s, layers_[0].inputs, scale(weights));
    for (size_t i = 0; i < n_slots_; ++i)
        std::copy_n(slots[i], layers_[0].inputs, scale(i == 0 ? slot1 : slot2));
}

template <class T> void PackedParameters<T>::save_scale(T *U, T *s, T *const *slots) const {
    const T *const from = memory_[unscaled].get();
    each_run(0, [&](size_t place, size_t e, size_t n) { std::copy_n(from + place, n, U + e); });
    std::copy_n(scale(weights), layers_[0].inputs, s);
    for (size_t i = 0; i < n_slots_; ++i)
        std::copy_n(scale(i == 0 ? slot1 : slot2), layers_[0].inputs, slots[i]);
}

template <class T>
PanelOfTransposed<T> PackedParameters<T>::panel_of_transposed(const ParameterPart &part) const {
    const Layer &layer = layers_[part.layer];
    return {transposed(part.layer), layer.inputs, layer.units, part.column};
}

template <class T> void PackedParameters<T>::transpose(const ParameterPart &part) const {
    if (part.layer == 0 || is_narrow(part.layer)) return;
    kernels_.transpose(rows(part, weights), part.width, part.columns, part.first, part.end,
                       panel_of_transposed(part));
}

template <class T>
void PackedParameters<T>::squares(const ParameterPart &part, ParameterArray array, double *sums) const {
    const T *from = rows(part, array);
    if (is_narrow(part.layer))
        kernels_.narrow_squares(from, part.columns, layers_[part.layer].inputs, part.first, part.end,
                                sums + part.sums);
    else
        kernels_.squares(from, part.width, part.end - part.first, sums + part.sums);
}

template <class T> double PackedParameters<T>::total(const std::vector<double> &sums) const {
    double all = 0;
    for (size_t first = 0; first < parts_.size();) {
        size_t end = first;
        while (end < parts_.size() && parts_[end].layer == parts_[first].layer &&
               parts_[end].column == parts_[first].column) {
            ++end;
        }
        for (size_t j = 0; j < parts_[first].columns; ++j) {
            for (size_t p = first; p < end; ++p) all += sums[parts_[p].sums + j];
        }
        first = end;
    }
    return all;
}

template <class T> bool PackedParameters<T>::is_overflow_safe(ParameterArray array) const {
    return !has(array) ||
           kernels_.is_overflow_safe(memory_[array].get(), memory_[array].size(), safe_kept<T>);
}

template <class T> bool PackedParameters<T>::scale_is_overflow_safe() const {
    if (!has(unscaled)) return true;
    return kernels_.is_overflow_safe(memory_[unscaled].get(), memory_[unscaled].size(), safe_unscaled<T>) &&
           kernels_.is_overflow_safe(scale(weights), layers_[0].inputs, safe_scale<T>);
}

template <class T> bool PackedParameters<T>::weights_are_finite() const {
    const T *w = memory_[weights].get();
    return std::all_of(w, w + memory_[weights].size(), [](T x) { return std::isfinite(x); });
}

template <class T> void PackedParameters<T>::keep() {
    for (size_t kind = 0; kind < n_kinds; ++kind) {
        if (kind == gradient || !has(static_cast<ParameterArray>(kind))) continue;
        kept_[kind] = AlignedNumbers<T>(memory_[kind].size());
        std::copy_n(memory_[kind].get(), memory_[kind].size(), kept_[kind].get());
    }
}

template <class T> void PackedParameters<T>::restore() {
    for (size_t kind = 0; kind < n_kinds; ++kind) {
        if (kept_[kind].get() != nullptr) memory_[kind] = std::move(kept_[kind]);
    }
    forget();
    for (const ParameterPart &part : parts_) transpose(part);
}

template <class T> void PackedParameters<T>::forget() {
    for (AlignedNumbers<T> &kept : kept_) kept = {};
}

template class PackedParameters<float>;
template class PackedParameters<double>;

}  // namespace multilayer
