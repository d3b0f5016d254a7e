// identity, step, relu and its piecewise linear kin. Where nothing is rounded, float32 is computed in
// float32, with twice the lanes.
#pragma once

#include "activations/apply.hpp"

namespace multilayer {
namespace {

// nan where x is nan, else y.
template <class T> MULTILAYER_INLINE Vec<T> nan_or(Vec<T> x, Vec<T> y) { return x == x ? y : x; }

struct WithoutParameters : SameInEveryType {
    static constexpr int n_parameters = 0;
    explicit WithoutParameters(const double *) {}
};

// Max ULP of value and derivative: float32 0.0 and 0.0, float64 0.0 and 0.0; any x.
struct Identity : WithoutParameters, CopiesValue {
    using WithoutParameters::WithoutParameters;
    static constexpr const char *name = "identity";
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const { return x; }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, splat<T>(1));
    }
};

// Max ULP of value and derivative: float32 0.0 and 0.0, float64 0.0 and 0.0; any x.
struct BinaryStep : WithoutParameters {
    using WithoutParameters::WithoutParameters;
    static constexpr const char *name = "step";
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        return nan_or<T>(x, x > 0 ? splat<T>(1) : Vec<T>{});
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const { return nan_or<T>(x, Vec<T>{}); }
};

// Max ULP of value and derivative: float32 0.0 and 0.0, float64 0.0 and 0.0; any x.
struct Relu : WithoutParameters {
    using WithoutParameters::WithoutParameters;
    static constexpr const char *name = "relu";
    // Not `x > 0 ? x : 0`: a nan stays one. relu(-0) = +0.
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const { return x <= 0 ? Vec<T>{} : x; }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, x > 0 ? splat<T>(1) : Vec<T>{});
    }
};

// Max ULP of value and derivative: float32 0.0 and 0.0, float64 0.0 and 0.0; any x.
struct Relu6 : WithoutParameters {
    using WithoutParameters::WithoutParameters;
    static constexpr const char *name = "relu6";
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        Vec<T> y = x <= 0 ? Vec<T>{} : x;
        return y > 6 ? splat<T>(6) : y;
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, (x > 0) & (x < 6) ? splat<T>(1) : Vec<T>{});
    }
};

// A float64 factor of numbers of type T, as the nearest T and what is left.
template <class T> struct Factor {
    T high, rest, at_minus_infinity;
    explicit Factor(double p)
        : high(static_cast<T>(p)),
          rest(static_cast<T>(p - static_cast<double>(high))),
          at_minus_infinity(static_cast<T>(p == 0  ? 0
                                           : p > 0 ? -__builtin_inf()
                                                   : __builtin_inf())) {}

    MULTILAYER_INLINE Vec<T> times(Vec<T> x) const {
        Vec<T> y = sizeof(T) == sizeof(double) ? x * high : fma(x, splat<T>(high), x * rest);
        // -inf times 0 has no value, but slope times a has a limit.
        return x == -static_cast<T>(__builtin_inf()) ? splat<T>(at_minus_infinity) : y;
    }
};

// Max ULP of value and derivative: float32 0.6 and 0.5, float64 0.5 and 0.0; any x.
struct LeakyRelu : SameInEveryType {
    static constexpr const char *name = "leaky_relu";
    static constexpr int n_parameters = 1;
    Factor<float> slope_f32;
    Factor<double> slope_f64;
    explicit LeakyRelu(const double *p) : slope_f32(p[0]), slope_f64(p[0]) {}

    template <class T> MULTILAYER_INLINE const Factor<T> &slope() const {
        if constexpr (sizeof(T) == sizeof(double)) {
            return slope_f64;
        } else {
            return slope_f32;
        }
    }
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        return x > 0 ? x : slope<T>().times(x);
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, x > 0 ? splat<T>(1) : splat<T>(slope<T>().high));
    }
};

// Max ULP of value and derivative: float32 0.6 and 0.2, float64 0.5 and 0.0; any x.
struct Prelu : LeakyRelu {
    using LeakyRelu::LeakyRelu;
    static constexpr const char *name = "prelu";
};

// A float64 parameter that numbers of type T are compared with: the nearest T would misjudge its neighbours.
// x > parameter is x > floor, and x < parameter is x < ceiling.
template <class T> struct Bound {
    T nearest, floor, ceiling;
    explicit Bound(double p) : nearest(static_cast<T>(p)), floor(nearest), ceiling(nearest) {
        if (static_cast<double>(floor) > p) floor = next(floor, -__builtin_inf());
        if (static_cast<double>(ceiling) < p) ceiling = next(ceiling, __builtin_inf());
    }
    static T next(float x, double to) { return __builtin_nextafterf(x, static_cast<float>(to)); }
    static T next(double x, double to) { return __builtin_nextafter(x, to); }
};
struct Bounds {
    Bound<float> f32;
    Bound<double> f64;
    explicit Bounds(double p) : f32(p), f64(p) {}
    template <class T> MULTILAYER_INLINE const Bound<T> &in() const {
        if constexpr (sizeof(T) == sizeof(double)) {
            return f64;
        } else {
            return f32;
        }
    }
};

// Max ULP of value and derivative: float32 0.0 and 0.0, float64 0.0 and 0.0; any x.
struct ThresholdedRelu : SameInEveryType {
    static constexpr const char *name = "thresholded_relu";
    static constexpr int n_parameters = 1;
    Bounds theta;
    explicit ThresholdedRelu(const double *p) : theta(p[0]) {}

    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        return nan_or<T>(x, x > theta.in<T>().floor ? x : Vec<T>{});
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, x > theta.in<T>().floor ? splat<T>(1) : Vec<T>{});
    }
};

// Max ULP of value and derivative: float32 0.5 and 0.0, float64 0.0 and 0.0; any x.
struct HardTanh : SameInEveryType {
    static constexpr const char *name = "hard_tanh";
    static constexpr int n_parameters = 2;
    Bounds low, high;
    explicit HardTanh(const double *p) : low(p[0]), high(p[1]) {}

    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        Vec<T> y = x < low.in<T>().ceiling ? splat<T>(low.in<T>().nearest) : x;
        return x > high.in<T>().floor ? splat<T>(high.in<T>().nearest) : y;
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, (x > low.in<T>().floor) & (x < high.in<T>().ceiling) ? splat<T>(1) : Vec<T>{});
    }
};

// x > t ? x : x < -t ? x : 0
// Max ULP of value and derivative: float32 0.0 and 0.0, float64 0.0 and 0.0; any x.
struct HardShrink : SameInEveryType {
    static constexpr const char *name = "hard_shrink";
    static constexpr int n_parameters = 1;
    Bounds threshold;
    explicit HardShrink(const double *p) : threshold(p[0]) {}

    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        return nan_or<T>(x, abs(x) > threshold.in<T>().floor ? x : Vec<T>{});
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, abs(x) > threshold.in<T>().floor ? splat<T>(1) : Vec<T>{});
    }
};

}  // namespace
}  // namespace multilayer
