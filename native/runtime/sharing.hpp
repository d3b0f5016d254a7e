// A call over many numbers or rows, shared out between the threads of the pool where that saves time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <new>

#include "runtime/integers.hpp"
#include "runtime/threads.hpp"

namespace multilayer {

// In nanoseconds: for less than this a thread is not woken. It takes the caller 8 us to wake one, and some 50
// go by until that is at work (docs/decisions/0011-shared-calls.md).
constexpr double worth_a_thread = 60e3;
// Calls of fewer parts than this are not even timed.
constexpr size_t least_parts = 4;
inline bool may_be_shared(size_t n, size_t each) { return n >= least_parts * each; }

// Calls part(begin, end) for all of 0 to n: first of 0 to `first`, then of `each` at a time, in any order and
// by any thread. What a number takes differs a hundredfold, by function, types, strides and where the numbers
// lie; so the first part is timed, which decides whether to share the others. `part` must not throw.
template <class Part> void share_out(size_t n, size_t first, size_t each, const Part &part) {
    if (!may_be_shared(n, each)) return part(0, n);
    const auto start = std::chrono::steady_clock::now();
    part(0, first);
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    const double left = taken.count() * static_cast<double>(n - first) / static_cast<double>(first);
    const double worth = std::min(1 + left / worth_a_thread, static_cast<double>(most_threads));
    if (worth < 2) return part(first, n);
    struct Context {
        const Part &part;
        size_t n, first, each;
    } context{part, n, first, each};
    const Chunk run_chunk = [](void *pointer, size_t, size_t chunk, size_t) {
        const Context &c = *static_cast<const Context *>(pointer);
        const size_t begin = c.first + chunk * c.each;
        c.part(begin, std::min(begin + c.each, c.n));
    };
    const size_t chunks = divide_up(n - first, each);
    try {
        run({run_chunk, &context, &chunks, 1}, std::min(threads(), static_cast<size_t>(worth)));
    } catch (const std::bad_alloc &) {
        part(first, n);  // no memory for a pool
    }
}

}  // namespace multilayer
