// Sums of products in any layout, by tiles.

#pragma once

#include "forms.hpp"

namespace {

/// What the sums of float64 take at once: half a block, of which a tile of more positions fits into the registers, unless
/// a register holds a whole block of float32.
using float64_sum_lanes = std::conditional_t<level::block_registers == 1, float64_lanes, float64_half>;

/// A tile of sums: some positions by some parts of blocks, from the weights' and starts' first on.
template <class Form, int pixel_count, int part_count>
void tile_of_sums(
    const vk_sum_layout *layout, const typename Form::number *numbers, const ptrdiff_t *places,
    const typename Form::number *block_weights, const typename Form::number *starts, typename Form::number *tile,
    ptrdiff_t tile_stride) {
    using lanes = typename Form::lanes;
    constexpr int parts = parts_of_block<Form>, lane_count = vk_channel_block / parts;
    ptrdiff_t tap_count = layout->tap_count;
    typename Form::sum sums[pixel_count][part_count];
#pragma clang loop unroll(full)
    for (int part = 0; part < part_count; part++) {
        lanes start = stored<lanes>(starts + part * lane_count).lanes;
#pragma clang loop unroll(full)
        for (int pixel = 0; pixel < pixel_count; pixel++) Form::start(&sums[pixel][part], &start);
    }
    unsigned mode = 0;
    if constexpr (Form::rounds_down) mode = level::round_down();
    for (ptrdiff_t tap = 0; tap < tap_count; tap++) {
        const typename Form::number *number = numbers + layout->taps[tap];
        lanes weights[part_count];
#pragma clang loop unroll(full)
        for (int part = 0; part < part_count; part++) {
            ptrdiff_t place = place_of<parts>(part, layout->block_step) + tap * layout->tap_step;
            weights[part] = stored<lanes>(block_weights + place).lanes;
        }
#pragma clang loop unroll(full)
        for (int pixel = 0; pixel < pixel_count; pixel++) {
            lanes factor = (lanes)(number[places[pixel]]);
#pragma clang loop unroll(full)
            for (int part = 0; part < part_count; part++)
                Form::step(&sums[pixel][part], &weights[part], &factor);
        }
        if (tap % 4 == 3)
#pragma clang loop unroll(full)
            for (int pixel = 0; pixel < pixel_count; pixel++)
#pragma clang loop unroll(full)
                for (int part = 0; part < part_count; part++) Form::close_group(&sums[pixel][part]);
    }
    if constexpr (Form::rounds_down) level::round_as_before(mode);
#pragma clang loop unroll(full)
    for (int pixel = 0; pixel < pixel_count; pixel++)
#pragma clang loop unroll(full)
        for (int part = 0; part < part_count; part++) {
            lanes value;
            Form::finish(&sums[pixel][part], tap_count, &value);
            stored<lanes>(tile + pixel * tile_stride + part * lane_count).lanes = value;
        }
}

/// The same for the channels of some blocks: as one tile, or for several positions as one for each part of a block.
template <class Form, int pixel_count, int block_count>
void tiles_of_sums(
    const vk_sum_layout *layout, ptrdiff_t channel_count, const typename Form::number *numbers,
    const ptrdiff_t *places, const typename Form::number *block_weights, const typename Form::number *starts,
    typename Form::number *tile) {
    constexpr int parts = parts_of_block<Form>, lane_count = vk_channel_block / parts;
    constexpr ptrdiff_t tile_stride = block_count * vk_channel_block;
    if constexpr (parts == 1 || pixel_count == 1) {
        tile_of_sums<Form, pixel_count, block_count * parts>(
            layout, numbers, places, block_weights, starts, tile, tile_stride);
    } else {
        static_assert(block_count == 1, "of several blocks, parts would not lie beside each other");
        for (int part = 0; part < parts && part * lane_count < channel_count; part++) {
            ptrdiff_t place = part * lane_count;
            tile_of_sums<Form, pixel_count, 1>(
                layout, numbers, places, block_weights + place, starts + place, tile + place, tile_stride);
        }
    }
}

/// Fills a whole layout by tiles.
template <class Form>
void compute_sums(
    const vk_sum_layout *layout, const typename Form::number *numbers, const typename Form::number *weights,
    const typename Form::number *starts, typename Form::number *sums) {
    using number = typename Form::number;
    constexpr int most_pixels = Form::pixels, most_blocks = Form::blocks;
    ptrdiff_t channel_count = layout->channel_count, pixel_count = layout->pixel_count;
    ptrdiff_t position_count = layout->origin_count * pixel_count;
    number tile[most_pixels * most_blocks * vk_channel_block];
    for (ptrdiff_t channel = 0; channel < channel_count;) {
        ptrdiff_t left = channel_count - channel;
        ptrdiff_t blocks = left > (most_blocks - 1) * vk_channel_block ? most_blocks : 1;
        ptrdiff_t channels = smaller<ptrdiff_t>(left, blocks * vk_channel_block);
        number block_starts[most_blocks * vk_channel_block];
        // Padding channels must not sum to 0, which can slow float16 steps down.
        for (ptrdiff_t m = 0; m < blocks * vk_channel_block; m++)
            block_starts[m] = m < channels ? starts[channel + m] : 1;
        const number *block_weights = weights + channel / vk_channel_block * layout->block_step;

        ptrdiff_t origin = 0, pixel = 0;
        for (ptrdiff_t position = 0; position < position_count;) {
            ptrdiff_t positions_left = position_count - position;
            // A few positions are faster one by one than as a tile that mostly repeats them.
            ptrdiff_t positions = positions_left >= most_pixels ? most_pixels
                : positions_left * 3 < most_pixels              ? 1
                                                                : positions_left;
            ptrdiff_t places[most_pixels], targets[most_pixels];
            for (ptrdiff_t p = 0; p < most_pixels; p++) {
                if (p < positions) {
                    places[p] = layout->origins[origin] + layout->pixels[pixel];
                    targets[p] = (origin * channel_count + channel) * pixel_count + pixel;
                    if (++pixel == pixel_count) pixel = 0, origin++;
                } else {
                    places[p] = places[0];
                }
            }
            if (blocks == most_blocks) {
                if (positions == 1)
                    tiles_of_sums<Form, 1, most_blocks>(
                        layout, channels, numbers, places, block_weights, block_starts, tile);
                else
                    tiles_of_sums<Form, most_pixels, most_blocks>(
                        layout, channels, numbers, places, block_weights, block_starts, tile);
            } else {
                if (positions == 1)
                    tiles_of_sums<Form, 1, 1>(layout, channels, numbers, places, block_weights, block_starts, tile);
                else
                    tiles_of_sums<Form, most_pixels, 1>(
                        layout, channels, numbers, places, block_weights, block_starts, tile);
            }
            for (ptrdiff_t p = 0; p < positions; p++) {
                const number *sum = tile + p * blocks * vk_channel_block;
                number *target = sums + targets[p];
                for (ptrdiff_t m = 0; m < channels; m++, target += pixel_count) *target = sum[m];
            }
            position += positions;
        }
        channel += channels;
    }
}

} // namespace
