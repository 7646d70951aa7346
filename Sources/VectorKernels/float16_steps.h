// The float16 steps of a sum, on float32 lanes. Included once for each level.

#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

/// Rounds to the nearest float16, ties to even.
static inline __attribute__((always_inline)) void round_to_float16(float32_lanes *x) {
#if LEVEL_ROUNDS_DOWN
    enum { nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };
    __m256 lower = _mm256_cvtph_ps(_mm256_cvtps_ph((__m256)x->lo, nearest));
    __m256 upper = _mm256_cvtph_ps(_mm256_cvtps_ph((__m256)x->hi, nearest));
    *x = __builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#elif LEVEL_CONVERTS_FLOAT16
    *x = __builtin_convertvector(__builtin_convertvector(*x, float16_lanes), float32_lanes);
#else
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
#endif
}

/// Flushes subnormal float16 to zeros of the same sign.
static inline __attribute__((always_inline)) void flush_float16(float32_lanes *x) {
    int32_lanes bits = (int32_lanes)*x;
    *x = (float32_lanes)((bits & INT32_MAX) < 0x38800000 ? bits & INT32_MIN : bits);
}

#if LEVEL_ROUNDS_DOWN
/// Between these two calls, which enclose all steps of some sums, float32 operations round down.
static inline __attribute__((always_inline)) unsigned round_down(void) {
    unsigned mode = _mm_getcsr();
    _mm_setcsr((mode & ~_MM_ROUND_MASK) | _MM_ROUND_DOWN);
    return mode;
}

static inline __attribute__((always_inline)) void round_as_before(unsigned mode) { _mm_setcsr(mode); }

/// The float32 below sum + w * x or the one above it, whichever is odd.
static inline __attribute__((always_inline)) __m256 odd_fused(__m256 sum, __m256 w, __m256 x) {
    // Volatile, because otherwise the compiler may move them to where the mode differs.
    __m256 down = sum, minus_up = sum;
    __asm__ volatile("vfmadd231ps %2, %1, %0" : "+x"(down) : "x"(w), "x"(x));
    __asm__ volatile("vfnmsub231ps %2, %1, %0" : "+x"(minus_up) : "x"(w), "x"(x));
    __m256 up = _mm256_xor_ps(minus_up, _mm256_set1_ps(-0.0f));
    __m256 down_is_odd = (__m256)_mm256_slli_epi32((__m256i)down, 31);
    return _mm256_blendv_ps(up, down, down_is_odd);
}
#endif

/// sum = the float16 nearest to sum + w * x.
///
/// The number that is rounded to float16 is the float32 nearest to the exact value, made odd in its last place if it is
/// inexact: then the second rounding equals a single rounding (Boldo and Melquiond, Emulation of a FMA and correctly
/// rounded sums: proved algorithms using rounding to odd, 2008). Of the float32 below and above a value, one is odd; if
/// they are zeros, both even, the upper one is used, as if rounded to nearest.
static inline __attribute__((always_inline)) void float16_fused_step(
    float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
#if LEVEL_ROUNDS_DOWN_AND_UP
    enum { upwards = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC, downwards = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC };
    __m512 up = _mm512_fmadd_round_ps((__m512)*w, (__m512)*x, (__m512)*sum, upwards);
    __m512 down = _mm512_fmadd_round_ps((__m512)*w, (__m512)*x, (__m512)*sum, downwards);
    __mmask16 down_is_odd = _mm512_test_epi32_mask((__m512i)down, _mm512_set1_epi32(1));
    *sum = (float32_lanes)_mm512_mask_mov_ps(up, down_is_odd, down);
#elif LEVEL_ROUNDS_DOWN
    __m256 lower = odd_fused((__m256)sum->lo, (__m256)w->lo, (__m256)x->lo);
    __m256 upper = odd_fused((__m256)sum->hi, (__m256)w->hi, (__m256)x->hi);
    *sum = __builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
    // The product of two float16 is exact in float32. Knuth's TwoSum gives the error of the sum.
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

/// A running sum of `neural-engine-m1`: the accumulated part, and the part that must be rounded before it is added.
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

/// Adds the products of a group, normally of four, rounded together.
static inline __attribute__((always_inline)) void neural_engine_m1_close_group(neural_engine_m1_sum *sum) {
    round_to_float16(&sum->group);
    flush_float16(&sum->group);
    sum->total = sum->total + sum->group;
    sum->group = (float32_lanes)(0.0f);
}

/// value = the sum of `count` products; for several, infinity from 2^15 on.
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
