// The activations as tables of kernels: what the bindings wrap as ufuncs and the fused forward calls on a
// block of rows while it is in cache.
#pragma once

#include <cstddef>

namespace multilayer {

// Where results go: to memory past the caches if there are so many that they would only empty them. y is not
// x then.
enum class Into { caches, memory };

// y may be x; otherwise they do not overlap. The bits of an element depend on nothing but its value: not on
// n, not on its place, not on alignment. Parameters are float64 whatever the type of x: their meaning does
// not change with it.
template <class T>
using ElementwiseFunction = void (*)(const T *x, T *y, size_t n, const double *parameters, Into into);

struct ElementwiseKernel {
    const char *name;
    int n_parameters;
    ElementwiseFunction<float> value_f32;
    ElementwiseFunction<double> value_f64;
    ElementwiseFunction<float> derivative_f32;
    ElementwiseFunction<double> derivative_f64;
};

// rows x units, contiguous; y may be x.
template <class T> using AxisFunction = void (*)(const T *x, T *y, size_t rows, size_t units);
// The gradient da, given dz, a and z = h(a), all rows x units and contiguous; da may be any of them.
template <class T>
using AxisVjp = void (*)(const T *dz, const T *a, const T *z, T *da, size_t rows, size_t units);

// Rows of up to so many units are computed side by side where there are several.
constexpr size_t most_units_of_lanes = 32;

struct AxisKernel {
    const char *name;
    AxisFunction<float> value_f32;
    AxisFunction<double> value_f64;
    AxisVjp<float> vjp_f32;
    AxisVjp<double> vjp_f64;
};

struct ActivationKernels {
    const char *level;
    const ElementwiseKernel *elementwise;
    size_t n_elementwise;
    const AxisKernel *axis;
    size_t n_axis;
};

// Those of the level in use, or null while there is none.
const ActivationKernels *activation_kernels();

}  // namespace multilayer
