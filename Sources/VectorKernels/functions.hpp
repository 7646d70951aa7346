// Functions of float64 numbers.

#pragma once

#include "lanes.hpp"

namespace {

/// sum = the polynomial of x with these coefficients, the highest power's first.
template <int count, class Lanes>
ALWAYS_INLINE void sum_polynomial(const double (&coefficients)[count], const Lanes *x, Lanes *sum) {
    *sum = (Lanes)(coefficients[0]);
    // Not unrolled, so that the compiler keeps this order: a step of every register before the next of any of them, which
    // waits for its own last one.
#pragma clang loop unroll(disable)
    for (int i = 1; i < count; i++) *sum = __builtin_elementwise_fma(*sum, *x, (Lanes)(coefficients[i]));
}

/// A number plus this is rounded to an integer, which is then in the last bits of the sum.
constexpr double to_whole = 0x1.8p52;

/// e^x = 2^n power, where n is the integer nearest to x / ln 2, and power = e^r is its Taylor polynomial of degree 13,
/// which omits less than 2^-57 for |r| < 0.347.
///
/// - Parameter n: plus the bits of `to_whole`, whose last ones are zeros.
template <class Lanes>
ALWAYS_INLINE void split_power_of_e(const Lanes *x, Lanes *power, lanes_like<uint64_t, Lanes> *n) {
    Lanes sum = __builtin_elementwise_fma(*x, (Lanes)(0x1.71547652b82fep0), (Lanes)(to_whole));
    Lanes whole = sum - to_whole;
    // ln 2 in two parts.
    Lanes r = __builtin_elementwise_fma(whole, (Lanes)(-0x1.62e42fefa39efp-1), *x);
    r = __builtin_elementwise_fma(whole, (Lanes)(-0x1.abc9e3b39803fp-56), r);

    static constexpr double inverse_factorials[] = {
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
        1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};
    sum_polynomial(inverse_factorials, &r, power);
    *n = (lanes_like<uint64_t, Lanes>)sum;
}

/// Raises e to each number.
template <class Lanes> ALWAYS_INLINE void raise_e_to(Lanes *numbers) {
    using uint64 = lanes_like<uint64_t, Lanes>;
    Lanes x = *numbers, power;
    // Beyond these, every e^x is infinite, or 0. NaN stays NaN.
    x = x > 710.0 ? (Lanes)(710.0) : x;
    x = x < -746.0 ? (Lanes)(-746.0) : x;
    uint64 n;
    split_power_of_e(&x, &power, &n);

    // 2^n as the product of two factors, since the largest and the smallest n exceed float64's exponents.
    uint64 exponent = n - (uint64)(Lanes)(to_whole) + 2 * 1023, first = exponent >> 1;
    *numbers = power * (Lanes)(first << 52) * (Lanes)((exponent - first) << 52);
}

/// Raises e to each float32: gives the float32 nearest to what `raise_e_to` gives.
template <class Lanes> ALWAYS_INLINE void raise_e_to_float32(Lanes *numbers) {
    using float64 = lanes_like<double, Lanes>;
    using uint64 = lanes_like<uint64_t, Lanes>;
    Lanes x = *numbers;
    // Beyond these, every e^x is infinite, or 0, as a float32. NaN stays NaN.
    x = x > 150.0f ? (Lanes)(150.0f) : x;
    x = x < -150.0f ? (Lanes)(-150.0f) : x;
    float64 wide = __builtin_convertvector(x, float64), power;
    uint64 n;
    split_power_of_e(&wide, &power, &n);

    // 2^n power is a normal float64, so that n adds to its exponent. The last bits of a NaN that was a float32 are 0.
    *numbers = __builtin_convertvector((float64)((uint64)power + (n << 52)), Lanes);
}

/// erf of each number x. With a = |x|: a P(a^2) where a < 1, which omits less than 2^-56 of it; else 1 - e^-Q(a), where
/// Q(a) is about -log(erfc(a)), which omits less than 2^-56. `validation/make_error_function.py` makes P and Q.
template <class Lanes> ALWAYS_INLINE void apply_error_function(Lanes *numbers) {
    static constexpr double near_0[] = {
        -0x1.abacf49467356p-31, 0x1.d71a995a55791p-27, -0x1.5c071557849fcp-23, 0x1.b97fd0dfdf443p-20,
        -0x1.f4ca4d1f1d695p-17, 0x1.f9a2baa38e6b6p-14, -0x1.c02db03d998cdp-11, 0x1.565bccf929654p-8,
        -0x1.b82ce311fa80fp-6, 0x1.ce2f21a040d0cp-4, -0x1.812746b0379bdp-2, 0x1.20dd750429b6dp0};
    static constexpr double beyond_1[] = {
        0x1.58e789d0da7p-38, -0x1.bf6ec1c7b41b7p-33, 0x1.0d200fc636b8dp-28, -0x1.8d1b50cf6b4b6p-25,
        0x1.8f4965079842fp-22, -0x1.1d9896de1db3ep-19, 0x1.21bd6e0fbfc6fp-17, -0x1.7d2bee5ba9953p-16,
        0x1.4fb2cc82434f2p-16, 0x1.1c495198f7e2p-13, -0x1.94740baa6bae6p-11, 0x1.f6817c72eeab3p-10,
        -0x1.af87c236e19eap-12, -0x1.371fd761655b8p-6, 0x1.a4ac00664bbdp-4, 0x1.45f62b82d3567p-1,
        0x1.20dd1f5c0d20dp0, 0x1.0f8630858c0fcp-21};
    Lanes x = *numbers, a = __builtin_elementwise_abs(x), square = x * x;
    Lanes ratio;
    sum_polynomial(near_0, &square, &ratio);
    Lanes y = x * ratio;
    if (__builtin_reduce_max(a) >= 1) {
        // Beyond 6, where Q is above 38, the nearest float64 to 1 - e^-Q is 1.
        Lanes logarithm;
        sum_polynomial(beyond_1, &a, &logarithm);
        Lanes rest = -logarithm;
        raise_e_to(&rest);
        y = a >= 1.0 ? __builtin_elementwise_copysign(1 - rest, x) : y;
    }
    *numbers = y;
}

/// y[i] = f(x[i]); the lanes beyond the last number are zeros.
template <void (*f)(float64_lanes *)> void apply_to_all(const double *x, ptrdiff_t count, double *y) {
    for (ptrdiff_t first = 0; first < count; first += vk_channel_block) {
        size_t size = sizeof(double) * smaller<ptrdiff_t>(count - first, vk_channel_block);
        float64_lanes numbers = (float64_lanes)(0.0);
        memcpy(&numbers, x + first, size);
        f(&numbers);
        memcpy(y + first, &numbers, size);
    }
}

} // namespace
