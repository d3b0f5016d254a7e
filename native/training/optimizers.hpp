// The optimizers' formulas over one register; the order of operations is that of the NumPy reference.
#pragma once

#include "simd/overflow_safe.hpp"
#include "simd/vectors.hpp"
#include "training/kernels.hpp"

namespace multilayer {
namespace {

// What a rule did to one register of weights.
template <class T> struct Updated {
    Vec<T> w, slot1, slot2;
};

struct AdamRule {
    static constexpr size_t n_slots = 2;
    template <class T> MULTILAYER_INLINE static Updated<T> update(const UpdateRule<T> &o, Vec<T> w, Vec<T> g,
                                                                  Vec<T> m, Vec<T> v) {
        m = o.decay1 * m + o.rest1 * g;
        v = o.decay2 * v + o.rest2 * (g * g);
        return {w + o.rate * m / (sqrt(v) + o.epsilon), m, v};
    }
};

struct RmspropRule {
    static constexpr size_t n_slots = 1;
    template <class T>
    MULTILAYER_INLINE static Updated<T> update(const UpdateRule<T> &o, Vec<T> w, Vec<T> g, Vec<T> v, Vec<T>) {
        v = o.decay2 * v + o.rest2 * (g * g);
        return {w - o.rate * g / (sqrt(v) + o.epsilon), v, Vec<T>{}};
    }
};

struct SgdRule {
    static constexpr size_t n_slots = 1;
    template <class T> MULTILAYER_INLINE static Updated<T> update(const UpdateRule<T> &o, Vec<T> w, Vec<T> g,
                                                                  Vec<T> velocity, Vec<T>) {
        const Vec<T> step = o.rate * g;
        velocity = o.decay1 * velocity - step;
        return {w + o.unstretch * (o.nesterov ? o.decay1 * velocity - step : velocity), velocity, Vec<T>{}};
    }
};

template <class T> MULTILAYER_INLINE Vec<T> limited(const UpdateRule<T> &rule, Vec<T> g) {
    return g > rule.limit ? splat(rule.limit) : g < -rule.limit ? splat(-rule.limit) : g;
}

// One register of a gradient. `plain`: no penalty, no shrinking, no limit, no scale.
template <class R, bool plain, class T>
MULTILAYER_INLINE void apply_register(const UpdateRule<T> &rule, const T *gradient, T *weights, T *slot1,
                                      T *slot2, OverflowCheck<T> &check) {
    const Vec<T> w = load(weights);
    Vec<T> g = load(gradient);
    if constexpr (!plain) g = limited(rule, g * rule.scale + rule.penalty * w);
    Vec<T> second = {};
    if constexpr (R::n_slots == 2) second = load(slot2);
    Updated<T> after = R::template update<T>(rule, w, g, load(slot1), second);
    if constexpr (!plain) after.w = after.w - rule.shrink * w;
    store<T>(weights, after.w);
    store<T>(slot1, after.slot1);
    if constexpr (R::n_slots == 2) store<T>(slot2, after.slot2);
    check.see(after.w);
    check.see(after.slot1);
}

// n numbers of a gradient, a multiple of the lanes.
template <class R, bool plain, class T>
bool apply_rule(const UpdateRule<T> &o, const T *gradient, T *weights, T *slot1, T *slot2, size_t n) {
    // The loop below may not reload these after each store.
    const UpdateRule<T> rule = o;
    OverflowCheck<T> check(safe_kept<T>);
    for (size_t i = 0; i < n; i += lanes<T>)
        apply_register<R, plain>(rule, gradient + i, weights + i, slot1 + i, slot2 + i, check);
    return check.all();
}

template <class T> MULTILAYER_INLINE bool is_plain(const UpdateRule<T> &o) {
    return o.penalty == 0 && o.shrink == 0 && o.scale == 1 && o.limit == static_cast<T>(__builtin_inf());
}

template <class R, class T>
MULTILAYER_INLINE bool apply_with(const UpdateRule<T> &o, const T *g, T *w, T *slot1, T *slot2, size_t n) {
    return is_plain(o) ? apply_rule<R, true>(o, g, w, slot1, slot2, n)
                       : apply_rule<R, false>(o, g, w, slot1, slot2, n);
}

template <class T> bool apply_update(const UpdateRule<T> &o, const T *g, T *w, T *slot1, T *slot2, size_t n) {
    switch (o.rule) {
        case Rule::adam:
            return apply_with<AdamRule>(o, g, w, slot1, slot2, n);
        case Rule::rmsprop:
            return apply_with<RmspropRule>(o, g, w, slot1, slot2, n);
        case Rule::sgd:
            return apply_with<SgdRule>(o, g, w, slot1, slot2, n);
        case Rule::keep_gradient:
            for (size_t i = 0; i < n; i += lanes<T>)
                store<T>(slot1 + i, load(g + i) + o.penalty * load(w + i));
            return true;
    }
    return true;
}

}  // namespace
}  // namespace multilayer
