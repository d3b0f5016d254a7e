#include "runtime/cpus.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace multilayer {
namespace {

#if defined(__linux__)
constexpr size_t no_limit = static_cast<size_t>(-1);

size_t whole_cpus(double quota, double period) {
    if (!(quota > 0 && period > 0)) return no_limit;
    return std::max<size_t>(1, static_cast<size_t>(quota / period));
}

// cgroup v2: "max 100000" or "150000 100000", in microseconds.
size_t limit_v2(const std::string &folder) {
    std::ifstream file(folder + "/cpu.max");
    double quota = 0, period = 0;
    return file >> quota >> period ? whole_cpus(quota, period) : no_limit;
}

// cgroup v1: -1 stands for no limit.
size_t limit_v1(const std::string &folder) {
    std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
    double quota = 0, period = 0;
    return quota_file >> quota && period_file >> period ? whole_cpus(quota, period) : no_limit;
}

// The smallest limit of the group and of those it is in. Within a container the path may name a folder that
// is not mounted; the root of the mount is the container's own group then.
template <class Limit> size_t smallest(const std::string &mount, std::string path, Limit limit) {
    size_t least = limit(mount);
    while (path.size() > 1) {
        least = std::min(least, limit(mount + path));
        path.erase(path.rfind('/'));
    }
    return least;
}

size_t cgroup_cpus() {
    size_t least = no_limit;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {  // number:controllers:path
        const size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const std::string path = line.substr(second + 1);
        if (controllers.empty()) {
            least = std::min(least, smallest("/sys/fs/cgroup", path, limit_v2));
            continue;
        }
        std::istringstream names(controllers);
        for (std::string name; std::getline(names, name, ',');) {
            if (name == "cpu") least = std::min(least, smallest("/sys/fs/cgroup/cpu", path, limit_v1));
        }
    }
    return least;
}

size_t affinity_cpus() {
    // The mask of a machine with more processors than cpu_set_t holds does not fit; then all of them count.
    cpu_set_t mask;
    if (sched_getaffinity(0, sizeof mask, &mask) != 0) return std::thread::hardware_concurrency();
    return static_cast<size_t>(CPU_COUNT(&mask));
}

size_t count() {
    static const size_t granted = cgroup_cpus();
    return std::min(affinity_cpus(), granted);
}
#else
size_t count() { return std::thread::hardware_concurrency(); }
#endif

}  // namespace

size_t usable_cpus() { return std::max<size_t>(1, count()); }

#if defined(__linux__)
int current_cpu() { return sched_getcpu(); }

void leave_cpu(int cpu) {
    if (cpu < 0 || current_cpu() != cpu) return;
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0) return;
    cpu_set_t others = usable;
    CPU_CLR(cpu, &others);
    if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
    sched_setaffinity(0, sizeof usable, &usable);  // moves no thread
}
#else
int current_cpu() { return -1; }
void leave_cpu(int) {}
#endif

}  // namespace multilayer
