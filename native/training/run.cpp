#include "training/run.hpp"

#include <algorithm>

#include "runtime/threads.hpp"

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
    : parameters_(parameters),
      batch_(batch),
      updates_(updates),
      samples_(samples),
      sharing_(sharing),
      overlap_(sharing.overlaps() ? 1 : 0) {
    // Beside the parts of the parameters there is the objective to be found.
    const size_t parts = sharing.by_columns ? sharing.shares : parameters.parts().size() + 1;
    if (sharing.by_columns) {
        if (sharing.copies == 1) phases_.push_back({PhaseKind::gather, sharing.shares, 0});
        for (size_t i = 0; i + 1 < parameters.n_layers(); ++i)
            phases_.push_back({PhaseKind::columns, sharing.shares, i});
    }
    phases_.push_back({PhaseKind::rows, sharing.shares, 0});
    if (clips_norm) {
        for (const Phase &phase :
             {Phase{PhaseKind::gradients, parts, 0}, {PhaseKind::norm, 1, 0}, {PhaseKind::apply, parts, 0}})
            phases_.push_back(phase);
    } else {
        phases_.push_back({PhaseKind::update, parts, 0});
    }
    if (updates.n_scaled_parts() != 0) phases_.push_back({PhaseKind::scaled, updates.n_scaled_parts(), 0});
}

template <class T>
size_t TrainingRun<T>::make(const std::vector<TrainingStep<T>> &steps, uint64_t number, double *losses) {
    if (steps.empty()) return 0;
    steps_ = steps.data();
    number_ = number;
    losses_ = losses;
    stop_.store(steps.size());
    n_steps_ = steps.size();
    std::vector<size_t> chunks;
    for (size_t i = 0; i < n_steps_; ++i) {
        for (size_t j = i == 0 ? 0 : overlap_; j < phases_.size(); ++j) chunks.push_back(phases_[j].chunks);
    }
    const Chunk chunk = [](void *pointer, size_t phase, size_t chunk, size_t) {
        static_cast<TrainingRun *>(pointer)->chunk(phase, chunk);
    };
    run({chunk, this, chunks.data(), chunks.size()}, sharing_.threads);
    return stop_.load();
}

template <class T> void TrainingRun<T>::stop_before(size_t step) {
    size_t seen = stop_.load(std::memory_order_relaxed);
    while (step < seen && !stop_.compare_exchange_weak(seen, step)) {
    }
}

// A chunk of one of the pool's phases. If steps overlap, the last phase of one and the first of the next are
// one of these.
template <class T> void TrainingRun<T>::chunk(size_t number, size_t chunk) {
    const size_t n = phases_.size() - overlap_, i = number / n, j = number % n;
    if (j < overlap_ && i > 0) run_chunk(i - 1, phases_.back(), chunk);
    if (i < n_steps_) run_chunk(i, phases_[j], chunk);
}

template <class T> void TrainingRun<T>::run_chunk(size_t i, const Phase &phase, size_t chunk) {
    if (stop_.load(std::memory_order_relaxed) <= i) return;
    const TrainingStep<T> &step = steps_[i];
    const auto [kind, chunks, layer] = phase;
    switch (kind) {
        case PhaseKind::gather:
            if (!batch_.gather_x(samples_, step, chunk * step.rows / chunks,
                                 (chunk + 1) * step.rows / chunks))
                stop_before(i);
            return;
        case PhaseKind::columns:
            if (!batch_.run_columns(samples_, step, layer, chunk, sharing_)) stop_before(i);
            return;
        case PhaseKind::rows:
            if (!run_rows(step, chunk)) stop_before(i);
            return;
        case PhaseKind::norm:
            return updates_.find_scale();
        default:
            if (over_parts(kind, i, chunk)) return;
            // The step is whole, and finite as it began with overflow-safe numbers; the next one does not.
            overflow_safe_.store(false, std::memory_order_relaxed);
            stop_before(i + 1);
    }
}

// A block of rows, or a group of them and its gradients. Whether all is overflow-safe.
template <class T> bool TrainingRun<T>::run_rows(const TrainingStep<T> &step, size_t chunk) {
    const size_t groups = updates_.n_groups(step.rows), blocks = groups > 1 ? groups : sharing_.shares;
    if (chunk >= blocks) return true;
    const size_t first = chunk * step.rows / blocks, end = (chunk + 1) * step.rows / blocks;
    if (sharing_.by_columns) return first == end || batch_.run_rest(samples_, step, first, end);
    const size_t n = divide_up(end - first, block_rows);
    bool safe = true;
    for (size_t i = 0; i < n; ++i) {
        const size_t from = first + i * (end - first) / n, to = first + (i + 1) * (end - first) / n;
        safe = batch_.run(samples_, step, from, to) && safe;
    }
    if (groups > 1) updates_.find_group(step, chunk);
    return safe;
}

// Gradients or updates of a part of the parameters, or of all parts of a share. Whether these are
// overflow-safe.
template <class T> bool TrainingRun<T>::over_parts(PhaseKind kind, size_t i, size_t chunk) {
    const TrainingStep<T> &step = steps_[i];
    const uint64_t number = number_ + i;
    if (kind == PhaseKind::scaled) return updates_.update_scaled(step, chunk, number);
    const auto &parts = parameters_.parts();
    const auto do_part = [&](const ParameterPart &part, size_t share) {
        if (kind == PhaseKind::apply) return updates_.apply(step, part, number);
        const bool gradient_only = kind == PhaseKind::gradients;
        return updates_.update(step, part, gradient_only, number, share % sharing_.copies) || gradient_only;
    };
    if (chunk == (sharing_.by_columns ? 0 : parts.size()) && kind != PhaseKind::apply)
        losses_[i] = updates_.objective(step, number);
    if (!sharing_.by_columns) return chunk == parts.size() || do_part(parts[chunk], 0);
    bool safe = true;
    for (const ParameterPart &part : parts) {
        if (parameters_.share_of(part, sharing_.shares) == chunk) safe = do_part(part, chunk) && safe;
    }
    return safe;
}

template class TrainingRun<float>;
template class TrainingRun<double>;

}  // namespace multilayer
