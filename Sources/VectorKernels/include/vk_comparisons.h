#pragma once

#include <stddef.h>
#include <stdint.h>

#include "vk_levels.h"

#ifdef __cplusplus
extern "C" {
#endif

// Comparisons of arrays of float64, element by element; the same results on every level.

/// A binary floating-point format: float64, or one with fewer bits of fraction.
typedef struct {
    int fraction_bits;
    int exponent_bits;
} vk_format;

/// How far one array lies from another. Pairs with a number that is NaN or infinite count in nothing but the last two.
typedef struct {
    /// The largest of |b - a|, and the first place where it is, -1 if nothing differs.
    double largest;
    ptrdiff_t place;
    /// The sum of |b - a|, added in the arrays' order.
    double sum;
    /// The largest of |b - a| / |a|, where a is not 0.
    double largest_relative;
    /// The largest distance in the format's numbers, after both are rounded to it.
    uint64_t largest_distance;
    /// How many pairs differ by a finite number.
    ptrdiff_t different_count;
    /// How many pairs are not of two finite numbers, and the first place of one, -1 without.
    ptrdiff_t non_finite_count;
    ptrdiff_t first_non_finite;
} vk_difference;

/// The exponents of float64, from the smallest subnormal's, -1074, to 1023.
enum { vk_least_exponent = -1074, vk_exponent_count = 2098 };

/// Compares b with a.
///
/// - Parameter exponents: the differences of each exponent, vk_exponent_count numbers, to which these are added.
void vk_compare(
    vk_level level, const double *a, const double *b, ptrdiff_t count, vk_format format, ptrdiff_t *exponents,
    vk_difference *difference);

/// The largest error of an array.
typedef struct {
    /// The largest of |computed - exact|; NaN is none.
    double largest;
    /// The largest error in terms of its bound, and the bound at its first place. If all errors are 0, so is the ratio,
    /// and the bound is the largest.
    double ratio;
    double bound;
} vk_error;

/// Measures errors against their bounds. Equal infinities, and NaN in both arrays, are no error; an error that is NaN
/// exceeds every bound, and what has no bound is within it.
void vk_largest_error(
    vk_level level, const double *computed, const double *exact, const double *bounds, ptrdiff_t count,
    vk_error *error);

#ifdef __cplusplus
}
#endif
