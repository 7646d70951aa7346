// The tiles of layers in one form: up to 14 pixels by up to 4 blocks of channels. Included once for each level and
// form with FORM (its name), STEP and, for some, SUM, START, CLOSE_GROUP, FINISH and STEPS_ROUND_DOWN (see sums_form.h),
// CAPACITY (the blocks that fit into registers beside what STEP needs for itself) and TAPS_AT_ONCE (how far the sum's
// loop is unrolled: on a core that is shared, instructions are what bounds it).

#define LANES float32_lanes
#include "number_sum.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define TILE(P, B, S) JOIN(FORM, JOIN(_layer_tile_, JOIN(P, JOIN(_, JOIN(B, JOIN(_, S))))))

static inline __attribute__((always_inline)) void JOIN(FORM, _layer_tile)(
    const int pixel_count, const int block_count, const int pixel_stride, const vk_layer *layer,
    const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {
    SUM sums[vk_tile_pixels * vk_tile_blocks];
#pragma clang loop unroll(full)
    for (int b = 0; b < block_count; b++)
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++)
            START(
                &sums[p * block_count + b],
                (const float32_lanes_in_memory *)(layer->starts + (block + b) * vk_channel_block));

    ptrdiff_t tap_count = layer->tap_count;
    const float *packed_weights = layer->packed_weights + block * tap_count * vk_channel_block;
#if STEPS_ROUND_DOWN
    unsigned mode = round_down();
#endif
#pragma clang loop unroll_count(TAPS_AT_ONCE)
    for (ptrdiff_t tap = 0; tap < tap_count; tap++) {
        const float *number = numbers + layer->taps[tap];
        float32_lanes weights[vk_tile_blocks];
#pragma clang loop unroll(full)
        for (int b = 0; b < block_count; b++)
            weights[b] = *(const float32_lanes_in_memory *)(packed_weights + (b * tap_count + tap) * vk_channel_block);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++) {
            float32_lanes factor = (float32_lanes)(number[p * pixel_stride]);
#pragma clang loop unroll(full)
            for (int b = 0; b < block_count; b++) STEP(&sums[p * block_count + b], &weights[b], &factor);
        }
        if (tap % 4 == 3)
#pragma clang loop unroll(full)
            for (int index = 0; index < pixel_count * block_count; index++) CLOSE_GROUP(&sums[index]);
    }
#if STEPS_ROUND_DOWN
    round_as_before(mode);
#endif

    // With other modes the compiler might compute these between the steps.
    bool activates = !STEPS_ROUND_DOWN && !layer->addends && layer->rounding == vk_rounding_none;
#pragma clang loop unroll(full)
    for (int b = 0; b < block_count; b++) {
        float *result = results + b * pixels->result_block_stride;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++, result += pixels->result_pixel_stride) {
            float32_lanes value;
            FINISH(&sums[p * block_count + b], tap_count, &value);
            if (activates) activate(layer, block + b, &value);
            *(float32_lanes_in_memory *)result = value;
        }
    }
    if (!activates)
        for (int b = 0; b < block_count; b++)
            finish_tile(layer, pixels, block + b, pixel_count, results + b * pixels->result_block_stride);
}

#define DEFINE_TILE(P, B, S)                                                                                       \
    static void TILE(P, B, S)(                                                                                     \
        const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {   \
        if (P <= LARGEST_TILE(CAPACITY, B))                                                                        \
            JOIN(FORM, _layer_tile)(P, B, S, layer, pixels, block, numbers, results);                              \
    }
#define FOR_EACH_PIXEL_COUNT(F, B, S)                                                                              \
    F(1, B, S) F(2, B, S) F(3, B, S) F(4, B, S) F(5, B, S) F(6, B, S) F(7, B, S)                                   \
    F(8, B, S) F(9, B, S) F(10, B, S) F(11, B, S) F(12, B, S) F(13, B, S) F(14, B, S)
#define NAME_TILE(P, B, S) TILE(P, B, S),

FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 1, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 2, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 3, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 4, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 1, 16)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 2, 16)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 3, 16)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 4, 16)

static void JOIN(FORM, _layer)(const vk_layer *layer, const vk_pixels *pixels) {
    static const layer_tile image_tiles[vk_tile_blocks][vk_tile_pixels] = {
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 1, 3)},
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 2, 3)},
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 3, 3)},
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 4, 3)}};
    static const layer_tile tiles[vk_tile_blocks][vk_tile_pixels] = {
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 1, 16)},
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 2, 16)},
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 3, 16)},
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 4, 16)}};
    static const ptrdiff_t largest[vk_tile_blocks] = {
        LARGEST_TILE(CAPACITY, 1), LARGEST_TILE(CAPACITY, 2), LARGEST_TILE(CAPACITY, 3), LARGEST_TILE(CAPACITY, 4)};
    fill_layer(layer, pixels, pixels->pixel_stride == vk_image_channels ? image_tiles : tiles, largest);
}

#undef DEFINE_TILE
#undef FOR_EACH_PIXEL_COUNT
#undef NAME_TILE
#undef TILE
#undef JOIN
#undef JOIN_
#undef FORM
#undef SUM
#undef START
#undef STEP
#undef CLOSE_GROUP
#undef FINISH
#undef STEPS_ROUND_DOWN
#undef LANES
#undef CAPACITY
#undef TAPS_AT_ONCE
