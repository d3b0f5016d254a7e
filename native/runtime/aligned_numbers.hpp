// Memory for numbers that threads read and write.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

#include "runtime/cache.hpp"
#include "runtime/integers.hpp"

namespace multilayer {

// Numbers that start at a pair of cache lines, all 0 at first. Throws std::bad_alloc.
template <class T> class AlignedNumbers {
   public:
    AlignedNumbers() = default;
    explicit AlignedNumbers(size_t n)
        : memory_(static_cast<T *>(::operator new(n * sizeof(T), std::align_val_t(line_pair)))), size_(n) {
        std::memset(static_cast<void *>(memory_.get()), 0, n * sizeof(T));
    }
    T *get() const { return memory_.get(); }
    T &operator[](size_t i) const { return memory_[i]; }
    size_t size() const { return size_; }
    size_t bytes() const { return size_ * sizeof(T); }

   private:
    struct Release {
        void operator()(T *p) const { ::operator delete(p, std::align_val_t(line_pair)); }
    };
    std::unique_ptr<T[], Release> memory_;
    size_t size_ = 0;
};

// Places one array of numbers after another, each at a pair of cache lines.
template <class T> class Layout {
   public:
    size_t place(size_t n) {
        const size_t at = size_;
        size_ += round_up(n, line_pair / sizeof(T));
        return at;
    }
    // A read of a whole panel never goes beyond the end.
    size_t size() const { return size_ + 4 * cache_line; }

   private:
    size_t size_ = 0;
};

}  // namespace multilayer
