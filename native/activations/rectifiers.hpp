// identity, step, relu and its piecewise linear kin.
#pragma once

#include "activations/apply.hpp"

namespace multilayer {
namespace {

// nan where x is nan, else y.
template <class T> MULTILAYER_INLINE Vec<T> nan_or(Vec<T> x, Vec<T> y) { return x == x ? y : x; }

struct Identity : SameInEveryType {
    static constexpr const char *name = "identity";
    static constexpr int n_parameters = 0;
    explicit Identity(const double *) {}
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const { return x; }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const { return nan_or<T>(x, splat<T>(1)); }
};

struct Step : SameInEveryType {
    static constexpr const char *name = "step";
    static constexpr int n_parameters = 0;
    explicit Step(const double *) {}
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        return nan_or<T>(x, x > 0 ? splat<T>(1) : Vec<T>{});
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const { return nan_or<T>(x, Vec<T>{}); }
};

struct Relu : SameInEveryType {
    static constexpr const char *name = "relu";
    static constexpr int n_parameters = 0;
    explicit Relu(const double *) {}
    // Not `x > 0 ? x : 0`: a nan stays one. And relu(-0) = +0.
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const { return x <= 0 ? Vec<T>{} : x; }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, x > 0 ? splat<T>(1) : Vec<T>{});
    }
};

struct Relu6 : SameInEveryType {
    static constexpr const char *name = "relu6";
    static constexpr int n_parameters = 0;
    explicit Relu6(const double *) {}
    template <class T> MULTILAYER_INLINE Vec<T> value(Vec<T> x) const {
        Vec<T> y = x <= 0 ? Vec<T>{} : x;
        return y > 6 ? splat<T>(6) : y;
    }
    template <class T> MULTILAYER_INLINE Vec<T> derivative(Vec<T> x) const {
        return nan_or<T>(x, (x > 0) & (x < 6) ? splat<T>(1) : Vec<T>{});
    }
};

}  // namespace
}  // namespace multilayer
