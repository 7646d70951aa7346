#include "kernels.hpp"
#include "lanes.hpp"

static ptrdiff_t block_count(ptrdiff_t channel_count) {
    return (channel_count + vk_channel_block - 1) / vk_channel_block;
}

ptrdiff_t vk_packed_count(ptrdiff_t channel_count, ptrdiff_t tap_count) {
    return block_count(channel_count) * vk_channel_block * tap_count;
}

/// Four channels' weights of four taps that follow each other.
template <class Number>
static void pack_square(const Number *weights, ptrdiff_t channel_step, Number *packed) {
    typedef Number four __attribute__((ext_vector_type(4)));
    four rows[4];
    for (int channel = 0; channel < 4; channel++) rows[channel] = stored<four>(weights + channel * channel_step).lanes;
    four even[2], odd[2];
    for (int half = 0; half < 2; half++) {
        even[half] = __builtin_shufflevector(rows[half * 2], rows[half * 2 + 1], 0, 4, 2, 6);
        odd[half] = __builtin_shufflevector(rows[half * 2], rows[half * 2 + 1], 1, 5, 3, 7);
    }
    stored<four>(packed).lanes = __builtin_shufflevector(even[0], even[1], 0, 1, 4, 5);
    stored<four>(packed + vk_channel_block).lanes = __builtin_shufflevector(odd[0], odd[1], 0, 1, 4, 5);
    stored<four>(packed + vk_channel_block * 2).lanes = __builtin_shufflevector(even[0], even[1], 2, 3, 6, 7);
    stored<four>(packed + vk_channel_block * 3).lanes = __builtin_shufflevector(odd[0], odd[1], 2, 3, 6, 7);
}

template <class Number>
static void pack(
    const Number *weights, ptrdiff_t channel_step, ptrdiff_t tap_step, ptrdiff_t channel_count, ptrdiff_t tap_count,
    Number *packed) {
    for (ptrdiff_t first = 0; first < channel_count; first += vk_channel_block) {
        ptrdiff_t left = channel_count - first, channels = left < vk_channel_block ? left : vk_channel_block;
        ptrdiff_t tap = 0;
        if (tap_step == 1 && channels == vk_channel_block)
            for (; tap + 4 <= tap_count; tap += 4, packed += vk_channel_block * 4)
                for (ptrdiff_t channel = 0; channel < vk_channel_block; channel += 4)
                    pack_square(weights + channel * channel_step + tap, channel_step, packed + channel);
        for (; tap < tap_count; tap++) {
            const Number *weight = weights + tap * tap_step;
            ptrdiff_t channel = 0;
            for (; channel < channels; channel++) *packed++ = weight[channel * channel_step];
            for (; channel < vk_channel_block; channel++) *packed++ = 0;
        }
        weights += vk_channel_block * channel_step;
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
    vk_level level, vk_form form, const vk_sum_layout *layout, const float *numbers, const float *weights,
    const float *starts, float *sums) {
    const vk_kernels *kernels = vk_kernels_of(level);
    switch (form) {
    case vk_form_fused:
        return kernels->fused_float32(layout, numbers, weights, starts, sums);
    case vk_form_multiply_add:
        return kernels->multiply_add_float32(layout, numbers, weights, starts, sums);
    case vk_form_float16_fused:
        return kernels->float16_fused(layout, numbers, weights, starts, sums);
    case vk_form_float16_multiply_add:
        return kernels->float16_multiply_add(layout, numbers, weights, starts, sums);
    case vk_form_neural_engine_m1:
        return kernels->neural_engine_m1(layout, numbers, weights, starts, sums);
    }
}

void vk_sums_float64(
    vk_level level, vk_form form, const vk_sum_layout *layout, const double *numbers, const double *weights,
    const double *starts, double *sums) {
    const vk_kernels *kernels = vk_kernels_of(level);
    if (form == vk_form_multiply_add)
        kernels->multiply_add_float64(layout, numbers, weights, starts, sums);
    else
        kernels->fused_float64(layout, numbers, weights, starts, sums);
}
