// How many processors this process may use.
#pragma once

#include <cstddef>

namespace multilayer {

// The processors in the affinity mask, or fewer if a cgroup grants less time than that: a thread that is
// throttled holds up all others. At least one. The mask is asked for anew each time, the cgroup once.
size_t usable_cpus();

}  // namespace multilayer
