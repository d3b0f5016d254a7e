// The elementwise kernels as NumPy ufuncs: one for the value, one for the derivative.
//
// The first input is x, the others are the parameters, always float64. Loops: one per real type of x.
#include <memory>
#include <string>

#include "activations/kernels.hpp"
#include "bindings/bindings.hpp"
#include "bindings/loops.hpp"
#include "runtime/cache.hpp"

namespace {

using multilayer::cache_line;
using multilayer::ElementwiseFunction;
using multilayer::Into;

constexpr int max_parameters = most_operands - 2;
constexpr npy_intp block = 1024;
// Results from this size on are streamed past the caches, which they would only empty.
constexpr npy_intp streaming_bytes = npy_intp{16} << 20;
constexpr size_t part = 8192;  // elements that a thread takes at a time

struct Kernel {
    ElementwiseFunction<float> f32;
    ElementwiseFunction<double> f64;
    int n_parameters;

    void operator()(const float *x, float *y, npy_intp n, const double *p, Into into) const {
        f32(x, y, static_cast<size_t>(n), p, into);
    }
    void operator()(const double *x, double *y, npy_intp n, const double *p, Into into) const {
        f64(x, y, static_cast<size_t>(n), p, into);
    }
};

template <class T> bool aligned(const char *p) { return reinterpret_cast<uintptr_t>(p) % alignof(T) == 0; }

// n elements that share their parameters.
template <class T> void run(const Kernel &kernel, const Conversion<T> &type, const char *x, npy_intp x_stride,
                            char *y, npy_intp y_stride, npy_intp n, const double *parameters, Into into) {
    constexpr npy_intp size = sizeof(T);
    if (type.none && x_stride == size && y_stride == size && aligned<T>(x) && aligned<T>(y)) {
        kernel(reinterpret_cast<const T *>(x), reinterpret_cast<T *>(y), n, parameters, into);
        return;
    }
    alignas(cache_line) T buffer[block];
    for (npy_intp done = 0; done < n; done += block) {
        const npy_intp some = n - done < block ? n - done : block;
        type.gather(buffer, x + done * x_stride, x_stride, some);
        kernel(buffer, buffer, some, parameters, Into::caches);
        type.scatter(y + done * y_stride, y_stride, buffer, some);
    }
}

// n elements with parameters of their own, or `shared` ones.
template <class T> void elements(const Kernel &kernel, const Conversion<T> &type, char *const *operands,
                                 const npy_intp *strides, npy_intp n, bool shared, Into into) {
    const int n_parameters = kernel.n_parameters, out = 1 + n_parameters;
    double parameters[max_parameters] = {};
    auto read = [&](npy_intp i, double *to) {
        for (int p = 0; p < n_parameters; ++p) {
            std::memcpy(to + p, operands[1 + p] + i * strides[1 + p], sizeof(double));
        }
    };
    npy_intp start = 0;
    while (start < n) {
        read(start, parameters);
        npy_intp end = shared ? n : start + 1;
        for (double next[max_parameters] = {}; end < n; ++end) {
            read(end, next);
            if (std::memcmp(next, parameters, sizeof next) != 0) break;
        }
        run(kernel, type, operands[0] + start * strides[0], strides[0], operands[out] + start * strides[out],
            strides[out], end - start, parameters, into);
        start = end;
    }
}

template <class T>
void loop(char **operands, const npy_intp *dimensions, const npy_intp *strides, void *data) {
    const QuietFlags quiet;
    const auto &made_for = *static_cast<const LoopData<Kernel> *>(data);
    const Kernel &kernel = *made_for.kernel;
    const Conversion<T> &type = made_for.of<T>();
    const int out = 1 + kernel.n_parameters;
    const npy_intp n = dimensions[0];
    const size_t size = type.out_bytes;

    bool shared = true;
    for (int i = 1; i < out; ++i) shared = shared && strides[i] == 0;
    const bool streams = shared && operands[0] != operands[out] &&
                         n * static_cast<npy_intp>(size) >= streaming_bytes;
    const auto compute = [&](char *const *some, npy_intp m) {
        elements(kernel, type, some, strides, m, shared, streams ? Into::memory : Into::caches);
    };
    if (!multilayer::may_be_shared(static_cast<size_t>(n), part)) return compute(operands, n);
    const Layout y{operands[out], size, {strides[out], 0}};
    for (int i = 0; i < out; ++i) {
        const Layout in{operands[i], i == 0 ? type.in_bytes : sizeof(double), {strides[i], 0}};
        if (!in_any_order(in, y, {n, 1})) return compute(operands, n);
    }
    // The first part ends where a cache line does, so that no two threads write to one.
    const size_t misplaced = reinterpret_cast<uintptr_t>(operands[out]) % cache_line / size;
    share_out(operands, strides, out + 1, n, part - misplaced, part, compute);
}

// A kernel lives as long as what its ufunc is made of.
struct ElementwiseParts {
    Kernel kernel;
    UfuncParts<Kernel> ufunc;

    ElementwiseParts(std::string name, std::string doc, const Kernel &k)
        : kernel(k),
          ufunc(std::move(name), std::move(doc), &kernel, loop<float>, loop<double>, 1,
                static_cast<size_t>(k.n_parameters)) {}
};

int add(PyObject *module, std::string name, std::string doc, const Kernel &kernel) {
    auto parts = std::make_unique<ElementwiseParts>(std::move(name), std::move(doc), kernel);
    UfuncParts<Kernel> &u = parts->ufunc;
    PyObject *ufunc =
        PyUFunc_FromFuncAndData(u.functions.data(), u.data.data(), u.types.data(), n_types_of_x,
                                1 + kernel.n_parameters, 1, PyUFunc_None, u.name.c_str(), u.doc.c_str(), 0);
    if (add_function(module, u.name.c_str(), ufunc) < 0) return -1;
    parts.release();
    return 0;
}

}  // namespace

int add_ufuncs(PyObject *module) {
    const multilayer::ActivationKernels *kernels = multilayer::activation_kernels();
    for (size_t i = 0; i < kernels->n_elementwise; ++i) {
        const multilayer::ElementwiseKernel &k = kernels->elementwise[i];
        const std::string name = k.name;
        if (add(module, name, name + ", elementwise; the parameters follow x.",
                {k.value_f32, k.value_f64, k.n_parameters}) < 0 ||
            add(module, name + "_derivative", "The derivative of " + name + ", elementwise.",
                {k.derivative_f32, k.derivative_f64, k.n_parameters}) < 0) {
            return -1;
        }
    }
    return 0;
}
