// Layers, by tiles.

#pragma once

#include "layer_tile.hpp"
#include "part_block_tile.hpp"

namespace {

void compute_layer(const vk_layer *layer, const vk_pixels *pixels) {
    ptrdiff_t block_count = (layer->channel_count + vk_channel_block - 1) / vk_channel_block;
    switch (layer->form) {
    case vk_form_fused: {
        ptrdiff_t whole_blocks = fills_part_block(layer, pixels) ? block_count - 1 : block_count;
        if (whole_blocks > 0) compute_blocks<fused_layer>(layer, pixels, whole_blocks);
        return;
    }
    case vk_form_multiply_add:
        return compute_blocks<multiply_add<float, float32_lanes>>(layer, pixels, block_count);
    case vk_form_float16_fused:
        return compute_blocks<float16_fused>(layer, pixels, block_count);
    case vk_form_float16_multiply_add:
        return compute_blocks<float16_multiply_add>(layer, pixels, block_count);
    case vk_form_neural_engine_m1:
        return compute_blocks<neural_engine_m1>(layer, pixels, block_count);
    }
}

} // namespace
