// The largest error of one float32 kernel over all 2^32 inputs, against the float64 kernel of the same
// function: what `python -m benchmarks.accuracy --exhaustive` runs, without Python to be fast enough.
//
//     exhaustive LEVEL NAME value|derivative STEP THREADS LARGEST PARAMETERS... [/ ZEROS...]
//
// Every STEP-th bit pattern is an input. The unit is the ulp of the float64 result, or that of LARGEST within
// a quarter of one of ZEROS, the zeros of a derivative. Prints the error and the first input that has it.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "activations/kernels.hpp"
#include "kernels/levels.hpp"

namespace {

using multilayer::ElementwiseFunction;

constexpr size_t block = 2048;  // with its six arrays in the second cache
constexpr uint64_t all = uint64_t{1} << 32;

struct Function {
    ElementwiseFunction<float> f32;
    ElementwiseFunction<double> f64;
    double largest;
    std::vector<double> parameters, zeros;
};

struct Worst {
    double ulps = 0;
    uint32_t bits = 0;
    bool operator<(const Worst &other) const {
        return ulps != other.ulps ? ulps < other.ulps : bits > other.bits;
    }
};

template <class To, class From> To same_bits(From x) {
    static_assert(sizeof(To) == sizeof(From));
    To y;
    std::memcpy(&y, &x, sizeof y);
    return y;
}

double size_of(double x) { return same_bits<double>(same_bits<uint64_t>(x) & (~uint64_t{0} >> 1)); }

// One over the distance between float32 numbers around x, which is no nan: 2^(23 - exponent), with the
// exponents of subnormals and of what overflows brought to -126 and 127.
double ulps_per_one(double x) {
    constexpr uint64_t exponent = uint64_t{0x7FF} << 52;
    double power = same_bits<double>(same_bits<uint64_t>(x) & exponent);
    power = power < 0x1p-126 ? 0x1p-126 : power;
    power = power > 0x1p127 ? 0x1p127 : power;
    return 0x1p23 * same_bits<double>((uint64_t{2046} << 52) - same_bits<uint64_t>(power));
}

// An infinity counts as the number after the largest one, and is right from where results round to it. A nan
// is right where a nan is expected. One choice at a time, so that the loop around it vectorizes.
double brought_in(double x) {
    constexpr double beyond = 0x1p128;
    x = x > beyond ? beyond : x;
    return x < -beyond ? -beyond : x;
}
double error(double found, double expected, double per_one) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double y = brought_in(found), off = size_of(y - brought_in(expected)), ulps = off * per_one;
    const double of_infinity = off <= 0x1p103 ? 0.0 : ulps;
    const double of_number = size_of(y) == 0x1p128 ? of_infinity : ulps;
    const double where_number = y == y ? of_number : infinity, where_nan = y == y ? infinity : 0.0;
    return expected == expected ? where_number : where_nan;
}

class Search {
   public:
    Search(Function searched, uint64_t of_bits) : function(std::move(searched)), step(of_bits) {}

    Worst run(size_t n_threads) {
        std::vector<std::thread> threads;
        for (size_t i = 0; i < n_threads; ++i) threads.emplace_back([this] { share(); });
        for (auto &thread : threads) thread.join();
        return worst;
    }

   private:
    const Function function;
    const uint64_t step;
    std::atomic<uint64_t> next{0};
    std::mutex lock;
    Worst worst;

    void share() {
        Worst mine;
        while (true) {
            const uint64_t first = next.fetch_add(block * step);
            if (first >= all) break;
            measure(first, (all - first + step - 1) / step, mine);
        }
        const std::lock_guard<std::mutex> guard(lock);
        if (worst < mine) worst = mine;
    }

    // Blocks come in the order of their bits, so the first of several equal errors is kept.
    void measure(uint64_t first, uint64_t left, Worst &mine) const {
        alignas(64) float x[block] = {}, found[block];
        alignas(64) double wide[block], expected[block], per_one[block], errors[block];
        const size_t n = left < block ? static_cast<size_t>(left) : block;
        for (size_t i = 0; i < n; ++i) x[i] = same_bits<float>(static_cast<uint32_t>(first + i * step));
        for (size_t i = 0; i < n; ++i) wide[i] = x[i];
        function.f32(x, found, n, function.parameters.data());
        function.f64(wide, expected, n, function.parameters.data());
        for (size_t i = 0; i < n; ++i) per_one[i] = ulps_per_one(expected[i]);
        for (double zero : function.zeros) {
            const double reach = size_of(zero) / 4, of_largest = ulps_per_one(function.largest);
            for (size_t i = 0; i < n; ++i)
                per_one[i] = size_of(wide[i] - zero) <= reach ? of_largest : per_one[i];
        }
        for (size_t i = 0; i < n; ++i) wide[i] = found[i];
        for (size_t i = 0; i < n; ++i) errors[i] = error(wide[i], expected[i], per_one[i]);
        int64_t larger = 0;
        for (size_t i = 0; i < n; ++i) larger |= errors[i] > mine.ulps;
        if (!larger) return;
        for (size_t i = 0; i < n; ++i) {
            if (errors[i] > mine.ulps) mine = {errors[i], static_cast<uint32_t>(first + i * step)};
        }
    }
};

int refuse(const std::string &what) {
    std::fprintf(stderr, "exhaustive: %s\n", what.c_str());
    return 2;
}

}  // namespace

int main(int argc, char **argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 6)
        return refuse("LEVEL NAME value|derivative STEP THREADS LARGEST PARAMETERS... [/ ZEROS...]");
    if (!multilayer::choose_level(words[0].c_str())) return refuse("no level " + words[0] + " here");
    const multilayer::ActivationKernels &kernels = *multilayer::activation_kernels();
    const multilayer::ElementwiseKernel *kernel = nullptr;
    for (size_t i = 0; i < kernels.n_elementwise; ++i) {
        if (words[1] == kernels.elementwise[i].name) kernel = &kernels.elementwise[i];
    }
    if (!kernel) return refuse("no kernel " + words[1]);
    const bool value = words[2] == "value";

    Function function{value ? kernel->value_f32 : kernel->derivative_f32,
                      value ? kernel->value_f64 : kernel->derivative_f64,
                      std::strtod(words[5].c_str(), nullptr),
                      {},
                      {}};
    std::vector<double> *numbers = &function.parameters;
    for (size_t i = 6; i < words.size(); ++i) {
        if (words[i] == "/")
            numbers = &function.zeros;
        else
            numbers->push_back(std::strtod(words[i].c_str(), nullptr));
    }
    if (function.parameters.size() != static_cast<size_t>(kernel->n_parameters))
        return refuse(words[1] + " takes " + std::to_string(kernel->n_parameters) + " parameters");

    const uint64_t step = std::strtoull(words[3].c_str(), nullptr, 10);
    if (step == 0) return refuse("STEP is 0");
    Search search(std::move(function), step);
    const Worst worst = search.run(std::strtoull(words[4].c_str(), nullptr, 10));
    std::printf("%.17g %a\n", worst.ulps, static_cast<double>(same_bits<float>(worst.bits)));
    return 0;
}
