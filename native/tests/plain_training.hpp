// Training in plain loops, which make the chains that the core promises: what its bits are compared with.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "tests/checks.hpp"
#include "training/kernels.hpp"

namespace {

using multilayer::Rule;

constexpr double rate = 0.01, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;

// relu behind all layers but the last, squared error, Adam or SGD with momentum; or with a trained scale of
// the inputs, W1 = diag(scale) U.
template <class T> struct Plain {
    std::vector<size_t> widths;
    Rule rule;
    std::vector<std::vector<T>> parameters, slot1, slot2;  // W1 or U, b1, W2, b2, ..., and the scale
    std::vector<T> W1;

    Plain(std::vector<size_t> of_layers, Rule by, bool scaled) : widths(std::move(of_layers)), rule(by) {
        for (unsigned i = 0; i + 1 < widths.size(); ++i) {
            parameters.push_back(numbers<T>(widths[i] * widths[i + 1], 2 * i));
            for (T &w : parameters.back()) w /= static_cast<T>(widths[i]);
            parameters.push_back(numbers<T>(widths[i + 1], 2 * i + 1));
        }
        for (const auto &p : parameters) {
            slot1.emplace_back(p.size());
            slot2.emplace_back(p.size());
        }
        slot1.emplace_back(widths[0]), slot2.emplace_back(widths[0]);
        parameters.push_back(scaled ? numbers<T>(widths[0], 97) : std::vector<T>(widths[0], 1));
        fold();
    }

    void fold() {
        W1 = parameters[0];
        for (size_t i = 0; i < W1.size(); ++i) W1[i] = parameters.back()[i / widths[1]] * W1[i];
    }
    const std::vector<T> &weights(size_t layer) const { return layer == 0 ? W1 : parameters[2 * layer]; }

    // The steps of U and of the scale: a chain for each lane of the widest register, added up in halves.
    void update_scaled(const std::vector<T> &dW, double t) {
        constexpr size_t lanes = multilayer::rows_of_scale<T>;
        std::vector<T> dU(dW.size()), ds(widths[0]);
        for (size_t k = 0; k < widths[0]; ++k) {
            T sums[lanes] = {};
            for (size_t j = 0; j < widths[1]; ++j) {
                const size_t e = k * widths[1] + j;
                sums[j % lanes] = std::fma(parameters[0][e], dW[e], sums[j % lanes]);
                dU[e] = parameters.back()[k] * dW[e];
            }
            for (size_t n = lanes / 2; n > 0; n /= 2) {
                for (size_t i = 0; i < n; ++i) sums[i] += sums[i + n];
            }
            ds[k] = sums[0];
        }
        update(0, dU, t);
        update(parameters.size() - 1, ds, t);
    }

    // A small network adds up its gradients in groups of rows.
    size_t n_groups(size_t rows) const {
        size_t n_parameters = 0;
        for (const std::vector<T> &p : parameters) n_parameters += p.size();
        n_parameters -= widths[0];  // the scale
        return n_parameters > 16384 || rows < 64 ? 1 : rows < 128 ? 2 : 4;
    }

    void step(const T *x, const double *y, size_t rows, double t, bool scaled) {
        std::vector<std::vector<T>> z{std::vector<T>(x, x + rows * widths[0])};
        for (size_t i = 0; i + 1 < widths.size(); ++i) {
            const std::vector<T> &W = weights(i);
            const size_t inputs = widths[i], units = widths[i + 1];
            std::vector<T> out(rows * units);
            for (size_t r = 0; r < rows; ++r) {
                for (size_t j = 0; j < units; ++j) {
                    T sum = parameters[2 * i + 1][j];
                    for (size_t k = 0; k < inputs; ++k)
                        sum = std::fma(z[i][r * inputs + k], W[k * units + j], sum);
                    out[r * units + j] = i + 2 < widths.size() && sum <= 0 ? 0 : sum;
                }
            }
            z.push_back(std::move(out));
        }
        std::vector<T> da(z.back().size());
        for (size_t i = 0; i < da.size(); ++i) {
            const double difference = static_cast<double>(z.back()[i]) - y[i];
            da[i] = static_cast<T>(difference * (1.0 / static_cast<double>(rows)));
        }
        for (size_t i = widths.size() - 1; i-- > 0;) {
            const size_t inputs = widths[i], units = widths[i + 1];
            const std::vector<T> W = weights(i);
            std::vector<T> dW(W.size()), db(units), dx(rows * inputs);
            const size_t groups = n_groups(rows);
            for (size_t group = 0; group < groups; ++group) {
                const size_t first = group * rows / groups, end = (group + 1) * rows / groups;
                std::vector<T> dW_of_group(W.size()), db_of_group(units);
                for (size_t r = first; r < end; ++r) {
                    for (size_t j = 0; j < units; ++j) {
                        db_of_group[j] += da[r * units + j];
                        for (size_t k = 0; k < inputs; ++k) {
                            T &g = dW_of_group[k * units + j];
                            g = std::fma(z[i][r * inputs + k], da[r * units + j], g);
                            T &d = dx[r * inputs + k];
                            d = std::fma(da[r * units + j], W[k * units + j], d);
                        }
                    }
                }
                for (size_t e = 0; e < dW.size(); ++e)
                    dW[e] = group == 0 ? dW_of_group[e] : dW[e] + dW_of_group[e];
                for (size_t e = 0; e < units; ++e)
                    db[e] = group == 0 ? db_of_group[e] : db[e] + db_of_group[e];
            }
            if (scaled && i == 0)
                update_scaled(dW, t);
            else
                update(2 * i, dW, t);
            update(2 * i + 1, db, t);
            for (size_t e = 0; e < dx.size(); ++e) dx[e] = z[i][e] > 0 ? dx[e] : 0;
            da = std::move(dx);
        }
        fold();
    }

    void update(size_t p, const std::vector<T> &gradient, double t) {
        const double corrected = -(rate * std::sqrt(1.0 - std::pow(beta2, t)) / (1.0 - std::pow(beta1, t)));
        const T b1 = static_cast<T>(beta1), b2 = static_cast<T>(beta2);
        const T rest1 = static_cast<T>(1.0 - beta1), rest2 = static_cast<T>(1.0 - beta2);
        for (size_t i = 0; i < gradient.size(); ++i) {
            const T g = gradient[i];
            T &w = parameters[p][i], &m = slot1[p][i], &v = slot2[p][i];
            if (rule == Rule::adam) {
                m = b1 * m + rest1 * g;
                v = b2 * v + rest2 * (g * g);
                w = w + static_cast<T>(corrected) * m / (std::sqrt(v) + static_cast<T>(epsilon));
            } else {
                m = b1 * m - static_cast<T>(rate) * g;
                w = w + m;
            }
        }
    }
};

}  // namespace
