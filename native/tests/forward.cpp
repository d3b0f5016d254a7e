// The forward pass, the pool of threads and calls shared out over it, without Python, for builds with
// sanitizers: every path through the kernels, blocks and phases, against one chain of std::fma per output.
// Prints what is wrong; exit code 1 then.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "activations/kernels.hpp"
#include "matmul/network.hpp"
#include "runtime/levels.hpp"
#include "runtime/sharing.hpp"
#include "runtime/threads.hpp"
#include "tests/checks.hpp"

namespace {

using multilayer::AxisFunction;
using multilayer::AxisKernel;
using multilayer::ElementwiseFunction;
using multilayer::ElementwiseKernel;
using multilayer::Into;
using multilayer::LayerSource;
using multilayer::Matrix;
using multilayer::Network;

// Layers of given widths, relu behind all but the last one.
template <class T> struct Case {
    std::vector<size_t> widths;
    std::vector<std::vector<T>> weights, biases;

    explicit Case(std::vector<size_t> of_layers) : widths(std::move(of_layers)) {
        for (unsigned i = 0; i + 1 < widths.size(); ++i) {
            weights.push_back(numbers<T>(widths[i] * widths[i + 1], 2 * i));
            biases.push_back(numbers<T>(widths[i + 1], 2 * i + 1));
        }
    }

    Network<T> network() const {
        std::vector<LayerSource<T>> layers;
        for (size_t i = 0; i < weights.size(); ++i) {
            layers.push_back(
                {weights[i].data(), biases[i].data(), widths[i], widths[i + 1], i + 1 < weights.size(), {}});
        }
        return Network<T>(layers);
    }

    std::vector<T> expected(std::vector<T> x, size_t rows) const {
        for (size_t i = 0; i < weights.size(); ++i) {
            const size_t inputs = widths[i], units = widths[i + 1];
            std::vector<T> y(rows * units);
            for (size_t r = 0; r < rows; ++r) {
                for (size_t j = 0; j < units; ++j) {
                    T sum = biases[i][j];
                    for (size_t k = 0; k < inputs; ++k)
                        sum = std::fma(x[r * inputs + k], weights[i][k * units + j], sum);
                    y[r * units + j] = i + 1 < weights.size() && sum <= 0 ? 0 : sum + T(0);
                }
            }
            x = std::move(y);
        }
        return x;
    }
};

// The buffers are exactly as large as they have to be, so that a sanitizer sees any step beyond them.
template <class T> std::vector<T> run(const Network<T> &network, const Matrix<T> &x) {
    std::vector<T> y(x.rows * network.units());
    network.forward(x, y.data());
    return y;
}

template <class T> void check(const std::vector<size_t> &widths, const std::vector<size_t> &batches) {
    const Case<T> given(widths);
    const Network<T> network = given.network();
    const ptrdiff_t inputs = static_cast<ptrdiff_t>(widths.front());
    for (size_t rows : batches) {
        const std::vector<T> x = numbers<T>(rows * widths.front(), 99), expected = given.expected(x, rows);
        std::vector<T> transposed(x.size());
        for (size_t r = 0; r < rows; ++r) {
            for (size_t k = 0; k < widths.front(); ++k) transposed[k * rows + r] = x[r * widths.front() + k];
        }
        for (size_t n : {1, 2, 3, 5}) {
            multilayer::set_threads(n);
            const std::string what = std::to_string(8 * sizeof(T)) + " bits, " +
                                     std::to_string(widths.front()) + " inputs, " + std::to_string(rows) +
                                     " rows, " + std::to_string(n) + " threads";
            expect(same(run(network, {x.data(), inputs, 1, rows}), expected), what);
            expect(same(run(network, {transposed.data(), 1, static_cast<ptrdiff_t>(rows), rows}), expected),
                   what + ", transposed");
        }
    }
}

template <class T> void check_all() {
    check<T>({1, 1}, {1, 2, 9});
    check<T>({2, 4, 3}, {0, 1, 5, 40});
    for (size_t units : {1, 7, 8, 9, 15, 16, 17, 24, 25, 31, 33, 47, 49, 65})
        check<T>({5, units, 3}, {1, 2, 3, 4, 8, 29});
    check<T>({50, 100, 100, 10}, {1, 2, 3, 6, 13, 24, 150});
    check<T>({300, 520, 260, 5}, {1, 2, 3, 7, 20, 60});
    check<T>({9000, 40, 6}, {1, 30});  // many inputs: a panel is taken in parts
    // Few units of many inputs, whose rows are lanes: registers that are whole and that are not, of rows and
    // of inputs. Inputs whose rows collide in the cache, and are copied.
    for (size_t units : {1, 2, 3, 4, 5}) {
        for (size_t inputs : {63, 64, 67, 512, 515})
            check<T>({inputs, units, 3}, {15, 16, 17, 24, 31, 48, 100, 203});
    }
    check<T>({512, 9, 40}, {60, 203});
}

// Zeros of x are left out where there are many of them, and that shows nowhere: not for -0, in sums that are
// -0, or in rows that are 0.
template <class T> void check_zeros() {
    for (const std::vector<size_t> &widths : std::vector<std::vector<size_t>>{
             {63, 64}, {64, 70}, {65, 96}, {128, 130, 64}, {200, 100, 100, 3}, {300, 47}, {520, 260, 5}}) {
        Case<T> given(widths);
        given.biases[0][1] = -T(0);
        for (size_t k = 0; k < widths[0]; ++k) given.weights[0][k * widths[1] + 1] = T(-1e-30);
        const Network<T> network = given.network();
        for (size_t rows : {7, 8, 9, 40, 131}) {
            std::vector<T> x = numbers<T>(rows * widths[0], 7);
            for (int share : {0, 2, 5, 6, 9}) {
                for (size_t i = 0; i < x.size(); ++i) {
                    if (static_cast<int>(i * 7 % 10) < share) x[i] = i % 3 == 0 ? -T(0) : T(0);
                }
                std::fill_n(x.begin(), widths[0], T(0));
                x[widths[0]] = T(1e-30);  // times a weight this is a sum of -0 in float32
                const std::vector<T> expected = given.expected(x, rows);
                const ptrdiff_t inputs = static_cast<ptrdiff_t>(widths[0]);
                for (size_t n : {1, 2}) {
                    multilayer::set_threads(n);
                    expect(
                        same(run(network, {x.data(), inputs, 1, rows}), expected),
                        "zeros, " + std::to_string(widths[0]) + " inputs, " + std::to_string(rows) + " rows");
                }
            }
        }
    }
}

// A nan among zeros is none of them, and 0 times a weight that is not finite is nan.
template <class T> void check_zeros_that_count() {
    constexpr size_t inputs = 70, units = 130, rows = 20;
    Case<T> given({inputs, units, 4});
    const auto nans = [&](const std::vector<T> &x) {
        const Network<T> network = given.network();
        const std::vector<T> y = run(network, {x.data(), inputs, 1, rows});
        return std::count_if(y.begin(), y.end(), [](T z) { return std::isnan(z); });
    };
    std::vector<T> x(rows * inputs);
    x[7 * inputs + 3] = NAN;
    expect(nans(x) == 4, "a row with a nan");
    for (T bad : {INFINITY, -INFINITY, NAN}) {
        given.weights[0][3 * units + 5] = bad;
        expect(nans(std::vector<T>(rows * inputs)) == rows * 4, "0 times infinity");
    }
}

// call(begin, end, y) writes that part of n results: the parts, shared out, are what one call gives.
template <class T, class Call> void check_parts(const char *name, size_t n, size_t units, const Call &call) {
    std::vector<T> expected(n * units), y(n * units);
    call(0, n, expected.data());
    for (size_t n_threads : {1, 2, 3, 5}) {
        multilayer::set_threads(n_threads);
        std::fill(y.begin(), y.end(), T{-7});
        multilayer::share_out(n, 1003, 1024, [&](size_t begin, size_t end) {
            // Such a time for the first part makes the others worth any number of threads.
            if (begin == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            call(begin, end, y.data());
        });
        expect(same(y, expected), std::string(name) + ", " + std::to_string(n_threads) + " threads");
    }
}

template <class T> void check_shared_calls(ElementwiseFunction<T> ElementwiseKernel::*function,
                                           AxisFunction<T> AxisKernel::*axis_function) {
    constexpr size_t n = 20'011, units = 3;
    const double parameters[4] = {1, 1, 1, 1};
    const std::vector<T> x = numbers<T>(n * units, 11);
    const multilayer::ActivationKernels &kernels = *multilayer::activation_kernels();
    for (size_t i = 0; i < kernels.n_elementwise; ++i) {
        const ElementwiseKernel &k = kernels.elementwise[i];
        for (Into into : {Into::caches, Into::memory}) {
            check_parts<T>(k.name, n, 1, [&](size_t begin, size_t end, T *y) {
                (k.*function)(x.data() + begin, y + begin, end - begin, parameters, into);
            });
        }
    }
    for (size_t i = 0; i < kernels.n_axis; ++i) {
        const AxisKernel &k = kernels.axis[i];
        check_parts<T>(k.name, n, units, [&](size_t begin, size_t end, T *y) {
            (k.*axis_function)(x.data() + begin * units, y + begin * units, end - begin, units);
        });
    }
}

void check_many_callers() {
    const Case<float> given({64, 300, 300, 10});
    const Network<float> network = given.network();
    const std::vector<float> x = numbers<float>(64 * 64, 5), expected = given.expected(x, 64);
    multilayer::set_threads(2);
    const auto call = [&] {
        for (int i = 0; i < 30; ++i) {
            for (size_t rows : {1, 12, 64}) {
                std::vector<float> part(expected.begin(),
                                        expected.begin() + static_cast<ptrdiff_t>(rows * 10));
                expect(same(run(network, {x.data(), 64, 1, rows}), part), "several callers at once");
            }
        }
    };
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back(call);
    for (auto &caller : callers) caller.join();
}

#if !defined(__SANITIZE_THREAD__)  // which does not follow a process with threads through a fork
void check_fork() {
    const Case<float> given({64, 300, 300, 10});
    const Network<float> network = given.network();
    const std::vector<float> x = numbers<float>(64 * 64, 5), expected = given.expected(x, 64);
    multilayer::set_threads(2);
    expect(same(run(network, {x.data(), 64, 1, 64}), expected), "before a fork");
    const pid_t child = fork();
    if (child == 0) _exit(same(run(network, {x.data(), 64, 1, 64}), expected) ? 0 : 1);
    int status = 0;
    waitpid(child, &status, 0);
    expect(status == 0, "in a forked child");
    expect(same(run(network, {x.data(), 64, 1, 64}), expected), "after a fork");
}
#else
void check_fork() {}
#endif

}  // namespace

int main() {
    for (size_t level = 0; level < multilayer::n_levels(); ++level) {
        if (!multilayer::level_runs_here(level)) continue;
        std::printf("level %s\n", multilayer::level_name(level));
        multilayer::choose_level(multilayer::level_name(level));
        check_all<float>();
        check_all<double>();
        check_zeros<float>();
        check_zeros<double>();
        check_zeros_that_count<float>();
        check_zeros_that_count<double>();
        check_shared_calls(&ElementwiseKernel::value_f32, &AxisKernel::value_f32);
        check_shared_calls(&ElementwiseKernel::derivative_f64, &AxisKernel::value_f64);
        check_many_callers();
        check_fork();
    }
    return report();
}
