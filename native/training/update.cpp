#include "training/update.hpp"

#include <algorithm>
#include <cmath>

namespace multilayer {
namespace {

// Bounds that keep overflow-safe numbers from overflowing, as follows for float32, with margin to 2^127. A
// gradient is at most rows * 2^60 + l2 * 2^60 <= 2^81; a step of Adam or RMSprop rate / epsilon times that,
// 2^121; one of SGD less; decay takes 2^100 from a weight of 2^60. float64 has more room.
constexpr double most_rows = 0x1p20, most_penalty = 0x1p20, most_rate = 0x1p40;
// Where the inputs have a scale, at most 2^8, and U is at most 2^10: the gradient of U is 2^89, that of a
// scale 2^84 * 2^10 with so many rows and units, and the penalty less; a step is 2^126.
constexpr double most_rate_of_scale = 0x1p32, most_rows_and_units = 0x1p24;

// With more parameters it is cheaper to fetch rows of the batch than gradients of groups.
constexpr size_t few_parameters = 16384;
// With fewer rows a group costs more to fetch than it saves.
constexpr size_t least_rows = 32;

}  // namespace

template <class T>
ParameterUpdates<T>::ParameterUpdates(const std::vector<TrainedLayer<T>> &layers,
                                      const TrainingSettings &settings, const PackedParameters<T> &parameters,
                                      const TrainingBatch<T> &batch)
    : layers_(layers),
      settings_(settings),
      kernels_(training_kernels_of<T>()),
      parameters_(parameters),
      batch_(batch) {
    most_factor_ = settings.input_scale;
    for (const TrainedLayer<T> &layer : layers) {
        n_parameters_ += (layer.inputs + 1) * layer.units;
        plain_rates_ = plain_rates_ && layer.has_plain_rates();
        most_factor_ = std::max({most_factor_, layer.weight_rate, layer.bias_rate});
    }
    for (const ParameterPart &part : parameters.parts()) {
        if (is_scaled(part) && part.column == 0) scaled_parts_.push_back(part);
    }
    for (auto &squares : squares_) squares.assign(settings.l2 != 0 ? parameters.n_sums() : 0, 0.0);
    gradient_squares_.assign(settings.clips_norm() ? parameters.n_sums() : 0, 0.0);
}

template <class T> TrainingStep<T> ParameterUpdates<T>::step_of(const Samples &samples, size_t batch,
                                                                const StepRates &rates, uint64_t t) const {
    TrainingStep<T> step{};
    step.first_row = batch * samples.batch_rows;
    step.rows = std::min(samples.batch_rows, samples.rows - step.first_row);
    step.keys = samples.keys == nullptr ? nullptr : samples.keys + batch * (parameters_.n_layers() - 1);
    step.total = static_cast<double>(step.rows);
    if (samples.weights != nullptr) {
        step.total = 0;
        for (size_t r = step.first_row; r < step.first_row + step.rows; ++r) {
            step.total +=
                samples.weights[samples.order == nullptr ? r : static_cast<size_t>(samples.order[r])];
        }
    }
    const TrainingSettings &s = settings_;
    UpdateRule<T> &rule = step.rule;
    rule.rule = s.rule;
    rule.nesterov = s.nesterov;
    step.rate = rates.learning;
    step.shrink = s.shrink(rates);
    step.dropping = rates.dropping;
    rule.decay1 = static_cast<T>(s.decay1);
    rule.rest1 = static_cast<T>(1.0 - s.decay1);
    rule.decay2 = static_cast<T>(s.decay2);
    rule.rest2 = static_cast<T>(1.0 - s.decay2);
    rule.epsilon = static_cast<T>(s.epsilon);
    rule.penalty = step.total != 0 ? static_cast<T>(s.l2 / step.total) : T(0);
    rule.shrink = static_cast<T>(step.shrink);
    rule.unstretch = 1;
    rule.limit = static_cast<T>(s.limit);
    rule.scale = 1;
    if (s.rule == Rule::adam) {
        const double n = static_cast<double>(t);
        step.rate = -(step.rate * std::sqrt(1.0 - std::pow(s.decay2, n)) / (1.0 - std::pow(s.decay1, n)));
    }
    rule.rate = static_cast<T>(step.rate);
    const double divisor = s.rule == Rule::sgd ? 1.0 : std::min(1.0, s.epsilon);
    const double highest_rate = s.scales_inputs() ? most_rate_of_scale : most_rate;
    step.safe = static_cast<double>(step.rows) <= most_rows &&
                static_cast<double>(rule.penalty) <= most_penalty &&
                std::abs(step.rate) * most_factor_ <= highest_rate * divisor &&
                step.shrink * most_factor_ <= most_rate;
    if (s.scales_inputs())
        step.safe = step.safe && static_cast<double>(step.rows * layers_[0].units) <= most_rows_and_units;
    return step;
}

// The rule for numbers with a factor of their own, which the optimizer sees `stretch` times as large.
template <class T>
UpdateRule<T> ParameterUpdates<T>::rule_of(const TrainingStep<T> &step, double factor, double stretch) const {
    UpdateRule<T> rule = step.rule;
    const double rate = step.rate * factor;
    rule.rate = static_cast<T>(rate / (rule.rule == Rule::rmsprop ? stretch * stretch : stretch));
    rule.rest1 = static_cast<T>((1.0 - settings_.decay1) / stretch);
    rule.rest2 = static_cast<T>((1.0 - settings_.decay2) / (stretch * stretch));
    rule.unstretch = static_cast<T>(1.0 / stretch);
    rule.shrink = static_cast<T>(step.shrink * factor);
    return rule;
}

template <class T>
UpdateRule<T> ParameterUpdates<T>::rule_of_weights(const TrainingStep<T> &step, size_t i) const {
    return plain_rates_ ? step.rule : rule_of(step, layers_[i].weight_rate, layers_[i].stretch);
}

template <class T>
UpdateRule<T> ParameterUpdates<T>::rule_of_bias(const TrainingStep<T> &step, size_t i) const {
    UpdateRule<T> rule = plain_rates_ ? step.rule : rule_of(step, layers_[i].bias_rate, 1.0);
    rule.penalty = rule.shrink = 0;
    return rule;
}

// What depends on the new weights: their transpose, and the sums of their squares before update
// `number`.
template <class T> void ParameterUpdates<T>::measure(const ParameterPart &part, uint64_t number) {
    parameters_.transpose(part);
    if (settings_.l2 != 0) parameters_.squares(part, ParameterArray::weights, squares_[number % 2].data());
}

template <class T> double ParameterUpdates<T>::objective(const TrainingStep<T> &step, uint64_t number) const {
    double value = batch_.mean(step.rows);
    if (settings_.l2 != 0 && step.total != 0)
        value += 0.5 * settings_.l2 * parameters_.total(squares_[number % 2]) / step.total;
    return value;
}

template <class T> size_t ParameterUpdates<T>::n_groups(size_t rows) const {
    if (n_parameters_ > few_parameters || rows < 2 * least_rows) return 1;
    return rows < 4 * least_rows ? 2 : 4;  // even shares for two threads and for four
}

template <class T> void ParameterUpdates<T>::reserve(size_t rows) {
    const size_t n = n_groups(rows), needed = n > 1 ? n * parameters_.numbers() : 0;
    if (needed > groups_.size()) groups_ = AlignedNumbers<T>(needed);
}

template <class T> Groups<T> ParameterUpdates<T>::groups(size_t rows, size_t place) const {
    const size_t n = n_groups(rows);
    if (n == 1) return {nullptr, 0, 0};
    return {groups_.get() + place, parameters_.numbers(), n};
}

template <class T> WeightUpdate<T> ParameterUpdates<T>::rows_of(const TrainingStep<T> &step,
                                                                const ParameterPart &part, size_t first_row,
                                                                size_t rows, size_t copy) const {
    const size_t i = part.layer;
    WeightUpdate<T> u{};
    u.x = batch_.x(step, i, copy) + first_row * batch_.x_stride(i);
    u.x_stride = batch_.x_stride(i);
    u.da = batch_.da(i) + first_row * batch_.stride(i) + part.column;
    u.da_stride = batch_.stride(i);
    u.rows = rows;
    u.width = part.width;
    u.columns = part.columns;
    u.first = part.first;
    u.end = part.end;
    u.numbers = part.numbers;
    u.narrow = parameters_.is_narrow(i);
    u.transposed = parameters_.panel_of_transposed(part);
    return u;
}

template <class T> BiasUpdate<T> ParameterUpdates<T>::bias_rows_of(const ParameterPart &part,
                                                                   size_t first_row, size_t rows) const {
    const size_t i = part.layer;
    BiasUpdate<T> u{};
    u.da = batch_.da(i) + first_row * batch_.stride(i) + part.column;
    u.da_stride = batch_.stride(i);
    u.rows = rows;
    u.width = part.width;
    return u;
}

template <class T> void ParameterUpdates<T>::find_group(const TrainingStep<T> &step, size_t group) {
    const size_t n = n_groups(step.rows), row = group * step.rows / n;
    const size_t rows = (group + 1) * step.rows / n - row;
    T *gradients = groups_.get() + group * parameters_.numbers();
    for (const ParameterPart &part : parameters_.parts()) {
        kernels_.gradient(rows_of(step, part, row, rows, 0), gradients + parameters_.place(part));
        if (part.first == 0) {
            kernels_.bias_gradient(bias_rows_of(part, row, rows),
                                   gradients + parameters_.place_of_bias(part.layer, part.column));
        }
    }
}

// The gradient of some weights and the step they take; or the gradient alone.
template <class T> bool ParameterUpdates<T>::update(const TrainingStep<T> &step, const ParameterPart &part,
                                                    bool gradient_only, uint64_t number, size_t copy) {
    const size_t i = part.layer, column = part.column;
    const bool measures = !gradient_only && !is_scaled(part);
    const bool needs_norm = gradient_only && settings_.clips_norm();
    gradient_only = gradient_only || is_scaled(part);
    UpdateRule<T> rule = rule_of_weights(step, i);
    if (gradient_only) rule.rule = Rule::keep_gradient;
    const ParameterArray first_slot = gradient_only ? ParameterArray::gradient : ParameterArray::slot1;
    WeightUpdate<T> u = rows_of(step, part, 0, step.rows, copy);
    u.weights = parameters_.rows(part, ParameterArray::weights);
    u.slot1 = parameters_.rows(part, first_slot);
    u.slot2 = gradient_only ? nullptr : parameters_.rows(part, ParameterArray::slot2);
    u.groups = groups(step.rows, parameters_.place(part));
    u.shared = step.shared;
    bool safe = kernels_.update_weights(u, rule);
    if (part.first == 0) {
        BiasUpdate<T> b = bias_rows_of(part, 0, step.rows);
        b.bias = parameters_.bias(i, ParameterArray::weights, column);
        b.slot1 = parameters_.bias(i, first_slot, column);
        b.slot2 = gradient_only ? nullptr : parameters_.bias(i, ParameterArray::slot2, column);
        b.groups = groups(step.rows, parameters_.place_of_bias(i, column));
        rule = rule_of_bias(step, i);
        if (gradient_only) rule.rule = Rule::keep_gradient;
        safe = kernels_.update_bias(b, rule) && safe;
    }
    if (measures) {
        measure(part, number + 1);
    } else if (needs_norm) {
        parameters_.squares(part, ParameterArray::gradient, gradient_squares_.data());
        const T *bias = parameters_.bias(i, ParameterArray::gradient, column);
        for (size_t j = 0; j < part.columns && part.first == 0; ++j) {
            const double g = static_cast<double>(bias[j]);
            gradient_squares_[part.sums + j] += g * g;
        }
    }
    return safe;
}

template <class T> void ParameterUpdates<T>::find_scale() {
    const double norm = std::sqrt(parameters_.total(gradient_squares_)), limit = settings_.norm_limit;
    // A norm that is not finite scales nothing: the step that follows is found wrong.
    scale_ = norm <= limit || !std::isfinite(norm) ? T(1) : static_cast<T>(limit / norm);
}

// The optimizer's step with a gradient that was kept.
template <class T>
bool ParameterUpdates<T>::apply(const TrainingStep<T> &step, const ParameterPart &part, uint64_t number) {
    if (is_scaled(part)) return true;
    UpdateRule<T> rule = rule_of_weights(step, part.layer);
    rule.penalty = 0;  // is in the gradient
    rule.scale = scale_;
    const auto weights = [&](ParameterArray array) { return parameters_.rows(part, array); };
    bool safe = kernels_.apply(rule, weights(ParameterArray::gradient), weights(ParameterArray::weights),
                               weights(ParameterArray::slot1), weights(ParameterArray::slot2), part.numbers);
    safe = apply_bias(step, part) && safe;
    measure(part, number + 1);
    return safe;
}

template <class T>
bool ParameterUpdates<T>::apply_bias(const TrainingStep<T> &step, const ParameterPart &part) const {
    if (part.first != 0) return true;
    UpdateRule<T> rule = rule_of_bias(step, part.layer);
    rule.scale = scale_;
    const auto bias = [&](ParameterArray array) { return parameters_.bias(part.layer, array, part.column); };
    return kernels_.apply(rule, bias(ParameterArray::gradient), bias(ParameterArray::weights),
                          bias(ParameterArray::slot1), bias(ParameterArray::slot2), part.width);
}

template <class T>
bool ParameterUpdates<T>::update_scaled(const TrainingStep<T> &step, size_t number_of_part, uint64_t number) {
    const ParameterPart &rows = scaled_parts_[number_of_part];
    ParameterPart start = rows;
    start.first = 0;
    const auto layer = [&](ParameterArray array) { return parameters_.rows(start, array); };
    ScaledWeights<T> w{};
    w.inputs = layers_[0].inputs;
    w.units = layers_[0].units;
    w.panel_rows = parameters_.panel_rows(0);
    w.first = rows.first;
    w.end = rows.end;
    w.narrow = parameters_.is_narrow(0);
    w.gradient = layer(ParameterArray::gradient);
    w.weights = layer(ParameterArray::weights);
    w.unscaled = layer(ParameterArray::unscaled);
    w.slot1 = layer(ParameterArray::slot1);
    w.slot2 = layer(ParameterArray::slot2);
    w.scale = parameters_.scale(ParameterArray::weights);
    w.scale_slot1 = parameters_.scale(ParameterArray::slot1);
    w.scale_slot2 = parameters_.scale(ParameterArray::slot2);
    UpdateRule<T> of_weights = rule_of_weights(step, 0), of_scale = rule_of(step, settings_.input_scale, 1.0);
    of_weights.penalty = of_scale.penalty = of_scale.shrink = 0;
    of_weights.scale = scale_;
    of_scale.limit = static_cast<T>(__builtin_inf());  // dW was clipped
    bool safe = kernels_.update_scaled(w, of_weights, of_scale);
    for (const ParameterPart &part : parameters_.parts()) {
        if (part.layer != 0 || part.first != rows.first) continue;
        safe = apply_bias(step, part) && safe;
        measure(part, number + 1);
    }
    return safe;
}

template class ParameterUpdates<float>;
template class ParameterUpdates<double>;

}  // namespace multilayer
