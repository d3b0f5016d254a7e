// The kernels along an axis as generalized ufuncs: name, (n)->(n), and name_vjp, (n),(n),(n)->(n) for dz, a,
// z.
#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "activations/kernels.hpp"
#include "bindings/bindings.hpp"
#include "bindings/loops.hpp"

namespace {

using multilayer::AxisKernel;

// Rows of an operand as the kernel wants them, one behind the other and of its type: where they lie, or a
// copy of at most so many.
template <class T> class Rows {
   public:
    Rows(const Conversion<T> &type, char *start, npy_intp row_stride, npy_intp stride, npy_intp units,
         npy_intp most = 1)
        : type(type), start(start), row_stride(row_stride), stride(stride), units(units) {
        const bool whole = type.none && (stride == sizeof(T) || units == 1) &&
                           reinterpret_cast<uintptr_t>(start) % alignof(T) == 0 &&
                           row_stride % static_cast<npy_intp>(alignof(T)) == 0;
        dense = whole && row_stride == units * static_cast<npy_intp>(sizeof(T));
        in_place = dense || (whole && most == 1);
        if (!in_place) copy.resize(static_cast<size_t>(units * most));
    }
    const T *read(npy_intp row, npy_intp n = 1) {
        if (in_place) return reinterpret_cast<const T *>(start + row * row_stride);
        for (npy_intp i = 0; i < n; ++i)
            type.gather(copy.data() + i * units, start + (row + i) * row_stride, stride, units);
        return copy.data();
    }
    T *target(npy_intp row) {
        return in_place ? reinterpret_cast<T *>(start + row * row_stride) : copy.data();
    }
    void written(npy_intp row, npy_intp n = 1) {
        if (in_place) return;
        for (npy_intp i = 0; i < n; ++i)
            type.scatter(start + (row + i) * row_stride, stride, copy.data() + i * units, units);
    }
    bool dense = false;

   private:
    const Conversion<T> &type;
    char *start;
    npy_intp row_stride, stride, units;
    bool in_place;
    std::vector<T> copy;
};

// Numbers that are copied together where rows are computed side by side.
constexpr npy_intp copied = 512;
constexpr npy_intp few_units = multilayer::most_units_of_lanes;

template <class T> void call(const AxisKernel &k, const T *x, T *y, size_t rows, size_t units) {
    if constexpr (std::is_same_v<T, float>) {
        k.value_f32(x, y, rows, units);
    } else {
        k.value_f64(x, y, rows, units);
    }
}
template <class T>
void call(const AxisKernel &k, const T *dz, const T *a, const T *z, T *da, size_t rows, size_t units) {
    if constexpr (std::is_same_v<T, float>) {
        k.vjp_f32(dz, a, z, da, rows, units);
    } else {
        k.vjp_f64(dz, a, z, da, rows, units);
    }
}

template <class T> void value_rows(char *const *operands, const npy_intp *dimensions, const npy_intp *strides,
                                   const AxisKernel &kernel, const Conversion<T> &type) {
    const npy_intp rows = dimensions[0], units = dimensions[1];
    const npy_intp most = units <= few_units ? std::min(copied / units, rows) : 1;
    Rows<T> x(type, operands[0], strides[0], strides[2], units, most);
    Rows<T> y(type, operands[1], strides[1], strides[3], units, most);
    const npy_intp together = x.dense && y.dense ? rows : most;
    for (npy_intp r = 0; r < rows; r += together) {
        const npy_intp n = std::min(together, rows - r);
        call(kernel, x.read(r, n), y.target(r), static_cast<size_t>(n), static_cast<size_t>(units));
        y.written(r, n);
    }
}
template <class T> void vjp_rows(char *const *operands, const npy_intp *dimensions, const npy_intp *strides,
                                 const AxisKernel &kernel, const Conversion<T> &type) {
    const npy_intp rows = dimensions[0], units = dimensions[1];
    Rows<T> dz(type, operands[0], strides[0], strides[4], units),
        a(type, operands[1], strides[1], strides[5], units),
        z(type, operands[2], strides[2], strides[6], units);
    Rows<T> da(type, operands[3], strides[3], strides[7], units);
    for (npy_intp r = 0; r < rows; ++r) {
        call(kernel, dz.read(r), a.read(r), z.read(r), da.target(r), 1, static_cast<size_t>(units));
        da.written(r);
    }
}

constexpr size_t part = 4096;  // numbers that a thread takes at a time

// Copies of rows may not fit into memory: an error then, never an exception through NumPy or the pool.
template <class T, class RowsOf> void loop(int n_inputs, char **operands, const npy_intp *dimensions,
                                           const npy_intp *strides, void *data, RowsOf rows_of) {
    const npy_intp rows = dimensions[0], units = dimensions[1];
    if (rows == 0 || units == 0) return;
    const auto &made_for = *static_cast<const LoopData<AxisKernel> *>(data);
    const Conversion<T> &type = made_for.of<T>();
    const QuietFlags quiet;
    std::atomic<bool> no_memory{false};
    const auto compute = [&](char *const *some, npy_intp m) {
        const npy_intp shape[] = {m, units};
        try {
            rows_of(some, shape, strides, *made_for.kernel, type);
        } catch (const std::bad_alloc &) {
            no_memory.store(true);
        }
    };
    const size_t each = std::max<size_t>(1, part / static_cast<size_t>(units));
    const auto layout = [&](int i, size_t bytes) {
        return Layout{operands[i], bytes, {strides[i], strides[n_inputs + 1 + i]}};
    };
    const auto divisible = [&] {
        const Layout results = layout(n_inputs, type.out_bytes);
        for (int i = 0; i < n_inputs; ++i)
            if (!in_any_order(layout(i, type.in_bytes), results, {rows, units})) return false;
        return true;
    };
    if (multilayer::may_be_shared(static_cast<size_t>(rows), each) && divisible()) {
        share_out(operands, strides, n_inputs + 1, rows, each, each, compute);
    } else {
        compute(operands, rows);
    }
    if (!no_memory) return;
    const PyGILState_STATE state = PyGILState_Ensure();
    PyErr_NoMemory();
    PyGILState_Release(state);
}
template <class T>
void value_loop(char **operands, const npy_intp *dimensions, const npy_intp *strides, void *data) {
    loop<T>(1, operands, dimensions, strides, data, value_rows<T>);
}
template <class T>
void vjp_loop(char **operands, const npy_intp *dimensions, const npy_intp *strides, void *data) {
    loop<T>(3, operands, dimensions, strides, data, vjp_rows<T>);
}

int add(PyObject *module, std::string name, std::string doc, const AxisKernel &kernel, bool vjp) {
    const size_t inputs = vjp ? 3 : 1;
    auto u = std::make_unique<UfuncParts<AxisKernel>>(std::move(name), std::move(doc), &kernel,
                                                      vjp ? vjp_loop<float> : value_loop<float>,
                                                      vjp ? vjp_loop<double> : value_loop<double>, inputs, 0);
    PyObject *ufunc = PyUFunc_FromFuncAndDataAndSignature(
        u->functions.data(), u->data.data(), u->types.data(), n_types_of_x, static_cast<int>(inputs), 1,
        PyUFunc_None, u->name.c_str(), u->doc.c_str(), 0, vjp ? "(n),(n),(n)->(n)" : "(n)->(n)");
    if (add_function(module, u->name.c_str(), ufunc) < 0) return -1;
    u.release();
    return 0;
}

}  // namespace

int add_axis_ufuncs(PyObject *module) {
    const multilayer::ActivationKernels *kernels = multilayer::activation_kernels();
    for (size_t i = 0; i < kernels->n_axis; ++i) {
        const AxisKernel &k = kernels->axis[i];
        const std::string name = k.name;
        if (add(module, name, name + " along the last axis.", k, false) < 0 ||
            add(module, name + "_vjp", "The gradient da of " + name + ", given dz, a and z.", k, true) < 0) {
            return -1;
        }
    }
    return 0;
}
