// What is known of the caches of all processors.
#pragma once

#include <cstddef>

namespace multilayer {

constexpr size_t cache_line = 64;  // bytes

// Processors fetch lines in pairs, and some that follow on what is read in order. What threads write on their
// own lies apart, or each would take the other's lines away without ever reading them.
constexpr size_t line_pair = 2 * cache_line, apart = 512;  // bytes

// Rows this many bytes apart fall on the same few places of a first-level cache and drive each other out.
constexpr size_t bad_stride = 1024;

// From one row of so many columns to the next, so that they do not.
template <class T> constexpr size_t good_stride(size_t columns) {
    return columns * sizeof(T) % bad_stride == 0 ? columns + cache_line / sizeof(T) : columns;
}

}  // namespace multilayer
