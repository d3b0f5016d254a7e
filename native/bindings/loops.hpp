// What the two kinds of ufunc loop share: element types, quiet floating-point flags, and how a call is shared
// out between threads.
#pragma once

#include <array>
#include <cfenv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "bindings/half.hpp"
#include "bindings/numpy.hpp"
#include "bindings/reference.hpp"
#include "runtime/sharing.hpp"

namespace {

// Adds a ufunc, a new reference or null, to the module, and sets its __module__: a pickle finds it there,
// where it would have to search all modules. NumPy before 2.3 has no place to write that.
inline int add_function(PyObject *module, const char *name, PyObject *ufunc) {
    const Reference held(ufunc);
    if (!held) return -1;
    const Reference home(PyModule_GetNameObject(module));
    if (!home) return -1;
    if (PyObject_SetAttrString(ufunc, "__module__", home.get()) < 0) PyErr_Clear();
    return PyModule_AddObjectRef(module, name, ufunc);
}

// NumPy turns the flags that a loop leaves behind into warnings. Those of the kernels mean nothing (an exp
// that underflows to the right answer), so the flags are as before when a loop ends.
class QuietFlags {
   public:
#if defined(__x86_64__)
    QuietFlags() : before(_mm_getcsr()) {}
    ~QuietFlags() { _mm_setcsr(before); }

   private:
    unsigned before;
#else
    QuietFlags() { std::fegetexceptflag(&before, FE_ALL_EXCEPT); }
    ~QuietFlags() { std::fesetexceptflag(&before, FE_ALL_EXCEPT); }

   private:
    std::fexcept_t before;
#endif
};

struct Half {
    uint16_t bits;
};

// The type that a kernel computes in: float32 for float16 and float32, float64 for all others.
template <class In> struct Computed {
    using type = double;
};
template <> struct Computed<float> {
    using type = float;
};
template <> struct Computed<Half> {
    using type = float;
};
// The type that comes out: float64 for integers and booleans, so that small ones do not become float16.
template <class In> struct Result {
    using type = typename Computed<In>::type;
};
template <> struct Result<Half> {
    using type = Half;
};

template <class To, class From> To converted(From x) { return static_cast<To>(x); }
template <> inline float converted<float, Half>(Half x) { return half_to_float(x.bits); }
template <> inline Half converted<Half, float>(float x) { return {float_to_half(x)}; }

template <class To, class From> void gather(To *to, const char *from, npy_intp stride, npy_intp n) {
    for (npy_intp i = 0; i < n; ++i, from += stride) {
        From x;
        std::memcpy(&x, from, sizeof x);  // may lie unaligned
        to[i] = converted<To>(x);
    }
}
template <class From, class To> void scatter(char *to, npy_intp stride, const From *from, npy_intp n) {
    for (npy_intp i = 0; i < n; ++i, to += stride) {
        const To x = converted<To>(from[i]);
        std::memcpy(to, &x, sizeof x);
    }
}

// A type of x: how its numbers become those that a kernel computes with, T, and what comes out. A loop is
// compiled for each T, and not for each type of x.
template <class T> struct Conversion {
    size_t in_bytes, out_bytes;
    bool none;  // x and the results are T
    void (*gather)(T *to, const char *from, npy_intp stride, npy_intp n);
    void (*scatter)(char *to, npy_intp stride, const T *from, npy_intp n);
};
template <class In> struct ConversionOf {
    using T = typename Computed<In>::type;
    using Out = typename Result<In>::type;
    static constexpr Conversion<T> value = {sizeof(In), sizeof(Out), std::is_same_v<In, T>, gather<T, In>,
                                            scatter<T, Out>};
};

// The types of x. Where none is exactly the one given, NumPy takes the first that it can safely be cast to:
// an integer for an integer, float64 for a number of Python's.
struct TypeOfX {
    char in, out;
    const Conversion<float> *f32;  // one of the two is null
    const Conversion<double> *f64;

    const void *conversion() const { return f32 != nullptr ? static_cast<const void *>(f32) : f64; }
};
template <class In> constexpr TypeOfX type_of_x(char in, char out) {
    if constexpr (std::is_same_v<typename Computed<In>::type, float>) {
        return {in, out, &ConversionOf<In>::value, nullptr};
    } else {
        return {in, out, nullptr, &ConversionOf<In>::value};
    }
}
constexpr TypeOfX types_of_x[] = {
    type_of_x<npy_long>(NPY_LONG, NPY_DOUBLE),   type_of_x<npy_longlong>(NPY_LONGLONG, NPY_DOUBLE),
    type_of_x<npy_ulong>(NPY_ULONG, NPY_DOUBLE), type_of_x<npy_ulonglong>(NPY_ULONGLONG, NPY_DOUBLE),
    type_of_x<npy_int>(NPY_INT, NPY_DOUBLE),     type_of_x<npy_uint>(NPY_UINT, NPY_DOUBLE),
    type_of_x<npy_short>(NPY_SHORT, NPY_DOUBLE), type_of_x<npy_ushort>(NPY_USHORT, NPY_DOUBLE),
    type_of_x<npy_byte>(NPY_BYTE, NPY_DOUBLE),   type_of_x<npy_ubyte>(NPY_UBYTE, NPY_DOUBLE),
    type_of_x<npy_bool>(NPY_BOOL, NPY_DOUBLE),   type_of_x<double>(NPY_DOUBLE, NPY_DOUBLE),
    type_of_x<float>(NPY_FLOAT, NPY_FLOAT),      type_of_x<Half>(NPY_HALF, NPY_HALF),
};
constexpr size_t n_types_of_x = sizeof types_of_x / sizeof types_of_x[0];

// What a ufunc's loop for one type of x is called with.
template <class Kernel> struct LoopData {
    const Kernel *kernel;
    const void *conversion;  // of the loop's T

    template <class T> const Conversion<T> &of() const {
        return *static_cast<const Conversion<T> *>(conversion);
    }
};

// What a ufunc is made of. It keeps pointers into it, for as long as the process lives.
template <class Kernel> struct UfuncParts {
    std::string name, doc;
    std::array<PyUFuncGenericFunction, n_types_of_x> functions;
    std::array<LoopData<Kernel>, n_types_of_x> loops;
    std::array<void *, n_types_of_x> data;
    std::vector<char> types;

    // `n_x` arrays of x, then numbers in float64.
    UfuncParts(std::string name, std::string doc, const Kernel *kernel, PyUFuncGenericFunction f32,
               PyUFuncGenericFunction f64, size_t n_x, size_t n_numbers)
        : name(std::move(name)), doc(std::move(doc)) {
        for (size_t i = 0; i < n_types_of_x; ++i) {
            const TypeOfX &type = types_of_x[i];
            functions[i] = type.f32 != nullptr ? f32 : f64;
            loops[i] = {kernel, type.conversion()};
            data[i] = &loops[i];
            types.insert(types.end(), n_x, type.in);
            types.insert(types.end(), n_numbers, NPY_DOUBLE);
            types.push_back(type.out);
        }
    }
};

// How an operand lies in memory: elements, or rows of them.
struct Layout {
    const char *start;
    size_t bytes;  // of an element
    npy_intp strides[2];
};

// Whether the results can be written in any order, and at the same time: what they are computed from lies
// elsewhere, or element for element in the same place. NumPy also calls a loop with results that lie just
// behind what they are computed from, f(x[1:], out=x[:-1]), and relies on the order of the elements then.
inline bool in_any_order(const Layout &in, const Layout &out, const npy_intp (&shape)[2]) {
    const char *low[2] = {in.start, out.start}, *high[2] = {in.start + in.bytes, out.start + out.bytes};
    bool same = in.start == out.start && in.bytes <= out.bytes;
    for (int d = 0; d < 2; ++d) {
        if (shape[d] <= 1) continue;
        if (static_cast<size_t>(std::abs(out.strides[d])) < out.bytes) return false;  // as in a reduction
        same = same && in.strides[d] == out.strides[d];
        const npy_intp way[2] = {(shape[d] - 1) * in.strides[d], (shape[d] - 1) * out.strides[d]};
        for (int i = 0; i < 2; ++i) (way[i] < 0 ? low[i] : high[i]) += way[i];
    }
    return same || high[0] <= low[1] || high[1] <= low[0];
}

constexpr int most_operands = 6;

// A call over n elements or rows: compute(operands, m) for some of them at a time, the first time for
// `first`, with pointers to the operands of these.
template <class Compute> void share_out(char *const *operands, const npy_intp *strides, int n_operands,
                                        npy_intp n, size_t first, size_t each, const Compute &compute) {
    const auto part = [&](size_t begin, size_t end) {
        char *moved[most_operands];
        for (int i = 0; i < n_operands; ++i)
            moved[i] = operands[i] + static_cast<npy_intp>(begin) * strides[i];
        compute(moved, static_cast<npy_intp>(end - begin));
    };
    multilayer::share_out(static_cast<size_t>(n), first, each, part);
}

}  // namespace
