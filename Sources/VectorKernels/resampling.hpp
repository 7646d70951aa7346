// Resampled images.

#pragma once

#include "lanes.hpp"

namespace {

/// The channels of a pixel, and one number without meaning.
typedef float pixel_lanes __attribute__((ext_vector_type(4)));
typedef unsigned char pixel_bytes __attribute__((ext_vector_type(4)));

template <bool is_at_end> ALWAYS_INLINE pixel_lanes load_pixel(const unsigned char *pixel) {
    // After the last row there is no fourth byte.
    pixel_bytes bytes = {0, 0, 0, 0};
    memcpy(&bytes, pixel, is_at_end ? 3 : 4);
    return __builtin_convertvector(bytes, pixel_lanes);
}

/// Computes a row for the given numbers of taps or, if they are 0, those of the axes.
template <int row_tap_count, int column_tap_count, bool is_at_end>
void resample_row(const vk_resampling resampling, ptrdiff_t row) {
    ptrdiff_t row_taps = row_tap_count ? row_tap_count : resampling.rows.tap_count;
    ptrdiff_t column_taps = column_tap_count ? column_tap_count : resampling.columns.tap_count;
    const ptrdiff_t *row_offsets = resampling.rows.offsets + row * row_taps;
    const float *row_weights = resampling.rows.weights + row * row_taps;
    const ptrdiff_t *offsets = resampling.columns.offsets;
    const float *weights = resampling.columns.weights;
    ptrdiff_t stride = resampling.source_columns * vk_image_channels;
    ptrdiff_t pixels_left = resampling.columns.pixel_count;
    float *result = resampling.results + row * pixels_left * vk_image_channels;
    for (; pixels_left > 0; pixels_left--) {
        pixel_lanes sum = (pixel_lanes)(0.0f);
        for (ptrdiff_t r = 0; r < row_taps; r++) {
            const unsigned char *source = resampling.source + row_offsets[r] * stride;
            pixel_lanes row_sum = (pixel_lanes)(0.0f);
            for (ptrdiff_t c = 0; c < column_taps; c++)
                row_sum += load_pixel<is_at_end>(source + offsets[c] * vk_image_channels) * weights[c];
            sum += row_sum * row_weights[r];
        }
        if (resampling.rounds_to_integers) sum = __builtin_elementwise_rint(sum);
        if (resampling.reverses_channels) sum = sum.zyxw;
        sum = (sum - 127.5f) * 0.0078125f;
        // The next pixel's first number overwrites the fourth.
        if (pixels_left > 1)
            memcpy(result, &sum, sizeof sum);
        else
            memcpy(result, &sum, vk_image_channels * sizeof(float));
        result += vk_image_channels;
        offsets += column_taps;
        weights += column_taps;
    }
}

void resample(const vk_resampling *resampling) {
    const vk_resampled_axis *rows = &resampling->rows, *columns = &resampling->columns;
    bool is_bilinear = rows->tap_count == 2 && columns->tap_count == 2;
    for (ptrdiff_t row = 0; row < rows->pixel_count; row++) {
        bool is_at_end = false;
        for (ptrdiff_t r = 0; r < rows->tap_count; r++)
            is_at_end |= rows->offsets[row * rows->tap_count + r] == resampling->source_rows - 1;
        if (is_at_end)
            resample_row<0, 0, true>(*resampling, row);
        else if (is_bilinear)
            resample_row<2, 2, false>(*resampling, row);
        else
            resample_row<0, 0, false>(*resampling, row);
    }
}

} // namespace
