// The pool of threads; threads.cpp has the one of this process.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "runtime/cache.hpp"
#include "runtime/cpus.hpp"
#include "runtime/threads.hpp"

namespace multilayer {
namespace {

using Clock = std::chrono::steady_clock;

// A thread that has nothing to do looks out for work this long before it sleeps: longer than it takes Python
// to come back with the next batch, too short to be noticed as load.
constexpr auto patience = std::chrono::microseconds(50);

inline void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Turns to wait for what another thread is about to do, before sleeping: it may be waiting for this
// processor.
constexpr int turns = 1000;

// Turns to wait for the others to end their shares of a phase before looking whether one has not begun: a
// look takes a cache line away from its owner.
constexpr int brief_turns = 16;

// What is taken of the share of one thread: the number of the phase above, how many chunks of it below. So
// it is not rewritten for each phase, and it stays in its owner's cache.
struct alignas(cache_line) Share {
    static constexpr int bits = 32;
    std::atomic<uint64_t> taken{0};
};

struct alignas(cache_line) Worker {
    std::atomic<bool> asleep{false};
    std::mutex mutex;
    std::condition_variable wake;
    std::thread thread;
};

class Pool {
   public:
    // False if the pool is busy with another call.
    bool run(const Job &job, size_t threads) {
        std::unique_lock<std::mutex> lock(busy_, std::try_to_lock);
        if (!lock.owns_lock()) return false;
        reserve(threads);
        threads = hire(threads);
        job_ = job;
        threads_ = threads;
        for (size_t i = 0; i < threads; ++i) shares_[i].taken.store(0, std::memory_order_relaxed);
        finished_.store(0, std::memory_order_relaxed);
        size_t chunks = 0;
        for (size_t i = 0; i < job.phases; ++i) chunks += job.chunks[i];
        crowded_ = threads > usable_cpus();
        caller_cpu_.store(current_cpu(), std::memory_order_relaxed);
        // Sequentially consistent, as is the worker's side: either it sees the job or it is seen asleep.
        const uint64_t ticket = (state_.load(std::memory_order_relaxed) & ~low_bits) + one_job;
        state_.store(ticket | open);
        for (size_t i = 1; i < threads; ++i) rouse(*workers_[i - 1]);
        work(0);
        wait_until([&] { return finished_.load() == chunks; });
        // A worker that came late may still look at the job; the next one must not be written over it.
        state_.fetch_and(~open);
        wait_until([&] { return (state_.load() & low_bits) == 0; });
        return true;
    }

    // The threads end. A later job is done by its caller alone.
    void stop() {
        stopping_.store(true);
        std::lock_guard<std::mutex> lock(busy_);
        for (auto &worker : workers_) {
            rouse(*worker);
            worker->thread.join();
        }
        workers_.clear();
    }

   private:
    // state_: the number of the job, whether it is open for workers, how many of them are at it.
    static constexpr uint64_t open = 1u << 15, low_bits = (1u << 16) - 1, one_job = 1u << 16;

    void reserve(size_t threads) {
        if (threads <= n_shares_) return;
        shares_.reset(new Share[threads]);
        n_shares_ = threads;
    }

    // Returns how many threads there are, the caller included: fewer than wanted if the system refuses more.
    size_t hire(size_t threads) {
        if (stopping_.load(std::memory_order_relaxed)) return 1;
        workers_.reserve(threads);
        // Signals go to the threads of Python.
        sigset_t all, before;
        sigfillset(&all);
        if (workers_.size() + 1 < threads) {
            pthread_sigmask(SIG_BLOCK, &all, &before);
            try {
                while (workers_.size() + 1 < threads) {
                    auto worker = std::make_unique<Worker>();
                    const size_t index = workers_.size() + 1;
                    worker->thread = std::thread([this, index, self = worker.get()] { serve(*self, index); });
                    workers_.push_back(std::move(worker));
                }
            } catch (const std::system_error &) {
                threads = workers_.size() + 1;
            } catch (...) {
                pthread_sigmask(SIG_SETMASK, &before, nullptr);
                throw;
            }
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
        }
        return threads;
    }

    // What makes `ready` true is followed by announce(). Sequentially consistent, both: either the one sees
    // that it is ready or the other that a thread sleeps.
    template <class Ready> void wait_until(Ready ready) {
        for (int turn = 0; turn < turns; ++turn) {
            if (ready()) return;
            pause();
        }
        std::unique_lock<std::mutex> lock(meeting_);
        sleepers_.fetch_add(1);
        met_.wait(lock, ready);
        sleepers_.fetch_sub(1);
    }

    void announce() {
        if (sleepers_.load() == 0) return;
        std::lock_guard<std::mutex> lock(meeting_);
        met_.notify_all();
    }

    static void rouse(Worker &worker) {
        if (!worker.asleep.load()) return;
        std::lock_guard<std::mutex> lock(worker.mutex);
        worker.asleep.store(false);
        worker.wake.notify_one();
    }

    void serve(Worker &self, size_t index) {
        uint64_t seen = 0;
        bool eager = true;
        for (;;) {
            uint64_t state = await(self, seen, eager);
            if (stopping_.load()) return;
            seen = state & ~low_bits;
            while ((state & ~low_bits) == seen && (state & open) != 0) {
                if (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) continue;
                if (index < threads_) {
                    // A thread that is woken may be put where its caller runs, and the two then take turns
                    // there: neither waits long enough for the system to see that one should move.
                    if (!crowded_) leave_cpu(caller_cpu_.load(std::memory_order_relaxed));
                    work(index);
                }
                eager = index < threads_ && !crowded_;
                if (((state_.fetch_sub(1) - 1) & low_bits) == 0) announce();
                break;
            }
        }
    }

    // Returns the state as soon as it names another job than the one seen before, or the pool stops.
    uint64_t await(Worker &self, uint64_t seen, bool eager) {
        const auto news = [&] { return (state_.load() & ~low_bits) != seen || stopping_.load(); };
        // On a busy machine a worker may have been put where its caller runs: looking out for work there
        // would keep the caller from making any.
        const auto beside_caller = [&] {
            const int here = current_cpu();
            return here >= 0 && here == caller_cpu_.load(std::memory_order_relaxed);
        };
        const auto end = Clock::now() + patience;
        while (eager && !beside_caller() && Clock::now() < end) {
            for (int i = 0; i < 64; ++i) {
                if (news()) return state_.load();
                pause();
            }
        }
        self.asleep.store(true);
        if (!news()) {
            std::unique_lock<std::mutex> lock(self.mutex);
            self.wake.wait(lock, [&] { return !self.asleep.load(); });
        }
        self.asleep.store(false);
        return state_.load();
    }

    void work(size_t thread) {
        size_t finished = 0;
        for (size_t phase = 0; phase < job_.phases; ++phase) {
            const size_t chunks = job_.chunks[phase];
            finished += chunks;
            const auto is_over = [&] { return finished_.load() >= finished; };
            for (size_t i = 0; i < threads_; ++i) {
                if (i == 1 && soon(is_over)) break;
                const size_t owner = (thread + i) % threads_;
                const size_t first = owner * chunks / threads_, end = (owner + 1) * chunks / threads_;
                for (size_t chunk = first; take(owner, phase, end - first, chunk); chunk = first) {
                    job_.run(job_.context, phase, chunk, thread);
                    if (finished_.fetch_add(1) + 1 == finished) announce();
                }
            }
            if (phase + 1 == job_.phases) return;
            wait_until(is_over);
        }
    }

    // Takes a chunk of a share of n chunks, adding its index to `chunk`; false if none is left.
    bool take(size_t owner, size_t phase, size_t n, size_t &chunk) {
        const uint64_t number = phase + 1;
        std::atomic<uint64_t> &share = shares_[owner].taken;
        uint64_t seen = share.load(std::memory_order_relaxed);
        for (;;) {
            if (seen >> Share::bits > number) return false;  // the others are further
            const uint64_t taken = seen >> Share::bits < number ? 0 : seen - (number << Share::bits);
            if (taken >= n) return false;
            if (share.compare_exchange_weak(seen, (number << Share::bits) + taken + 1,
                                            std::memory_order_relaxed)) {
                chunk += taken;
                return true;
            }
        }
    }

    template <class Ready> static bool soon(Ready ready) {
        for (int turn = 0; turn < brief_turns; ++turn) {
            if (ready()) return true;
            pause();
        }
        return false;
    }

    std::mutex busy_, meeting_;
    std::condition_variable met_;
    std::atomic<int> sleepers_{0};
    std::vector<std::unique_ptr<Worker>> workers_;
    std::unique_ptr<Share[]> shares_;
    size_t n_shares_ = 0;
    Job job_{};
    size_t threads_ = 0;
    // More threads than processors: waiting for work in a loop would keep others from theirs.
    bool crowded_ = false;
    std::atomic<int> caller_cpu_{-1};
    std::atomic<bool> stopping_{false};
    alignas(cache_line) std::atomic<uint64_t> state_{0};
    alignas(cache_line) std::atomic<size_t> finished_{0};  // chunks of the job
};

}  // namespace
}  // namespace multilayer
