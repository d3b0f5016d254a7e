#include "training/training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "runtime/threads.hpp"

namespace multilayer {
namespace {

// Steps that threads make in one job of the pool: the description of each takes some memory.
constexpr size_t most_steps = 256;
// Multiply-adds in a step from which on it is shared out: with fewer, threads wait for each other, and for
// what the others have written, as long as they save. By columns, or in groups of rows, they write less for
// each other.
constexpr size_t large = 1'000'000, large_by_columns = 400'000, large_in_groups = 200'000;
// From here on sharing out is quicker wherever the threads are.
constexpr size_t surely_large = 8'000'000;
// With fewer rows for each share it is quicker to share out columns; with rather few it depends on where the
// threads are.
constexpr size_t few_rows = 48, rather_few_rows = 160;

}  // namespace

template <class T>
Trainer<T>::Trainer(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings)
    : settings_(settings),
      layers_(layers),
      parameters_(layers, settings_),
      batch_(layers, settings_, parameters_),
      updates_(layers_, settings_, parameters_, batch_) {
    for (size_t i = 0; i < layers.size(); ++i)
        products_per_row_ += layers[i].inputs * layers[i].units * (i > 0 ? 3 : 2);
}

template <class T> void Trainer<T>::close() {
    closed_ = true;
    parameters_.release_transposed();
    batch_.release();
    updates_.release();
}

template <class T> void Trainer<T>::begin(uint64_t steps) {
    steps_made_ = steps;
    for (const ParameterPart &part : parameters_.parts()) updates_.measure(part, steps);
    overflow_safe_ = parameters_.is_overflow_safe(ParameterArray::weights) &&
                     parameters_.is_overflow_safe(ParameterArray::slot1) &&
                     parameters_.scale_is_overflow_safe();
}

template <class T> size_t Trainer<T>::n_threads(size_t rows) const {
    const size_t n = threads();
    const size_t least = updates_.n_groups(rows) > 1                    ? large_in_groups
                         : sharing(rows, n, rather_few_rows).by_columns ? large_by_columns
                                                                        : large;
    return products_per_row_ * rows > least ? n : 1;
}

template <class T> void Trainer<T>::reserve(size_t rows, const Sharing &sharing) {
    batch_.reserve(rows, sharing);
    updates_.reserve(rows);
}

// How a step is shared out among so many threads: by columns below so many rows for each share.
template <class T> Sharing Trainer<T>::sharing(size_t rows, size_t threads, size_t enough_rows) const {
    const size_t groups = updates_.n_groups(rows);
    const Sharing by_columns = batch_.by_columns(rows, threads);
    if (groups == 1 && by_columns.shares > 1 && rows < enough_rows * by_columns.shares) return by_columns;
    return {false, threads, groups > 1 ? groups : n_blocks<T>(rows, threads), 1};
}

// The way to share out steps, or two ways of which either may be the quicker one.
template <class T> std::vector<Sharing> Trainer<T>::ways(size_t rows) const {
    const size_t threads = n_threads(rows);
    std::vector<Sharing> ways{sharing(rows, threads, rather_few_rows)};
    if (threads == 1) return ways;
    const Sharing alone = sharing(rows, 1, 0), other = sharing(rows, threads, few_rows);
    if (products_per_row_ * rows < surely_large)
        ways.push_back(alone);
    else if (other.by_columns != ways[0].by_columns)
        ways.push_back(other);
    return ways;
}

template <class T> size_t Trainer<T>::run_overflow_safe(const Samples &samples, size_t first, size_t last,
                                                        const StepRates *rates, double *losses,
                                                        const Sharing &how) {
    std::vector<TrainingStep<T>> steps;
    for (size_t i = first; i < last; ++i) {
        steps.push_back(updates_.step_of(samples, i, rates[i], steps_made_ + steps.size() + 1));
        steps.back().finite_weights = true;
        steps.back().shared = how.threads > 1 && !how.by_columns;
        steps.back().uses_second_z = how.overlaps() && steps.size() % 2 == 0;
        if (steps.back().safe) continue;
        steps.pop_back();
        break;
    }
    TrainingRun<T> run(parameters_, batch_, updates_, samples, how, settings_.clips_norm());
    const size_t made = run.make(steps, steps_made_, losses + first);
    overflow_safe_ = run.safe();
    steps_made_ += made;
    return made;
}

template <class T> size_t Trainer<T>::advance(const Samples &samples, size_t first, size_t last,
                                              const StepRates *rates, double *losses) {
    using Clock = std::chrono::steady_clock;
    const size_t rows = std::min(samples.rows, samples.batch_rows);
    const std::vector<Sharing> ways = this->ways(rows);
    const bool chooses = ways.size() > 1;
    reserve(rows, ways[0]);
    while (first < last) {
        const size_t at_once = chooses ? std::min(most_steps, faster_way_.most_steps()) : most_steps;
        const size_t end = std::min(last, first + at_once);
        const Sharing &how = ways[chooses ? faster_way_.way() : 0];
        const Clock::time_point start = Clock::now();
        const size_t done = overflow_safe_ ? run_overflow_safe(samples, first, end, rates, losses, how) : 0;
        if (chooses && done != 0)
            faster_way_.note(done, std::chrono::duration<double>(Clock::now() - start).count());
        first += done;
        if (first < end && !run_alone(samples, first, rates[first], losses[first])) return first;
        if (first < end) ++first;
    }
    return last;
}

template <class T>
bool Trainer<T>::run_alone(const Samples &samples, size_t batch, const StepRates &rates, double &loss) {
    open(samples, batch, rates);
    over_rows([&](size_t first, size_t end) { batch_.run(samples, step_, first, end); });
    loss = objective();
    if (!std::isfinite(loss)) return false;
    step_.safe = false;
    if (settings_.clips_norm()) find_gradients();
    return update_alone();
}

// f(first, end) for blocks of rows.
template <class T> template <class F> void Trainer<T>::over_rows(F f) {
    const size_t threads = n_threads(step_.rows);
    struct Context {
        F &f;
        size_t rows, blocks;
    } context{f, step_.rows, n_blocks<T>(step_.rows, threads)};
    const Chunk chunk = [](void *pointer, size_t, size_t chunk, size_t) {
        const Context &c = *static_cast<Context *>(pointer);
        c.f(chunk * c.rows / c.blocks, (chunk + 1) * c.rows / c.blocks);
    };
    run({chunk, &context, &context.blocks, 1}, threads);
}

// The gradients of all groups, where a batch is split into groups.
template <class T> void Trainer<T>::over_groups() {
    const Chunk chunk = [](void *pointer, size_t, size_t chunk, size_t) {
        Trainer &t = *static_cast<Trainer *>(pointer);
        t.updates_.find_group(t.step_, chunk);
    };
    const size_t groups = updates_.n_groups(step_.rows);
    if (groups > 1) run({chunk, this, &groups, 1}, n_threads(step_.rows));
}

// Whether all is overflow-safe afterwards.
template <class T> bool Trainer<T>::over_parts(Phase phase) {
    if (phase != Phase::apply) over_groups();
    struct Context {
        Trainer &trainer;
        Phase phase;
        std::atomic<bool> safe;
    } context{*this, phase, {true}};
    const Chunk chunk = [](void *pointer, size_t, size_t chunk, size_t) {
        Context &c = *static_cast<Context *>(pointer);
        Trainer &t = c.trainer;
        const ParameterPart &part = t.parameters_.parts()[chunk];
        const bool safe = c.phase == Phase::apply
                              ? t.updates_.apply(t.step_, part, t.steps_made_)
                              : t.updates_.update(t.step_, part, c.phase == Phase::gradients, t.steps_made_);
        if (!safe) c.safe.store(false, std::memory_order_relaxed);
    };
    const size_t n_parts = parameters_.parts().size();
    run({chunk, &context, &n_parts, 1}, n_threads(step_.rows));
    bool safe = context.safe.load();
    for (size_t i = 0; i < updates_.n_scaled_parts() && phase != Phase::gradients; ++i)
        safe = updates_.update_scaled(step_, i, steps_made_) && safe;
    return safe;
}

template <class T> void Trainer<T>::open(const Samples &samples, size_t batch, const StepRates &rates) {
    reserve(std::min(samples.rows, samples.batch_rows), {false, 1, 1, 1});
    step_ = updates_.step_of(samples, batch, rates, steps_made_ + 1);
    if (step_.keys != nullptr) {
        keys_.assign(step_.keys, step_.keys + layers_.size() - 1);
        step_.keys = keys_.data();
    }
    by_class_ = samples.classes != nullptr;
    updates_.forget_scale();
    std::atomic<bool> safe{step_.safe};
    over_rows([&](size_t first, size_t end) {
        if (!batch_.gather(samples, step_, first, end)) safe.store(false, std::memory_order_relaxed);
    });
    step_.safe = safe.load();
}

template <class T> size_t Trainer<T>::forward(size_t i) {
    std::atomic<size_t> reached{n_layers()};
    over_rows([&](size_t first, size_t end) {
        if (i > 0) batch_.pass(step_, i - 1, first, end);
        reached.store(batch_.forward(step_, i, first, end), std::memory_order_relaxed);
    });
    return reached.load();
}

template <class T> void Trainer<T>::compute_loss() {
    over_rows([&](size_t first, size_t end) {
        batch_.compute_loss(by_class_, first, end);
        batch_.finish_loss(step_, first, end);
    });
}

template <class T> size_t Trainer<T>::backward(size_t i) {
    std::atomic<size_t> reached{n_layers()};
    over_rows([&](size_t first, size_t end) {
        bool safe = true;
        reached.store(batch_.backward(step_, i, first, end, safe), std::memory_order_relaxed);
    });
    return reached.load();
}

template <class T> double Trainer<T>::objective() const { return updates_.objective(step_, steps_made_); }

template <class T> void Trainer<T>::find_gradients() {
    over_parts(Phase::gradients);
    if (settings_.clips_norm()) updates_.find_scale();
}

template <class T> bool Trainer<T>::update() {
    bool safe = step_.safe && overflow_safe_;
    for (size_t i = 0; i < n_layers(); ++i) safe = safe && batch_.is_overflow_safe(i, 0, step_.rows);
    safe = safe && parameters_.is_overflow_safe(ParameterArray::gradient);
    if (settings_.clips_norm() && !settings_.own_clip) find_gradients();
    if (!safe) return update_alone();
    overflow_safe_ = over_parts(settings_.keeps_gradient() ? Phase::apply : Phase::update);
    ++steps_made_;
    return true;
}

// With a copy to go back to.
template <class T> bool Trainer<T>::update_alone() {
    parameters_.keep();
    overflow_safe_ = over_parts(settings_.keeps_gradient() ? Phase::apply : Phase::update);
    if (!overflow_safe_ && !parameters_.weights_are_finite()) {
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
