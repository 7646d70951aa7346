#pragma once

#include <stddef.h>

#include "vk_levels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How to accumulate a sum of products. Each sum is one chain, from its start on, one product after another.
typedef enum __attribute__((enum_extensibility(closed))) {
    /// fused multiply-adds, each rounded once to the type of the numbers
    vk_form_fused,
    /// products rounded to the type of the numbers, then sums
    vk_form_multiply_add,
    /// fused multiply-adds, each rounded once to float16; the numbers are float32 that float16 holds
    vk_form_float16_fused,
    /// products rounded to float16, then sums; the numbers are float32 that float16 holds
    vk_form_float16_multiply_add,
    /// as the arithmetic `neural-engine-m1`: products summed in fours, each such sum rounded to float16 and added in
    /// float32; the numbers are float32 that float16 holds as normal numbers
    vk_form_neural_engine_m1,
} vk_form;

/// The number of channels in a block of weights and sums.
enum { vk_channel_block = 16 };

/// The positions of factors and sums.
///
/// Sum (i, m, p) starts at starts[m] and adds numbers[origins[i] + pixels[p] + taps[k]] * weights[m][k] for each
/// k in order. It goes to sums[(i * channel_count + m) * pixel_count + p].
typedef struct {
    const ptrdiff_t *origins;
    ptrdiff_t origin_count;
    const ptrdiff_t *pixels;
    ptrdiff_t pixel_count;
    const ptrdiff_t *taps;
    ptrdiff_t tap_count;
    ptrdiff_t channel_count;
    /// The steps from a block's weights to the next block's, and from a tap's to the next tap's. A tap's weights of a block lie
    /// beside each other, and the last block is as long as the others.
    ptrdiff_t block_step;
    ptrdiff_t tap_step;
} vk_sum_layout;

/// The number of elements in packed weights: channel_count rounded up to whole blocks, times tap_count.
ptrdiff_t vk_packed_count(ptrdiff_t channel_count, ptrdiff_t tap_count);

/// From weights[channel * channel_step + tap * tap_step] to [block][tap][channel of the block], with zeros for missing
/// channels: a block step of vk_channel_block * tap_count, and a tap step of vk_channel_block.
void vk_pack_float32(
    const float *weights, ptrdiff_t channel_step, ptrdiff_t tap_step, ptrdiff_t channel_count, ptrdiff_t tap_count,
    float *packed);
void vk_pack_float64(
    const double *weights, ptrdiff_t channel_step, ptrdiff_t tap_step, ptrdiff_t channel_count, ptrdiff_t tap_count,
    double *packed);

void vk_sums_float32(
    vk_level level, vk_form form, const vk_sum_layout *layout, const float *numbers, const float *weights,
    const float *starts, float *sums);
/// float64 numbers have only the first two forms.
void vk_sums_float64(
    vk_level level, vk_form form, const vk_sum_layout *layout, const double *numbers, const double *weights,
    const double *starts, double *sums);

#ifdef __cplusplus
}
#endif
