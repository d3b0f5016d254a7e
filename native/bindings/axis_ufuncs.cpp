// The kernels along an axis as generalized ufuncs: name, (n)->(n), and name_vjp, (n),(n),(n)->(n) for dz, a,
// z.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "activations/kernels.hpp"
#include "bindings/bindings.hpp"
#include "bindings/loops.hpp"

namespace {

using multilayer::AxisKernel;

// Rows of an operand as the kernel wants them, one behind the other and of its type: where they lie, or a copy of
// at most so many.
template <class In, class T> class Rows {
   public:
    Rows(char *start, npy_intp row_stride, npy_intp stride, npy_intp units, npy_intp most = 1)
        : start(start), row_stride(row_stride), stride(stride), units(units) {
        const bool whole = std::is_same_v<In, T> && (stride == sizeof(T) || units == 1) &&
                           reinterpret_cast<uintptr_t>(start) % alignof(T) == 0 &&
                           row_stride % static_cast<npy_intp>(alignof(T)) == 0;
        dense = whole && row_stride == units * static_cast<npy_intp>(sizeof(T));
        in_place = dense || (whole && most == 1);
        if (!in_place) copy.resize(static_cast<size_t>(units * most));
    }
    const T *read(npy_intp row, npy_intp n = 1) {
        if (in_place) return reinterpret_cast<const T *>(start + row * row_stride);
        for (npy_intp i = 0; i < n; ++i)
            gather<T, In>(copy.data() + i * units, start + (row + i) * row_stride, stride, units);
        return copy.data();
    }
    T *target(npy_intp row) {
        return in_place ? reinterpret_cast<T *>(start + row * row_stride) : copy.data();
    }
    void written(npy_intp row, npy_intp n = 1) {
        if (in_place) return;
        for (npy_intp i = 0; i < n; ++i)
            scatter<T, In>(start + (row + i) * row_stride, stride, copy.data() + i * units, units);
    }
    bool dense = false;

   private:
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

template <class In> void value_rows(char *const *operands, const npy_intp *dimensions,
                                    const npy_intp *strides, const AxisKernel &kernel) {
    using T = typename Computed<In>::type;
    const npy_intp rows = dimensions[0], units = dimensions[1];
    const npy_intp most = units <= few_units ? std::min(copied / units, rows) : 1;
    Rows<In, T> x(operands[0], strides[0], strides[2], units, most);
    Rows<typename Result<In>::type, T> y(operands[1], strides[1], strides[3], units, most);
    const npy_intp together = x.dense && y.dense ? rows : most;
    for (npy_intp r = 0; r < rows; r += together) {
        const npy_intp n = std::min(together, rows - r);
        call(kernel, x.read(r, n), y.target(r), static_cast<size_t>(n), static_cast<size_t>(units));
        y.written(r, n);
    }
}
template <class In> void vjp_rows(char *const *operands, const npy_intp *dimensions, const npy_intp *strides,
                                  const AxisKernel &kernel) {
    using T = typename Computed<In>::type;
    const npy_intp rows = dimensions[0], units = dimensions[1];
    Rows<In, T> dz(operands[0], strides[0], strides[4], units), a(operands[1], strides[1], strides[5], units),
        z(operands[2], strides[2], strides[6], units);
    Rows<typename Result<In>::type, T> da(operands[3], strides[3], strides[7], units);
    for (npy_intp r = 0; r < rows; ++r) {
        call(kernel, dz.read(r), a.read(r), z.read(r), da.target(r), 1, static_cast<size_t>(units));
        da.written(r);
    }
}

constexpr size_t part = 4096;  // numbers that a thread takes at a time

// Copies of rows may not fit into memory: an error then, never an exception through NumPy or the pool.
template <class In, class RowsOf> void loop(int n_inputs, char **operands, const npy_intp *dimensions,
                                            const npy_intp *strides, void *data, RowsOf rows_of) {
    const npy_intp rows = dimensions[0], units = dimensions[1];
    if (rows == 0 || units == 0) return;
    const QuietFlags quiet;
    std::atomic<bool> no_memory{false};
    const auto compute = [&](char *const *some, npy_intp m) {
        const npy_intp shape[] = {m, units};
        try {
            rows_of(some, shape, strides, *static_cast<const AxisKernel *>(data));
        } catch (const std::bad_alloc &) {
            no_memory.store(true);
        }
    };
    const auto layout = [&](int i, size_t bytes) {
        return Layout{operands[i], bytes, {strides[i], strides[n_inputs + 1 + i]}};
    };
    const Layout results = layout(n_inputs, sizeof(typename Result<In>::type));
    bool divisible = true;
    for (int i = 0; i < n_inputs; ++i)
        divisible = divisible && in_any_order(layout(i, sizeof(In)), results, {rows, units});
    if (divisible) {
        const size_t each = std::max<size_t>(1, part / static_cast<size_t>(units));
        share_out(operands, strides, n_inputs + 1, rows, each, each, compute);
    } else {
        compute(operands, rows);
    }
    if (!no_memory) return;
    const PyGILState_STATE state = PyGILState_Ensure();
    PyErr_NoMemory();
    PyGILState_Release(state);
}
template <class In>
void value_loop(char **operands, const npy_intp *dimensions, const npy_intp *strides, void *data) {
    loop<In>(1, operands, dimensions, strides, data, value_rows<In>);
}
template <class In>
void vjp_loop(char **operands, const npy_intp *dimensions, const npy_intp *strides, void *data) {
    loop<In>(3, operands, dimensions, strides, data, vjp_rows<In>);
}

// Where no loop has exactly the types given, NumPy takes the first that they can safely be cast to.
struct LoopOfType {
    PyUFuncGenericFunction value, vjp;
    char in, out;
};
#define MULTILAYER_INTEGER(type, code) {value_loop<type>, vjp_loop<type>, code, NPY_DOUBLE}
const LoopOfType loops[] = {
    MULTILAYER_INTEGER(npy_long, NPY_LONG),
    MULTILAYER_INTEGER(npy_longlong, NPY_LONGLONG),
    MULTILAYER_INTEGER(npy_ulong, NPY_ULONG),
    MULTILAYER_INTEGER(npy_ulonglong, NPY_ULONGLONG),
    MULTILAYER_INTEGER(npy_int, NPY_INT),
    MULTILAYER_INTEGER(npy_uint, NPY_UINT),
    MULTILAYER_INTEGER(npy_short, NPY_SHORT),
    MULTILAYER_INTEGER(npy_ushort, NPY_USHORT),
    MULTILAYER_INTEGER(npy_byte, NPY_BYTE),
    MULTILAYER_INTEGER(npy_ubyte, NPY_UBYTE),
    MULTILAYER_INTEGER(npy_bool, NPY_BOOL),
    {value_loop<double>, vjp_loop<double>, NPY_DOUBLE, NPY_DOUBLE},
    {value_loop<float>, vjp_loop<float>, NPY_FLOAT, NPY_FLOAT},
    {value_loop<Half>, vjp_loop<Half>, NPY_HALF, NPY_HALF},
};
#undef MULTILAYER_INTEGER
constexpr size_t n_loops = sizeof loops / sizeof loops[0];

// A ufunc keeps pointers into what it is made of, for as long as the process lives.
struct Description {
    std::string name, doc;
    std::array<PyUFuncGenericFunction, n_loops> functions;
    std::array<void *, n_loops> data;
    std::vector<char> types;
};

int add(PyObject *module, const std::string &name, const std::string &doc, const AxisKernel &kernel,
        bool vjp) {
    auto d = std::make_unique<Description>();
    d->name = name;
    d->doc = doc;
    const int inputs = vjp ? 3 : 1;
    for (size_t i = 0; i < n_loops; ++i) {
        d->functions[i] = vjp ? loops[i].vjp : loops[i].value;
        d->data[i] = const_cast<AxisKernel *>(&kernel);
        d->types.insert(d->types.end(), static_cast<size_t>(inputs), loops[i].in);
        d->types.push_back(loops[i].out);
    }
    PyObject *ufunc = PyUFunc_FromFuncAndDataAndSignature(
        d->functions.data(), d->data.data(), d->types.data(), n_loops, inputs, 1, PyUFunc_None,
        d->name.c_str(), d->doc.c_str(), 0, vjp ? "(n),(n),(n)->(n)" : "(n)->(n)");
    if (add_function(module, d->name.c_str(), ufunc) < 0) return -1;
    d.release();
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
