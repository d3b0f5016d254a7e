#include "runtime/threads.hpp"

#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <memory>

#include "runtime/cpus.hpp"
#include "runtime/pool.hpp"

namespace multilayer {
namespace {

// Never destroyed: threads may be at work while the process ends. A forked child has none of its parent's
// threads, and the parent's locks may be held for ever in it, so it leaves the pool alone and makes its own.
std::atomic<Pool *> the_pool{nullptr};
std::atomic<size_t> wanted{0}, most_by_default{most_threads};

thread_local size_t wanted_here = 0;

void forget_pool() { the_pool.store(nullptr); }

void stop_pool() {
    if (Pool *pool = the_pool.load()) pool->stop();
}

Pool &pool() {
    Pool *found = the_pool.load();
    if (found != nullptr) return *found;
    static const bool registered = [] {
        pthread_atfork(nullptr, nullptr, forget_pool);
        std::atexit(stop_pool);
        return true;
    }();
    static_cast<void>(registered);
    auto fresh = std::make_unique<Pool>();
    if (the_pool.compare_exchange_strong(found, fresh.get())) return *fresh.release();
    return *found;
}

void run_alone(const Job &job) {
    for (size_t phase = 0; phase < job.phases; ++phase) {
        for (size_t chunk = 0; chunk < job.chunks[phase]; ++chunk) job.run(job.context, phase, chunk, 0);
    }
}

}  // namespace

void run(const Job &job, size_t threads) {
    if (job.phases == 0) return;
    if (threads <= 1 || !pool().run(job, threads)) run_alone(job);
}

size_t threads() {
    if (wanted_here != 0) return wanted_here;
    const size_t n = wanted.load(std::memory_order_relaxed);
    if (n != 0) return n;
    const size_t usable = usable_cpus(), most = most_by_default.load(std::memory_order_relaxed);
    return usable < most ? usable : most;
}

void set_threads(size_t n) { wanted.store(n < most_threads ? n : most_threads); }

size_t set_own_threads(size_t n) {
    const size_t before = wanted_here;
    wanted_here = n < most_threads ? n : most_threads;
    return before;
}

void limit_default_threads(size_t n) { most_by_default.store(n < most_threads ? n : most_threads); }

}  // namespace multilayer
