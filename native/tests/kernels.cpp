// Every kernel of every level on numbers of all sizes, without Python, for builds with sanitizers: none may
// leave what C++ defines, whatever it is given, and all levels give the same bits. Prints what is wrong; exit
// code 1 then.
#include "activations/kernels.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "runtime/levels.hpp"
#include "tests/checks.hpp"
#include "training/kernels.hpp"

namespace {

using multilayer::AxisKernel;
using multilayer::ElementwiseFunction;
using multilayer::ElementwiseKernel;
using multilayer::Into;
using multilayer::LossKind;

// Results by what they are of, as the first level gave them.
std::map<std::string, std::vector<double>> known;

template <class T> void compare(const std::string &what, const std::vector<T> &y) {
    std::vector<double> found(y.begin(), y.end());
    const auto [at, is_new] = known.emplace(what, found);
    if (is_new) return;
    for (size_t i = 0; i < found.size(); ++i) {
        const double one = at->second[i], other = found[i];
        const bool same = std::isnan(one) ? std::isnan(other) : std::memcmp(&one, &other, sizeof one) == 0;
        if (same) continue;
        char where[80];
        std::snprintf(where, sizeof where, ", number %zu: %a here, %a at the first level", i, other, one);
        expect(false, what + where);
        return;
    }
}

// Powers of two and their neighbours over the whole range, of both signs; both zeros, what is no number and
// what is none at all; and any bits.
template <class T> std::vector<T> numbers_of_all_sizes() {
    using Limits = std::numeric_limits<T>;
    std::vector<T> x{
        0, Limits::infinity(), Limits::quiet_NaN(), Limits::max(), Limits::min(), Limits::denorm_min()};
    for (int e = Limits::min_exponent - Limits::digits; e < Limits::max_exponent; ++e) {
        const T power = std::ldexp(T(1), e);
        for (T y : {power, std::nextafter(power, T(0)), T(1.37) * power}) x.push_back(y);
    }
    for (int i = 0; i < 4000; ++i) x.push_back(T(i) / 5);
    const size_t n = x.size();
    for (size_t i = 0; i < n; ++i) x.push_back(-x[i]);
    std::mt19937_64 random(5);
    for (int i = 0; i < 4000; ++i) {
        const uint64_t bits = random();
        T any;
        std::memcpy(&any, &bits, sizeof any);
        x.push_back(any);
    }
    return x;
}

template <class T> std::string named(const char *name, const char *what) {
    return std::string(name) + ", " + what + ", " + std::to_string(8 * sizeof(T)) + " bits";
}

template <class T> void check_elementwise(ElementwiseFunction<T> ElementwiseKernel::*value,
                                          ElementwiseFunction<T> ElementwiseKernel::*derivative) {
    const std::vector<T> x = numbers_of_all_sizes<T>();
    std::vector<T> y(x.size());
    const multilayer::ActivationKernels &kernels = *multilayer::activation_kernels();
    for (size_t i = 0; i < kernels.n_elementwise; ++i) {
        const ElementwiseKernel &k = kernels.elementwise[i];
        for (double parameter : {1.0, 0.3, 1e-3, 1e3}) {
            const double parameters[] = {parameter, parameter, 1, 1};
            for (auto function : {value, derivative}) {
                (k.*function)(x.data(), y.data(), x.size(), parameters, Into::caches);
                compare(named<T>(k.name, function == value ? "value" : "derivative") + ", " +
                            std::to_string(parameter),
                        y);
            }
        }
    }
}

template <class T>
void check_axis(multilayer::AxisFunction<T> AxisKernel::*value, multilayer::AxisVjp<T> AxisKernel::*vjp) {
    const std::vector<T> x = numbers_of_all_sizes<T>();
    std::vector<T> dz(x.rbegin(), x.rend());
    const multilayer::ActivationKernels &kernels = *multilayer::activation_kernels();
    for (size_t i = 0; i < kernels.n_axis; ++i) {
        const AxisKernel &k = kernels.axis[i];
        for (size_t units : {1, 2, 3, 17, 40}) {
            const size_t rows = x.size() / units;
            std::vector<T> z(rows * units), da(rows * units);
            (k.*value)(x.data(), z.data(), rows, units);
            compare(named<T>(k.name, "value") + std::to_string(units), z);
            (k.*vjp)(dz.data(), x.data(), z.data(), da.data(), rows, units);
            compare(named<T>(k.name, "vjp") + std::to_string(units), da);
        }
    }
}

template <class T> void check_losses() {
    const std::vector<T> outputs = numbers_of_all_sizes<T>();
    constexpr size_t units = 3, stride = 64 / sizeof(T);
    const size_t rows = outputs.size() / units;
    std::vector<T> padded(rows * stride), gradient(rows * stride);
    std::vector<double> targets(rows * units), shares(rows, 0.1), values(rows);
    for (size_t r = 0; r < rows; ++r) {
        for (size_t j = 0; j < units; ++j) {
            padded[r * stride + j] = outputs[r * units + j];
            targets[r * units + j] = static_cast<double>((r + j) % 2);
        }
    }
    for (LossKind kind : {LossKind::squared, LossKind::mean_squared, LossKind::absolute,
                          LossKind::mean_absolute, LossKind::huber, LossKind::quantile,
                          LossKind::binary_cross_entropy, LossKind::binary_cross_entropy_of_sigmoid,
                          LossKind::categorical_cross_entropy, LossKind::categorical_cross_entropy_of_softmax,
                          LossKind::poisson, LossKind::poisson_of_exponential}) {
        multilayer::training_kernels_of<T>().loss(
            kind, {padded.data(), stride, rows, units, nullptr, 1, 0, targets.data(), shares.data(), 0.5,
                   values.data(), gradient.data(), stride});
        const std::string number = std::to_string(static_cast<int>(kind));
        compare(named<T>("loss", number.c_str()), values);
        compare(named<T>("gradient of loss", number.c_str()), gradient);
    }
}

}  // namespace

int main() {
    for (size_t level = 0; level < multilayer::n_levels(); ++level) {
        if (!multilayer::level_runs_here(level)) continue;
        std::printf("level %s\n", multilayer::level_name(level));
        multilayer::choose_level(multilayer::level_name(level));
        check_elementwise<float>(&ElementwiseKernel::value_f32, &ElementwiseKernel::derivative_f32);
        check_elementwise<double>(&ElementwiseKernel::value_f64, &ElementwiseKernel::derivative_f64);
        check_axis<float>(&AxisKernel::value_f32, &AxisKernel::vjp_f32);
        check_axis<double>(&AxisKernel::value_f64, &AxisKernel::vjp_f64);
        check_losses<float>();
        check_losses<double>();
    }
    return report();
}
