// The samples of a batch: x in rows of the network's own type, and what the loss asks for.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/aligned_numbers.hpp"
#include "runtime/cache.hpp"
#include "training/settings.hpp"

namespace multilayer {

// From one row of so many columns to the next: whole cache lines, and none that drive each other out.
template <class T> size_t stride_of_rows(size_t columns) {
    return good_stride<T>(round_up(columns, cache_line / sizeof(T)));
}

template <class T> class GatheredSamples {
   public:
    GatheredSamples(size_t inputs, size_t units, const TrainingSettings &settings);

    // Memory for that many rows, and for so many copies of x. Throws std::bad_alloc, and nothing is lost
    // then.
    void reserve(size_t rows, size_t copies);
    void release() { numbers_ = {}, classes_ = {}, targets_ = {}, shares_ = {}, rows_ = copies_ = 0; }
    size_t bytes() const { return numbers_.bytes() + classes_.bytes() + targets_.bytes() + shares_.bytes(); }

    // Rows `first` to `end` of a batch; whether all their numbers are overflow-safe.
    bool gather_x(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end,
                  size_t copy = 0);
    void gather_targets(const Samples &samples, const TrainingStep<T> &step, size_t first, size_t end);

    const T *x(size_t copy) const { return numbers_.get() + copy * rows_ * x_stride_; }
    size_t x_stride() const { return x_stride_; }
    const int64_t *classes(size_t row) const { return classes_.get() + row; }
    const double *targets(size_t row) const { return targets_.get() + row * units_; }
    const double *shares(size_t row) const { return shares_.get() + row; }

   private:
    const TrainingSettings &settings_;
    TrainingKernels<T> kernels_;
    size_t inputs_, units_, x_stride_, rows_ = 0, copies_ = 0;
    AlignedNumbers<T> numbers_;
    AlignedNumbers<int64_t> classes_;
    AlignedNumbers<double> targets_, shares_;  // of the classes or numbers to learn; of each row in the mean
};

extern template class GatheredSamples<float>;
extern template class GatheredSamples<double>;

}  // namespace multilayer
