// From planes to blocks of channels, and back.

#pragma once

#include "lanes.hpp"

namespace {

void pixels_from_planes(const float *planes, ptrdiff_t plane_stride, ptrdiff_t pixel_count, float *pixels) {
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, pixels += vk_image_channels)
        for (ptrdiff_t channel = 0; channel < vk_image_channels; channel++)
            pixels[channel] = planes[channel * plane_stride + pixel];
}

/// Two rows that are `distance` apart exchange every other group of `distance` numbers: those of `b` before those of `a`.
template <int distance, int... lane>
ALWAYS_INLINE void exchange(float32_lanes *a, float32_lanes *b, std::integer_sequence<int, lane...>) {
    float32_lanes first = __builtin_shufflevector(*a, *b, (lane & distance ? 16 + lane - distance : lane)...);
    *b = __builtin_shufflevector(*a, *b, (lane & distance ? 16 + lane : lane + distance)...);
    *a = first;
}

template <int distance> ALWAYS_INLINE void exchange_rows(float32_lanes *rows) {
#pragma clang loop unroll(full)
    for (int row = 0; row < vk_channel_block; row++)
        if (!(row & distance))
            exchange<distance>(&rows[row], &rows[row + distance], std::make_integer_sequence<int, vk_channel_block>());
}

/// Transposes 16 x 16 numbers.
ALWAYS_INLINE void transpose(float32_lanes *rows) {
    exchange_rows<1>(rows);
    exchange_rows<2>(rows);
    exchange_rows<4>(rows);
    exchange_rows<8>(rows);
}

void blocks_from_planes(
    const float *planes, ptrdiff_t plane_stride, ptrdiff_t channel_count, ptrdiff_t pixel_count, float *pixels) {
    ptrdiff_t pixel = 0;
    for (; pixel + vk_channel_block <= pixel_count; pixel += vk_channel_block) {
        float32_lanes rows[vk_channel_block];
#pragma clang loop unroll(full)
        for (ptrdiff_t channel = 0; channel < vk_channel_block; channel++) {
            rows[channel] = (float32_lanes)(0.0f);
            if (channel < channel_count)
                rows[channel] = stored<float32_lanes>(planes + channel * plane_stride + pixel).lanes;
        }
        transpose(rows);
#pragma clang loop unroll(full)
        for (ptrdiff_t p = 0; p < vk_channel_block; p++)
            stored<float32_lanes>(pixels + (pixel + p) * vk_channel_block).lanes = rows[p];
    }
    for (; pixel < pixel_count; pixel++)
        for (ptrdiff_t channel = 0; channel < vk_channel_block; channel++)
            pixels[pixel * vk_channel_block + channel] =
                channel < channel_count ? planes[channel * plane_stride + pixel] : 0;
}

void planes_from_blocks(
    const float *pixels, ptrdiff_t channel_count, ptrdiff_t pixel_count, ptrdiff_t plane_stride, float *planes) {
    ptrdiff_t pixel = 0;
    for (; pixel + vk_channel_block <= pixel_count; pixel += vk_channel_block) {
        float32_lanes rows[vk_channel_block];
#pragma clang loop unroll(full)
        for (ptrdiff_t p = 0; p < vk_channel_block; p++)
            rows[p] = stored<float32_lanes>(pixels + (pixel + p) * vk_channel_block).lanes;
        transpose(rows);
#pragma clang loop unroll(full)
        for (ptrdiff_t channel = 0; channel < vk_channel_block; channel++)
            if (channel < channel_count)
                stored<float32_lanes>(planes + channel * plane_stride + pixel).lanes = rows[channel];
    }
    for (; pixel < pixel_count; pixel++)
        for (ptrdiff_t channel = 0; channel < channel_count; channel++)
            planes[channel * plane_stride + pixel] = pixels[pixel * vk_channel_block + channel];
}

} // namespace
