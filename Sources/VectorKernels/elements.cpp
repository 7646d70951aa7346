#include "VectorKernels.h"

// Without Swift's optimiser these are fast in debug builds, too.

template <class Number>
static void apply_prelu(const Number *x, const Number *slopes, ptrdiff_t slope_step, ptrdiff_t count, Number *y) {
    if (slope_step == 0) {
        Number slope = *slopes;
        // y may be x: no number depends on another.
#pragma clang loop vectorize(assume_safety)
        for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] >= 0 ? x[i] : slope * x[i];
    } else {
        for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] >= 0 ? x[i] : slopes[i * slope_step] * x[i];
    }
}

void vk_prelu_float32(const float *x, const float *slopes, ptrdiff_t slope_step, ptrdiff_t count, float *y) {
    apply_prelu(x, slopes, slope_step, count, y);
}

void vk_prelu_float64(const double *x, const double *slopes, ptrdiff_t slope_step, ptrdiff_t count, double *y) {
    apply_prelu(x, slopes, slope_step, count, y);
}

template <class Number>
static void add_products(const Number *x, Number factor, ptrdiff_t count, Number *sums) {
#pragma clang fp contract(off)
    for (ptrdiff_t i = 0; i < count; i++) sums[i] += factor * x[i];
}

void vk_add_products_float32(const float *x, float factor, ptrdiff_t count, float *sums) {
    add_products(x, factor, count, sums);
}

void vk_add_products_float64(const double *x, double factor, ptrdiff_t count, double *sums) {
    add_products(x, factor, count, sums);
}

// Several windows at once, so that no comparison waits for the last one.
static constexpr int windows_at_once = 8;

template <class Number>
static void find_largest(
    const Number *numbers, const ptrdiff_t *pixels, ptrdiff_t pixel_count, const ptrdiff_t *taps, ptrdiff_t tap_count,
    Number *largest) {
    for (ptrdiff_t first = 0; first < pixel_count; first += windows_at_once) {
        ptrdiff_t count = pixel_count - first < windows_at_once ? pixel_count - first : windows_at_once;
        const Number *windows[windows_at_once];
        Number results[windows_at_once];
        for (int p = 0; p < windows_at_once; p++) {
            windows[p] = numbers + pixels[first + (p < count ? p : 0)];
            results[p] = -(Number)__builtin_inff();
        }
        for (ptrdiff_t k = 0; k < tap_count; k++)
            for (int p = 0; p < windows_at_once; p++) {
                Number number = windows[p][taps[k]];
                bool keeps = (number <= results[p]) | (results[p] != results[p]);
                results[p] = keeps ? results[p] : number;
            }
        for (ptrdiff_t p = 0; p < count; p++) largest[first + p] = results[p];
    }
}

void vk_largest_float32(
    const float *numbers, const ptrdiff_t *pixels, ptrdiff_t pixel_count, const ptrdiff_t *taps, ptrdiff_t tap_count,
    float *largest) {
    find_largest(numbers, pixels, pixel_count, taps, tap_count, largest);
}

void vk_largest_float64(
    const double *numbers, const ptrdiff_t *pixels, ptrdiff_t pixel_count, const ptrdiff_t *taps, ptrdiff_t tap_count,
    double *largest) {
    find_largest(numbers, pixels, pixel_count, taps, tap_count, largest);
}
