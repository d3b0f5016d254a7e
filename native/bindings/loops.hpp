// What the two kinds of ufunc loop share: element types, and quiet floating-point flags.
#pragma once

#include <cfenv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "bindings/half.hpp"
#include "bindings/numpy.hpp"
#include "bindings/reference.hpp"

namespace {

// Adds a ufunc, a new reference or null, to the module, and tells it where it lives: a pickle finds it there,
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

}  // namespace
