// Look-up of kernels by name.
#pragma once

#include <cstring>

#include "bindings/numpy.hpp"

// The entry of this name, or null; `required` sets an exception then.
template <class Entry> const Entry *found(const Entry *entries, size_t n, const char *name) {
    for (size_t i = 0; i < n; ++i) {
        if (std::strcmp(entries[i].name, name) == 0) return entries + i;
    }
    return nullptr;
}
template <class Entry> const Entry *required(const Entry *entries, size_t n, const char *name) {
    const Entry *entry = found(entries, n, name);
    if (entry == nullptr) PyErr_Format(PyExc_ValueError, "no kernel is called '%s'", name);
    return entry;
}

// The function that one type takes, of a kernel for both.
template <class T, class F32, class F64> auto of_type(F32 f32, F64 f64) {
    if constexpr (sizeof(T) == sizeof(float))
        return f32;
    else
        return f64;
}
