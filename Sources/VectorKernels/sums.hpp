// Sums of products in any layout, by tiles.

#pragma once

#include "forms.hpp"

namespace {

/// A tile of sums: some positions by some blocks of channels.
template <class Form, int pixel_count, int block_count>
void tile_of_sums(
    const vk_sum_layout *layout, const typename Form::number *numbers, const ptrdiff_t *places,
    const typename Form::number *packed_weights, const typename Form::number *starts, typename Form::number *tile) {
    using lanes = typename Form::lanes;
    ptrdiff_t tap_count = layout->tap_count;
    typename Form::sum sums[pixel_count][block_count];
#pragma clang loop unroll(full)
    for (int block = 0; block < block_count; block++) {
        lanes start = stored<lanes>(starts + block * vk_channel_block).lanes;
#pragma clang loop unroll(full)
        for (int pixel = 0; pixel < pixel_count; pixel++) Form::start(&sums[pixel][block], &start);
    }
    unsigned mode = 0;
    if constexpr (Form::rounds_down) mode = level::round_down();
    for (ptrdiff_t tap = 0; tap < tap_count; tap++) {
        const typename Form::number *number = numbers + layout->taps[tap];
        lanes weights[block_count];
#pragma clang loop unroll(full)
        for (int block = 0; block < block_count; block++)
            weights[block] = stored<lanes>(packed_weights + (block * tap_count + tap) * vk_channel_block).lanes;
#pragma clang loop unroll(full)
        for (int pixel = 0; pixel < pixel_count; pixel++) {
            lanes factor = (lanes)(number[places[pixel]]);
#pragma clang loop unroll(full)
            for (int block = 0; block < block_count; block++)
                Form::step(&sums[pixel][block], &weights[block], &factor);
        }
        if (tap % 4 == 3)
#pragma clang loop unroll(full)
            for (int pixel = 0; pixel < pixel_count; pixel++)
#pragma clang loop unroll(full)
                for (int block = 0; block < block_count; block++) Form::close_group(&sums[pixel][block]);
    }
    if constexpr (Form::rounds_down) level::round_as_before(mode);
#pragma clang loop unroll(full)
    for (int pixel = 0; pixel < pixel_count; pixel++)
#pragma clang loop unroll(full)
        for (int block = 0; block < block_count; block++) {
            lanes value;
            Form::finish(&sums[pixel][block], tap_count, &value);
            stored<lanes>(tile + (pixel * block_count + block) * vk_channel_block).lanes = value;
        }
}

/// Fills a whole layout by tiles.
template <class Form>
void compute_sums(
    const vk_sum_layout *layout, const typename Form::number *numbers, const typename Form::number *packed_weights,
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
        const number *weights = packed_weights + channel * layout->tap_count;

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
                    tile_of_sums<Form, 1, most_blocks>(layout, numbers, places, weights, block_starts, tile);
                else
                    tile_of_sums<Form, most_pixels, most_blocks>(layout, numbers, places, weights, block_starts, tile);
            } else {
                if (positions == 1)
                    tile_of_sums<Form, 1, 1>(layout, numbers, places, weights, block_starts, tile);
                else
                    tile_of_sums<Form, most_pixels, 1>(layout, numbers, places, weights, block_starts, tile);
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
