#include "kernels/training.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

#include "kernels/threads.hpp"

namespace multilayer {
namespace {

constexpr size_t cache_line = 64;
// Rows this many bytes apart fall on the same few places of a first-level cache and drive each other out.
constexpr size_t bad_stride = 1024;

// Rows of a batch that go through the network together: enough to make up for reading all weights twice.
constexpr size_t block_rows = 96;
// Rows k of a panel that are updated together. Sums of squares are taken over as many, so this is part of
// what the bits of an objective depend on; it is a whole number of panels at every level.
constexpr size_t part_rows = 192;
// Steps that threads make without coming back: what is told to the pool about each takes some memory.
constexpr size_t most_steps = 256;
// Multiply-adds in a step from which on it is shared out, about ten microseconds of them.
constexpr size_t large = 400'000;

size_t divide_up(size_t n, size_t by) { return (n + by - 1) / by; }
size_t round_up(size_t n, size_t to) { return divide_up(n, to) * to; }

template <class T> size_t good_stride(size_t columns) {
    const size_t line = cache_line / sizeof(T), stride = round_up(columns, line);
    return stride * sizeof(T) % bad_stride == 0 ? stride + line : stride;
}

template <class From, class To> void copy_row(const Numbers &from, size_t row, size_t columns, To *to) {
    const From *p = static_cast<const From *>(from.data) + static_cast<ptrdiff_t>(row) * from.row_stride;
    if (std::is_same_v<From, To> && from.column_stride == 1) {
        std::memcpy(to, p, columns * sizeof(To));
    } else if (from.column_stride == 1) {
        for (size_t j = 0; j < columns; ++j) to[j] = static_cast<To>(p[j]);
    } else {
        for (size_t j = 0; j < columns; ++j)
            to[j] = static_cast<To>(p[static_cast<ptrdiff_t>(j) * from.column_stride]);
    }
}

// Rows of x in an order of their own are in no cache; they are asked for this many rows ahead.
constexpr size_t rows_ahead = 8;

void prefetch_row(const Numbers &from, size_t row, size_t columns) {
    const ptrdiff_t size = from.is_double ? sizeof(double) : sizeof(float);
    const char *p =
        static_cast<const char *>(from.data) + static_cast<ptrdiff_t>(row) * from.row_stride * size;
    const size_t bytes = columns * static_cast<size_t>(size);
    for (size_t i = 0; i < bytes && i < 16 * cache_line; i += cache_line) __builtin_prefetch(p + i);
}

// Adds up to one number after another in memory that starts at a cache line.
template <class T> class Layout {
   public:
    size_t place(size_t n) {
        const size_t at = size_;
        size_ += round_up(n, cache_line / sizeof(T));
        return at;
    }
    // A read of a whole panel never goes beyond the end.
    size_t size() const { return size_ + 4 * cache_line; }

   private:
    size_t size_ = 0;
};

}  // namespace

template <class T> void Trainer<T>::Aligned::operator()(void *p) const {
    ::operator delete(p, std::align_val_t(cache_line));
}

template <class T> typename Trainer<T>::Memory Trainer<T>::allocate(size_t n) {
    T *memory = static_cast<T *>(::operator new(n * sizeof(T), std::align_val_t(cache_line)));
    std::memset(static_cast<void *>(memory), 0, n * sizeof(T));
    return Memory(memory);
}

template <class T>
Trainer<T>::Trainer(const std::vector<TrainedLayer<T>> &shapes, const TrainingSettings &settings)
    : settings_(settings) {
    if constexpr (sizeof(T) == sizeof(float)) {
        products_ = matmul_kernels()->f32;
        kernels_ = training_kernels()->f32;
    } else {
        products_ = matmul_kernels()->f64;
        kernels_ = training_kernels()->f64;
    }
    const size_t lanes = products_.lanes;
    const bool clips_norm = std::isfinite(settings.norm_limit);
    Layout<T> layout;
    size_t widest = 0, n_sums = 0;
    std::vector<size_t> places;
    for (size_t i = 0; i < shapes.size(); ++i) {
        Layer layer{};
        layer.shape = shapes[i];
        layer.columns = round_up(shapes[i].units, lanes);
        layer.stride = good_stride<T>(layer.columns);
        const size_t inputs = shapes[i].inputs, copies = 1 + n_slots() + (clips_norm ? 1 : 0);
        for (size_t copy = 0; copy < copies; ++copy) {
            places.push_back(layout.place(layer.columns * inputs));
            places.push_back(layout.place(layer.columns));
        }
        if (i > 0) places.push_back(layout.place(round_up(inputs, lanes) * shapes[i].units));
        widest = std::max(widest, round_up(inputs, lanes));
        products_per_row_ += inputs * shapes[i].units * (i > 0 ? 3 : 2);
        for (size_t column = 0; column < layer.columns;) {
            const size_t left = shapes[i].units - column, width = panel_columns(left, lanes);
            for (size_t first = 0; first < inputs; first += part_rows) {
                const size_t end = std::min(inputs, first + part_rows);
                parts_.push_back({i, column, width, std::min(left, width), first, end, n_sums});
                n_sums += width;
            }
            column += width;
        }
        layers_.push_back(layer);
    }
    packed_ = allocate(layout.size());
    zeros_ = allocate(widest + 4 * cache_line);
    const size_t *place = places.data();
    const auto next = [&] { return packed_.get() + *place++; };
    for (size_t i = 0; i < layers_.size(); ++i) {
        Layer &layer = layers_[i];
        layer.weights = next();
        layer.bias = next();
        layer.slot1 = next();
        layer.bias_slot1 = next();
        if (n_slots() == 2) {
            layer.slot2 = next();
            layer.bias_slot2 = next();
        }
        if (clips_norm) {
            layer.gradient = next();
            layer.bias_gradient = next();
        }
        if (i > 0) layer.transposed = next();
    }
    for (auto &squares : squares_) squares.assign(settings.l2 != 0 ? n_sums : 0, 0.0);
    gradient_squares_.assign(clips_norm ? n_sums : 0, 0.0);
}

template <class T> void Trainer<T>::pack(const Layer &layer, const T *W, T *panels) const {
    const size_t inputs = layer.shape.inputs, units = layer.shape.units;
    for (size_t column = 0; column < units;) {
        const size_t width = panel_columns(units - column, products_.lanes),
                     n = std::min(units - column, width);
        T *to = panels + column * inputs;
        for (size_t k = 0; k < inputs; ++k) {
            std::copy(W + k * units + column, W + k * units + column + n, to + k * width);
            std::fill(to + k * width + n, to + (k + 1) * width, T(0));
        }
        column += width;
    }
}

template <class T> void Trainer<T>::unpack(const Layer &layer, const T *panels, T *W) const {
    const size_t inputs = layer.shape.inputs, units = layer.shape.units;
    for (size_t column = 0; column < units;) {
        const size_t width = panel_columns(units - column, products_.lanes),
                     n = std::min(units - column, width);
        const T *from = panels + column * inputs;
        for (size_t k = 0; k < inputs; ++k) {
            std::copy(from + k * width, from + k * width + n, W + k * units + column);
        }
        column += width;
    }
}

template <class T> void Trainer<T>::load(size_t i, What what, const T *W, const T *b) {
    const Layer &layer = layers_[i];
    T *panels = what == What::parameters ? layer.weights : what == What::slot1 ? layer.slot1 : layer.slot2;
    T *bias = what == What::parameters ? layer.bias
              : what == What::slot1    ? layer.bias_slot1
                                       : layer.bias_slot2;
    // Padding too: a step that is not finite may have left nan in it.
    pack(layer, W, panels);
    std::copy(b, b + layer.shape.units, bias);
    std::fill(bias + layer.shape.units, bias + layer.columns, T(0));
}

template <class T> void Trainer<T>::save(size_t i, What what, T *W, T *b) const {
    const Layer &layer = layers_[i];
    const T *panels = what == What::parameters ? layer.weights
                      : what == What::slot1    ? layer.slot1
                                               : layer.slot2;
    const T *bias = what == What::parameters ? layer.bias
                    : what == What::slot1    ? layer.bias_slot1
                                             : layer.bias_slot2;
    unpack(layer, panels, W);
    std::copy(bias, bias + layer.shape.units, b);
}

template <class T> void Trainer<T>::begin(uint64_t step) {
    steps_made_ = step;
    for (const Part &part : parts_) measure(part, 0);
}

// What depends on the new weights: their transpose, and the sums of their squares before step `number`.
template <class T> void Trainer<T>::measure(const Part &part, size_t number) {
    const Layer &layer = layers_[part.layer];
    const T *panel = layer.weights + part.column * layer.shape.inputs;
    if (layer.transposed != nullptr) {
        kernels_.transpose(panel, part.width, part.columns, part.first, part.end, layer.transposed,
                           layer.shape.inputs, layer.shape.units, part.column);
    }
    if (settings_.l2 != 0) {
        kernels_.squares(panel, part.width, part.first, part.end, squares_[number % 2].data() + part.sums);
    }
}

// Memory for batches of so many rows.
template <class T> void Trainer<T>::reserve(size_t rows) {
    if (rows <= batch_rows_) return;
    Layout<T> layout;
    x_stride_ = good_stride<T>(layers_.front().shape.inputs);
    const size_t x = layout.place(rows * x_stride_);
    std::vector<size_t> places;
    for (const Layer &layer : layers_) {
        for (int i = 0; i < 3; ++i) {
            const bool needed = i != 0 || layer.shape.activation.keeps_sums();
            places.push_back(needed ? layout.place(rows * layer.stride) : 0);
        }
    }
    Memory fresh = allocate(layout.size());
    targets_.resize(rows * layers_.back().shape.units);
    classes_.resize(rows);
    shares_.resize(rows);
    values_.resize(rows);
    batch_ = std::move(fresh);
    x_ = batch_.get() + x;
    for (size_t i = 0; i < layers_.size(); ++i) {
        Layer &layer = layers_[i];
        layer.a = layer.shape.activation.keeps_sums() ? batch_.get() + places[3 * i] : nullptr;
        layer.z = batch_.get() + places[3 * i + 1];
        layer.da = batch_.get() + places[3 * i + 2];
    }
    batch_rows_ = rows;
}

template <class T>
void Trainer<T>::gather(const Samples &samples, const Step &step, size_t first, size_t end) {
    const size_t inputs = layers_.front().shape.inputs, units = layers_.back().shape.units;
    const double equal_share = 1.0 / static_cast<double>(step.rows);
    for (size_t r = first; r < end; ++r) {
        const size_t at = step.first_row + r;
        const size_t row = samples.order == nullptr ? at : static_cast<size_t>(samples.order[at]);
        if (samples.order != nullptr && at + rows_ahead < samples.rows) {
            prefetch_row(samples.x, static_cast<size_t>(samples.order[at + rows_ahead]), inputs);
        }
        if (samples.x.is_double)
            copy_row<double>(samples.x, row, inputs, x_ + r * x_stride_);
        else
            copy_row<float>(samples.x, row, inputs, x_ + r * x_stride_);
        shares_[r] = samples.weights == nullptr ? equal_share
                     : step.total != 0          ? samples.weights[row] / step.total
                                                : 0.0;
        if (samples.classes != nullptr) {
            classes_[r] = samples.classes[row];
            continue;
        }
        double *targets = targets_.data() + r * units;
        if (samples.targets.is_double)
            copy_row<double>(samples.targets, row, units, targets);
        else
            copy_row<float>(samples.targets, row, units, targets);
        for (size_t j = 0; j < units; ++j)
            targets[j] = targets[j] * settings_.target_scale + settings_.target_offset;
    }
}

template <class T> void Trainer<T>::forward(const Layer &layer, const T *x, size_t x_stride, size_t first,
                                            size_t end, bool sums_only) {
    const TrainedActivation<T> &h = layer.shape.activation;
    const size_t units = layer.shape.units, stride = layer.stride;
    T *sums = h.keeps_sums() ? layer.a : layer.z;
    products_.multiply({x + first * x_stride, static_cast<ptrdiff_t>(x_stride), end - first, layer.weights,
                        layer.bias, layer.shape.inputs, units, sums + first * stride, stride,
                        h.relu && !sums_only});
    if (sums_only || !h.keeps_sums()) return;
    for (size_t r = first; r < end; ++r) {
        const T *a = layer.a + r * stride;
        T *z = layer.z + r * stride;
        if (h.value != nullptr)
            h.value(a, z, units, h.parameters.data());
        else
            h.axis_value(a, z, 1, units);
    }
}

// From dz to da, in place.
template <class T> void Trainer<T>::activate_backwards(const Layer &layer, size_t first, size_t end) {
    const TrainedActivation<T> &h = layer.shape.activation;
    const size_t units = layer.shape.units, stride = layer.stride;
    if (h.relu) {
        // Padding included: it is 0 and stays it.
        kernels_.gate(layer.z + first * stride, layer.da + first * stride, (end - first) * stride);
        return;
    }
    for (size_t r = first; r < end && h.keeps_sums(); ++r) {
        T *a = layer.a + r * stride, *da = layer.da + r * stride;
        if (h.derivative != nullptr) {
            h.derivative(a, a, units, h.parameters.data());
            kernels_.multiply(a, da, units);
        } else {
            h.axis_vjp(da, a, layer.z + r * stride, da, 1, units);
        }
    }
}

// Rows `first` to `end` of the batch: forward through all layers, loss, and back to da of the first layer.
template <class T>
void Trainer<T>::run_rows(const Samples &samples, const Step &step, size_t first, size_t end) {
    gather(samples, step, first, end);
    const T *x = x_;
    size_t x_stride = x_stride_;
    for (const Layer &layer : layers_) {
        forward(layer, x, x_stride, first, end, &layer == &layers_.back() && settings_.from_sums);
        x = layer.z;
        x_stride = layer.stride;
    }
    const Layer &last = layers_.back();
    const T *outputs = settings_.from_sums && last.a != nullptr ? last.a : last.z;
    const size_t units = last.shape.units;
    kernels_.loss(settings_.loss,
                  {outputs + first * last.stride, last.stride, end - first, units,
                   samples.classes == nullptr ? nullptr : classes_.data() + first,
                   settings_.target_scale + settings_.target_offset, settings_.target_offset,
                   targets_.data() + first * units, shares_.data() + first, settings_.loss_parameter,
                   values_.data() + first, last.da + first * last.stride, last.stride});
    if (!settings_.from_sums) activate_backwards(last, first, end);
    for (size_t i = layers_.size() - 1; i > 0; --i) {
        const Layer &layer = layers_[i], &before = layers_[i - 1];
        products_.multiply({layer.da + first * layer.stride, static_cast<ptrdiff_t>(layer.stride),
                            end - first, layer.transposed, zeros_.get(), layer.shape.units,
                            layer.shape.inputs, before.da + first * before.stride, before.stride, false});
        activate_backwards(before, first, end);
    }
}

template <class T>
void Trainer<T>::prepare(const Samples &samples, Step &step, size_t batch, double rate) const {
    step.first_row = batch * samples.batch_rows;
    step.rows = std::min(samples.batch_rows, samples.rows - step.first_row);
    step.total = static_cast<double>(step.rows);
    if (samples.weights != nullptr) {
        step.total = 0;
        for (size_t r = step.first_row; r < step.first_row + step.rows; ++r) {
            step.total +=
                samples.weights[samples.order == nullptr ? r : static_cast<size_t>(samples.order[r])];
        }
    }
    UpdateRule<T> &rule = step.rule;
    const TrainingSettings &s = settings_;
    rule.rule = s.rule;
    rule.nesterov = s.nesterov;
    rule.rate = static_cast<T>(rate);
    if (s.rule == Rule::adam) {
        const double t = static_cast<double>(steps_made_ + batch + 1);
        rule.rate =
            static_cast<T>(-(rate * std::sqrt(1.0 - std::pow(s.decay2, t)) / (1.0 - std::pow(s.decay1, t))));
    }
    rule.decay1 = static_cast<T>(s.decay1);
    rule.rest1 = static_cast<T>(1.0 - s.decay1);
    rule.decay2 = static_cast<T>(s.decay2);
    rule.rest2 = static_cast<T>(1.0 - s.decay2);
    rule.epsilon = static_cast<T>(s.epsilon);
    rule.l2 = step.total != 0 ? static_cast<T>(s.l2 / step.total) : T(0);
    rule.shrink = static_cast<T>(rate * s.weight_decay);
    rule.limit = static_cast<T>(s.limit);
    rule.scale = 1;
}

// The gradient of some weights and the step they take; or, to clip by the norm, the gradient alone.
template <class T>
bool Trainer<T>::update(const Step &step, const Part &part, bool clips_norm, size_t number) {
    const Layer &layer = layers_[part.layer];
    const bool is_first = part.layer == 0;
    const size_t at = part.column * layer.shape.inputs;
    const T *x = is_first ? x_ : layers_[part.layer - 1].z;
    const size_t x_stride = is_first ? x_stride_ : layers_[part.layer - 1].stride;
    UpdateRule<T> rule = step.rule;
    if (clips_norm) rule.rule = Rule::keep_gradient;
    const bool two_slots = n_slots() == 2 && !clips_norm;
    T *slot1 = clips_norm ? layer.gradient : layer.slot1;
    bool finite = kernels_.update_weights(
        {x, x_stride, layer.da + part.column, layer.stride, step.rows, part.width, part.first, part.end,
         layer.weights + at, slot1 + at, two_slots ? layer.slot2 + at : nullptr},
        rule);
    if (part.first == 0) {
        T *bias_slot1 = clips_norm ? layer.bias_gradient : layer.bias_slot1;
        finite = kernels_.update_bias(
                     {layer.da + part.column, layer.stride, step.rows, part.width, layer.bias + part.column,
                      bias_slot1 + part.column, two_slots ? layer.bias_slot2 + part.column : nullptr},
                     rule) &&
                 finite;
    }
    if (clips_norm) {
        double *sums = gradient_squares_.data() + part.sums;
        kernels_.squares(layer.gradient + at, part.width, part.first, part.end, sums);
        for (size_t j = 0; j < part.columns && part.first == 0; ++j) {
            const double g = static_cast<double>(layer.bias_gradient[part.column + j]);
            sums[j] += g * g;
        }
    } else {
        measure(part, number + 1);
    }
    return finite;
}

// The optimizer's step with a gradient that was kept.
template <class T> bool Trainer<T>::apply(const Step &step, const Part &part, T scale, size_t number) {
    const Layer &layer = layers_[part.layer];
    const size_t at = part.column * layer.shape.inputs + part.first * part.width;
    const size_t n = (part.end - part.first) * part.width;
    UpdateRule<T> rule = step.rule;
    rule.l2 = 0;  // is in the gradient
    rule.scale = scale;
    const auto slot2 = [&](T *slot, size_t from) { return n_slots() == 2 ? slot + from : nullptr; };
    bool finite = kernels_.apply(rule, layer.gradient + at, layer.weights + at, layer.slot1 + at,
                                 slot2(layer.slot2, at), n);
    if (part.first == 0) {
        rule.shrink = 0;
        finite = kernels_.apply(rule, layer.bias_gradient + part.column, layer.bias + part.column,
                                layer.bias_slot1 + part.column, slot2(layer.bias_slot2, part.column),
                                part.width) &&
                 finite;
    }
    measure(part, number + 1);
    return finite;
}

// A sum of sums of squares in an order that does not depend on the width of panels: by layer, column, part.
template <class T> double Trainer<T>::norm(const std::vector<double> &sums) const {
    double all = 0;
    for (size_t first = 0; first < parts_.size();) {
        size_t end = first;
        while (end < parts_.size() && parts_[end].layer == parts_[first].layer &&
               parts_[end].column == parts_[first].column) {
            ++end;
        }
        for (size_t j = 0; j < parts_[first].columns; ++j) {
            for (size_t p = first; p < end; ++p) all += sums[parts_[p].sums + j];
        }
        first = end;
    }
    return all;
}

template <class T> double Trainer<T>::objective(const Step &step, size_t number) const {
    double value = 0;
    for (size_t r = 0; r < step.rows; ++r) value += values_[r] * shares_[r];
    if (settings_.l2 != 0 && step.total != 0)
        value += 0.5 * settings_.l2 * norm(squares_[number % 2]) / step.total;
    return value;
}

template <class T> size_t Trainer<T>::advance(const Samples &samples, size_t first, size_t last,
                                              const double *rates, double *losses) {
    reserve(std::min(samples.rows, samples.batch_rows));
    struct Context {
        Trainer *trainer;
        const Samples *samples;
        const double *rates;
        double *losses;
        size_t first, phases_per_step, blocks, n_parts;
        bool clips_norm;
        T scale;
        std::vector<Step> steps;
        std::atomic<size_t> wrong;

        void is_wrong(size_t step) {
            size_t seen = wrong.load(std::memory_order_relaxed);
            while (step < seen && !wrong.compare_exchange_weak(seen, step)) {
            }
        }
    } c{this, &samples, rates, losses, first, 2, 1, parts_.size(), std::isfinite(settings_.norm_limit),
        1,    {},       {last}};
    if (c.clips_norm) c.phases_per_step = 4;
    const size_t rows = std::min(samples.rows, samples.batch_rows);
    const size_t n_threads = products_per_row_ * rows > large ? threads() : 1;
    c.blocks =
        std::min(divide_up(rows, products_.tile_rows), n_threads * divide_up(rows, n_threads * block_rows));

    const Chunk run_chunk = [](void *pointer, size_t phase, size_t chunk, size_t) {
        Context &context = *static_cast<Context *>(pointer);
        Trainer &self = *context.trainer;
        const size_t i = phase / context.phases_per_step, number = context.first + i;
        // Nothing behind a step that went wrong matters.
        if (context.wrong.load(std::memory_order_relaxed) <= number) return;
        const Step &step = context.steps[i];
        switch (phase % context.phases_per_step) {
            case 0:
                return self.run_rows(*context.samples, step, chunk * step.rows / context.blocks,
                                     (chunk + 1) * step.rows / context.blocks);
            case 1:
                if (chunk == context.n_parts) {
                    const double value = self.objective(step, number);
                    context.losses[number] = value;
                    if (!std::isfinite(value)) context.is_wrong(number);
                } else if (!self.update(step, self.parts_[chunk], context.clips_norm, number)) {
                    context.is_wrong(number);
                }
                return;
            case 2: {
                const double norm = std::sqrt(self.norm(self.gradient_squares_));
                const double limit = self.settings_.norm_limit;
                // A norm that is not finite scales nothing: the step that follows is found wrong.
                context.scale = norm <= limit || !std::isfinite(norm) ? T(1) : static_cast<T>(limit / norm);
                return;
            }
            default:
                if (!self.apply(step, self.parts_[chunk], context.scale, number)) context.is_wrong(number);
        }
    };
    std::vector<size_t> chunks;
    while (c.first < last && c.wrong.load() == last) {
        const size_t n = std::min(last - c.first, most_steps);
        c.steps.resize(n);
        chunks.clear();
        for (size_t i = 0; i < n; ++i) {
            prepare(samples, c.steps[i], c.first + i, rates[c.first + i]);
            chunks.push_back(c.blocks);
            chunks.push_back(parts_.size() + 1);
            if (c.clips_norm) {
                chunks.push_back(1);
                chunks.push_back(parts_.size());
            }
        }
        run({run_chunk, &c, chunks.data(), chunks.size()}, n_threads);
        c.first += n;
    }
    return c.wrong.load();
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace multilayer
