// Tables of sixteen numbers: what a polynomial in pieces is made of. coefficients_float32.hpp has them.
#pragma once

namespace {

template <unsigned n> struct Pieces {
    float offset;  // the bits of u + offset,
    int shift;     // without so many of them, count the pieces
    alignas(64) float centre[16];
    alignas(64) float lead[16];
    alignas(64) float c[n][16];
};

}  // namespace
