// Whether numbers are overflow-safe: of a magnitude below some power of 2, and no nan.
#pragma once

#include "simd/vectors.hpp"

namespace {

template <class T> struct Unsigned;
template <> struct Unsigned<float> {
    typedef uint32_t type __attribute__((vector_size(MULTILAYER_REGISTER_BYTES)));
};
template <> struct Unsigned<double> {
    typedef uint64_t type __attribute__((vector_size(MULTILAYER_REGISTER_BYTES)));
};

// A magnitude at the limit or beyond carries into the sign bit; so does a nan. No mask is made on the way.
template <class T> class OverflowCheck {
   public:
    MULTILAYER_INLINE explicit OverflowCheck(T limit) : rest_(sign - (Bits)splat(limit)) {}
    MULTILAYER_INLINE void see(Vec<T> x) { seen_ |= ((Bits)x & ~sign) + rest_; }
    MULTILAYER_INLINE bool all() const {
        const Bits wrong = seen_ & sign;
        bool safe = true;
        for (size_t i = 0; i < lanes<T>; ++i) safe = safe && wrong[i] == 0;
        return safe;
    }

   private:
    using Bits = typename Unsigned<T>::type;
    static constexpr auto sign = static_cast<decltype(+Bits{}[0])>(1) << (8 * sizeof(T) - 1);

    Bits rest_, seen_ = {};
};

}  // namespace
