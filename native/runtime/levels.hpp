// Which instruction-set level this process uses.
//
// A source of the level_sources in CMakeLists.txt is compiled once per level and ends in a constant table,
//     extern const ActivationKernels MULTILAYER_AT_LEVEL(activation_kernels) = {...};
// A source compiled once declares the tables of all levels and returns the one at `chosen_level()`:
// activations/table.cpp and activations/kernels.cpp are the example.
#pragma once

#include <cstddef>

// name_v3 in the object compiled for v3, and so on.
#define MULTILAYER_JOIN_(name, level) name##_##level
#define MULTILAYER_JOIN(name, level) MULTILAYER_JOIN_(name, level)
#define MULTILAYER_AT_LEVEL(name) MULTILAYER_JOIN(name, MULTILAYER_LEVEL)
#define MULTILAYER_STRING_(x) #x
#define MULTILAYER_STRING(x) MULTILAYER_STRING_(x)

namespace multilayer {

// The levels in this binary, from the oldest to the newest.
size_t n_levels();
const char *level_name(size_t index);
// Whether this machine can run the level.
bool level_runs_here(size_t index);

// Until one is chosen, and where the machine runs none, there is no level and there are no kernels.
constexpr size_t no_level = static_cast<size_t>(-1);
size_t chosen_level();
// Only before the first kernel runs. False if there is no such level or the machine cannot run it.
bool choose_level(const char *name);

}  // namespace multilayer
