#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_layers.h"
#include "vk_levels.h"

#ifdef __cplusplus
extern "C" {
#endif

// Kernels on maps that are laid out in blocks of 16 channels: [block][row][column][channel of the block].

/// A convolution of each channel with a kernel of its own. A layer's packed weights are [block][tap][channel of the
/// block]; its sums are computed in the fused form and become results as those of `vk_compute_layer`.
///
/// - Parameter number_block_stride: from a block's numbers to those of the next.
void vk_compute_depthwise(
    vk_level level, const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t number_block_stride);

/// A function of numbers, one by one. Each result is rounded once to float32, from float64 where it says so.
typedef enum __attribute__((enum_extensibility(closed))) {
    vk_function_add,
    vk_function_subtract,
    vk_function_multiply,
    vk_function_divide,
    /// a >= 0 ? a : b * a
    vk_function_prelu,
    /// a, but at least `lower` and at most `upper`; NaN stays NaN
    vk_function_limit,
    /// 1 / (1 + e^-a), with the power in float64, rounded to float32
    vk_function_sigmoid,
    /// erf(a), in float64
    vk_function_error,
    /// max(0, min(1, alpha a + beta)), in float64
    vk_function_hard_sigmoid,
    /// a max(0, min(1, a / 6 + 1/2)), in float64
    vk_function_hard_swish,
    /// (a - mean) * factor + shift, each step rounded: b is 16 means, 16 factors and 16 shifts, for all pixels of a row
    vk_function_normalize,
} vk_function;

/// results[i] = function(a[i], b[i]) for rows of pixels of 16 numbers, which follow each other in `results`.
typedef struct {
    vk_function function;
    /// How many of a pixel's numbers have a meaning; those beyond are left out where that saves time.
    ptrdiff_t channel_count;
    ptrdiff_t row_count;
    ptrdiff_t pixel_count;
    const float *a;
    /// 16 if a's pixels follow each other, 0 if all pixels have the same 16 numbers.
    ptrdiff_t a_stride;
    ptrdiff_t a_row_stride;
    const float *b;
    ptrdiff_t b_stride;
    ptrdiff_t b_row_stride;
    float lower;
    float upper;
    float alpha;
    float beta;
    /// May be a, or b.
    float *results;
    ptrdiff_t result_row_stride;
} vk_elements;

void vk_compute_elements(vk_level level, const vk_elements *elements);

/// A window sliding along one row of outputs of a block, cut where it leaves the map.
typedef struct {
    /// The window's first row and first column of the map.
    const float *numbers;
    ptrdiff_t row_stride;
    ptrdiff_t row_count;
    /// For each output pixel, the first column under the window, and how many there are.
    const ptrdiff_t *first_columns;
    const ptrdiff_t *column_counts;
    ptrdiff_t column_step;
    ptrdiff_t pixel_count;
    /// NULL for the first of the largest numbers, NaN if one is NaN; else the sums, from 0, row by row, are divided by
    /// these, one for each output pixel.
    const float *divisors;
    float *results;
} vk_window_row;

void vk_compute_windows(vk_level level, const vk_window_row *row);

/// What is added for each place along an axis: for place p, the taps from starts[p] to before starts[p + 1].
typedef struct {
    const ptrdiff_t *starts;
    const ptrdiff_t *offsets;
    const float *weights;
} vk_taps;

/// results[i] = the sum, from 0, of weights[k] * numbers[offsets[k] + i] over the taps k of a place in order, each product
/// and each sum rounded, for pixels of 16 numbers.
void vk_weighted_rows(
    vk_level level, const float *numbers, const vk_taps *taps, ptrdiff_t place, ptrdiff_t pixel_count, float *results);

/// The same for one pixel at each place from the first on, with the taps of that place.
void vk_weighted_pixels(
    vk_level level, const float *numbers, const vk_taps *taps, ptrdiff_t pixel_count, float *results);

/// The sum from 0 of all pixels of a map's blocks, row by row: 16 sums for each block, one block after another.
void vk_sum_maps(
    vk_level level, const float *numbers, ptrdiff_t block_count, ptrdiff_t block_stride, ptrdiff_t row_count,
    ptrdiff_t row_stride, ptrdiff_t pixel_count, float *sums);

/// One row of an image of 3 channels, from planes [channel][column] to pixels [column][channel].
void vk_pixels_from_planes(
    vk_level level, const float *planes, ptrdiff_t plane_stride, ptrdiff_t pixel_count, float *pixels);

/// One row of a map, from planes [channel][column] to pixels of a block, with 0 for missing channels; and back.
void vk_blocks_from_planes(
    vk_level level, const float *planes, ptrdiff_t plane_stride, ptrdiff_t channel_count, ptrdiff_t pixel_count,
    float *pixels);
void vk_planes_from_blocks(
    vk_level level, const float *pixels, ptrdiff_t channel_count, ptrdiff_t pixel_count, ptrdiff_t plane_stride,
    float *planes);

#ifdef __cplusplus
}
#endif
