// Comparisons of arrays of float64: eight elements at once, whose results are then taken in the arrays' order.

#pragma once

#include "lanes.hpp"

namespace {

typedef int64_t int64_half __attribute__((ext_vector_type(8)));
typedef uint64_t uint64_half __attribute__((ext_vector_type(8)));
constexpr ptrdiff_t compared_at_once = 8;
constexpr int float64_bias = 1023, float64_fraction_bits = 52;

/// x = |x|.
ALWAYS_INLINE void drop_signs(float64_half *x) { *x = (float64_half)((int64_half)*x & INT64_MAX); }

ALWAYS_INLINE bool any(const int64_half &mask) {
    int64_t together = 0;
#pragma clang loop unroll(full)
    for (int i = 0; i < compared_at_once; i++) together |= mask[i];
    return together != 0;
}

/// The elements from `first` on, with zeros behind the last.
ALWAYS_INLINE void load(const double *numbers, ptrdiff_t first, ptrdiff_t count, float64_half *lanes) {
    if (first + compared_at_once <= count) {
        *lanes = stored<float64_half>(numbers + first).lanes;
        return;
    }
    *lanes = (float64_half)(0.0);
    for (ptrdiff_t i = 0; first + i < count; i++) (*lanes)[i] = numbers[first + i];
}

/// A format's numbers on a scale where neighbours are 1 apart.
class format_scale {
    int fraction_bits;
    /// The exponents of the smallest normal number and of what is too large, as float64 stores them.
    uint64_t least, beyond;

  public:
    explicit format_scale(vk_format format) : fraction_bits(format.fraction_bits) {
        uint64_t bias = ((uint64_t)1 << (format.exponent_bits - 1)) - 1;
        least = float64_bias - bias + 1;
        beyond = float64_bias + bias + 1;
    }

    /// The places of |x|, each rounded to nearest, ties to even.
    ALWAYS_INLINE void find(const float64_half &x, uint64_half *places) const {
        float64_half magnitude = x;
        drop_signs(&magnitude);
        if (fraction_bits == float64_fraction_bits) {
            *places = (uint64_half)magnitude;
            return;
        }
        uint64_t shift = float64_fraction_bits - fraction_bits;
        // From there on all numbers are rounded to infinity.
        float64_half limit = (float64_half)(uint64_half)(beyond << float64_fraction_bits);
        magnitude = magnitude < limit ? magnitude : limit;
        uint64_half exponent = (uint64_half)magnitude >> float64_fraction_bits;
        exponent = exponent > least ? exponent : (uint64_half)least;
        // Adding a number whose last bit is the format's at this magnitude rounds to that bit.
        uint64_half rounder_bits = (exponent + shift) << float64_fraction_bits;
        float64_half rounder = (float64_half)(rounder_bits | (uint64_t)1 << (float64_fraction_bits - 1));
        float64_half rounded = (magnitude + rounder) - rounder;
        rounded = rounded < limit ? rounded : limit;
        // A subnormal number counts its steps from 0, as one of the least normal exponent does from there.
        float64_half least_normal = (float64_half)(uint64_half)(least << float64_fraction_bits);
        int64_half is_normal = rounded >= least_normal;
        float64_half normal = is_normal ? rounded : rounded + least_normal;
        uint64_half origin = is_normal ? (uint64_half)(least - 1) : (uint64_half)least;
        *places = ((uint64_half)normal >> shift) - (origin << (uint64_t)fraction_bits);
    }
};

/// Counts the exponents of numbers that are not below 0; zeros and infinities have none.
ALWAYS_INLINE void count_exponents(const float64_half &x, ptrdiff_t *exponents) {
    uint64_half stored_exponents = (uint64_half)x >> float64_fraction_bits;
    int64_half are_positive = x > 0;
    if (!any((are_positive & (stored_exponents == 0)) | (stored_exponents == 2 * float64_bias + 1))) {
        // A zero adds 0, to any of them.
        for (ptrdiff_t i = 0; i < compared_at_once; i++)
            exponents[stored_exponents[i] + float64_fraction_bits - 1] -= are_positive[i];
        return;
    }
    for (ptrdiff_t i = 0; i < compared_at_once; i++) {
        if (!are_positive[i] || x[i] == __builtin_inf()) continue;
        // A subnormal number's is that of its first bit.
        ptrdiff_t stored_exponent = stored_exponents[i];
        exponents[stored_exponent > 0 ? stored_exponent + float64_fraction_bits - 1
                                      : 63 - __builtin_clzll(((uint64_half)x)[i])]++;
    }
}

void compare_arrays(
    const double *a, const double *b, ptrdiff_t count, vk_format format, ptrdiff_t *exponents,
    vk_difference *difference) {
    format_scale scale(format);
    vk_difference d = {0, -1, 0, 0, 0, 0, 0, -1};
    const float64_half zeros = (float64_half)(0.0), infinities = (float64_half)(__builtin_inf());
    float64_half largest_relative = zeros;
    uint64_half largest_distance = (uint64_half)((uint64_t)0);
    int64_half different_counts = (int64_half)((int64_t)0);
    for (ptrdiff_t first = 0; first < count; first += compared_at_once) {
        float64_half expected, actual;
        load(a, first, count, &expected);
        load(b, first, count, &actual);
        float64_half magnitude = expected, other = actual;
        drop_signs(&magnitude);
        drop_signs(&other);
        int64_half are_finite = (magnitude < infinities) & (other < infinities);
        if (any(~are_finite))
            for (ptrdiff_t i = 0; i < compared_at_once; i++)
                if (!are_finite[i] && d.non_finite_count++ == 0) d.first_non_finite = first + i;
        int64_half counted = are_finite & (expected != actual);
        if (!any(counted)) continue;

        // What is not counted differs by 0, which changes none of these.
        float64_half apart = counted ? actual - expected : zeros;
        drop_signs(&apart);
        different_counts -= (apart > 0) & (apart < infinities);
        float64_half relative = (counted & (expected != 0)) ? apart / magnitude : zeros;
        largest_relative = relative > largest_relative ? relative : largest_relative;
        uint64_half x, y;
        scale.find(expected, &x);
        scale.find(actual, &y);
        int64_half have_one_sign = ((int64_half)expected ^ (int64_half)actual) >= 0;
        uint64_half distance = have_one_sign ? (x > y ? x - y : y - x) : x + y;
        distance = counted ? distance : 0;
        largest_distance = distance > largest_distance ? distance : largest_distance;
        if (any(apart > d.largest))
            for (ptrdiff_t i = 0; i < compared_at_once; i++)
                if (apart[i] > d.largest) d.largest = apart[i], d.place = first + i;
        for (ptrdiff_t i = 0; i < compared_at_once; i++) d.sum += apart[i];
        count_exponents(apart, exponents);
    }
    for (int i = 0; i < compared_at_once; i++) {
        d.different_count += different_counts[i];
        d.largest_relative = larger(d.largest_relative, (double)largest_relative[i]);
        d.largest_distance = larger(d.largest_distance, (uint64_t)largest_distance[i]);
    }
    *difference = d;
}

void largest_error(
    const double *computed, const double *exact, const double *bounds, ptrdiff_t count, vk_error *result) {
    const float64_half zeros = (float64_half)(0.0), infinities = (float64_half)(__builtin_inf());
    float64_half largest = zeros, largest_bound = zeros;
    double ratio = 0, bound = 0;
    for (ptrdiff_t first = 0; first < count; first += compared_at_once) {
        float64_half given, right, own_bounds;
        load(computed, first, count, &given);
        load(exact, first, count, &right);
        load(bounds, first, count, &own_bounds);
        largest_bound = own_bounds > largest_bound ? own_bounds : largest_bound;
        int64_half are_equal = (given == right) | ((given != given) & (right != right));
        float64_half error = are_equal ? zeros : given - right;
        drop_signs(&error);
        largest = error > largest ? error : largest;
        // An infinite error without a bound gives NaN, which exceeds nothing.
        float64_half ratios = error == 0 ? zeros : error / own_bounds;
        ratios = error == error ? ratios : infinities;
        if (any(ratios > ratio))
            for (ptrdiff_t i = 0; i < compared_at_once; i++)
                if (ratios[i] > ratio) ratio = ratios[i], bound = own_bounds[i];
    }
    *result = {0, ratio, bound};
    for (int i = 0; i < compared_at_once; i++) {
        result->largest = larger(result->largest, (double)largest[i]);
        if (ratio == 0) result->bound = larger(result->bound, (double)largest_bound[i]);
    }
}

} // namespace
