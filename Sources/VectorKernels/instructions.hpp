#pragma once

#include "lanes.hpp"

namespace {

/// What kernels compute alike on processors without instructions for it. A level hides what it computes by its own.
struct common_instructions {
    /// sum = sum + w * x, rounded once.
    template <class Lanes> static ALWAYS_INLINE void fused_step(Lanes *sum, const Lanes *w, const Lanes *x) {
        *sum = __builtin_elementwise_fma(*x, *w, *sum);
    }

    /// Whether float32 must round down while odd sums are computed: between these two calls, which enclose all of them.
    static constexpr bool odd_sums_round_down = false;
    static ALWAYS_INLINE unsigned round_down() { return 0; }
    static ALWAYS_INLINE void round_as_before(unsigned) {}

    /// sum = the float32 below sum + w * x or the one above it, whichever is odd, or their exact sum. The factors and
    /// the sum are float16.
    ///
    /// The product of two float16 is exact in float32. Knuth's TwoSum gives the error of the sum.
    static ALWAYS_INLINE void odd_fused_step(float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
        float32_lanes a = *sum;
        float32_lanes p = *w * *x;
        float32_lanes s = p + a;
        float32_lanes b = s - p;
        float32_lanes c = s - b;
        float32_lanes d = p - c;
        float32_lanes e = a - b;
        float32_lanes error = d + e;
        // Unless the error is NaN, since the sum is then infinite or NaN itself.
        int32_lanes inexact = (error < 0) | (error > 0);
        int32_lanes towards_zero = ((int32_lanes)error ^ (int32_lanes)s) >> 31;
        int32_lanes odd = ((int32_lanes)s + (towards_zero & inexact)) | (inexact & 1);
        *sum = (float32_lanes)odd;
    }
};

/// Rounding to the nearest float16, ties to even, where a processor converts to float16 and back.
struct float16_by_conversion {
    static constexpr bool converts_float16 = true;

    static ALWAYS_INLINE void round_to_float16(float32_lanes *x) {
        *x = __builtin_convertvector(__builtin_convertvector(*x, float16_lanes), float32_lanes);
    }
};

/// The same where it does not.
struct float16_by_bits {
    static constexpr bool converts_float16 = false;

    static ALWAYS_INLINE void round_to_float16(float32_lanes *x) {
        int32_lanes bits = (int32_lanes)*x;
        int32_lanes sign = bits & INT32_MIN;
        int32_lanes magnitude = bits & INT32_MAX;
        // Keeps 10 of the fraction's 23 bits; overflow of float16 becomes infinity.
        int32_lanes normal = (magnitude + 0xfff + ((magnitude >> 13) & 1)) & ~0x1fff;
        normal = normal >= 0x47800000 ? (int32_lanes)(0x7f800000) : normal;
        // Below 2^-14, float16 has steps of 2^-24, like float32 around 0.75.
        int32_lanes subnormal = (int32_lanes)(((float32_lanes)magnitude + 0.75f) - 0.75f);
        int32_lanes rounded = magnitude < 0x38800000 ? subnormal : normal;
        *x = (float32_lanes)(sign | (magnitude > 0x7f800000 ? magnitude : rounded));
    }
};

} // namespace
