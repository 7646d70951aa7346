#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_levels.h"
#include "vk_sums.h"

#ifdef __cplusplus
extern "C" {
#endif

// Layers on activations laid out in blocks of 16 channels: [block][row][column][channel of the block]. Images are laid
// out [row][column][channel] with 3 channels.

enum { vk_image_channels = 3 };

/// How many taps follow each other where any do.
enum { vk_following_taps = 8 };

/// Which results are rounded to the nearest float16.
typedef enum __attribute__((enum_extensibility(closed))) {
    vk_rounding_none,
    /// y and z of ``vk_layer``
    vk_rounding_results,
    /// the sum, y and z
    vk_rounding_sums_and_results,
} vk_rounding;

/// The computation for each output pixel and channel m, in float32:
///
///     sum = starts[m], plus numbers[pixel + taps[k]] * weights[m][k] for each k in order, as `form` says
///     y = sum + addends[m]
///     z = y >= 0 ? y : slopes[m] * y
///
/// z is the result. Without addends y is the sum; slopes of 1 change nothing. In the fused form, and in the depthwise
/// kernel, there may be limits instead of slopes: then the result is y, but at least `lower` and at most `upper`.
typedef struct {
    vk_form form;
    vk_rounding rounding;
    const ptrdiff_t *taps;
    ptrdiff_t tap_count;
    /// Whether the taps come in runs, from the first on, of 8 whose offsets are one number apart, as those of 1 x 1
    /// kernels do. The last run may be shorter. The fused form is faster then.
    bool taps_follow;
    ptrdiff_t channel_count;
    /// From `vk_pack_float32`.
    const float *packed_weights;
    /// 16 for each block of channels, as `addends` and `slopes`.
    const float *starts;
    /// NULL for none.
    const float *addends;
    /// NULL for limits.
    const float *slopes;
    float lower;
    float upper;
} vk_layer;

/// Where a layer reads its windows and writes its results.
///
/// The window of pixel p in row r begins at numbers + r * row_stride + p * pixel_stride; its results of block b go
/// to results + r * result_row_stride + p * result_pixel_stride + b * result_block_stride.
typedef struct {
    const float *numbers;
    /// 16, or 3 for images; in the fused form also twice as much. The depthwise kernel takes any.
    ptrdiff_t pixel_stride;
    ptrdiff_t row_stride;
    ptrdiff_t pixel_count;
    ptrdiff_t row_count;
    float *results;
    ptrdiff_t result_pixel_stride;
    ptrdiff_t result_row_stride;
    ptrdiff_t result_block_stride;
    /// Added to each sum of the fused form, laid out like the results, but elsewhere; NULL for none.
    const float *summands;
} vk_pixels;

void vk_compute_layer(vk_level level, const vk_layer *layer, const vk_pixels *pixels);

/// The largest side of a pool's window; the smallest is 2.
enum { vk_largest_pool = 3 };

/// A square window sliding along one row of outputs.
typedef struct {
    /// The input rows under the window, each [block][column][channel of the block]; fewer than the window's if the
    /// input ends within it.
    const float *const *rows;
    ptrdiff_t row_count;
    ptrdiff_t column_count;
    ptrdiff_t block_stride;
    ptrdiff_t block_count;
    ptrdiff_t side;
    ptrdiff_t stride;
    /// Whether windows are searched column by column, which decides between 0 and -0.
    bool column_by_column;
    /// Each window begins inside the row.
    ptrdiff_t result_count;
    float *results;
    ptrdiff_t result_pixel_stride;
    ptrdiff_t result_block_stride;
} vk_pool_row;

/// The first of the largest numbers under each window, NaN if one of them is NaN.
void vk_max_pool(vk_level level, const vk_pool_row *row);

#ifdef __cplusplus
}
#endif
