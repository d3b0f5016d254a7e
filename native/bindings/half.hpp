// float16 to float32 and back, on any processor.
#pragma once

#include <cstdint>
#include <cstring>

namespace {

inline float bits_as_float(uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}
inline uint32_t float_as_bits(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

inline float half_to_float(uint16_t half) {
    const uint32_t sign = (half & 0x8000u) << 16, rest = (half & 0x7fffu) << 13;
    if (rest >= 0x7c00u << 13) return bits_as_float(sign | 0x7f800000u | rest);  // inf, nan
    // The exponent is 112 too small; a product mends that for subnormal numbers too, exactly.
    return bits_as_float(sign | float_as_bits(bits_as_float(rest) * 0x1p112f));
}

// To the nearest, ties to even.
inline uint16_t float_to_half(float x) {
    const uint32_t bits = float_as_bits(x), sign = (bits >> 16) & 0x8000u;
    uint32_t rest = bits & 0x7fffffffu;
    if (rest > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u | ((rest >> 13) & 0x3ffu));
    if (rest >= 0x47800000u) return static_cast<uint16_t>(sign | 0x7c00u);  // 65536 and above
    if (rest < 0x38800000u) {
        // Subnormal: adding 1/2 lets the processor round at the last place that float16 has.
        return static_cast<uint16_t>(sign | (float_as_bits(bits_as_float(rest) + 0.5f) - 0x3f000000u));
    }
    rest += 0xfffu + ((rest >> 13) & 1);
    return static_cast<uint16_t>(sign | ((rest - (112u << 23)) >> 13));
}

}  // namespace
