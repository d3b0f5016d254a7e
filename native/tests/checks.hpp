// What the tests of the core share: numbers to compute with, one comparison of bits, and a count of what is wrong.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace {

std::atomic<int> failures{0};

void expect(bool right, const std::string &what) {
    if (right) return;
    ++failures;
    std::fprintf(stderr, "wrong: %s\n", what.c_str());
}

// Print how many checks failed, and return the exit code.
int report() {
    std::printf("%d wrong\n", failures.load());
    return failures == 0 ? 0 : 1;
}

// Between -1 and 1.
template <class T> std::vector<T> numbers(size_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<T> between(-1, 1);
    std::vector<T> made(n);
    for (T &x : made) x = between(random);
    return made;
}

template <class T> bool same(const std::vector<T> &one, const std::vector<T> &other) {
    if (one.size() != other.size()) return false;
    return one.empty() || std::memcmp(one.data(), other.data(), one.size() * sizeof(T)) == 0;
}

}  // namespace
