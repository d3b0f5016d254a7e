// The processors that this process may use, and the one that a thread runs on.
#pragma once

#include <cstddef>

namespace multilayer {

// The processors in the affinity mask, or fewer if a cgroup grants less time than that: a thread that is
// throttled holds up all others. At least one. The mask is read at each call, the cgroup once.
size_t usable_cpus();

// The processor that the caller runs on, -1 where the system does not tell.
int current_cpu();

// Moves the caller to another processor if it runs on this one, and may use another.
void leave_cpu(int cpu);

}  // namespace multilayer
