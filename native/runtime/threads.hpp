// The private pool of threads.
//
// A job is a list of phases, each a number of chunks. A thread takes the chunks of its own share first, so
// that what it left in its cache serves again at the next call, then those that others have not got to:
// no thread waits for one that is late, asleep or preempted, except for its current chunk. A phase starts
// when every chunk of the one before is done.
#pragma once

#include <cstddef>

namespace multilayer {

// What a job runs: all chunks of a phase in any order, by any thread; `thread` < the number of threads is
// different for threads that are at work at the same time. Must not throw.
using Chunk = void (*)(void *context, size_t phase, size_t chunk, size_t thread);

struct Job {
    Chunk run;
    void *context;
    const size_t *chunks;  // of each phase
    size_t phases;
};

// Runs the job and returns when it is done. Alone, in the calling thread, if the pool is at work for another
// caller or `threads` is 1. Throws std::bad_alloc, and does nothing then.
void run(const Job &job, size_t threads);

// How many threads a call uses, the caller included: what the calling thread has set for itself, or what is set
// for the process; unless set, the processors that this process may use, but at most OMP_NUM_THREADS, which is read
// here at the first call of a process, and again at the first one of a forked child: a parent may set it for the child.
// Not inlined: few calls ask, and the others would save registers for it.
__attribute__((noinline)) size_t threads();
void set_threads(size_t n);  // 0 returns to the default
// For calls of the calling thread alone; 0 returns to what is set for the process. Returns what was set before.
size_t set_own_threads(size_t n);

constexpr size_t most_threads = 1024;

}  // namespace multilayer
