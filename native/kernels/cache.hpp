// What is known of the caches of all processors.
#pragma once

#include <cstddef>

namespace multilayer {

constexpr size_t cache_line = 64;  // bytes

}  // namespace multilayer
