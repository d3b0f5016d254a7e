// What is known of the caches of all processors.
#pragma once

#include <cstddef>

namespace multilayer {

constexpr size_t cache_line = 64;  // bytes

// Against false sharing: processors fetch lines in pairs, and some prefetch what follows on lines read in
// order. Arrays that different threads write lie this far from each other, in bytes.
constexpr size_t line_pair = 2 * cache_line, false_sharing_distance = 512;

// Rows this many bytes apart fall on the same few places of a first-level cache and drive each other out.
constexpr size_t bad_stride = 1024;

// From one row of so many columns to the next, so that they do not.
template <class T> constexpr size_t good_stride(size_t columns) {
    return columns * sizeof(T) % bad_stride == 0 ? columns + cache_line / sizeof(T) : columns;
}

}  // namespace multilayer
