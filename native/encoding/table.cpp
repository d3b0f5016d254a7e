// The kernels that encode numbers, of one instruction-set level; compiled once per level.
//
// Loops of a fixed length, which compilers turn into registers of numbers. A comparison with nan is false.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "encoding/kernels.hpp"
#include "runtime/levels.hpp"

namespace multilayer {
namespace {

constexpr size_t together = 16;

// Beyond it the clipped value is its limit to the last bit, and squares must not overflow.
constexpr float farthest = 1e9f, ninth = static_cast<float>(1.0 / 9.0);

inline float clipped_smoothly(float z) {
    z = z > farthest ? farthest : z;
    z = z < -farthest ? -farthest : z;
    z /= std::sqrt(z * z * ninth + 1.0f);
    return z == z ? z : 0.0f;
}

void scaled(const double *x, size_t rows, double center, double scale, float *out, ptrdiff_t stride) {
    float z[together];
    for (size_t row = 0; row < rows; row += together) {
        const size_t n = std::min(together, rows - row);
        double some[together] = {};
        std::memcpy(some, x + row, n * sizeof(double));
        for (size_t i = 0; i < together; ++i)
            z[i] = clipped_smoothly(static_cast<float>((some[i] - center) * scale));
        for (size_t i = 0; i < n; ++i) out[static_cast<ptrdiff_t>(row + i) * stride] = z[i];
    }
}

void binned(const double *x, size_t rows, double middle, const double *edges, size_t bins, float *out,
            ptrdiff_t stride) {
    const size_t padded = (bins + together - 1) / together * together;
    std::vector<double> low(padded), inverse(padded);
    for (size_t t = 0; t < bins; ++t) {
        low[t] = edges[t];
        inverse[t] = 1.0 / (edges[t + 1] - edges[t]);
    }
    for (size_t row = 0; row < rows; ++row, out += stride) {
        double value = x[row] == x[row] ? x[row] : middle;
        value = value < edges[0] ? edges[0] : value;
        value = value > edges[bins] ? edges[bins] : value;
        for (size_t t = 0; t < bins; t += together) {
            float shares[together];
            for (size_t i = 0; i < together; ++i) {
                double share = (value - low[t + i]) * inverse[t + i];
                share = share > 0.0 ? share : 0.0;
                share = share < 1.0 ? share : 1.0;
                shares[i] = static_cast<float>(share);
            }
            if (bins - t >= together)
                std::memcpy(out + t, shares, sizeof shares);
            else
                std::memcpy(out + t, shares, (bins - t) * sizeof(float));
        }
    }
}

}  // namespace

extern const EncodingKernels MULTILAYER_AT_LEVEL(encoding_kernels);
const EncodingKernels MULTILAYER_AT_LEVEL(encoding_kernels) = {scaled, binned};

}  // namespace multilayer
