// Training steps without Python, for builds with sanitizers: every path through tiles, panels, parts and
// phases against plain loops that make the promised chains, bit for bit. Prints what is wrong; exit code 1
// then.
#include "training/training.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "runtime/levels.hpp"
#include "runtime/threads.hpp"
#include "tests/checks.hpp"
#include "tests/plain_training.hpp"
#include "training/faster_way.hpp"

namespace {

using multilayer::LossKind;
using multilayer::PackedParameters;
using multilayer::Samples;
using multilayer::TrainedLayer;
using multilayer::Trainer;
using multilayer::TrainingSettings;

template <class T> bool in_stages(Trainer<T> &trainer, const Samples &samples, size_t batch) {
    trainer.open(samples, batch, {rate, 1, 1});
    const bool all_forward = trainer.forward(0) == trainer.n_layers();
    trainer.compute_loss();
    const bool all_back = trainer.backward(trainer.n_layers() - 1) == trainer.n_layers();
    return all_forward && all_back && trainer.update();
}

// A step that is not finite changes nothing, whether that shows in the loss or only in the update.
template <class T> void check_refusals(Trainer<T> &trainer, const Samples &samples, const std::string &what) {
    const std::vector<T> bad(samples.rows * trainer.layer(0).inputs, std::numeric_limits<T>::quiet_NaN());
    Samples spoilt = samples;
    spoilt.x.data = bad.data();
    const multilayer::StepRates usual{rate, 1, 1}, huge{std::numeric_limits<T>::max(), 1, 1};
    double loss;
    expect(trainer.advance(spoilt, 0, 1, &usual, &loss) == 0, what + ": nan was taken");
    trainer.advance(samples, 0, 1, &huge, &loss);
    trainer.advance(samples, 0, 1, &huge, &loss);
    expect(trainer.parameters().weights_are_finite(), what + ": infinity was taken");
}

template <class T>
void check_steps(const std::vector<size_t> &widths, Rule rule, size_t batch_rows, double norm_limit,
                 bool scaled) {
    const size_t rows = 2 * batch_rows + batch_rows / 2 + 1, n_layers = widths.size() - 1;
    const std::vector<T> x = numbers<T>(rows * widths.front(), 99);
    const std::vector<double> y = numbers<double>(rows * widths.back(), 98);
    Plain<T> plain(widths, rule, scaled);
    const Plain<T> start = plain;
    for (size_t first = 0, t = 1; first < rows; first += batch_rows, ++t) {
        plain.step(x.data() + first * widths.front(), y.data() + first * widths.back(),
                   std::min(batch_rows, rows - first), static_cast<double>(t), scaled);
    }
    const double none = std::numeric_limits<double>::infinity();
    const TrainingSettings settings{LossKind::squared, false, 0, 1,    0,          rule, false, beta1, beta2,
                                    epsilon,           0,     0, none, norm_limit, false, scaled ? 1.0 : 0.0};
    std::vector<TrainedLayer<T>> layers;
    for (size_t i = 0; i < n_layers; ++i) {
        TrainedLayer<T> layer{widths[i], widths[i + 1], {}};
        layer.activation.relu = i + 1 < n_layers;
        layers.push_back(layer);
    }
    const ptrdiff_t inputs = static_cast<ptrdiff_t>(widths.front()),
                    units = static_cast<ptrdiff_t>(widths.back());
    const Samples samples{{x.data(), sizeof(T) == sizeof(double), inputs, 1},
                          nullptr,
                          {y.data(), true, units, 1},
                          nullptr,
                          nullptr,
                          rows,
                          batch_rows,
                          nullptr};
    const std::vector<multilayer::StepRates> rates(samples.batches(), {rate, 1, 1});
    for (size_t n : {1, 2, 3}) {
        multilayer::set_threads(n);
        using ParameterArray = typename PackedParameters<T>::ParameterArray;
        Trainer<T> trainer(layers, settings);
        for (size_t i = 0; i < n_layers; ++i) {
            PackedParameters<T> &kept = trainer.parameters();
            kept.load(i, ParameterArray::weights, start.weights(i).data(),
                      start.parameters[2 * i + 1].data());
            kept.load(i, ParameterArray::slot1, start.slot1[2 * i].data(), start.slot1[2 * i + 1].data());
            if (kept.has(ParameterArray::slot2))
                kept.load(i, ParameterArray::slot2, start.slot2[2 * i].data(), start.slot2[2 * i + 1].data());
        }
        const T *const slots[] = {start.slot1.back().data(), start.slot2.back().data()};
        if (scaled)
            trainer.parameters().load_scale(start.parameters[0].data(), start.parameters.back().data(), slots);
        trainer.begin(0);
        std::vector<double> losses(samples.batches());
        // The first batch in stages, the others in one call.
        const bool first = n != 2 || in_stages(trainer, samples, 0);
        const size_t done =
            trainer.advance(samples, n == 2 ? 1 : 0, samples.batches(), rates.data(), losses.data());
        std::string what = std::to_string(8 * sizeof(T)) + " bits, batches of " + std::to_string(batch_rows) +
                           ", " + std::to_string(n) + " threads, widths";
        for (size_t width : widths) what += " " + std::to_string(width);
        if (scaled) what += ", with a scale";
        expect(first && done == samples.batches(), what + ": stopped");

        for (size_t i = 0; i < n_layers; ++i) {
            std::vector<T> W(start.parameters[2 * i].size()), b(start.parameters[2 * i + 1].size());
            trainer.parameters().save(i, ParameterArray::weights, W.data(), b.data());
            const bool right = same(W, plain.weights(i)) && same(b, plain.parameters[2 * i + 1]);
            expect(right, what + ", layer " + std::to_string(i + 1));
        }
        check_refusals(trainer, samples, what);
    }
}

template <class T>
void check(const std::vector<size_t> &widths, Rule rule, size_t batch_rows, double norm_limit) {
    for (bool scaled : {false, true}) check_steps<T>(widths, rule, batch_rows, norm_limit, scaled);
}

// How long 100,000 steps take, over the quicker way at every moment: one way takes `always`, the other `now`
// and `then` by turns.
double regret(double always, double now, double then) {
    multilayer::FasterWay ways;
    double taken = 0, least = 0;
    for (size_t step = 0; step < 100000;) {
        const size_t n = std::min<size_t>(ways.most_steps(), 50);
        const double other = step / 25000 % 2 == 0 ? now : then;
        const double cost = ways.way() == 0 ? other : always;
        ways.note(n, static_cast<double>(n) * cost);
        taken += static_cast<double>(n) * cost;
        least += static_cast<double>(n) * std::min(other, always);
        step += n;
    }
    return taken / least;
}

void check_pace() {
    expect(regret(11, 9, 25) < 1.04, "the choice where the first way is the quicker one, and then is not");
    expect(regret(11, 25, 9) < 1.04, "the choice where the first way is the slower one, and then is not");
    expect(regret(11, 9, 9) < 1.01, "the choice where the first way is the quicker one");
    expect(regret(11, 25, 25) < 1.03, "the choice where the first way is the slower one");
}

template <class T> void check_all() {
    const double none = std::numeric_limits<double>::infinity();
    for (Rule rule : {Rule::adam, Rule::sgd}) {
        check<T>({1, 1}, rule, 3, none);
        for (size_t width : {2, 7, 8, 9, 16, 17, 24, 25, 33, 48, 49, 65}) {
            check<T>({5, width, 3}, rule, 7, none);
            check<T>({3, 4, width, 2}, rule, 19, 1e9);  // a norm that is never reached: the path of clipping
        }
        // By rows; and by columns, with one x for all and with a copy for each share, where the last layer
        // has fewer panels than there are threads, and where it has more.
        check<T>({70, 130, 90, 4}, rule, 500, none);
        check<T>({70, 130, 90, 4}, rule, 150, none);
        check<T>({70, 130, 90, 4}, rule, 64, none);
        check<T>({50, 64, 65, 17}, rule, 31, none);
        check<T>({40, 130, 100, 70}, rule, 32, 1e9);
        for (size_t units : {1, 2, 3, 4, 5, 8, 9, 10, 11}) check<T>({33, 20, units}, rule, 37, none);
        // Several parts of a panel, more rows than are taken at once: in groups of rows, and in none.
        check<T>({410, 30, 5}, rule, 400, none);
        check<T>({410, 50, 5}, rule, 300, 1e9);
        // Groups that threads share, and fewer of them in the last batch.
        check<T>({20, 100, 2}, rule, 200, none);
        check<T>({30, 60, 40, 5}, rule, 100, 1e9);
    }
}

}  // namespace

int main() {
    check_pace();
    for (size_t level = 0; level < multilayer::n_levels(); ++level) {
        if (!multilayer::level_runs_here(level)) continue;
        std::printf("level %s\n", multilayer::level_name(level));
        multilayer::choose_level(multilayer::level_name(level));
        check_all<float>();
        check_all<double>();
    }
    return report();
}
