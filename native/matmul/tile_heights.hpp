// How many rows a tile of 1, 2 or 3 registers across may have.
#pragma once

#include <cstddef>

#include "simd/vectors.hpp"

namespace multilayer {
namespace {

// A tile keeps rows x vectors accumulators in registers; beside them it needs a row of the other factor and
// one number. With 16 registers that is 6 x 2 + 2 + 1; with 32, 14 x 2 + 2 + 1 (arm64 has 32 too, and stays
// at 12).
constexpr size_t registers = MULTILAYER_REGISTER_BYTES == 32 ? 16 : 32;
template <size_t...> struct Counts {};
#if MULTILAYER_REGISTER_BYTES == 64
using Heights1 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14>;
using Heights2 = Heights1;
using Heights3 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9>;
#elif MULTILAYER_REGISTER_BYTES == 32
using Heights1 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Heights2 = Counts<1, 2, 3, 4, 5, 6>;
using Heights3 = Counts<1, 2, 3, 4>;
#else
using Heights1 = Counts<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>;
using Heights2 = Heights1;
using Heights3 = Counts<1, 2, 3, 4, 5, 6, 7, 8>;
#endif
template <size_t... R> constexpr size_t tallest(Counts<R...>) { return sizeof...(R); }

}  // namespace
}  // namespace multilayer
