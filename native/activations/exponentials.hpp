// exponential, gaussian, and the exponential linear units elu, celu and selu.
#pragma once

#include "activations/apply.hpp"
#include "activations/sigmoids.hpp"
#include "math/exponential.hpp"

namespace multilayer {
namespace {

// Max ULP of value and derivative: float32 0.6 and 0.6, float64 1.0 and 1.0; any x.
struct ExponentialFunction {
    static constexpr const char *name = "exponential";
    static constexpr int n_parameters = 0;

    template <class P> MULTILAYER_INLINE auto value(V x) const {
        auto anywhere = [=] {
            // Above 710 the powers of two overflow to the infinity that the result is.
            Exponential<P> e = exp<P>(between(x, -exp_end<P>, is_full<P> ? 710.0 : exp_end<P>));
            return times(rounded(e.m), e.scale);
        };
        if constexpr (is_full<P>) {
            return within(fast_exp_end, abs(x), value_of(exp_parts<false>(x)), anywhere);
        } else {
            return anywhere();
        }
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const { return value<P>(x); }
};

// exp(-x^2)
// Max ULP of value and derivative: float32 0.6 and 0.6, float64 1.0 and 1.2; any x.
struct Gaussian {
    static constexpr const char *name = "gaussian";
    static constexpr int n_parameters = 0;
    template <class P> static constexpr double end = is_full<P> ? 28.0 : 26.0;
    static constexpr double fast_end = 26.5;  // its square is below fast_exp_end

    template <class P> MULTILAYER_INLINE auto value(V x) const {
        auto anywhere = [=] {
            V c = at_most(abs(x), end<P>);
            Exponential<P> e = exp(-product<P>(c, c));
            return times(rounded(e.m), e.scale);
        };
        if constexpr (is_full<P>) {
            return within(fast_end, abs(x), value_of(exp_parts<false>(-product<Full>(x, x))), anywhere);
        } else {
            return anywhere();
        }
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        auto anywhere = [=] {
            V c = at_most(abs(x), end<P>);
            Exponential<P> e = exp(-product<P>(c, c));
            return times(-2.0 * copysign(c, x), Unscaled<P>{e.m, e.scale});
        };
        if constexpr (is_full<P>) {
            V y = scaled_exp(-2.0 * x, exp_parts<true>(-product<Full>(x, x)));
            return within(fast_end, abs(x), y, anywhere);
        } else {
            return anywhere();
        }
    }
};

constexpr double expm1_end = 50.0;  // exp(x) - 1 is -1 below minus that

// Max ULP of value and derivative: float32 0.6 and 0.6, float64 1.2 and 1.0; any x.
struct Elu {
    static constexpr const char *name = "elu";
    static constexpr int n_parameters = 1;
    double alpha;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        if constexpr (is_full<P>) {
            if (alpha == 1.0) return x < 0.0 ? expm1_of(exp_parts<true>(at_least(x, -expm1_end))) : x;
        }
        return x < 0.0 ? scaled_expm1_of_negative<P>(splat(alpha), x) : x;
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        auto anywhere = [=] {
            Exponential<P> e = exp<P>(between(x, -exp_end<P>, 0.0));
            return times(splat(alpha), Unscaled<P>{e.m, e.scale});
        };
        if constexpr (is_full<P>) {
            V y = x > 0.0 ? splat(1.0) : scaled_exp(splat(alpha), exp_parts<true>(x));
            return within(fast_exp_end, -x, y, anywhere);
        } else {
            return x > 0.0 ? splat(1.0) : anywhere();
        }
    }

    // a (exp(t) - 1) for t <= 0; anything elsewhere
    template <class P> MULTILAYER_INLINE static V scaled_expm1_of_negative(V a, V t) {
        if constexpr (is_full<P>) {
            return scaled_expm1(a, exp_parts<true>(at_least(t, -expm1_end)));
        } else {
            return a * expm1(pair<P>(between(t, -expm1_end, 0.0))).hi;
        }
    }
};

// alpha (exp(x / alpha) - 1): the derivative is 1 at 0 from either side
// Max ULP of value and derivative: float32 0.7 and 0.6, float64 1.3 and 0.6; any x.
struct Celu {
    static constexpr const char *name = "celu";
    static constexpr int n_parameters = 1;
    double alpha;

    template <class P> MULTILAYER_INLINE V value(V x) const {
        if (alpha == 1.0) return Elu{1.0}.value<P>(x);
        Pair<P> t = quotient<P>(x, splat(alpha));
        V y;
        if constexpr (is_full<P>) {
            V hi = at_least(t.hi, -expm1_end);
            Pair<Full> c = {hi, hi == t.hi ? t.lo : V{}};
            y = scaled_expm1_with_rest(splat(alpha), exp_parts<true>(c));
        } else {
            y = Elu::scaled_expm1_of_negative<P>(splat(alpha), t.hi);
        }
        // Near 0 the curve is x itself, and x / alpha might underflow.
        return t.hi < -0x1p-60 ? y : x;
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        Pair<P> t = quotient<P>(x, splat(alpha));
        auto anywhere = [=] {
            V hi = between(t.hi, -exp_end<P>, 0.0);
            Exponential<P> e = exp(pair<P>(hi, hi == t.hi ? low(t) : V{}));
            return times(rounded(e.m), e.scale);
        };
        if constexpr (is_full<P>) {
            return within(fast_exp_end, -t.hi, x > 0.0 ? splat(1.0) : value_of(exp_parts<true>(t)), anywhere);
        } else {
            return x > 0.0 ? splat(1.0) : anywhere();
        }
    }
};

// Klambauer et al. 2017; the two constants as published
// Max ULP of value and derivative: float32 0.7 and 0.6, float64 1.5 and 1.0; any x.
struct Selu {
    static constexpr const char *name = "selu";
    static constexpr int n_parameters = 0;
    static constexpr double scale = 1.0507009873554804934193349852946;
    // scale alpha with alpha = 1.6732632423543772848170429916717
    template <class P> MULTILAYER_INLINE static Pair<P> scale_alpha() {
        return pair<P>(splat(0x1.c212cc640f031p+0), splat(0x1.05161b045a1fep-56));
    }

    template <class P> MULTILAYER_INLINE V value(V x) const {
        V y = Elu::scaled_expm1_of_negative<P>(scale_alpha<P>().hi, x);
        return x < 0.0 ? y : scale * x;
    }
    template <class P> MULTILAYER_INLINE auto derivative(V x) const {
        auto anywhere = [=] {
            Exponential<P> e = exp<P>(between(x, -exp_end<P>, 0.0));
            return times(rounded(scale_alpha<P>() * e.m), e.scale);
        };
        if constexpr (is_full<P>) {
            V y = x > 0.0 ? splat(scale) : scaled_exp(scale_alpha<P>().hi, exp_parts<true>(x));
            return within(fast_exp_end, -x, y, anywhere);
        } else {
            return x > 0.0 ? splat(scale) : anywhere();
        }
    }
};

}  // namespace
}  // namespace multilayer
