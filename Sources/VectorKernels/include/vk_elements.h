#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// y[i] = x[i] where x[i] >= 0, else slopes[i * slope_step] * x[i].
void vk_prelu_float32(
    const float *x, const float *slopes, ptrdiff_t slope_step, ptrdiff_t count, float *y);
void vk_prelu_float64(
    const double *x, const double *slopes, ptrdiff_t slope_step, ptrdiff_t count, double *y);

/// sums[i] += factor * x[i], where the product and the sum are each rounded.
void vk_add_products_float32(const float *x, float factor, ptrdiff_t count, float *sums);
void vk_add_products_float64(const double *x, double factor, ptrdiff_t count, double *sums);

/// largest[p] = the first of the largest among numbers[pixels[p] + taps[k]]; NaN if one of them is NaN.
void vk_largest_float32(
    const float *numbers, const ptrdiff_t *pixels, ptrdiff_t pixel_count, const ptrdiff_t *taps, ptrdiff_t tap_count,
    float *largest);
void vk_largest_float64(
    const double *numbers, const ptrdiff_t *pixels, ptrdiff_t pixel_count, const ptrdiff_t *taps, ptrdiff_t tap_count,
    double *largest);

#ifdef __cplusplus
}
#endif
