// softmax, log_softmax, softmin, sparsemax and hardmax: rows of numbers into rows. Everything is computed in
// float64, sums in the fixed order of reductions.hpp.
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
template <class P> MULTILAYER_INLINE Pair<P> distance(V x, double sign, double most) {
    Pair<P> d = sum<P>(sign * x, splat(-most));
    // An infinite distance drops nothing.
    return pair<P>(d.hi, d.hi > -infinity ? low(d) : V{});
}
template <class P> MULTILAYER_INLINE Exponential<P> exp_of_distance(Pair<P> d) {
    // Beyond the end the low part belongs to another number, and may be huge.
    V end = splat(-exp_end<P>);
    return exp(pair<P>(at_least(d.hi, -exp_end<P>), d.hi > end ? low(d) : V{}));
}

template <class T>
MULTILAYER_INLINE Number sum_of_exps(const T *row, size_t units, double sign, double most) {
    using P = PrecisionFor<T>;
    RowSum sum;
    by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
        Eight x = read(row, i, n, -sign * infinity);
        for (size_t p = 0; p < row_parts; ++p) {
            Exponential<P> e = exp_of_distance(distance<P>(x.part[p], sign, most));
            if constexpr (is_full<P>) {
                // Down to the smallest subnormal: log_softmax of the largest entry may be all that is left.
                sum.add(p, pair<P>(times(e.m.hi, e.scale), times(e.m.lo, e.scale)));
            } else {
                sum.add(p, e.m.hi);
            }
        }
    });
    return sum.total();
}

// exp(sign x - most) / total, in place or not: the exponentials are computed a second time, which costs less
// than rounding them to keep them.
template <class T> MULTILAYER_INLINE void softmax_row(const T *x, T *y, size_t units, double sign) {
    using P = PrecisionFor<T>;
    const double most = largest(x, units, sign);
    const Number total = sum_of_exps(x, units, sign, most);
    const double inverse = 1.0 / total.hi;
    const double inverse_lo = (__builtin_fma(-inverse, total.hi, 1.0) - inverse * total.lo) * inverse;
    by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
        Eight a = read(x, i, n, -sign * infinity);
        for (size_t p = 0; p < row_parts; ++p) {
            Exponential<P> e = exp_of_distance(distance<P>(a.part[p], sign, most));
            Pair<P> share = pair<P>(splat(inverse), splat(inverse_lo)) * e.m;
            a.part[p] = times(rounded(share), e.scale);
        }
        write(y, i, n, a);
    });
}

template <class T> void softmax(const T *x, T *y, size_t rows, size_t units) {
    for (size_t r = 0; r < rows; ++r) softmax_row(x + r * units, y + r * units, units, 1.0);
}
template <class T> void softmin(const T *x, T *y, size_t rows, size_t units) {
    for (size_t r = 0; r < rows; ++r) softmax_row(x + r * units, y + r * units, units, -1.0);
}

// log(total) for a total >= 1; near 1 the lower part counts, so that results near 0 are right.
MULTILAYER_INLINE Number log_of_total(Number total) {
    int64_t k;
    __builtin_memcpy(&k, &total.hi, sizeof k);
    k = (k >> 52) - 1023;
    const double scale = power_of_2(Exponent{} - static_cast<uint64_t>(k))[0];
    Pair<Full> u = sum_descending<Full>(splat(total.hi * scale - 1.0), splat(total.lo * scale));
    Pair<Full> log = log1p(u);
    return Number{log.hi[0], log.lo[0]} +
           Number{static_cast<double>(k) * log_2_high, static_cast<double>(k) * log_2_low};
}

template <class T> void log_softmax(const T *x, T *y, size_t rows, size_t units) {
    for (size_t r = 0; r < rows; ++r, x += units, y += units) {
        const double most = largest(x, units, 1.0);
        const Number total = sum_of_exps(x, units, 1.0, most);
        // A row without a limit has nan for a total.
        const Number log = total.hi == total.hi ? log_of_total(total) : total;
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight a = read(x, i, n);
            for (size_t p = 0; p < row_parts; ++p) {
                Pair<Full> d = distance<Full>(a.part[p], 1.0, most);
                V finite = rounded(d - splat(log));
                a.part[p] = d.hi == -infinity ? d.hi - log.hi : finite;
            }
            write(y, i, n, a);
        });
    }
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
                Exponential<P> e = exp_of_distance(distance<P>(x.part[p], 1.0, most));
                Pair<P> share = inverse * value_of(e);
                Pair<P> taken = share * pair<P>(splat(all.hi), splat(all.lo));
                g.part[p] = rounded(g.part[p] + -taken);
            }
            write(da, i, n, g);
        });
    }
}

// max(x - tau, 0) with tau such that the sum is 1 (Michelot 1986): starting from every entry that could be in
// the support, tau is that of the entries left; those not above it leave; until none does.
template <class T> void sparsemax(const T *x, T *y, size_t rows, size_t units) {
    for (size_t r = 0; r < rows; ++r, x += units, y += units) {
        const double most = largest(x, units, 1.0);
        Number tau = {-1.0, 0.0};
        double size = 0.0, before = -1.0;
        while (size != before) {
            before = size;
            RowSum sum, counted;
            by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
                Eight a = read(x, i, n, -infinity);
                for (size_t p = 0; p < row_parts; ++p) {
                    Pair<Full> d = distance<Full>(a.part[p], 1.0, most);
                    Pair<Full> over = d - splat(tau);
                    IntVec<double> in = over.hi + over.lo > 0.0;
                    sum.add(p, select<Full>(in, d, Pair<Full>{}));
                    counted.add(p, in ? splat(1.0) : V{});
                }
            });
            size = counted.total().hi;
            tau = (sum.total() + Number{-1.0, 0.0}) / size;
        }
        const bool limit = most > -infinity && most < infinity;
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight a = read(x, i, n);
            for (size_t p = 0; p < row_parts; ++p) {
                V share = rounded(distance<Full>(a.part[p], 1.0, most) - splat(tau));
                a.part[p] = limit ? (share > 0.0 ? share : V{}) : splat(__builtin_nan(""));
            }
            write(y, i, n, a);
        });
    }
}

// dz - mean of dz over the support, within the support
template <class T> void sparsemax_vjp(const T *dz, const T *, const T *z, T *da, size_t rows, size_t units) {
    for (size_t r = 0; r < rows; ++r, dz += units, z += units, da += units) {
        RowSum sum, counted;
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight g = read(dz, i, n), s = read(z, i, n);
            for (size_t p = 0; p < row_parts; ++p) {
                sum.add(p, s.part[p] > 0.0 ? g.part[p] : V{});
                counted.add(p, s.part[p] > 0.0 ? splat(1.0) : V{});
            }
        });
        const Number mean = sum.total() / counted.total().hi;
        by_eights(units, [&](size_t i, size_t n) __attribute__((always_inline)) {
            Eight g = read(dz, i, n), s = read(z, i, n);
            for (size_t p = 0; p < row_parts; ++p) {
                V inside = rounded(g.part[p] + -splat(mean));
                V outside = s.part[p] == s.part[p] ? V{} : s.part[p];
                g.part[p] = s.part[p] > 0.0 ? inside : outside;
            }
            write(da, i, n, g);
        });
    }
}

template <class T> void hardmax(const T *x, T *y, size_t rows, size_t units) {
    for (size_t r = 0; r < rows; ++r, x += units, y += units) {
        size_t best = 0;
        bool unordered = false;
        for (size_t i = 0; i < units; ++i) {
            if (x[i] > x[best]) best = i;
            unordered = unordered || x[i] != x[i];
        }
        for (size_t i = 0; i < units; ++i) {
            y[i] = unordered ? static_cast<T>(__builtin_nan("")) : static_cast<T>(i == best ? 1 : 0);
        }
    }
}
template <class T> void hardmax_vjp(const T *, const T *, const T *z, T *da, size_t rows, size_t units) {
    for (size_t i = 0; i < rows * units; ++i) da[i] = z[i] == z[i] ? 0 : z[i];
}

constexpr AxisKernel axis_kernels[] = {
    {"softmax", softmax<float>, softmax<double>, softmax_vjp<float, false>, softmax_vjp<double, false>},
    {"log_softmax", log_softmax<float>, log_softmax<double>, log_softmax_vjp<float>, log_softmax_vjp<double>},
    {"softmin", softmin<float>, softmin<double>, softmax_vjp<float, true>, softmax_vjp<double, true>},
    {"sparsemax", sparsemax<float>, sparsemax<double>, sparsemax_vjp<float>, sparsemax_vjp<double>},
    {"hardmax", hardmax<float>, hardmax<double>, hardmax_vjp<float>, hardmax_vjp<double>},
};

}  // namespace
}  // namespace multilayer
