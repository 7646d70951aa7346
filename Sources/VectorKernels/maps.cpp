#include "kernels.hpp"

void vk_compute_depthwise(
    vk_level level, const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t number_block_stride) {
    vk_kernels_of(level)->compute_depthwise(layer, pixels, number_block_stride);
}

void vk_compute_elements(vk_level level, const vk_elements *elements) {
    vk_kernels_of(level)->compute_elements(elements);
}

void vk_compute_windows(vk_level level, const vk_window_row *row) {
    vk_kernels_of(level)->compute_windows(row);
}

void vk_weighted_rows(
    vk_level level, const float *numbers, const vk_taps *taps, ptrdiff_t place, ptrdiff_t pixel_count, float *results) {
    vk_kernels_of(level)->weighted_rows(numbers, taps, place, pixel_count, results);
}

void vk_weighted_pixels(
    vk_level level, const float *numbers, const vk_taps *taps, ptrdiff_t pixel_count, float *results) {
    vk_kernels_of(level)->weighted_pixels(numbers, taps, pixel_count, results);
}

void vk_sum_maps(
    vk_level level, const float *numbers, ptrdiff_t block_count, ptrdiff_t block_stride, ptrdiff_t row_count,
    ptrdiff_t row_stride, ptrdiff_t pixel_count, float *sums) {
    vk_kernels_of(level)->sum_maps(numbers, block_count, block_stride, row_count, row_stride, pixel_count, sums);
}

void vk_pixels_from_planes(
    vk_level level, const float *planes, ptrdiff_t plane_stride, ptrdiff_t pixel_count, float *pixels) {
    vk_kernels_of(level)->pixels_from_planes(planes, plane_stride, pixel_count, pixels);
}

void vk_blocks_from_planes(
    vk_level level, const float *planes, ptrdiff_t plane_stride, ptrdiff_t channel_count, ptrdiff_t pixel_count,
    float *pixels) {
    vk_kernels_of(level)->blocks_from_planes(planes, plane_stride, channel_count, pixel_count, pixels);
}

void vk_planes_from_blocks(
    vk_level level, const float *pixels, ptrdiff_t channel_count, ptrdiff_t pixel_count, ptrdiff_t plane_stride,
    float *planes) {
    vk_kernels_of(level)->planes_from_blocks(pixels, channel_count, pixel_count, plane_stride, planes);
}
