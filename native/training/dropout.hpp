// Dropout: which units of a sample are left out, as a function of a key and of the place alone.
//
// Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3,
// 2011) makes two words of a key and of the counter (unit, row): the first for the unit, the second for the
// unit half a row further on.
#pragma once

#include "simd/vectors.hpp"
#include "training/kernels.hpp"

namespace multilayer {
namespace {

constexpr size_t words_at_once = 64;

MULTILAYER_INLINE uint32_t turned(uint32_t x, int by) { return x << by | x >> (32 - by); }

// The words of units `first`, `first` + 1, ... in one row.
MULTILAYER_INLINE void threefry(uint64_t key, uint32_t first, uint32_t row, uint32_t *low, uint32_t *high) {
    const uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
    const uint32_t keys[] = {k0, k1, 0x1BD11BDA ^ k0 ^ k1};
    constexpr int turns[] = {13, 15, 26, 6, 17, 29, 16, 24};
    for (size_t i = 0; i < words_at_once; ++i) {
        uint32_t x = first + static_cast<uint32_t>(i) + k0, y = row + k1;
#pragma GCC unroll 5
        for (uint32_t group = 0; group < 5; ++group) {
#pragma GCC unroll 4
            for (uint32_t round = 0; round < 4; ++round) {
                x += y;
                y = turned(y, turns[group % 2 * 4 + round]) ^ x;
            }
            x += keys[(group + 1) % 3];
            y += keys[(group + 2) % 3] + group + 1;
        }
        low[i] = x;
        high[i] = y;
    }
}

// Inverted dropout: what stays is divided by its share, so that predicting needs no change.
template <class T> void drop(const DropoutRows<T> &rows) {
    const uint32_t least = static_cast<uint32_t>(rows.share * 0x1p32);
    const T scale = static_cast<T>(1.0 / (1.0 - rows.share));
    const size_t half = (rows.units + 1) / 2;
    uint32_t words[2][words_at_once];
    for (size_t r = rows.first; r < rows.end; ++r) {
        for (size_t first = 0; first < half; first += words_at_once) {
            threefry(rows.key, static_cast<uint32_t>(first), static_cast<uint32_t>(r), words[0], words[1]);
            for (size_t side = 0; side < 2; ++side) {
                const size_t at = side * half + first, end = side == 0 ? half : rows.units;
                const size_t n = at >= end ? 0 : end - at < words_at_once ? end - at : words_at_once;
                const T *x = rows.x + r * rows.stride + at;
                T *y = rows.y + r * rows.stride + at;
                for (size_t i = 0; i < n; ++i) y[i] = x[i] * (words[side][i] >= least ? scale : T(0));
            }
        }
    }
}

}  // namespace
}  // namespace multilayer
