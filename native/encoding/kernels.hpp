// Numbers of a table as inputs of a network: what one instruction-set level offers.
//
// Everything is computed as in backend/encoding.py, operation by operation, so that the bits are the same.
#pragma once

#include <cstddef>

namespace multilayer {

// The inputs of row r are at out[r * stride] and behind it.
struct EncodingKernels {
    // z = (x - center) scale, rounded to float32, then z / sqrt(1 + (z/3)^2); 0 for nan.
    void (*scaled)(const double *x, size_t rows, double center, double scale, float *out, ptrdiff_t stride);
    // clip((x - b[t]) / (b[t + 1] - b[t]), 0, 1) for each of `bins` bins with the edges b; `middle` stands for nan.
    void (*binned)(const double *x, size_t rows, double middle, const double *edges, size_t bins, float *out,
                   ptrdiff_t stride);
};

// Those of the level in use, or null while there is none.
const EncodingKernels *encoding_kernels();

}  // namespace multilayer
