// Sizes.
#pragma once

#include <cstddef>

namespace multilayer {

static constexpr size_t divide_up(size_t n, size_t by) { return (n + by - 1) / by; }
static constexpr size_t round_up(size_t n, size_t to) { return divide_up(n, to) * to; }

}  // namespace multilayer
