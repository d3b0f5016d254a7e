#include "runtime/levels.hpp"

#include <cstring>

#include "runtime/levels_built.hpp"

namespace multilayer {
namespace {

#if defined(__x86_64__)
// What -march=x86-64-v3 and -v4 let the compiler use, as the psABI defines the levels. The builtin asks the
// operating system too whether it saves the wider registers.
bool runs_v3() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("sse4.2") &&
           __builtin_cpu_supports("ssse3");
}
bool runs_v4() {
    return runs_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
[[maybe_unused]] bool runs_wide() { return runs_v3(); }
#elif defined(__aarch64__)
bool runs_arm64() { return true; }
#endif

struct Level {
    const char *name;
    bool (*runs_here)();
};

#define MULTILAYER_LEVEL_ENTRY(level) {#level, runs_##level},
// The last entry is a sentinel: a machine may have no level at all, and an array must have an element.
const Level levels[] = {MULTILAYER_FOR_EACH_LEVEL(MULTILAYER_LEVEL_ENTRY){nullptr, nullptr}};

size_t chosen = no_level;

}  // namespace

size_t n_levels() { return sizeof levels / sizeof levels[0] - 1; }
const char *level_name(size_t index) { return levels[index].name; }
bool level_runs_here(size_t index) { return levels[index].runs_here(); }
size_t chosen_level() { return chosen; }

bool choose_level(const char *name) {
    for (size_t i = 0; i < n_levels(); ++i) {
        if (std::strcmp(levels[i].name, name) == 0 && levels[i].runs_here()) {
            chosen = i;
            return true;
        }
    }
    return false;
}

}  // namespace multilayer
