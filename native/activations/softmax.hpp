// softmax, log_softmax and softmin: rows of numbers into rows. Everything is computed in float64, sums in the fixed
// order of reductions.hpp. A row of many units is computed by registers of its numbers; of few units, as many rows as a
// register has lanes, side by side.
#pragma once

#include "activations/kernels.hpp"
#include "math/exponential.hpp"
#include "math/logarithm.hpp"
#include "simd/reductions.hpp"

namespace multilayer {
namespace {

constexpr double infinity = __builtin_inf();

// f(i, n): elements i to i + n - 1, n being eight but for the row's end.
template <class F> MULTILAYER_INLINE void by_eights(size_t units, F f) {
    size_t i = 0;
    for (; i + row_lanes <= units; i += row_lanes) f(i, row_lanes);
    if (i < units) f(i, units - i);
}
template <class T> MULTILAYER_INLINE Eight read(const T *row, size_t i, size_t n, double fill = 0.0) {
    return n == row_lanes ? load_eight(row + i) : load_eight(row + i, n, static_cast<T>(fill));
}
template <class T> MULTILAYER_INLINE void write(T *row, size_t i, size_t n, const Eight &x) {
    if (n == row_lanes) {
        store_eight(row + i, x);
    } else {
        store_eight(row + i, x, n);
    }
}

// The largest entry; nan if there is one.
template <class T> MULTILAYER_INLINE double largest(const T *row, size_t units, double sign) {
    V most = splat(-infinity), unordered = {};
    by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
        Eight x = read(row, i, n, -sign * infinity);
        for (size_t p = 0; p < row_parts; ++p) {
            V a = sign * x.part[p];
            most = greater(most, a);
            unordered = a == a ? unordered : a;
        }
    });
    double found = -infinity;
    for (size_t i = 0; i < lanes<double>; ++i) {
        if (unordered[i] != unordered[i]) return unordered[i];
        if (most[i] > found) found = most[i];
    }
    return found;
}

// float32 results leave room for an exp without corrections.
template <class T> struct PrecisionOf;
template <> struct PrecisionOf<float> {
    using type = Brief;
};
template <> struct PrecisionOf<double> {
    using type = Full;
};
template <class T> using PrecisionFor = typename PrecisionOf<T>::type;

// sign x - most, with what rounding drops
template <class P> MULTILAYER_INLINE Pair<P> distance(V x, double sign, V most) {
    Pair<P> d = sum<P>(sign * x, -most);
    // An infinite distance drops nothing.
    return pair<P>(d.hi, d.hi > -infinity ? low(d) : V{});
}
template <class P> MULTILAYER_INLINE Exponential<P> exp_of_distance(Pair<P> d) {
    // Beyond the end the low part belongs to another number, and may be huge.
    V end = splat(-exp_end<P>);
    return exp(pair<P>(at_least(d.hi, -exp_end<P>), d.hi > end ? low(d) : V{}));
}

template <size_t n, class P> MULTILAYER_INLINE void add_exp(Sums<n> &sums, size_t i, Exponential<P> e) {
    if constexpr (is_full<P>) {
        // Down to the smallest subnormal: log_softmax of the largest entry may be all that is left.
        sums.add(i, pair<P>(times(e.m.hi, e.scale), times(e.m.lo, e.scale)));
    } else {
        sums.add(i, e.m.hi);
    }
}
template <class T>
MULTILAYER_INLINE Number sum_of_exps(const T *row, size_t units, double sign, double most) {
    using P = PrecisionFor<T>;
    RowSum sum;
    by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
        Eight x = read(row, i, n, -sign * infinity);
        for (size_t p = 0; p < row_parts; ++p)
            add_exp(sum, p, exp_of_distance(distance<P>(x.part[p], sign, splat(most))));
    });
    return sum.total();
}

MULTILAYER_INLINE Numbers splat_number(Number x) { return {splat(x.hi), splat(x.lo)}; }


template <class P> MULTILAYER_INLINE Pair<P> inverse_of(Numbers total) {
    const V inverse = 1.0 / total.hi;
    return pair<P>(inverse, (fma(-inverse, total.hi, splat(1.0)) - inverse * total.lo) * inverse);
}
template <class P> MULTILAYER_INLINE V share_of(Exponential<P> e, Pair<P> inverse) {
    return times(rounded(inverse * e.m), e.scale);
}

// log(total) for a total >= 1; near 1 the lower part counts, so that results near 0 are right. A row without a
// limit has nan for a total.
MULTILAYER_INLINE Numbers log_of_total(Numbers total) {
    const IntVec<double> k = (bits(total.hi) >> 52) - 1023;
    const V scale = power_of_2((Exponent)-k);
    Pair<Full> log = log1p(sum_descending<Full>(total.hi * scale - 1.0, total.lo * scale));
    const V as_number = __builtin_convertvector(k, V);
    const Numbers sum = Numbers{log.hi, log.lo} + Numbers{as_number * log_2_high, as_number * log_2_low};
    const IntVec<double> known = total.hi == total.hi;
    return {known ? sum.hi : total.hi, known ? sum.lo : total.lo};
}
MULTILAYER_INLINE V log_share_of(Pair<Full> distance, Numbers log) {
    V finite = rounded(distance - Pair<Full>{log.hi, log.lo});
    return distance.hi == -infinity ? distance.hi - log.hi : finite;
}

// Few units: a lane is a row, so that nothing is added across a register. Each row has its eight sums, added as the
// same tree, and so the same bits.
// f(a) for n rows, at most as many as there are lanes: a[j] is unit j of each, and what f leaves there is written.
template <class T, class F>
MULTILAYER_INLINE void side_by_side(const T *x, T *y, size_t n, size_t units, F f) {
    V a[most_units_of_lanes];
    // Lanes behind the last row repeat it.
    for (size_t j = 0; j < units; ++j)
        for (size_t l = 0; l < lanes<double>; ++l) a[j][l] = x[(l < n ? l : n - 1) * units + j];
    f(a);
    for (size_t l = 0; l < n; ++l)
        for (size_t j = 0; j < units; ++j) y[l * units + j] = static_cast<T>(a[j][l]);
}
// Calls few(x, y, n) for n rows, or one(x, y) for a row, whichever takes less time for so many.
template <class T, class Few, class One>
MULTILAYER_INLINE void by_rows(const T *x, T *y, size_t rows, size_t units, Few few, One one) {
    while (rows > 0) {
        size_t n = rows < lanes<double> ? rows : lanes<double>;
        if (units <= most_units_of_lanes && n > 1 && 8 * n > units) {
            few(x, y, n);
        } else {
            one(x, y);
            n = 1;
        }
        x += n * units, y += n * units, rows -= n;
    }
}
MULTILAYER_INLINE V largest(const V *a, size_t units, double sign) {
    V most = splat(-infinity), unordered = {};
    for (size_t j = 0; j < units; ++j) {
        V x = sign * a[j];
        most = greater(most, x);
        unordered = x == x ? unordered : x;
    }
    return unordered == unordered ? most : unordered;
}
// The sum of the exponentials e, which are computed here. A row has eight sums, or a multiple: those behind its end add
// what exp gives for -infinity, as a row of its own does.
template <class P>
MULTILAYER_INLINE Numbers sum_of_exps(const V *a, size_t units, double sign, V most, Exponential<P> *e) {
    const Exponential<P> none = exp_of_distance(distance<P>(splat(-infinity), 1.0, V{}));
    RowSums sums;
    for (size_t j = 0; j < units; j += row_lanes) {
        for (size_t i = 0; i < row_lanes; ++i) {
            if (j + i < units) {
                e[j + i] = exp_of_distance(distance<P>(a[j + i], sign, most));
                add_exp(sums, i, e[j + i]);
            } else {
                add_exp(sums, i, none);
            }
        }
    }
    return sums.total();
}
template <class T>
MULTILAYER_INLINE void softmax_of_few(const T *x, T *y, size_t n, size_t units, double sign) {
    using P = PrecisionFor<T>;
    side_by_side(x, y, n, units, [&](V *a) __attribute__((always_inline)) {
        Exponential<P> e[most_units_of_lanes];
        const Pair<P> inverse = inverse_of<P>(sum_of_exps<P>(a, units, sign, largest(a, units, sign), e));
        for (size_t j = 0; j < units; ++j) a[j] = share_of(e[j], inverse);
    });
}
template <class T> MULTILAYER_INLINE void log_softmax_of_few(const T *x, T *y, size_t n, size_t units) {
    using P = PrecisionFor<T>;
    side_by_side(x, y, n, units, [&](V *a) __attribute__((always_inline)) {
        Exponential<P> e[most_units_of_lanes];
        const V most = largest(a, units, 1.0);
        const Numbers log = log_of_total(sum_of_exps<P>(a, units, 1.0, most, e));
        for (size_t j = 0; j < units; ++j) a[j] = log_share_of(distance<Full>(a[j], 1.0, most), log);
    });
}

// In place or not: the exponentials are computed a second time, which costs less than rounding them to keep them.
template <class T> MULTILAYER_INLINE void softmax_row(const T *x, T *y, size_t units, double sign) {
    using P = PrecisionFor<T>;
    const double most = largest(x, units, sign);
    const Pair<P> inverse = inverse_of<P>(splat_number(sum_of_exps(x, units, sign, most)));
    by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
        Eight a = read(x, i, n, -sign * infinity);
        for (size_t p = 0; p < row_parts; ++p)
            a.part[p] = share_of(exp_of_distance(distance<P>(a.part[p], sign, splat(most))), inverse);
        write(y, i, n, a);
    });
}
template <class T> MULTILAYER_INLINE void log_softmax_row(const T *x, T *y, size_t units) {
    const double most = largest(x, units, 1.0);
    const Numbers log = log_of_total(splat_number(sum_of_exps(x, units, 1.0, most)));
    by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
        Eight a = read(x, i, n);
        for (size_t p = 0; p < row_parts; ++p)
            a.part[p] = log_share_of(distance<Full>(a.part[p], 1.0, splat(most)), log);
        write(y, i, n, a);
    });
}

template <class T> void signed_softmax(const T *x, T *y, size_t rows, size_t units, double sign) {
    by_rows(
        x, y, rows, units, [&](const T *x, T *y, size_t n) { softmax_of_few(x, y, n, units, sign); },
        [&](const T *x, T *y) { softmax_row(x, y, units, sign); });
}
template <class T> void softmax(const T *x, T *y, size_t rows, size_t units) {
    signed_softmax(x, y, rows, units, 1.0);
}
template <class T> void softmin(const T *x, T *y, size_t rows, size_t units) {
    signed_softmax(x, y, rows, units, -1.0);
}
template <class T> void log_softmax(const T *x, T *y, size_t rows, size_t units) {
    by_rows(
        x, y, rows, units, [&](const T *x, T *y, size_t n) { log_softmax_of_few(x, y, n, units); },
        [&](const T *x, T *y) { log_softmax_row(x, y, units); });
}

// z (dz - sum of dz z), or its negative for softmin
template <class T, bool negative>
void softmax_vjp(const T *dz, const T *, const T *z, T *da, size_t rows, size_t units) {
    for (size_t r = 0; r < rows; ++r, dz += units, z += units, da += units) {
        RowSum sum;
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight g = read(dz, i, n), s = read(z, i, n);
            for (size_t p = 0; p < row_parts; ++p) sum.add(p, product<Full>(g.part[p], s.part[p]));
        });
        const Number mean = sum.total();
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight g = read(dz, i, n), s = read(z, i, n);
            for (size_t p = 0; p < row_parts; ++p) {
                Pair<Full> difference = g.part[p] + -splat(mean);
                if (negative) difference = -difference;
                g.part[p] = rounded(s.part[p] * difference);
            }
            write(da, i, n, g);
        });
    }
}

// dz - softmax(a) sum of dz. Not exp(z), which would amplify the rounding of z.
template <class T>
void log_softmax_vjp(const T *dz, const T *a, const T *, T *da, size_t rows, size_t units) {
    using P = PrecisionFor<T>;
    for (size_t r = 0; r < rows; ++r, dz += units, a += units, da += units) {
        const double most = largest(a, units, 1.0);
        const Number total = sum_of_exps(a, units, 1.0, most);
        RowSum sum;
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight g = read(dz, i, n);
            for (size_t p = 0; p < row_parts; ++p) sum.add(p, g.part[p]);
        });
        const Number all = sum.total();
        const Pair<P> inverse = pair<P>(splat(1.0)) / pair<P>(splat(total.hi), splat(total.lo));
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight g = read(dz, i, n), x = read(a, i, n, -infinity);
            for (size_t p = 0; p < row_parts; ++p) {
                Exponential<P> e = exp_of_distance(distance<P>(x.part[p], 1.0, splat(most)));
                Pair<P> share = inverse * value_of(e);
                Pair<P> taken = share * pair<P>(splat(all.hi), splat(all.lo));
                g.part[p] = rounded(g.part[p] + -taken);
            }
            write(da, i, n, g);
        });
    }
}

}  // namespace
}  // namespace multilayer
