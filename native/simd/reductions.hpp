// Sums over a row in one order, whatever the width of a register: element i goes to lane i modulo 8, and the
// eight lanes are added as a fixed tree. Each lane carries what its additions lost.
#pragma once

#include "simd/pairs.hpp"

namespace {

constexpr size_t row_lanes = 8;
constexpr size_t row_parts = row_lanes / lanes<double>;
static_assert(row_lanes % lanes<double> == 0, "a register holds at most eight float64 numbers");

// Eight consecutive elements of a row, as float64.
struct Eight {
    V part[row_parts];
};

template <class T> MULTILAYER_INLINE Eight load_eight(const T *p) {
    Eight x;
    for (size_t i = 0; i < row_parts; ++i) {
        if constexpr (sizeof(T) == sizeof(double)) {
            x.part[i] = load(p + i * lanes<double>);
        } else {
            HalfFloats half;
            __builtin_memcpy(&half, p + i * lanes<double>, sizeof half);
            x.part[i] = widen(half);
        }
    }
    return x;
}
template <class T> MULTILAYER_INLINE void store_eight(T *p, const Eight &x) {
    for (size_t i = 0; i < row_parts; ++i) {
        if constexpr (sizeof(T) == sizeof(double)) {
            store(p + i * lanes<double>, x.part[i]);
        } else {
            HalfFloats half = narrow(x.part[i]);
            __builtin_memcpy(p + i * lanes<double>, &half, sizeof half);
        }
    }
}
// The first n of eight; the others are `fill`.
template <class T> MULTILAYER_INLINE Eight load_eight(const T *p, size_t n, T fill) {
    T padded[row_lanes];
    for (size_t i = 0; i < row_lanes; ++i) padded[i] = i < n ? p[i] : fill;
    return load_eight(padded);
}
template <class T> MULTILAYER_INLINE void store_eight(T *p, const Eight &x, size_t n) {
    T padded[row_lanes];
    store_eight(padded, x);
    __builtin_memcpy(p, padded, n * sizeof(T));
}

template <class X> struct NumberOf {
    X hi, lo;
};
using Number = NumberOf<double>;
// One for the row of each lane.
using Numbers = NumberOf<V>;
template <class X> MULTILAYER_INLINE NumberOf<X> operator+(NumberOf<X> x, NumberOf<X> y) {
    X s = x.hi + y.hi, t = s - x.hi;
    X lost = ((x.hi - (s - t)) + (y.hi - t)) + (x.lo + y.lo);
    X hi = s + lost;
    return {hi, lost - (hi - s)};
}
MULTILAYER_INLINE Number operator/(Number x, double y) {
    double q = x.hi / y;
    return {q, (__builtin_fma(-q, y, x.hi) + x.lo) / y};
}
MULTILAYER_INLINE Pair<Full> splat(Number x) { return {splat(x.hi), splat(x.lo)}; }

// Sums in registers, each of which carries what its additions lost.
template <size_t n> struct Sums {
    Pair<Full> part[n] = {};

    MULTILAYER_INLINE void add(size_t i, V x) {
        Pair<Full> s = sum<Full>(part[i].hi, x);
        part[i] = {s.hi, part[i].lo + s.lo};
    }
    MULTILAYER_INLINE void add(size_t i, Pair<Full> x) {
        add(i, x.hi);
        part[i].lo = part[i].lo + x.lo;
    }
};
template <class X> MULTILAYER_INLINE NumberOf<X> sum_of_eight(const X *hi, const X *lo) {
    NumberOf<X> s[row_lanes];
    for (size_t i = 0; i < row_lanes; ++i) s[i] = NumberOf<X>{hi[i], X{}} + NumberOf<X>{lo[i], X{}};
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

// The eight sums of one row.
struct RowSum : Sums<row_parts> {
    MULTILAYER_INLINE Number total() const {
        double hi[row_lanes], lo[row_lanes];
        for (size_t i = 0; i < row_parts; ++i) {
            store(hi + i * lanes<double>, part[i].hi);
            store(lo + i * lanes<double>, part[i].lo);
        }
        return sum_of_eight(hi, lo);
    }
};
// Those of the row of each lane.
struct RowSums : Sums<row_lanes> {
    MULTILAYER_INLINE Numbers total() const {
        V hi[row_lanes], lo[row_lanes];
        for (size_t i = 0; i < row_lanes; ++i) hi[i] = part[i].hi, lo[i] = part[i].lo;
        return sum_of_eight(hi, lo);
    }
};

}  // namespace
