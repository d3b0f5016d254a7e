// The default number of threads, without Python: what a process finds in its environment at its first call, what its
// forked children find, and what is set. Prints what is wrong; exit code 1 then.
#include "runtime/threads.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "runtime/cpus.hpp"
#include "tests/checks.hpp"

namespace {

struct Case {
    const char *text;  // of OMP_NUM_THREADS; null where there is none
    size_t most;
};

constexpr size_t no_limit = multilayer::most_threads;
constexpr Case cases[] = {
    {nullptr, no_limit}, {"", no_limit},         {"1", 1},      {" 1 ", 1},          {"1,4", 1},
    {"1 ,4", 1},         {"2", 2},               {"1000", 1000}, {"1000000", no_limit}, {"0", no_limit},
    {"-1", no_limit},    {"+1", no_limit},       {"1x", no_limit}, {"many", no_limit}, {",1", no_limit},
    {"99999999999999999999999", no_limit},
};

// Whether a forked child has this default, for as long as it lives.
bool child_has(const Case &here) {
    const pid_t child = fork();
    if (child == 0) {
        if (here.text == nullptr) unsetenv("OMP_NUM_THREADS");
        else setenv("OMP_NUM_THREADS", here.text, 1);
        const size_t expected = std::min(multilayer::usable_cpus(), here.most);
        bool right = multilayer::threads() == expected;
        setenv("OMP_NUM_THREADS", here.most == 1 ? "2" : "1", 1);  // too late
        right = right && multilayer::threads() == expected;
        multilayer::set_threads(7);
        right = right && multilayer::threads() == 7;
        multilayer::set_threads(0);
        right = right && multilayer::threads() == expected;
        _exit(right ? 0 : 1);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

void chunk(void *, size_t, size_t, size_t) {}

}  // namespace

int main() {
    const auto check_all = [](const std::string &when) {
        for (const Case &one : cases) {
            const std::string text = one.text ? one.text : "(unset)";
            expect(child_has(one), "OMP_NUM_THREADS=" + text + ", " + when);
        }
    };
    check_all("before the first call");
    setenv("OMP_NUM_THREADS", "1", 1);
    expect(multilayer::threads() == 1, "one thread, as the environment says at the first call");
    check_all("after it");
    const size_t chunks = 64;
    multilayer::run({chunk, nullptr, &chunks, 1}, 2);
    check_all("when the pool has started");
    return report();
}
