#include "kernels.hpp"

static ptrdiff_t block_count(ptrdiff_t channel_count) {
    return (channel_count + vk_channel_block - 1) / vk_channel_block;
}

ptrdiff_t vk_packed_count(ptrdiff_t channel_count, ptrdiff_t tap_count) {
    return block_count(channel_count) * vk_channel_block * tap_count;
}

template <class Number>
static void pack(
    const Number *weights, ptrdiff_t channel_step, ptrdiff_t tap_step, ptrdiff_t channel_count, ptrdiff_t tap_count,
    Number *packed) {
    for (ptrdiff_t first = 0; first < channel_count; first += vk_channel_block) {
        ptrdiff_t left = channel_count - first, channels = left < vk_channel_block ? left : vk_channel_block;
        for (ptrdiff_t tap = 0; tap < tap_count; tap++) {
            const Number *weight = weights + first * channel_step + tap * tap_step;
            ptrdiff_t channel = 0;
            for (; channel < channels; channel++) *packed++ = weight[channel * channel_step];
            for (; channel < vk_channel_block; channel++) *packed++ = 0;
        }
    }
}

void vk_pack_float32(
    const float *weights, ptrdiff_t channel_step, ptrdiff_t tap_step, ptrdiff_t channel_count, ptrdiff_t tap_count,
    float *packed) {
    pack(weights, channel_step, tap_step, channel_count, tap_count, packed);
}

void vk_pack_float64(
    const double *weights, ptrdiff_t channel_step, ptrdiff_t tap_step, ptrdiff_t channel_count, ptrdiff_t tap_count,
    double *packed) {
    pack(weights, channel_step, tap_step, channel_count, tap_count, packed);
}

void vk_sums_float32(
    vk_level level, vk_form form, const vk_sum_layout *layout, const float *numbers, const float *packed_weights,
    const float *starts, float *sums) {
    const vk_kernels *kernels = vk_kernels_of(level);
    switch (form) {
    case vk_form_fused:
        return kernels->fused_float32(layout, numbers, packed_weights, starts, sums);
    case vk_form_multiply_add:
        return kernels->multiply_add_float32(layout, numbers, packed_weights, starts, sums);
    case vk_form_float16_fused:
        return kernels->float16_fused(layout, numbers, packed_weights, starts, sums);
    case vk_form_float16_multiply_add:
        return kernels->float16_multiply_add(layout, numbers, packed_weights, starts, sums);
    case vk_form_neural_engine_m1:
        return kernels->neural_engine_m1(layout, numbers, packed_weights, starts, sums);
    }
}

void vk_sums_float64(
    vk_level level, vk_form form, const vk_sum_layout *layout, const double *numbers, const double *packed_weights,
    const double *starts, double *sums) {
    const vk_kernels *kernels = vk_kernels_of(level);
    if (form == vk_form_multiply_add)
        kernels->multiply_add_float64(layout, numbers, packed_weights, starts, sums);
    else
        kernels->fused_float64(layout, numbers, packed_weights, starts, sums);
}
