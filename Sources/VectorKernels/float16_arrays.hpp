// Conversions between arrays of float16 and float32.

#pragma once

#include "forms.hpp"

namespace {

/// By integers, since this processor has no float16.
inline float float32_of_bits(uint16_t bits) {
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16, magnitude = bits & 0x7fff, wide;
    if (magnitude < 0x400) {
        float value = (float)magnitude * 0x1p-24f;
        memcpy(&wide, &value, sizeof wide);
    } else {
        // The exponents' biases are 15 and 127; infinity and NaN have the largest exponent of each.
        wide = (magnitude << 13) + (magnitude < 0x7c00 ? 112u << 23 : 224u << 23);
    }
    wide |= sign;
    float number;
    memcpy(&number, &wide, sizeof number);
    return number;
}

/// The bits of the float16 nearest to a number.
inline uint16_t float16_bits_of(float number) {
    float32_lanes value = (float32_lanes)(number);
    level::round_to_float16(&value);
    float rounded = value[0];
    uint32_t wide;
    memcpy(&wide, &rounded, sizeof wide);
    uint32_t magnitude = wide & 0x7fffffff, narrow;
    if (magnitude >= 0x7f800000)
        narrow = 0x7c00 | (magnitude > 0x7f800000 ? 0x200 | (magnitude >> 13 & 0x3ff) : 0);
    else if (magnitude < 0x38800000)
        narrow = (uint32_t)((rounded < 0 ? -rounded : rounded) * 0x1p24f);
    else
        narrow = (magnitude >> 13) - (112 << 10);
    return (uint16_t)(wide >> 16 & 0x8000) | (uint16_t)narrow;
}

void float32_from_float16(const _Float16 *from, ptrdiff_t count, float *to) {
    if constexpr (level::converts_float16) {
        ptrdiff_t index = 0;
        for (; index + 16 <= count; index += 16)
            stored<float32_lanes>(to + index).lanes =
                __builtin_convertvector(stored<float16_lanes>(from + index).lanes, float32_lanes);
        for (; index < count; index++) to[index] = (float)from[index];
    } else {
        for (ptrdiff_t index = 0; index < count; index++) {
            uint16_t bits;
            memcpy(&bits, from + index, sizeof bits);
            to[index] = float32_of_bits(bits);
        }
    }
}

void float16_from_float32(const float *from, ptrdiff_t count, _Float16 *to) {
    if constexpr (level::converts_float16) {
        ptrdiff_t index = 0;
        for (; index + 16 <= count; index += 16)
            stored<float16_lanes>(to + index).lanes =
                __builtin_convertvector(stored<float32_lanes>(from + index).lanes, float16_lanes);
        for (; index < count; index++) to[index] = (_Float16)from[index];
    } else {
        for (ptrdiff_t index = 0; index < count; index++) {
            uint16_t bits = float16_bits_of(from[index]);
            memcpy(to + index, &bits, sizeof bits);
        }
    }
}

void float16_rounded(const float *numbers, ptrdiff_t count, bool flushes_subnormals, float *rounded) {
    ptrdiff_t index = 0;
    for (; index + 16 <= count; index += 16) {
        float32_lanes lanes = stored<float32_lanes>(numbers + index).lanes;
        level::round_to_float16(&lanes);
        if (flushes_subnormals) flush_float16(&lanes);
        stored<float32_lanes>(rounded + index).lanes = lanes;
    }
    for (; index < count; index++) {
        float32_lanes lanes = (float32_lanes)(numbers[index]);
        level::round_to_float16(&lanes);
        if (flushes_subnormals) flush_float16(&lanes);
        rounded[index] = lanes[0];
    }
}

} // namespace
