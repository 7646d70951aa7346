// Layers on one level. Included once for each level.

enum { vk_tile_pixels = 14, vk_tile_blocks = 4 };

/// Computes a tile: as many pixels and blocks as the function is made for, from `block` on.
typedef void (*layer_tile)(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results);

/// The most pixels of a tile of B blocks whose sums and weights fit into registers.
#define LARGEST_TILE(CAPACITY, B) \
    (((CAPACITY) - (B)) / (B) < vk_tile_pixels ? ((CAPACITY) - (B)) / (B) : vk_tile_pixels)

/// z of a sum, where nothing is added to it or rounded.
static inline __attribute__((always_inline)) void activate(const vk_layer *layer, ptrdiff_t block, float32_lanes *sum) {
    *sum = *sum >= 0 ? *sum : *sum * *(const float32_lanes_in_memory *)(layer->slopes + block * vk_channel_block);
}

/// Rounds a result to what the form's arithmetic stores.
static inline __attribute__((always_inline)) void store_as_float16(vk_form form, float32_lanes *x) {
    if (form == vk_form_neural_engine_m1) *x = *x == *x ? *x : (float32_lanes)(__builtin_inff());
    round_to_float16(x);
    if (form == vk_form_neural_engine_m1) flush_float16(x);
}

/// Makes the sums of a tile what the layer gives for them.
static __attribute__((noinline)) void finish_tile(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, ptrdiff_t pixel_count, float *results) {
    // Adding -0 leaves every number as it is.
    float32_lanes addends = (float32_lanes)(-0.0f);
    if (layer->addends) addends = *(const float32_lanes_in_memory *)(layer->addends + block * vk_channel_block);
    float32_lanes slopes = *(const float32_lanes_in_memory *)(layer->slopes + block * vk_channel_block);
    vk_rounding rounding = layer->rounding;
    vk_form form = layer->form;
    ptrdiff_t pixel_stride = pixels->result_pixel_stride;
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, results += pixel_stride) {
        float32_lanes sum = *(const float32_lanes_in_memory *)results;
        if (rounding == vk_rounding_sums_and_results) store_as_float16(form, &sum);
        float32_lanes y = sum + addends;
        if (rounding != vk_rounding_none) store_as_float16(form, &y);
        float32_lanes scaled = slopes * y;
        if (rounding != vk_rounding_none) store_as_float16(form, &scaled);
        *(float32_lanes_in_memory *)results = y >= 0 ? y : scaled;
    }
}

/// Covers all pixels and blocks with tiles of about equal size.
static void fill_layer(
    const vk_layer *layer, const vk_pixels *pixels, const layer_tile tiles[vk_tile_blocks][vk_tile_pixels],
    const ptrdiff_t *largest) {
    ptrdiff_t width = pixels->pixel_count < vk_tile_pixels ? pixels->pixel_count : vk_tile_pixels;
    ptrdiff_t most_blocks = vk_tile_blocks;
    while (most_blocks > 1 && largest[most_blocks - 1] < width) most_blocks--;
    ptrdiff_t group_count = (layer->block_count + most_blocks - 1) / most_blocks;
    for (ptrdiff_t group = 0; group < group_count; group++) {
        ptrdiff_t block = layer->block_count * group / group_count;
        ptrdiff_t block_count = layer->block_count * (group + 1) / group_count - block;
        ptrdiff_t tile_count = (pixels->pixel_count + largest[block_count - 1] - 1) / largest[block_count - 1];
        ptrdiff_t pixel_count = pixels->pixel_count / tile_count;
        ptrdiff_t larger_tiles = pixels->pixel_count % tile_count;
        const layer_tile *own_tiles = tiles[block_count - 1] + pixel_count;
        for (ptrdiff_t row = 0; row < pixels->row_count; row++) {
            const float *numbers = pixels->numbers + row * pixels->row_stride;
            float *results =
                pixels->results + row * pixels->result_row_stride + block * pixels->result_block_stride;
            for (ptrdiff_t tile = 0; tile < tile_count; tile++) {
                ptrdiff_t larger = tile < larger_tiles;
                own_tiles[larger - 1](layer, pixels, block, numbers, results);
                numbers += (pixel_count + larger) * pixels->pixel_stride;
                results += (pixel_count + larger) * pixels->result_pixel_stride;
            }
        }
    }
}

#define FORM fused_float32
#define STEP FUSED_STEP
#define CAPACITY LEVEL_CAPACITY
#define TAPS_AT_ONCE 4
#include "layer_tile.h"

#define FORM float16_fused
#define STEP float16_fused_step
#define STEPS_ROUND_DOWN LEVEL_ROUNDS_DOWN
#define CAPACITY LEVEL_FLOAT16_CAPACITY
#define TAPS_AT_ONCE 1
#include "layer_tile.h"

#define FORM float16_multiply_add
#define STEP float16_multiply_add_step
#define CAPACITY LEVEL_FLOAT16_CAPACITY
#define TAPS_AT_ONCE 1
#include "layer_tile.h"

#define FORM neural_engine_m1
#define SUM neural_engine_m1_sum
#define START neural_engine_m1_start
#define STEP neural_engine_m1_step
#define CLOSE_GROUP neural_engine_m1_close_group
#define FINISH neural_engine_m1_finish
#define CAPACITY LEVEL_FLOAT16_CAPACITY
#define TAPS_AT_ONCE 1
#include "layer_tile.h"

static void compute_layer(const vk_layer *layer, const vk_pixels *pixels) {
    switch (layer->form) {
    case vk_form_fused:
        return fused_float32_layer(layer, pixels);
    case vk_form_float16_fused:
        return float16_fused_layer(layer, pixels);
    case vk_form_float16_multiply_add:
        return float16_multiply_add_layer(layer, pixels);
    case vk_form_neural_engine_m1:
        return neural_engine_m1_layer(layer, pixels);
    }
}
