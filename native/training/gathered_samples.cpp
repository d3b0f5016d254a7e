#include "training/gathered_samples.hpp"

#include <algorithm>

namespace multilayer {
namespace {

template <class From, class To> void copy_numbers(const Numbers &from, size_t row, size_t columns, To *to) {
    const From *p = static_cast<const From *>(from.data) + static_cast<ptrdiff_t>(row) * from.row_stride;
    if (from.column_stride == 1) {
        for (size_t j = 0; j < columns; ++j) to[j] = static_cast<To>(p[j]);
    } else {
        for (size_t j = 0; j < columns; ++j)
            to[j] = static_cast<To>(p[static_cast<ptrdiff_t>(j) * from.column_stride]);
    }
}
template <class To> void copy_row(const Numbers &from, size_t row, size_t columns, To *to) {
    if (from.is_double)
        copy_numbers<double>(from, row, columns, to);
    else
        copy_numbers<float>(from, row, columns, to);
}

size_t row_of(const Samples &samples, size_t at) {
    return samples.order == nullptr ? at : static_cast<size_t>(samples.order[at]);
}

}  // namespace

template <class T>
GatheredSamples<T>::GatheredSamples(size_t inputs, size_t units, const TrainingSettings &settings)
    : settings_(settings),
      kernels_(training_kernels_of<T>()),
      inputs_(inputs),
      units_(units),
      x_stride_(stride_of_rows<T>(inputs)) {}

template <class T> void GatheredSamples<T>::reserve(size_t rows, size_t copies) {
    if (rows <= rows_ && copies <= copies_) return;
    rows = std::max(rows, rows_);
    copies = std::max(copies, copies_);
    Layout<T> layout;
    layout.place(copies * rows * x_stride_);
    AlignedNumbers<T> numbers(layout.size());
    AlignedNumbers<int64_t> classes(rows);
    AlignedNumbers<double> targets(rows * units_), shares(rows);
    numbers_ = std::move(numbers);
    classes_ = std::move(classes);
    targets_ = std::move(targets);
    shares_ = std::move(shares);
    rows_ = rows;
    copies_ = copies;
}

template <class T> bool GatheredSamples<T>::gather_x(const Samples &samples, const TrainingStep<T> &step,
                                                     size_t first, size_t end, size_t copy) {
    const Numbers &x = samples.x;
    const size_t first_row = step.first_row;
    T *to = numbers_.get() + (copy * rows_ + first) * x_stride_;
    if (x.is_double == (sizeof(T) == sizeof(double)) && x.column_stride == 1) {
        return kernels_.copy_rows({static_cast<const T *>(x.data), x.row_stride, samples.order,
                                   first_row + first, first_row + end, samples.rows, inputs_, to, x_stride_});
    }
    for (size_t r = first; r < end; ++r)
        copy_row(x, row_of(samples, first_row + r), inputs_, to + (r - first) * x_stride_);
    // The padding of rows is 0.
    return kernels_.is_overflow_safe(to, (end - first) * x_stride_, safe_signal<T>);
}

template <class T> void GatheredSamples<T>::gather_targets(const Samples &samples,
                                                           const TrainingStep<T> &step, size_t first,
                                                           size_t end) {
    const double equal_share = 1.0 / static_cast<double>(step.rows);
    for (size_t r = first; r < end; ++r) {
        const size_t row = row_of(samples, step.first_row + r);
        shares_[r] = samples.weights == nullptr ? equal_share
                     : step.total != 0          ? samples.weights[row] / step.total
                                                : 0.0;
        if (samples.classes != nullptr) {
            classes_[r] = samples.classes[row];
        } else if (samples.targets.data != nullptr) {
            double *targets = targets_.get() + r * units_;
            copy_row(samples.targets, row, units_, targets);
            for (size_t j = 0; j < units_; ++j)
                targets[j] = targets[j] * settings_.target_scale + settings_.target_offset;
        }
    }
}

template class GatheredSamples<float>;
template class GatheredSamples<double>;

}  // namespace multilayer
