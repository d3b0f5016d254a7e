#include "kernels/training_update.hpp"

#include <algorithm>
#include <cmath>

namespace multilayer {
namespace {

// Bounds that keep moderate numbers from overflowing, as follows for float32, with margin to 2^127. A
// gradient is at most rows * 2^60 + l2 * 2^60 <= 2^81; a step of Adam or RMSprop rate / epsilon times that,
// 2^121; one of SGD less; decay takes 2^100 from a weight of 2^60. float64 has more room.
constexpr double most_rows = 0x1p20, most_l2 = 0x1p20, most_rate = 0x1p40;

}  // namespace

template <class T>
ParameterUpdates<T>::ParameterUpdates(const std::vector<TrainedLayer<T>> &layers,
                                      const TrainingSettings &settings, const PackedParameters<T> &parameters,
                                      const TrainingBatch<T> &batch)
    : settings_(settings), kernels_(training_kernels_of<T>()), parameters_(parameters), batch_(batch) {
    for (const TrainedLayer<T> &layer : layers) inputs_.push_back(layer.inputs);
    for (auto &squares : squares_) squares.assign(settings.l2 != 0 ? parameters.n_sums() : 0, 0.0);
    gradient_squares_.assign(settings.clips_norm() ? parameters.n_sums() : 0, 0.0);
}

template <class T> TrainingStep<T> ParameterUpdates<T>::step_of(const Samples &samples, size_t batch,
                                                                double rate, uint64_t t) const {
    TrainingStep<T> step{};
    step.first_row = batch * samples.batch_rows;
    step.rows = std::min(samples.batch_rows, samples.rows - step.first_row);
    step.keys = samples.keys == nullptr ? nullptr : samples.keys + batch * (inputs_.size() - 1);
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
    rule.rate = static_cast<T>(rate);
    rule.decay1 = static_cast<T>(s.decay1);
    rule.rest1 = static_cast<T>(1.0 - s.decay1);
    rule.decay2 = static_cast<T>(s.decay2);
    rule.rest2 = static_cast<T>(1.0 - s.decay2);
    rule.epsilon = static_cast<T>(s.epsilon);
    rule.l2 = step.total != 0 ? static_cast<T>(s.l2 / step.total) : T(0);
    rule.shrink = static_cast<T>(rate * s.weight_decay);
    rule.limit = static_cast<T>(s.limit);
    rule.scale = 1;
    if (s.rule == Rule::adam) {
        const double n = static_cast<double>(t);
        rule.rate =
            static_cast<T>(-(rate * std::sqrt(1.0 - std::pow(s.decay2, n)) / (1.0 - std::pow(s.decay1, n))));
    }
    const double divisor = s.rule == Rule::sgd ? 1.0 : std::min(1.0, s.epsilon);
    step.moderate = static_cast<double>(step.rows) <= most_rows && static_cast<double>(rule.l2) <= most_l2 &&
                    std::abs(static_cast<double>(rule.rate)) <= most_rate * divisor &&
                    static_cast<double>(rule.shrink) <= most_rate;
    return step;
}

// What depends on the new weights: their transpose, and the sums of their squares before update `number`.
template <class T> void ParameterUpdates<T>::measure(const ParameterPart &part, uint64_t number) {
    parameters_.transpose(part);
    if (settings_.l2 != 0) parameters_.squares(part, What::weights, squares_[number % 2].data());
}

template <class T> double ParameterUpdates<T>::objective(const TrainingStep<T> &step, uint64_t number) const {
    double value = batch_.mean(step.rows);
    if (settings_.l2 != 0 && step.total != 0)
        value += 0.5 * settings_.l2 * parameters_.total(squares_[number % 2]) / step.total;
    return value;
}

// The gradient of some weights and the step they take; or the gradient alone.
template <class T> bool ParameterUpdates<T>::update(const TrainingStep<T> &step, const ParameterPart &part,
                                                    bool gradient_only, uint64_t number) {
    const size_t i = part.layer, at = part.column * inputs_[i];
    UpdateRule<T> rule = step.rule;
    if (gradient_only) rule.rule = Rule::keep_gradient;
    const What first_slot = gradient_only ? What::gradient : What::slot1;
    T *slot2 = gradient_only ? nullptr : parameters_.panels(i, What::slot2);
    const T *da = batch_.da(i) + part.column;
    bool moderate = kernels_.update_weights(
        {batch_.x(i), batch_.x_stride(i), da, batch_.stride(i), step.rows, part.width, part.columns,
         part.first, part.end, parameters_.panels(i, What::weights) + at,
         parameters_.panels(i, first_slot) + at, slot2 == nullptr ? nullptr : slot2 + at,
         parameters_.panel_of_transposed(part)},
        rule);
    if (part.first == 0) {
        T *bias_slot2 = gradient_only ? nullptr : parameters_.bias(i, What::slot2);
        const bool bias_moderate = kernels_.update_bias(
            {da, batch_.stride(i), step.rows, part.width, parameters_.bias(i, What::weights) + part.column,
             parameters_.bias(i, first_slot) + part.column,
             bias_slot2 == nullptr ? nullptr : bias_slot2 + part.column},
            rule);
        moderate = bias_moderate && moderate;
    }
    if (!gradient_only) {
        measure(part, number + 1);
    } else if (settings_.clips_norm()) {
        parameters_.squares(part, What::gradient, gradient_squares_.data());
        const T *bias = parameters_.bias(i, What::gradient) + part.column;
        for (size_t j = 0; j < part.columns && part.first == 0; ++j) {
            const double g = static_cast<double>(bias[j]);
            gradient_squares_[part.sums + j] += g * g;
        }
    }
    return moderate;
}

template <class T> void ParameterUpdates<T>::find_scale() {
    const double norm = std::sqrt(parameters_.total(gradient_squares_)), limit = settings_.norm_limit;
    // A norm that is not finite scales nothing: the step that follows is found wrong.
    scale_ = norm <= limit || !std::isfinite(norm) ? T(1) : static_cast<T>(limit / norm);
}

// The optimizer's step with a gradient that was kept.
template <class T>
bool ParameterUpdates<T>::apply(const TrainingStep<T> &step, const ParameterPart &part, uint64_t number) {
    const size_t i = part.layer, at = part.column * inputs_[i] + part.first * part.width;
    UpdateRule<T> rule = step.rule;
    rule.l2 = 0;  // is in the gradient
    rule.scale = scale_;
    const auto place = [&](T *start, size_t from) { return start == nullptr ? nullptr : start + from; };
    bool moderate =
        kernels_.apply(rule, parameters_.panels(i, What::gradient) + at,
                       parameters_.panels(i, What::weights) + at, parameters_.panels(i, What::slot1) + at,
                       place(parameters_.panels(i, What::slot2), at), (part.end - part.first) * part.width);
    if (part.first == 0) {
        rule.shrink = 0;
        const size_t column = part.column;
        const bool bias_moderate = kernels_.apply(
            rule, parameters_.bias(i, What::gradient) + column, parameters_.bias(i, What::weights) + column,
            parameters_.bias(i, What::slot1) + column, place(parameters_.bias(i, What::slot2), column),
            part.width);
        moderate = bias_moderate && moderate;
    }
    measure(part, number + 1);
    return moderate;
}

template class ParameterUpdates<float>;
template class ParameterUpdates<double>;

}  // namespace multilayer
