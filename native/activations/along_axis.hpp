// The activations that take rows of numbers into rows: those of softmax.hpp, sparsemax and hardmax.
#pragma once

#include "activations/kernels.hpp"
#include "activations/softmax.hpp"

namespace multilayer {
namespace {

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
                    Pair<Full> d = distance<Full>(a.part[p], 1.0, splat(most));
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
                V share = rounded(distance<Full>(a.part[p], 1.0, splat(most)) - splat(tau));
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
