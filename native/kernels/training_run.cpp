#include "kernels/training_run.hpp"

#include <algorithm>

#include "kernels/threads.hpp"

namespace multilayer {
namespace {

// Rows of a batch that go through the network together: enough to make up for reading all weights twice.
constexpr size_t block_rows = 96;

}  // namespace

template <class T> size_t n_blocks(size_t rows, size_t threads) {
    return std::min(divide_up(rows, products_of<T>().tile_rows),
                    threads * divide_up(rows, threads * block_rows));
}
template size_t n_blocks<float>(size_t, size_t);
template size_t n_blocks<double>(size_t, size_t);

template <class T> TrainingRun<T>::TrainingRun(const PackedParameters<T> &parameters, TrainingBatch<T> &batch,
                                               ParameterUpdates<T> &updates, const Samples &samples,
                                               Sharing sharing, bool clips_norm)
    : parameters_(parameters), batch_(batch), updates_(updates), samples_(samples), sharing_(sharing) {
    // Beside the parts of the parameters there is the objective to be found.
    const size_t parts = sharing.by_columns ? sharing.shares : parameters.parts().size() + 1;
    const auto add = [this](Phase phase, size_t chunks) {
        phases_.push_back(phase);
        chunks_.push_back(chunks);
    };
    for (size_t i = 0; sharing.by_columns && i + 1 < parameters.n_layers(); ++i)
        add(Phase::columns, sharing.shares);
    add(Phase::rows, sharing.shares);
    if (clips_norm) {
        add(Phase::gradients, parts);
        add(Phase::norm, 1);
        add(Phase::apply, parts);
    } else {
        add(Phase::update, parts);
    }
}

template <class T> size_t TrainingRun<T>::make(const std::vector<TrainingStep<T>> &steps, uint64_t number,
                                               double *losses, size_t threads) {
    if (steps.empty()) return 0;
    steps_ = steps.data();
    number_ = number;
    losses_ = losses;
    stop_.store(steps.size());
    std::vector<size_t> chunks;
    for (size_t i = 0; i < steps.size(); ++i) chunks.insert(chunks.end(), chunks_.begin(), chunks_.end());
    const Chunk chunk = [](void *pointer, size_t phase, size_t chunk, size_t) {
        static_cast<TrainingRun *>(pointer)->chunk(phase, chunk);
    };
    run({chunk, this, chunks.data(), chunks.size()}, threads);
    return stop_.load();
}

template <class T> void TrainingRun<T>::stop_before(size_t step) {
    size_t seen = stop_.load(std::memory_order_relaxed);
    while (step < seen && !stop_.compare_exchange_weak(seen, step)) {
    }
}

template <class T> void TrainingRun<T>::chunk(size_t phase, size_t chunk) {
    const size_t i = phase / phases_.size(), of_step = phase % phases_.size();
    if (stop_.load(std::memory_order_relaxed) <= i) return;
    switch (phases_[of_step]) {
        case Phase::columns:  // the first phases, one for each hidden layer
            if (!batch_.run_columns(samples_, steps_[i], of_step, chunk, sharing_.shares)) stop_before(i);
            return;
        case Phase::rows:
            if (!run_rows(steps_[i], chunk)) stop_before(i);
            return;
        case Phase::norm:
            return updates_.find_scale();
        default:
            if (over_parts(phases_[of_step], i, chunk)) return;
            // The step is whole, and finite as it began with moderate numbers; the next one does not.
            moderate_.store(false, std::memory_order_relaxed);
            stop_before(i + 1);
    }
}

// A block of rows, or a group of them and its gradients. Whether all is moderate.
template <class T> bool TrainingRun<T>::run_rows(const TrainingStep<T> &step, size_t chunk) {
    const size_t groups = updates_.n_groups(step.rows), blocks = groups > 1 ? groups : sharing_.shares;
    if (chunk >= blocks) return true;
    const size_t first = chunk * step.rows / blocks, end = (chunk + 1) * step.rows / blocks;
    if (sharing_.by_columns) return first == end || batch_.run_rest(samples_, step, first, end);
    const size_t n = divide_up(end - first, block_rows);
    bool moderate = true;
    for (size_t i = 0; i < n; ++i) {
        const size_t from = first + i * (end - first) / n, to = first + (i + 1) * (end - first) / n;
        moderate = batch_.run(samples_, step, from, to) && moderate;
    }
    if (groups > 1) updates_.find_group(step, chunk);
    return moderate;
}

// Gradients or updates of a part of the parameters, or of all parts of a share. Whether these are moderate.
template <class T> bool TrainingRun<T>::over_parts(Phase phase, size_t i, size_t chunk) {
    const TrainingStep<T> &step = steps_[i];
    const uint64_t number = number_ + i;
    const auto &parts = parameters_.parts();
    const auto do_part = [&](const ParameterPart &part, size_t share) {
        if (phase == Phase::apply) return updates_.apply(step, part, number);
        return updates_.update(step, part, phase == Phase::gradients, number, share) ||
               phase == Phase::gradients;
    };
    if (chunk == (sharing_.by_columns ? 0 : parts.size()) && phase != Phase::apply)
        losses_[i] = updates_.objective(step, number);
    if (!sharing_.by_columns) return chunk == parts.size() || do_part(parts[chunk], 0);
    bool moderate = true;
    for (const ParameterPart &part : parts) {
        if (parameters_.share_of(part, sharing_.shares) == chunk) moderate = do_part(part, chunk) && moderate;
    }
    return moderate;
}

template class TrainingRun<float>;
template class TrainingRun<double>;

}  // namespace multilayer
