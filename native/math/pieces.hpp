// Tables of sixteen numbers: what a polynomial in pieces is made of. coefficients.hpp and
// coefficients_float32.hpp have them.
#pragma once

#include <cstddef>

namespace {

template <unsigned n> struct Pieces {
    float offset;  // the bits of u + offset,
    int shift;     // without so many of them, count the pieces
    alignas(64) float centre[16];
    alignas(64) float lead[16];
    alignas(64) float c[n][16];
};

// The same for float64: n numbers for each of sixteen pieces.
template <size_t n> struct Tables {
    alignas(64) double number[n][16];
};
// Its pieces one after the other.
template <size_t n> struct Transposed {
    alignas(64) double number[16][n];
    constexpr explicit Transposed(const Tables<n> &tables) : number() {
        for (size_t piece = 0; piece < 16; ++piece)
            for (size_t k = 0; k < n; ++k) number[piece][k] = tables.number[k][piece];
    }
};

}  // namespace
