// Layers for one level. Included once for each level.

#include "lanes.h"

enum { vk_tile_pixels = 14, vk_tile_blocks = 4 };

/// Computes a tile: the function's number of pixels and blocks, from `block` on.
typedef void (*layer_tile)(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results);

/// Tiles of the same blocks for each number of pixels up to `largest`; all but a row's last tile are multiples of
/// `unit`.
typedef struct {
    const layer_tile *tiles;
    ptrdiff_t largest;
    ptrdiff_t unit;
} tile_row;

/// Covers all pixels of some blocks with tiles of about equal size.
static void fill_blocks(const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, tile_row row_of) {
    ptrdiff_t unit = row_of.unit;
    ptrdiff_t unit_count = (pixels->pixel_count + unit - 1) / unit;
    ptrdiff_t tile_count = (unit_count * unit + row_of.largest - 1) / row_of.largest;
    ptrdiff_t tile_units = unit_count / tile_count, larger_tiles = unit_count % tile_count;
    for (ptrdiff_t row = 0; row < pixels->row_count; row++) {
        const float *numbers = pixels->numbers + row * pixels->row_stride;
        float *results = pixels->results + row * pixels->result_row_stride + block * pixels->result_block_stride;
        ptrdiff_t left = pixels->pixel_count;
        for (ptrdiff_t tile = 0; tile < tile_count; tile++) {
            ptrdiff_t pixel_count = (tile_units + (tile < larger_tiles)) * unit;
            if (pixel_count > left) pixel_count = left;
            row_of.tiles[pixel_count - 1](layer, pixels, block, numbers, results);
            left -= pixel_count;
            numbers += pixel_count * pixels->pixel_stride;
            results += pixel_count * pixels->result_pixel_stride;
        }
    }
}

/// The same for several blocks, in groups of about equal size, of at most `most_blocks`.
///
/// - Parameter rows: for 1 block, for 2, and so on.
static void fill_groups(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block_count, ptrdiff_t most_blocks,
    const tile_row *rows) {
    ptrdiff_t group_count = (block_count + most_blocks - 1) / most_blocks;
    ptrdiff_t block = 0;
    for (ptrdiff_t group = 0; group < group_count; group++) {
        ptrdiff_t blocks = block_count / group_count + (group < block_count % group_count);
        fill_blocks(layer, pixels, block, rows[blocks - 1]);
        block += blocks;
    }
}

/// z of sums to which nothing is added and which are not rounded.
#define ACTIVATED(SUMS, SLOPES) ((SUMS) >= 0 ? (SUMS) : (SUMS) * (SLOPES))
/// The nearest number from LOWER to UPPER; NaN stays NaN.
#define LIMITED(X, LOWER, UPPER)                                                                                   \
    ((X) < (LOWER) ? (LOWER) : (X) > (UPPER) ? (UPPER) : (X))


/// Whether the results are only that.
static inline bool activates_sums(const vk_layer *layer) {
    return !layer->addends && layer->rounding == vk_rounding_none;
}

/// The place of a stride's tiles among those of all strides.
static inline ptrdiff_t place_of_stride(ptrdiff_t stride) {
    switch (stride) {
    case vk_image_channels: return 0;
    case 2 * vk_image_channels: return 2;
    case 2 * vk_channel_block: return 3;
    default: return 1;
    }
}

/// Rounds a result to the form's stored format.
static inline __attribute__((always_inline)) void store_as_float16(vk_form form, float32_lanes *x) {
    if (form == vk_form_neural_engine_m1) *x = *x == *x ? *x : (float32_lanes)(__builtin_inff());
    round_to_float16(x);
    if (form == vk_form_neural_engine_m1) flush_float16(x);
}

/// Turns the sums of a tile into the layer's results.
static __attribute__((noinline)) void finish_tile(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, ptrdiff_t pixel_count, float *results) {
    // Adding -0 changes no number.
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

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define FOR_EACH_PIXEL_COUNT(F, ...)                                                                               \
    F(1, __VA_ARGS__) F(2, __VA_ARGS__) F(3, __VA_ARGS__) F(4, __VA_ARGS__) F(5, __VA_ARGS__) F(6, __VA_ARGS__)     \
    F(7, __VA_ARGS__) F(8, __VA_ARGS__) F(9, __VA_ARGS__) F(10, __VA_ARGS__) F(11, __VA_ARGS__)                     \
    F(12, __VA_ARGS__) F(13, __VA_ARGS__) F(14, __VA_ARGS__)
#define AT_MOST(LIMIT, NUMBER) ((NUMBER) < (LIMIT) ? (NUMBER) : (LIMIT))
#define AT_LEAST(LIMIT, NUMBER) ((NUMBER) > (LIMIT) ? (NUMBER) : (LIMIT))

#define FORM fused_float32
#if LEVEL_BLOCK_REGISTERS == 2
#define LANES float32_half
#define LANES_IN_MEMORY float32_half_in_memory
#define STEP FUSED_HALF_STEP
#else
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP FUSED_STEP
#endif
#define REGISTERS LEVEL_REGISTERS
#define TAPS_AT_ONCE 4
#define IS_GENERAL 1
#include "layer_tile.h"

#define FORM multiply_add_float32
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP MULTIPLY_ADD_STEP
#define REGISTERS LEVEL_FLOAT16_REGISTERS
#define TAPS_AT_ONCE 1
#include "layer_tile.h"

#define FORM float16_fused
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP float16_fused_step
#define STEPS_ROUND_DOWN LEVEL_ROUNDS_DOWN
#define REGISTERS LEVEL_FLOAT16_REGISTERS
#define TAPS_AT_ONCE 1
#include "layer_tile.h"

#define FORM float16_multiply_add
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP float16_multiply_add_step
#define REGISTERS LEVEL_FLOAT16_REGISTERS
#define TAPS_AT_ONCE 1
#include "layer_tile.h"

#define FORM neural_engine_m1
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define SUM neural_engine_m1_sum
#define START neural_engine_m1_start
#define STEP neural_engine_m1_step
#define CLOSE_GROUP neural_engine_m1_close_group
#define FINISH neural_engine_m1_finish
#define REGISTERS LEVEL_FLOAT16_REGISTERS
#define TAPS_AT_ONCE 1
#include "layer_tile.h"

#include "part_block_tile.h"

static void compute_layer(const vk_layer *layer, const vk_pixels *pixels) {
    ptrdiff_t block_count = (layer->channel_count + vk_channel_block - 1) / vk_channel_block;
    switch (layer->form) {
    case vk_form_fused: {
        ptrdiff_t whole_blocks = fills_part_block(layer, pixels) ? block_count - 1 : block_count;
        if (whole_blocks > 0) fused_float32_layer(layer, pixels, whole_blocks);
        return;
    }
    case vk_form_multiply_add:
        return multiply_add_float32_layer(layer, pixels, block_count);
    case vk_form_float16_fused:
        return float16_fused_layer(layer, pixels, block_count);
    case vk_form_float16_multiply_add:
        return float16_multiply_add_layer(layer, pixels, block_count);
    case vk_form_neural_engine_m1:
        return neural_engine_m1_layer(layer, pixels, block_count);
    }
}

#undef JOIN
#undef JOIN_
