#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_levels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Along one axis of a resampled image, the source pixels whose weighted sum gives each pixel.
typedef struct {
    ptrdiff_t pixel_count;
    /// For each pixel.
    ptrdiff_t tap_count;
    /// tap_count for each pixel, in the order of the sum, like `weights`.
    const ptrdiff_t *offsets;
    const float *weights;
} vk_resampled_axis;

/// An image to resample and normalise, in float32 without fused operations:
///
///     row = sum over the column taps of source * weight
///     sum = sum over the row taps of row * weight, rounded to a whole number where `rounds_to_integers`
///     result = (sum - 127.5) / 128
typedef struct {
    /// [source_rows][source_columns][3]
    const unsigned char *source;
    ptrdiff_t source_rows;
    ptrdiff_t source_columns;
    vk_resampled_axis rows;
    vk_resampled_axis columns;
    /// Integers, ties to even.
    bool rounds_to_integers;
    /// Whether the results' channels are in reverse order.
    bool reverses_channels;
    /// [rows.pixel_count][columns.pixel_count][3]
    float *results;
} vk_resampling;

void vk_resample(vk_level level, const vk_resampling *resampling);

#ifdef __cplusplus
}
#endif
