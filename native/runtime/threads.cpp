#include "runtime/threads.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "runtime/cpus.hpp"
#include "runtime/pool.hpp"

namespace multilayer {
namespace {

// Never destroyed: threads may be at work while the process ends. A forked child has none of its parent's
// threads, and the parent's locks may be held for ever in it, so it leaves the pool alone and makes its own.
std::atomic<Pool *> the_pool{nullptr};
std::atomic<size_t> wanted{0}, most_by_default{0};  // 0: not set, not read yet

thread_local size_t wanted_here = 0;

void begin_anew() {
    the_pool.store(nullptr);
    most_by_default.store(0);
}

void watch_forks() {
    static const bool registered = pthread_atfork(nullptr, nullptr, begin_anew) == 0;
    static_cast<void>(registered);
}

void stop_pool() {
    if (Pool *pool = the_pool.load()) pool->stop();
}

Pool &pool() {
    Pool *found = the_pool.load();
    if (found != nullptr) return *found;
    watch_forks();
    static const bool registered = std::atexit(stop_pool) == 0;
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

// Schedulers and users set OMP_NUM_THREADS for all libraries: a number, or a list with one for each level of nesting,
// of which the first counts. Other libraries may take what is no number; it sets no limit here.
size_t limit_of_environment() {
    const char *text = std::getenv("OMP_NUM_THREADS");
    if (text == nullptr) return most_threads;
    text += std::strspn(text, " \t");
    char *end = nullptr;
    const unsigned long long number = std::strtoull(text, &end, 10);
    end += std::strspn(end, " \t");
    const bool fits = std::isdigit(static_cast<unsigned char>(*text)) && (*end == '\0' || *end == ',') && number > 0;
    return fits && number < most_threads ? static_cast<size_t>(number) : most_threads;
}

size_t default_threads() {
    size_t most = most_by_default.load(std::memory_order_relaxed);
    if (most == 0) {
        watch_forks();
        most_by_default.store(most = limit_of_environment(), std::memory_order_relaxed);
    }
    return std::min(usable_cpus(), most);
}

}  // namespace

void run(const Job &job, size_t threads) {
    if (job.phases == 0) return;
    if (threads <= 1 || !pool().run(job, threads)) run_alone(job);
}

size_t threads() {
    if (wanted_here != 0) return wanted_here;
    const size_t n = wanted.load(std::memory_order_relaxed);
    return n != 0 ? n : default_threads();
}

void set_threads(size_t n) { wanted.store(n < most_threads ? n : most_threads); }

size_t set_own_threads(size_t n) {
    const size_t before = wanted_here;
    wanted_here = n < most_threads ? n : most_threads;
    return before;
}

}  // namespace multilayer
