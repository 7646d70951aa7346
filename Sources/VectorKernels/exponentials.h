// e^x in float64. Included once for each level.

#include "lanes.h"

typedef uint64_t uint64_lanes __attribute__((ext_vector_type(16)));

#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)

/// Raises e to each number x: e^x = 2^n e^r, where n is the integer nearest to x / ln 2, and e^r is its Taylor
/// polynomial of degree 13, which omits less than 2^-57 for |r| < 0.347.
static inline __attribute__((always_inline)) void raise_e_to(float64_lanes *numbers) {
    float64_lanes x = *numbers;
    // Beyond these, every e^x is infinite, or 0. NaN stays NaN.
    x = x > 710.0 ? (float64_lanes)(710.0) : x;
    x = x < -746.0 ? (float64_lanes)(-746.0) : x;

    // Adding this rounds a number to an integer, which is then in the last bits of the sum.
    float64_lanes to_whole = (float64_lanes)(0x1.8p52);
    float64_lanes sum = FMA(x, (float64_lanes)(0x1.71547652b82fep0), to_whole);
    float64_lanes n = sum - to_whole;
    // ln 2 in two parts.
    float64_lanes r = FMA(n, (float64_lanes)(-0x1.62e42fefa39efp-1), x);
    r = FMA(n, (float64_lanes)(-0x1.abc9e3b39803fp-56), r);

    static const double inverse_factorials[] = {
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
        1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};
    float64_lanes power = (float64_lanes)(inverse_factorials[0]);
#pragma clang loop unroll(full)
    for (int i = 1; i < 14; i++) power = FMA(power, r, (float64_lanes)(inverse_factorials[i]));

    // 2^n as the product of two factors, since the largest and the smallest n exceed float64's exponents.
    uint64_lanes exponent = (uint64_lanes)sum - (uint64_lanes)to_whole + 2 * 1023, first = exponent >> 1;
    *numbers = power * (float64_lanes)(first << 52) * (float64_lanes)((exponent - first) << 52);
}

static void exponentials(const double *x, ptrdiff_t count, double *y) {
    for (ptrdiff_t first = 0; first < count; first += vk_channel_block) {
        size_t size = sizeof(double) * (count - first < vk_channel_block ? count - first : vk_channel_block);
        float64_lanes powers = (float64_lanes)(0.0);
        __builtin_memcpy(&powers, x + first, size);
        raise_e_to(&powers);
        __builtin_memcpy(y + first, &powers, size);
    }
}

#undef FMA
