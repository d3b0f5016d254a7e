#include "kernels/training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "kernels/threads.hpp"

namespace multilayer {
namespace {

// Rows of a batch that go through the network together: enough to make up for reading all weights twice.
constexpr size_t block_rows = 96;
// Steps that threads make without coming back: what is told to the pool about each takes some memory.
constexpr size_t most_steps = 256;
// Multiply-adds in a step from which on it is shared out: with fewer, threads wait for each other, and for
// what the others have written, as long as they save. In groups of rows they write less for each other.
constexpr size_t large = 1'000'000, large_in_groups = 200'000;
// From here on sharing out is quicker wherever the threads are.
constexpr size_t surely_large = 8'000'000;

}  // namespace

template <class T>
Trainer<T>::Trainer(const std::vector<TrainedLayer<T>> &layers, const TrainingSettings &settings)
    : settings_(settings),
      layers_(layers),
      parameters_(layers, settings.n_slots(), settings.keeps_gradient()),
      batch_(layers, settings_, parameters_),
      updates_(layers, settings_, parameters_, batch_) {
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
    moderate_ = parameters_.is_moderate(What::weights) && parameters_.is_moderate(What::slot1);
}

template <class T> size_t Trainer<T>::n_threads(size_t rows) const {
    return products_per_row_ * rows > (updates_.n_groups(rows) > 1 ? large_in_groups : large) ? threads() : 1;
}

template <class T> size_t Trainer<T>::n_blocks(size_t rows, size_t n) const {
    return std::min(divide_up(rows, products_of<T>().tile_rows), n * divide_up(rows, n * block_rows));
}

template <class T> void Trainer<T>::reserve(size_t rows) {
    batch_.reserve(rows);
    updates_.reserve(rows);
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

    // A block of rows, or a group of them and its gradients.
    bool run_rows(const TrainingStep<T> &step, size_t chunk) {
        const size_t groups = trainer.updates_.n_groups(step.rows), parts = groups > 1 ? groups : blocks;
        if (chunk >= parts) return true;
        const size_t first = chunk * step.rows / parts, rows = (chunk + 1) * step.rows / parts - first;
        const size_t n = divide_up(rows, block_rows);
        bool moderate = true;
        for (size_t i = 0; i < n; ++i)
            moderate = trainer.batch_.run(samples, step, first + i * rows / n, first + (i + 1) * rows / n) &&
                       moderate;
        if (groups > 1) trainer.updates_.find_group(step, chunk);
        return moderate;
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
                if (!run_rows(step, chunk)) stop_before(i);
                return;
            case Phase::update:
                if (chunk == parts.size())
                    losses[first + i] = trainer.updates_.objective(step, number);
                else
                    is_moderate = trainer.updates_.update(step, parts[chunk], false, number);
                break;
            case Phase::gradients:
                if (chunk == parts.size())
                    losses[first + i] = trainer.updates_.objective(step, number);
                else
                    trainer.updates_.update(step, parts[chunk], true, number);
                return;
            case Phase::norm:
                return trainer.updates_.find_scale();
            case Phase::apply:
                is_moderate = trainer.updates_.apply(step, parts[chunk], number);
        }
        if (is_moderate) return;
        // The step is whole, and finite as it began with moderate numbers; the next one does not.
        moderate.store(false, std::memory_order_relaxed);
        stop_before(i + 1);
    }
};

template <class T> size_t Trainer<T>::run_moderate(const Samples &samples, size_t first, size_t last,
                                                   const double *rates, double *losses, size_t threads) {
    const size_t rows = std::min(samples.rows, samples.batch_rows), n_parts = parameters_.parts().size();
    const size_t groups = updates_.n_groups(rows), blocks = groups > 1 ? groups : n_blocks(rows, threads);
    Run r{*this, samples, losses, first, blocks, {Phase::rows, Phase::update}, {}, {}, {true}};
    std::vector<size_t> chunks_of_step{r.blocks, n_parts + 1};
    if (settings_.clips_norm()) {
        r.phases = {Phase::rows, Phase::gradients, Phase::norm, Phase::apply};
        chunks_of_step = {r.blocks, n_parts + 1, 1, n_parts};
    }
    std::vector<size_t> chunks;
    for (size_t i = 0; first + i < last; ++i) {
        const TrainingStep<T> step =
            updates_.step_of(samples, first + i, rates[first + i], steps_made_ + i + 1);
        if (!step.moderate) break;
        r.steps.push_back(step);
        chunks.insert(chunks.end(), chunks_of_step.begin(), chunks_of_step.end());
    }
    if (r.steps.empty()) return 0;
    r.stop = r.steps.size();
    const Chunk chunk = [](void *pointer, size_t phase, size_t chunk, size_t) {
        static_cast<Run *>(pointer)->chunk(phase, chunk);
    };
    run({chunk, &r, chunks.data(), chunks.size()}, threads);
    moderate_ = r.moderate.load();
    steps_made_ += r.stop.load();
    return r.stop.load();
}

template <class T> size_t Trainer<T>::advance(const Samples &samples, size_t first, size_t last,
                                              const double *rates, double *losses) {
    using Clock = std::chrono::steady_clock;
    const size_t rows = std::min(samples.rows, samples.batch_rows), threads = n_threads(rows);
    const bool paced = threads > 1 && products_per_row_ * rows < surely_large;
    reserve(rows);
    while (first < last) {
        const size_t at_once = paced ? std::min(most_steps, pace_.most_steps()) : most_steps;
        const size_t most = std::min(last, first + at_once), n = paced && !pace_.shared() ? 1 : threads;
        const Clock::time_point start = Clock::now();
        const size_t done = moderate_ ? run_moderate(samples, first, most, rates, losses, n) : 0;
        if (paced && done != 0) pace_.note(done, std::chrono::duration<double>(Clock::now() - start).count());
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
    const size_t threads = n_threads(step_.rows);
    struct Context {
        F &f;
        size_t rows, blocks;
    } context{f, step_.rows, n_blocks(step_.rows, threads)};
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

// Whether all is moderate afterwards.
template <class T> bool Trainer<T>::over_parts(Phase phase) {
    if (phase != Phase::apply) over_groups();
    struct Context {
        Trainer &trainer;
        Phase phase;
        std::atomic<bool> moderate;
    } context{*this, phase, {true}};
    const Chunk chunk = [](void *pointer, size_t, size_t chunk, size_t) {
        Context &c = *static_cast<Context *>(pointer);
        Trainer &t = c.trainer;
        const ParameterPart &part = t.parameters_.parts()[chunk];
        const bool moderate =
            c.phase == Phase::apply
                ? t.updates_.apply(t.step_, part, t.steps_made_)
                : t.updates_.update(t.step_, part, c.phase == Phase::gradients, t.steps_made_);
        if (!moderate) c.moderate.store(false, std::memory_order_relaxed);
    };
    const size_t n_parts = parameters_.parts().size();
    run({chunk, &context, &n_parts, 1}, n_threads(step_.rows));
    return context.moderate.load();
}

template <class T> void Trainer<T>::open(const Samples &samples, size_t batch, double rate) {
    reserve(std::min(samples.rows, samples.batch_rows));
    step_ = updates_.step_of(samples, batch, rate, steps_made_ + 1);
    if (step_.keys != nullptr) {
        keys_.assign(step_.keys, step_.keys + layers_.size() - 1);
        step_.keys = keys_.data();
    }
    by_class_ = samples.classes != nullptr;
    updates_.forget_scale();
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

template <class T> double Trainer<T>::objective() const { return updates_.objective(step_, steps_made_); }

template <class T> void Trainer<T>::find_gradients() {
    over_parts(Phase::gradients);
    if (settings_.clips_norm()) updates_.find_scale();
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
