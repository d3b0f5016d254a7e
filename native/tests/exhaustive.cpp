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
#include "runtime/levels.hpp"

namespace {

using multilayer::ElementwiseFunction;
using multilayer::Into;

constexpr size_t block = 2048;  // numbers, with what belongs to them in the second cache
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

// The float64 kernel costs most of the time. Between kinks the functions are smooth, so over a block of
// neighbours its results are a polynomial through six of them to far within `slack`, which four more of them
// confirm. A polynomial only tells which blocks have no error near the worst one; the others are given to the
// kernel itself.
class Smooth {
   public:
    static constexpr double slack = 1e-6;  // of a float32 ulp

    Smooth() {
        for (size_t i = 0; i < block; ++i) place[i] = static_cast<double>(i) * (2.0 / (block - 1)) - 1.0;
        // Chebyshev's zeros, and the extremes between them
        const double nodes[] = {-0.966, -0.707, -0.259, 0.259, 0.707, 0.966, -1.0, -0.5, 0.0, 1.0};
        for (size_t k = 0; k < n_nodes; ++k) {
            index[k] = static_cast<size_t>((nodes[k] + 1.0) * ((block - 1) / 2.0) + 0.5);
            t[k] = place[index[k]];
        }
    }

    // y for the block x of equally spaced numbers, or false where that would not be near enough.
    bool follow(const Function &function, const double *x, double *y) const {
        double at[n_nodes], f[n_nodes];
        for (size_t k = 0; k < n_nodes; ++k) at[k] = x[index[k]];
        function.f64(at, f, n_nodes, function.parameters.data(), Into::caches);
        bool constant = true, overflows = false;
        for (double value : f) {
            constant = constant && value == f[0];
            overflows = overflows || !(size_of(value) < 0x1p127);
        }
        if (constant) {
            for (size_t i = 0; i < block; ++i) y[i] = f[0];
            return true;
        }
        if (overflows) return false;

        double difference[terms], c[terms] = {};
        for (size_t k = 0; k < terms; ++k) difference[k] = f[k];
        for (size_t order = 1; order < terms; ++order) {
            for (size_t k = terms - 1; k >= order; --k)
                difference[k] = (difference[k] - difference[k - 1]) / (t[k] - t[k - order]);
        }
        for (size_t k = terms; k-- > 0;) {  // c = c (t - t[k]) + difference[k]
            for (size_t power = terms - 1; power > 0; --power) c[power] = c[power - 1] - t[k] * c[power];
            c[0] = difference[k] - t[k] * c[0];
        }
        const auto polynomial = [&c](double v) {
            return c[0] + v * (c[1] + v * (c[2] + v * (c[3] + v * (c[4] + v * c[5]))));
        };
        for (size_t k = terms; k < n_nodes; ++k) {
            if (!(size_of(polynomial(t[k]) - f[k]) * ulps_per_one(f[k]) < slack / 4)) return false;
        }
        for (size_t i = 0; i < block; ++i) y[i] = polynomial(place[i]);
        return true;
    }

   private:
    static constexpr size_t terms = 6, n_nodes = 10;
    double place[block], t[n_nodes];
    size_t index[n_nodes];
};

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
    const Smooth smooth;
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
        alignas(64) float x[block] = {}, found[block] = {};
        alignas(64) double wide[block], expected[block] = {}, errors[block];
        const size_t n = left < block ? static_cast<size_t>(left) : block;
        for (size_t i = 0; i < n; ++i) x[i] = same_bits<float>(static_cast<uint32_t>(first + i * step));
        for (size_t i = 0; i < block; ++i) wide[i] = x[i];
        function.f32(x, found, n, function.parameters.data(), Into::caches);
        // A block of neighbours starts at a multiple of its length, so it lies within one binade. Kernels
        // that make no error are about as fast as a polynomial.
        if (step == 1 && mine.ulps > 0 && smooth.follow(function, wide, expected)) {
            measure_errors(wide, found, expected, errors, 1 - 0x1p-40);
            if (!any_above(mine.ulps - Smooth::slack, errors, n)) return;
        }
        function.f64(wide, expected, n, function.parameters.data(), Into::caches);
        measure_errors(wide, found, expected, errors, 1.0);
        if (!any_above(mine.ulps, errors, n)) return;
        for (size_t i = 0; i < n; ++i) {
            if (errors[i] > mine.ulps) mine = {errors[i], static_cast<uint32_t>(first + i * step)};
        }
    }

    // Of a whole block. With `shrunk` below 1 a result just above a power of two has the unit below it.
    void measure_errors(const double *x, const float *found, const double *expected, double *errors,
                        double shrunk) const {
        alignas(64) double per_one[block];
        for (size_t i = 0; i < block; ++i) per_one[i] = ulps_per_one(expected[i] * shrunk);
        for (double zero : function.zeros) {
            const double reach = size_of(zero) / 4, of_largest = ulps_per_one(function.largest);
            for (size_t i = 0; i < block; ++i)
                per_one[i] = size_of(x[i] - zero) <= reach ? of_largest : per_one[i];
        }
        for (size_t i = 0; i < block; ++i) errors[i] = found[i];
        for (size_t i = 0; i < block; ++i) errors[i] = error(errors[i], expected[i], per_one[i]);
    }

    static bool any_above(double bound, const double *errors, size_t n) {
        int64_t any = 0;
        for (size_t i = 0; i < n; ++i) any |= errors[i] > bound;
        return any != 0;
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
