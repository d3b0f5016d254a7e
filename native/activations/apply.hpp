// From a formula over one register to a kernel over an array.
//
// A family's header describes an activation as a type:
//     struct Silu {
//         static constexpr const char *name = "silu";
//         static constexpr int n_parameters = 1;
//         double beta;                             // its parameters, in order
//         template <class P> V value(V x) const;   // at either precision of pairs.hpp
//         template <class P> V derivative(V x) const;
//     };
// A type that derives from SameInEveryType writes `template <class T> Vec<T> value(Vec<T> x)` instead: its
// float32 arithmetic is exact enough (comparisons, selections, one rounding), and there are twice the lanes.
// Such a type prepares its parameters in a constructor from `const double *`.
//
// Above each activation stand its largest errors, of all parameters and levels measured, in units in the last
// place: the maxima of tests/activations/largest_errors.json, over all x, infinities and subnormal numbers
// included. (What float32 does at the default parameters was measured for each of its 2^32 numbers:
// benchmarks/results/accuracy.json.)
//
// Where float32 arithmetic needs a formula of its own to be exact enough, activations/float32 has it, as
// ValueInFloat32<Silu> or DerivativeInFloat32<Silu>. Without one, float32 goes through float64.
#pragma once

#include "activations/kernels.hpp"
#include "math/float32.hpp"
#include "simd/pairs.hpp"

namespace multilayer {
namespace {

struct SameInEveryType {};
struct CopiesValue {};  // the value is x, bit for bit

template <class A, class Base> constexpr bool derives = __is_base_of(Base, A);

template <class A> MULTILAYER_INLINE A with_parameters(const double *p) {
    if constexpr (derives<A, SameInEveryType>) {
        return A(p);
    } else if constexpr (A::n_parameters == 0) {
        return A{};
    } else if constexpr (A::n_parameters == 1) {
        return A{p[0]};
    } else {
        return A{p[0], p[1]};
    }
}

// y; but where `size` is not below the bound, or a nan, what `otherwise` computes, which is rare. A float64
// formula returns this, so that several registers are computed before one branch looks at their sizes.
template <class Otherwise> struct Within {
    double bound;
    V size, y;
    Otherwise otherwise;

    MULTILAYER_INLINE bool everywhere() const { return !any_not_below(size, bound); }
    MULTILAYER_INLINE operator V() const { return not_below(size, bound) ? otherwise() : y; }
};
template <class Otherwise>
MULTILAYER_INLINE Within<Otherwise> within(double bound, V size, V y, Otherwise f) {
    return {bound, size, y, f};
}

// A formula in float32 lanes is made from the activation and called as
//     F operator()(F x, Lanes &left) const;
// Lanes set in `left` are computed in float64 after all: rare ones, as each register with one waits for that.
struct NotInFloat32 {};
struct RightAtZero {};  // a zero among them stays in float32: it is no rare number
template <class A> struct ValueInFloat32 : NotInFloat32 {};
template <class A> struct DerivativeInFloat32 : NotInFloat32 {};

template <class A> struct Value {
    static constexpr bool copies = derives<A, CopiesValue>;
    using InFloat32 = ValueInFloat32<A>;
    A activation;
    template <class T> MULTILAYER_INLINE Vec<T> same(Vec<T> x) const {
        return activation.template value<T>(x);
    }
    template <class P> MULTILAYER_INLINE auto at(V x) const { return activation.template value<P>(x); }
};
template <class A> struct Derivative {
    static constexpr bool copies = false;
    using InFloat32 = DerivativeInFloat32<A>;
    A activation;
    template <class T> MULTILAYER_INLINE Vec<T> same(Vec<T> x) const {
        return activation.template derivative<T>(x);
    }
    template <class P> MULTILAYER_INLINE auto at(V x) const { return activation.template derivative<P>(x); }
};

// Results from this size on are written to whole lines of the cache: it saves a tenth of a copy's time.
constexpr size_t aligning_bytes = size_t{16} << 10;
// Registers that a formula computes at once, so that one goes on while another waits. Half as many
// registers in a processor do not hold more than one.
constexpr size_t formulas_at_once = MULTILAYER_REGISTER_BYTES == 64 ? 2 : 1;
// What takes a few operations, of SameInEveryType: a line of the cache, which half registers fill in pairs.
constexpr size_t short_formulas_at_once = MULTILAYER_REGISTER_BYTES == 64 ? 1 : 2;
// Which<A> in float64 waits for its own results more than others do: twice as many.
template <class Function> constexpr bool has_long_chain = false;

// The first n elements of a register W, and zeros; and these elements of it. n is not 0, and may be all.
template <class W, class T> MULTILAYER_INLINE W load_some(const T *p, size_t n) {
    if constexpr (sizeof(W) == sizeof(Vec<T>)) {
        return n < lanes<T> ? load_first(p, n) : load(p);
    } else {
        W v = {};
        __builtin_memcpy(&v, p, n * sizeof(T));
        return v;
    }
}
template <class W, class T> MULTILAYER_INLINE void store_some(T *p, const W &v, size_t n) {
    if constexpr (sizeof(W) == sizeof(Vec<T>)) {
        n < lanes<T> ? store_first<T>(p, v, n) : store<T>(p, v);
    } else {
        __builtin_memcpy(p, &v, n * sizeof(T));
    }
}

// f of n elements, a register at a time; what does not fill one goes through the same code, so its bits are
// the same. Not inlined: a formula is long, and this is what all calls of `each` have of it beside their
// loop. It takes a copy of f: what others may point to, a loop reads from memory even if it is constant.
template <class W, class T, class F>
__attribute__((noinline)) void one_at_a_time(const T *x, T *y, size_t n, F f) {
    constexpr size_t step = sizeof(W) / sizeof(T);
    for (size_t i = 0; i < n; i += step) {
        const size_t some = n - i < step ? n - i : step;
        W v[1] = {load_some<W>(x + i, some)};
        f(v);
        store_some(y + i, v[0], some);
    }
}

// f of n elements, `at_once` registers W of them at a time: it computes an array of registers in place.
template <class W, size_t at_once = 1, class T, class F>
MULTILAYER_INLINE void each(const T *x, T *y, size_t n, Into into, F f) {
    constexpr size_t step = sizeof(W) / sizeof(T);
    size_t i = 0;
    if (into == Into::memory || n * sizeof(T) >= aligning_bytes) {
        const size_t misplaced = reinterpret_cast<uintptr_t>(y) % sizeof(W) / sizeof(T);
        if (misplaced != 0) {
            i = n < step - misplaced ? n : step - misplaced;
            one_at_a_time<W>(x, y, i, f);
        }
    }
    const auto all_full = [&](auto write) __attribute__((always_inline)) {
        for (; i + at_once * step <= n; i += at_once * step) {
            W v[at_once];
            for (size_t k = 0; k < at_once; ++k) __builtin_memcpy(v + k, x + i + k * step, sizeof(W));
            f(v);
            for (size_t k = 0; k < at_once; ++k) write(y + i + k * step, v[k]);
        }
    };
    if (into == Into::memory) {
        all_full([](T *p, W v) __attribute__((always_inline)) { stream(p, v); });
        streamed();
    } else {
        all_full([](T *p, W v) __attribute__((always_inline)) { __builtin_memcpy(p, &v, sizeof v); });
    }
    if (i < n) one_at_a_time<W>(x + i, y + i, n - i, f);
}

// A function of one register as one of an array of them.
template <class F> MULTILAYER_INLINE auto one_by_one(F f) {
    return [f](auto &v) __attribute__((always_inline)) {
        for (auto &one : v) one = f(one);
    };
}

// A float64 formula, without what is rare in it; and with that.
MULTILAYER_INLINE bool ordinary(V y, V &result) {
    result = y;
    return true;
}
template <class Otherwise> MULTILAYER_INLINE bool ordinary(const Within<Otherwise> &y, V &result) {
    result = y.y;
    return y.everywhere();
}
template <class Function> __attribute__((noinline, cold)) V rarely(Function f, V x) {
    return f.template at<Full>(x);
}

// float32 in, float32 out, float64 between
template <class Function> MULTILAYER_INLINE HalfFloats through_float64(const Function &f, HalfFloats x) {
    return narrow(f.template at<Brief>(widen(x)));
}
template <class Function> __attribute__((noinline, cold)) F through_float64_rarely(Function f, F x) {
    HalfFloats half[2];
    __builtin_memcpy(half, &x, sizeof x);
    for (HalfFloats &h : half) h = through_float64(f, h);
    __builtin_memcpy(&x, half, sizeof x);
    return x;
}

template <class A, template <class> class Which, class T>
void apply(const T *x, T *y, size_t n, const double *parameters, Into into) {
    if constexpr (Which<A>::copies) {
        if (x == y) return;
    }
    const Which<A> f{with_parameters<A>(parameters)};
    if constexpr (derives<A, SameInEveryType>) {
        const auto same = [f](Vec<T> v) __attribute__((always_inline)) { return f.template same<T>(v); };
        each<Vec<T>, short_formulas_at_once>(x, y, n, into, one_by_one(same));
    } else if constexpr (sizeof(T) == sizeof(double)) {
        constexpr bool twice = formulas_at_once > 1 && has_long_chain<Which<A>>;
        constexpr size_t at_once = twice ? 2 * formulas_at_once : formulas_at_once;
        each<V, at_once>(x, y, n, into, [f](auto &v) __attribute__((always_inline)) {
            constexpr size_t count = sizeof v / sizeof(V);
            V result[count];
            bool all_ordinary = true;
            for (size_t k = 0; k < count; ++k) all_ordinary &= ordinary(f.template at<Full>(v[k]), result[k]);
            if (__builtin_expect(!all_ordinary, false)) {
                for (size_t k = 0; k < count; ++k) result[k] = rarely(f, v[k]);
            }
            for (size_t k = 0; k < count; ++k) v[k] = result[k];
        });
    } else if constexpr (derives<typename Which<A>::InFloat32, NotInFloat32>) {
        each<HalfFloats>(x, y, n, into, one_by_one([f](HalfFloats v) __attribute__((always_inline)) {
                             return through_float64(f, v);
                         }));
    } else {
        const typename Which<A>::InFloat32 formula(f.activation);
        each<F, formulas_at_once>(x, y, n, into, [f, formula](auto &v) __attribute__((always_inline)) {
            constexpr size_t count = sizeof v / sizeof(F);
            F result[count];
            Lanes left[count] = {}, found = {};
            for (size_t k = 0; k < count; ++k) {
                result[k] = formula(v[k], left[k]);
                found = either(found, left[k]);
            }
            if (__builtin_expect(any(found), false)) {
                for (size_t k = 0; k < count; ++k) {
                    if (derives<typename Which<A>::InFloat32, RightAtZero>)
                        left[k] = but(left[k], is_zero(v[k]));
                    if (any(left[k])) result[k] = select(left[k], through_float64_rarely(f, v[k]), result[k]);
                }
            }
            for (size_t k = 0; k < count; ++k) v[k] = result[k];
        });
    }
}

template <class A> constexpr ElementwiseKernel elementwise_kernel() {
    return {A::name,
            A::n_parameters,
            apply<A, Value, float>,
            apply<A, Value, double>,
            apply<A, Derivative, float>,
            apply<A, Derivative, double>};
}

}  // namespace
}  // namespace multilayer
