// Memory that is used again.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "runtime/cache.hpp"

namespace multilayer {

// Grows as needed, and is never given back before its thread ends. Throws std::bad_alloc.
class Scratch {
   public:
    void *get(size_t bytes) {
        if (bytes > size_) {
            memory_.reset();
            size_ = 0;
            memory_.reset(::operator new(bytes, std::align_val_t(cache_line)));
            size_ = bytes;
        }
        return memory_.get();
    }

   private:
    struct AlignedBytes {
        void operator()(void *p) const { ::operator delete(p, std::align_val_t(cache_line)); }
    };
    std::unique_ptr<void, AlignedBytes> memory_;
    size_t size_ = 0;
};

}  // namespace multilayer
