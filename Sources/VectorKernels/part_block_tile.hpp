// The tiles of a last block with 9 to 12 channels, in the fused form.
//
// A pixel uses 8 lanes for 8 channels. The others share 8 lanes with those of the next pixel.

#pragma once

#include "layer_tile.hpp"

namespace {

/// The registers of 8 lanes.
constexpr int half_registers = (level::block_registers + 1) / 2;
constexpr int largest_tile_of_12 = smaller(most_tile_pixels, ((level::registers - 1) / half_registers - 2) * 2 / 3);
constexpr bool has_part_block_tiles = largest_tile_of_12 >= 2;

/// Loads the same 4 numbers twice.
ALWAYS_INLINE void load_twice(const float *numbers, float32_half *both) {
    float32_quarter quarter = stored<float32_quarter>(numbers).lanes;
    *both = __builtin_shufflevector(quarter, quarter, 0, 1, 2, 3, 0, 1, 2, 3);
}

template <int pixel_count, int pixel_stride>
void compute_part_block_tile(
    const layer_pass *pass, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {
    if constexpr (has_part_block_tiles && pixel_count <= largest_tile_of_12) {
        const vk_layer *layer = pass->layer;
        float32_half sums[pixel_count], shared_sums[(pixel_count + 1) / 2];
        const float *starts = layer->starts + block * vk_channel_block;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++) {
            sums[p] = stored<float32_half>(starts).lanes;
            load_twice(starts + 8, &shared_sums[p / 2]);
        }

        const ptrdiff_t *taps = layer->taps;
        ptrdiff_t tap_count = layer->tap_count;
        const float *weight = layer->packed_weights + block * tap_count * vk_channel_block;
#pragma clang loop unroll_count(taps_at_once<fused_layer>)
        for (ptrdiff_t tap = 0; tap < tap_count; tap++, weight += vk_channel_block) {
            const float *number = numbers + taps[tap];
            float32_half weights = stored<float32_half>(weight).lanes;
            float32_half shared_weights;
            load_twice(weight + 8, &shared_weights);
#pragma clang loop unroll(full)
            for (int p = 0; p < pixel_count; p += 2) {
                const bool is_last = p + 1 == pixel_count;
                float32_half factor = (float32_half)(number[p * pixel_stride]), next = factor;
                level::fused_step(&sums[p], &weights, &factor);
                if (!is_last) {
                    next = (float32_half)(number[(p + 1) * pixel_stride]);
                    level::fused_step(&sums[p + 1], &weights, &next);
                }
                float32_half shared_factor = __builtin_shufflevector(factor, next, 0, 1, 2, 3, 12, 13, 14, 15);
                level::fused_step(&shared_sums[p / 2], &shared_weights, &shared_factor);
            }
        }

        bool activates = activates_sums(layer);
        const float *own_slopes = layer->slopes + block * vk_channel_block;
        float32_half slopes = stored<float32_half>(own_slopes).lanes, shared_slopes;
        load_twice(own_slopes + 8, &shared_slopes);
        float *result = results;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++, result += pixels->result_pixel_stride) {
            float32_half sum = sums[p], shared_sum = shared_sums[p / 2];
            if (activates) {
                activate(&sum, &slopes);
                activate(&shared_sum, &shared_slopes);
            }
            stored<float32_half>(result).lanes = sum;
            stored<float32_quarter>(result + 8).lanes = p % 2 == 0 ? shared_sum.lo : shared_sum.hi;
            // Values beyond the channels are read too, as by pools.
            stored<float32_quarter>(result + 12).lanes = (float32_quarter)(0.0f);
        }
        if (!activates) finish_tile(layer, pixels, block, pixel_count, results);
    }
}

template <int pixel_stride, int... pixel_counts>
constexpr tile_row part_block_tiles_of(pixel_count_list<pixel_counts...>) {
    return {{compute_part_block_tile<pixel_counts, pixel_stride>...}, largest_tile_of_12 / 2 * 2, 2};
}

template <int pixel_stride>
constexpr tile_row part_block_tiles = part_block_tiles_of<pixel_stride>(every_pixel_count);

/// Computes the last block, if there are tiles for so few channels and the level has enough registers.
///
/// - Returns: whether it did.
bool fills_part_block(const vk_layer *layer, const vk_pixels *pixels) {
    ptrdiff_t block = layer->channel_count / vk_channel_block;
    ptrdiff_t channel_count = layer->channel_count % vk_channel_block;
    if (channel_count <= 8 || channel_count > 12 || !has_part_block_tiles) return false;
    if (pixels->summands || !layer->slopes) return false;
    bool is_image = pixels->pixel_stride == vk_image_channels;
    if (!is_image && pixels->pixel_stride != vk_channel_block) return false;
    const tile_row *tiles =
        is_image ? &part_block_tiles<vk_image_channels> : &part_block_tiles<vk_channel_block>;
    layer_pass whole = {layer, 0, layer->tap_count};
    fill_blocks(&whole, pixels, block, tiles);
    return true;
}

} // namespace
