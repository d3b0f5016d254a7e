#include "kernels/training.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/threads.hpp"

namespace multilayer {
namespace {

// Rows of a batch that go through the network together: enough to make up for reading all weights twice.
constexpr size_t block_rows = 96;
// Steps that threads make without coming back: what is told to the pool about each takes some memory.
constexpr size_t most_steps = 256;
// Multiply-adds in a step from which on it is shared out, about ten microseconds of them.
constexpr size_t large = 400'000;

// Bounds that keep moderate numbers from overflowing, as follows for float32, with margin to 2^127. A
// gradient is at most rows * 2^60 + l2 * 2^60 <= 2^81; a step of Adam or RMSprop rate / epsilon times that,
// 2^121; one of SGD less; decay takes 2^100 from a weight of 2^60. float64 has more room.
constexpr double most_rows = 0x1p20, most_l2 = 0x1p20, most_rate = 0x1p40;

}  // namespace

template <class T>
Trainer<T>::Trainer(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings)
    : settings_(settings),
      kernels_(training_kernels_of<T>()),
      layers_(layers),
      parameters_(layers, settings.n_slots(), settings.keeps_gradient()),
      batch_(layers, settings_, parameters_) {
    for (size_t i = 0; i < layers.size(); ++i)
        products_per_row_ += layers[i].inputs * layers[i].units * (i > 0 ? 3 : 2);
    for (auto &squares : squares_) squares.assign(settings.l2 != 0 ? parameters_.n_sums() : 0, 0.0);
    gradient_squares_.assign(settings.clips_norm() ? parameters_.n_sums() : 0, 0.0);
}

template <class T> void Trainer<T>::close() {
    closed_ = true;
    parameters_.release_transposed();
    batch_.release();
}

template <class T> void Trainer<T>::begin(uint64_t steps) {
    steps_made_ = steps;
    for (const ParameterPart &part : parameters_.parts()) measure(part, steps);
    moderate_ = parameters_.is_moderate(What::weights) && parameters_.is_moderate(What::slot1);
}

// What depends on the new weights: their transpose, and the sums of their squares before update `number`.
template <class T> void Trainer<T>::measure(const ParameterPart &part, uint64_t number) {
    parameters_.transpose(part);
    if (settings_.l2 != 0) parameters_.squares(part, What::weights, squares_[number % 2].data());
}

template <class T>
void Trainer<T>::prepare(const Samples &samples, TrainingStep<T> &step, size_t batch, double rate) const {
    step.first_row = batch * samples.batch_rows;
    step.rows = std::min(samples.batch_rows, samples.rows - step.first_row);
    step.keys = samples.keys == nullptr ? nullptr : samples.keys + batch * (layers_.size() - 1);
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
}

// The rate as the rule of update `t` = 1, 2, ... takes it, and whether all settings leave moderate numbers
// room.
template <class T>
static void set_time(TrainingStep<T> &step, const TrainingSettings &s, double rate, uint64_t t) {
    UpdateRule<T> &rule = step.rule;
    if (s.rule == Rule::adam) {
        const double n = static_cast<double>(t);
        rule.rate =
            static_cast<T>(-(rate * std::sqrt(1.0 - std::pow(s.decay2, n)) / (1.0 - std::pow(s.decay1, n))));
    }
    const double divisor = s.rule == Rule::sgd ? 1.0 : std::min(1.0, s.epsilon);
    step.moderate = static_cast<double>(step.rows) <= most_rows && static_cast<double>(rule.l2) <= most_l2 &&
                    std::abs(static_cast<double>(rule.rate)) <= most_rate * divisor &&
                    static_cast<double>(rule.shrink) <= most_rate;
}

template <class T> double Trainer<T>::objective(const TrainingStep<T> &step, uint64_t number) const {
    double value = batch_.mean(step.rows);
    if (settings_.l2 != 0 && step.total != 0)
        value += 0.5 * settings_.l2 * parameters_.total(squares_[number % 2]) / step.total;
    return value;
}

// The gradient of some weights and the step they take; or the gradient alone.
template <class T> bool Trainer<T>::update(const TrainingStep<T> &step, const ParameterPart &part,
                                           bool gradient_only, uint64_t number) {
    const size_t i = part.layer, at = part.column * layers_[i].inputs;
    UpdateRule<T> rule = step.rule;
    if (gradient_only) rule.rule = Rule::keep_gradient;
    const What first_slot = gradient_only ? What::gradient : What::slot1;
    T *slot2 = gradient_only ? nullptr : parameters_.panels(i, What::slot2);
    const T *da = batch_.da(i) + part.column;
    bool moderate = kernels_.update_weights(
        {batch_.x(i), batch_.x_stride(i), da, batch_.stride(i), step.rows, part.width, part.columns,
         part.first, part.end, parameters_.panels(i, What::weights) + at,
         parameters_.panels(i, first_slot) + at, slot2 == nullptr ? nullptr : slot2 + at},
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

template <class T> void Trainer<T>::find_scale() {
    const double norm = std::sqrt(parameters_.total(gradient_squares_)), limit = settings_.norm_limit;
    // A norm that is not finite scales nothing: the step that follows is found wrong.
    scale_ = norm <= limit || !std::isfinite(norm) ? T(1) : static_cast<T>(limit / norm);
}

// The optimizer's step with a gradient that was kept.
template <class T>
bool Trainer<T>::apply(const TrainingStep<T> &step, const ParameterPart &part, uint64_t number) {
    const size_t i = part.layer, at = part.column * layers_[i].inputs + part.first * part.width;
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

template <class T> size_t Trainer<T>::n_threads(size_t rows) const {
    return products_per_row_ * rows > large ? threads() : 1;
}

template <class T> size_t Trainer<T>::n_blocks(size_t rows) const {
    const size_t n = n_threads(rows);
    return std::min(divide_up(rows, products_of<T>().tile_rows), n * divide_up(rows, n * block_rows));
}

// Steps one after another, as long as they are moderate.
template <class T> struct Trainer<T>::Run {
    Trainer &trainer;
    const Samples &samples;
    double *losses;
    size_t first, blocks;
    std::vector<Phase> phases;  // of a step
    std::vector<TrainingStep<T>> steps;
    std::atomic<size_t> stop;  // steps from this one on are not made
    std::atomic<bool> moderate{true};

    void stop_before(size_t step) {
        size_t seen = stop.load(std::memory_order_relaxed);
        while (step < seen && !stop.compare_exchange_weak(seen, step)) {
        }
    }

    void chunk(size_t phase, size_t chunk) {
        const size_t i = phase / phases.size();
        if (stop.load(std::memory_order_relaxed) <= i) return;
        const TrainingStep<T> &step = steps[i];
        const uint64_t number = trainer.steps_made_ + i;
        const auto &parts = trainer.parameters_.parts();
        bool is_moderate = true;
        switch (phases[phase % phases.size()]) {
            case Phase::rows:
                if (!trainer.batch_.run(samples, step, chunk * step.rows / blocks,
                                        (chunk + 1) * step.rows / blocks))
                    stop_before(i);
                return;
            case Phase::update:
                if (chunk == parts.size())
                    losses[first + i] = trainer.objective(step, number);
                else
                    is_moderate = trainer.update(step, parts[chunk], false, number);
                break;
            case Phase::gradients:
                if (chunk == parts.size())
                    losses[first + i] = trainer.objective(step, number);
                else
                    trainer.update(step, parts[chunk], true, number);
                return;
            case Phase::norm:
                return trainer.find_scale();
            case Phase::apply:
                is_moderate = trainer.apply(step, parts[chunk], number);
        }
        if (is_moderate) return;
        // The step is whole, and finite as it began with moderate numbers; the next one does not.
        moderate.store(false, std::memory_order_relaxed);
        stop_before(i + 1);
    }
};

template <class T> size_t Trainer<T>::run_moderate(const Samples &samples, size_t first, size_t last,
                                                   const double *rates, double *losses) {
    const size_t rows = std::min(samples.rows, samples.batch_rows), n_parts = parameters_.parts().size();
    Run r{*this, samples, losses, first, n_blocks(rows), {Phase::rows, Phase::update}, {}, {}, {true}};
    std::vector<size_t> chunks_of_step{r.blocks, n_parts + 1};
    if (settings_.clips_norm()) {
        r.phases = {Phase::rows, Phase::gradients, Phase::norm, Phase::apply};
        chunks_of_step = {r.blocks, n_parts + 1, 1, n_parts};
    }
    std::vector<size_t> chunks;
    for (size_t i = 0; first + i < std::min(last, first + most_steps); ++i) {
        TrainingStep<T> step;
        prepare(samples, step, first + i, rates[first + i]);
        set_time(step, settings_, rates[first + i], steps_made_ + i + 1);
        if (!step.moderate) break;
        r.steps.push_back(step);
        chunks.insert(chunks.end(), chunks_of_step.begin(), chunks_of_step.end());
    }
    if (r.steps.empty()) return 0;
    r.stop = r.steps.size();
    const Chunk chunk = [](void *pointer, size_t phase, size_t chunk, size_t) {
        static_cast<Run *>(pointer)->chunk(phase, chunk);
    };
    run({chunk, &r, chunks.data(), chunks.size()}, n_threads(rows));
    moderate_ = r.moderate.load();
    steps_made_ += r.stop.load();
    return r.stop.load();
}

template <class T> size_t Trainer<T>::advance(const Samples &samples, size_t first, size_t last,
                                              const double *rates, double *losses) {
    batch_.reserve(std::min(samples.rows, samples.batch_rows));
    while (first < last) {
        const size_t most = std::min(last, first + most_steps);
        const size_t done = moderate_ ? run_moderate(samples, first, most, rates, losses) : 0;
        first += done;
        if (first < most && !run_alone(samples, first, rates[first], losses[first])) return first;
        if (first < most) ++first;
    }
    return last;
}

template <class T>
bool Trainer<T>::run_alone(const Samples &samples, size_t batch, double rate, double &loss) {
    open(samples, batch, rate);
    over_rows([&](size_t first, size_t end) { batch_.run(samples, step_, first, end); });
    loss = objective();
    if (!std::isfinite(loss)) return false;
    step_.moderate = false;
    if (settings_.clips_norm()) find_gradients();
    return update_alone();
}

// f(first, end) for blocks of rows.
template <class T> template <class F> void Trainer<T>::over_rows(F f) {
    struct Context {
        F &f;
        size_t rows, blocks;
    } context{f, step_.rows, n_blocks(step_.rows)};
    const Chunk chunk = [](void *pointer, size_t, size_t chunk, size_t) {
        const Context &c = *static_cast<Context *>(pointer);
        c.f(chunk * c.rows / c.blocks, (chunk + 1) * c.rows / c.blocks);
    };
    run({chunk, &context, &context.blocks, 1}, n_threads(step_.rows));
}

// Whether all is moderate afterwards.
template <class T> bool Trainer<T>::over_parts(Phase phase) {
    struct Context {
        Trainer &trainer;
        Phase phase;
        std::atomic<bool> moderate;
    } context{*this, phase, {true}};
    const Chunk chunk = [](void *pointer, size_t, size_t chunk, size_t) {
        Context &c = *static_cast<Context *>(pointer);
        Trainer &t = c.trainer;
        const ParameterPart &part = t.parameters_.parts()[chunk];
        const bool moderate = c.phase == Phase::apply
                                  ? t.apply(t.step_, part, t.steps_made_)
                                  : t.update(t.step_, part, c.phase == Phase::gradients, t.steps_made_);
        if (!moderate) c.moderate.store(false, std::memory_order_relaxed);
    };
    const size_t n_parts = parameters_.parts().size();
    run({chunk, &context, &n_parts, 1}, n_threads(step_.rows));
    return context.moderate.load();
}

template <class T> void Trainer<T>::open(const Samples &samples, size_t batch, double rate) {
    batch_.reserve(std::min(samples.rows, samples.batch_rows));
    prepare(samples, step_, batch, rate);
    set_time(step_, settings_, rate, steps_made_ + 1);
    if (step_.keys != nullptr) {
        keys_.assign(step_.keys, step_.keys + layers_.size() - 1);
        step_.keys = keys_.data();
    }
    by_class_ = samples.classes != nullptr;
    scale_ = 1;
    std::atomic<bool> moderate{step_.moderate};
    over_rows([&](size_t first, size_t end) {
        if (!batch_.gather(samples, step_, first, end)) moderate.store(false, std::memory_order_relaxed);
    });
    step_.moderate = moderate.load();
}

template <class T> size_t Trainer<T>::forward(size_t i) {
    std::atomic<size_t> reached{n_layers()};
    over_rows([&](size_t first, size_t end) {
        if (i > 0) batch_.pass(step_, i - 1, first, end);
        reached.store(batch_.forward(step_, i, first, end), std::memory_order_relaxed);
    });
    return reached.load();
}

template <class T> void Trainer<T>::lose() {
    over_rows([&](size_t first, size_t end) {
        batch_.lose(by_class_, first, end);
        batch_.finish_loss(first, end);
    });
}

template <class T> size_t Trainer<T>::backward(size_t i) {
    std::atomic<size_t> reached{n_layers()};
    over_rows([&](size_t first, size_t end) {
        bool moderate = true;
        reached.store(batch_.backward(step_, i, first, end, moderate), std::memory_order_relaxed);
    });
    return reached.load();
}

template <class T> double Trainer<T>::objective() const { return objective(step_, steps_made_); }

template <class T> void Trainer<T>::find_gradients() {
    over_parts(Phase::gradients);
    if (settings_.clips_norm()) find_scale();
}

template <class T> bool Trainer<T>::update() {
    bool moderate = step_.moderate && moderate_;
    for (size_t i = 0; i < n_layers(); ++i) moderate = moderate && batch_.is_moderate(i, 0, step_.rows);
    moderate = moderate && parameters_.is_moderate(What::gradient);
    if (settings_.clips_norm() && !settings_.own_clip) find_gradients();
    if (!moderate) return update_alone();
    moderate_ = over_parts(settings_.keeps_gradient() ? Phase::apply : Phase::update);
    ++steps_made_;
    return true;
}

// With a copy to go back to.
template <class T> bool Trainer<T>::update_alone() {
    parameters_.keep();
    moderate_ = over_parts(settings_.keeps_gradient() ? Phase::apply : Phase::update);
    if (!moderate_ && !parameters_.weights_are_finite()) {
        parameters_.restore();
        return false;
    }
    parameters_.forget();
    ++steps_made_;
    return true;
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace multilayer
