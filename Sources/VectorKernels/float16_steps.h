// The float16 steps of a sum, on float32 lanes. Included once for each level.

#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

/// Rounds to the nearest number that float16 holds, ties to even.
static inline __attribute__((always_inline)) void round_to_float16(float32_lanes *x) {
#if LEVEL_CONVERTS_FLOAT16
    *x = __builtin_convertvector(__builtin_convertvector(*x, float16_lanes), float32_lanes);
#else
    int32_lanes bits = (int32_lanes)*x;
    int32_lanes sign = bits & INT32_MIN;
    int32_lanes magnitude = bits & INT32_MAX;
    // Keeps 10 of 23 bits of the fraction; what overflows float16 becomes infinity.
    int32_lanes normal = (magnitude + 0xfff + ((magnitude >> 13) & 1)) & ~0x1fff;
    normal = normal >= 0x47800000 ? (int32_lanes)(0x7f800000) : normal;
    // Below 2^-14 float16 has steps of 2^-24, which are those of float32 around 0.75.
    int32_lanes subnormal = (int32_lanes)(((float32_lanes)magnitude + 0.75f) - 0.75f);
    int32_lanes rounded = magnitude < 0x38800000 ? subnormal : normal;
    *x = (float32_lanes)(sign | (magnitude > 0x7f800000 ? magnitude : rounded));
#endif
}

/// Makes subnormal float16 zeros of the same sign.
static inline __attribute__((always_inline)) void flush_float16(float32_lanes *x) {
    int32_lanes bits = (int32_lanes)*x;
    *x = (float32_lanes)((bits & INT32_MAX) < 0x38800000 ? bits & INT32_MIN : bits);
}

/// sum = the float16 nearest to sum + w * x.
///
/// What is rounded to float16 is the float32 nearest to the exact value, made odd in its last place where it is not
/// exact: then the second rounding gives what one rounding would (Boldo and Melquiond, Emulation of a FMA and
/// correctly rounded sums: proved algorithms using rounding to odd, 2008).
static inline __attribute__((always_inline)) void float16_fused_step(
    float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
#if LEVEL_ROUNDS_DOWN_AND_UP
    // Of the float32 below and above a value one is odd. Zeros are even, so that an exact 0 is the one from above, as
    // if rounded to nearest.
    enum { upwards = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC, downwards = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC };
    __m512 up = _mm512_fmadd_round_ps((__m512)*w, (__m512)*x, (__m512)*sum, upwards);
    __m512 down = _mm512_fmadd_round_ps((__m512)*w, (__m512)*x, (__m512)*sum, downwards);
    __mmask16 down_is_odd = _mm512_test_epi32_mask((__m512i)down, _mm512_set1_epi32(1));
    *sum = (float32_lanes)_mm512_mask_mov_ps(up, down_is_odd, down);
#else
#if LEVEL_FINDS_LANES
    // Rounding twice goes wrong only where the float32 lies midway between two float16, as one in 8192 does, or where
    // these are closer together than elsewhere.
    float32_lanes nearest = __builtin_elementwise_fma(*x, *w, *sum);
    uint32_lanes bits = (uint32_lanes)nearest;
    int32_lanes midway = (bits << 19) == 0x80000000;
    int32_lanes subnormal = __builtin_elementwise_abs(nearest) < 0x1p-14f;
    if (__builtin_expect(!any_lane(midway | subnormal), 1)) {
        *sum = nearest;
        round_to_float16(sum);
        return;
    }
#endif
    // The product of two float16 is exact in float32. The error of the sum is that of Knuth's TwoSum.
    float32_lanes a = *sum;
    float32_lanes p = *w * *x;
    float32_lanes s = p + a;
    float32_lanes b = s - p;
    float32_lanes c = s - b;
    float32_lanes d = p - c;
    float32_lanes e = a - b;
    float32_lanes error = d + e;
    // Not where the error is NaN, for then the sum is infinite or NaN itself.
    int32_lanes inexact = (error < 0) | (error > 0);
    int32_lanes towards_zero = ((int32_lanes)error ^ (int32_lanes)s) >> 31;
    int32_lanes odd = ((int32_lanes)s + (towards_zero & inexact)) | (inexact & 1);
    *sum = (float32_lanes)odd;
#endif
    round_to_float16(sum);
}

/// sum = the float16 nearest to sum + the float16 nearest to w * x.
static inline __attribute__((always_inline)) void float16_multiply_add_step(
    float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
    float32_lanes product = *w * *x;
    round_to_float16(&product);
    *sum = *sum + product;
    round_to_float16(sum);
}

/// A sum of `neural-engine-m1` under way: what has been added up, and what has yet to be rounded before it is.
typedef struct {
    float32_lanes total;
    float32_lanes group;
} neural_engine_m1_sum;

static inline __attribute__((always_inline)) void neural_engine_m1_start(
    neural_engine_m1_sum *sum, const float32_lanes_in_memory *start) {
    sum->total = *start;
    sum->group = (float32_lanes)(0.0f);
}

static inline __attribute__((always_inline)) void neural_engine_m1_step(
    neural_engine_m1_sum *sum, const float32_lanes *w, const float32_lanes *x) {
    sum->group = __builtin_elementwise_fma(*x, *w, sum->group);
}

/// Adds the products of a group, of four where there are as many, rounded as one.
static inline __attribute__((always_inline)) void neural_engine_m1_close_group(neural_engine_m1_sum *sum) {
    round_to_float16(&sum->group);
    flush_float16(&sum->group);
    sum->total = sum->total + sum->group;
    sum->group = (float32_lanes)(0.0f);
}

/// value = the sum of `count` products; if of several, an infinity from 2^15 on.
static inline __attribute__((always_inline)) void neural_engine_m1_finish(
    neural_engine_m1_sum *sum, ptrdiff_t count, float32_lanes *value) {
    if (count % 4 != 0) neural_engine_m1_close_group(sum);
    *value = sum->total;
    if (count < 2) return;
    int32_lanes bits = (int32_lanes)sum->total;
    int32_lanes magnitude = bits & INT32_MAX;
    int32_lanes overflows = (magnitude >= 0x47000000) & (magnitude <= 0x7f800000);
    *value = (float32_lanes)(overflows ? (bits & INT32_MIN) | 0x7f800000 : bits);
}
