// The tiles of layers in one form: up to 14 pixels by up to 4 blocks of channels. Included once for each level and
// form with FORM (its name), LANES, LANES_IN_MEMORY, STEP and, for some, SUM, START, CLOSE_GROUP, FINISH and
// STEPS_ROUND_DOWN (see sums_form.h), REGISTERS (those that a tile may take beside what STEP needs for itself),
// TAPS_AT_ONCE (how far the sum's loop is unrolled: on a core that is shared, instructions are what bounds it) and
// IS_GENERAL (whether there are tiles for strides of 2, summands and limits).

#include "number_sum.h"

#define TILE(P, B, S) JOIN(FORM, JOIN(_layer_tile_, JOIN(P, JOIN(_, JOIN(B, JOIN(_, S))))))

/// The most pixels of a tile of B blocks: registers hold its sums and, of a tap's weights and numbers, whichever are
/// fewer. 0 if not even one pixel's fit.
#define LARGEST_TILE(B) JOIN(FORM, _largest_tile_of_##B)
#define DEFINE_LARGEST_TILE(B)                                                                                     \
    enum {                                                                                                         \
        LARGEST_TILE(B) = AT_MOST(vk_tile_pixels, AT_LEAST(REGISTERS / (LEVEL_BLOCK_REGISTERS * (B)) - 1,          \
                                                           REGISTERS / (LEVEL_BLOCK_REGISTERS * (B) + 1)))         \
    };
DEFINE_LARGEST_TILE(1)
DEFINE_LARGEST_TILE(2)
DEFINE_LARGEST_TILE(3)
DEFINE_LARGEST_TILE(4)

static inline __attribute__((always_inline)) void JOIN(FORM, _layer_tile)(
    const int pixel_count, const int block_count, const int pixel_stride, const vk_layer *layer,
    const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {
    // A block is processed in parts.
    enum { lane_count = sizeof(LANES) / sizeof(float), parts = vk_channel_block / lane_count };
    const int part_count = block_count * parts;
    SUM sums[vk_tile_pixels * vk_tile_blocks * parts];
    const float *starts = layer->starts + block * vk_channel_block;
#pragma clang loop unroll(full)
    for (int part = 0; part < part_count; part++)
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++)
            START(&sums[p * part_count + part], (const LANES_IN_MEMORY *)(starts + part * lane_count));

    const ptrdiff_t *taps = layer->taps;
    ptrdiff_t tap_count = layer->tap_count;
    const float *packed_weights = layer->packed_weights + block * tap_count * vk_channel_block;
    const bool keeps_weights = block_count * LEVEL_BLOCK_REGISTERS <= pixel_count;
#if STEPS_ROUND_DOWN
    unsigned mode = round_down();
#endif
#pragma clang loop unroll_count(TAPS_AT_ONCE)
    for (ptrdiff_t tap = 0; tap < tap_count; tap++) {
        const float *number = numbers + taps[tap];
        const float *weight = packed_weights + tap * vk_channel_block;
        LANES weights[vk_tile_blocks * parts], factors[vk_tile_pixels];
#define LOAD_WEIGHTS(part)                                                                                         \
    (*(const LANES_IN_MEMORY *)(weight + (part) / parts * tap_count * vk_channel_block + (part) % parts * lane_count))
        if (keeps_weights) {
#pragma clang loop unroll(full)
            for (int part = 0; part < part_count; part++) weights[part] = LOAD_WEIGHTS(part);
#pragma clang loop unroll(full)
            for (int p = 0; p < pixel_count; p++) {
                LANES factor = (LANES)(number[p * pixel_stride]);
#pragma clang loop unroll(full)
                for (int part = 0; part < part_count; part++)
                    STEP(&sums[p * part_count + part], &weights[part], &factor);
            }
        } else {
#pragma clang loop unroll(full)
            for (int p = 0; p < pixel_count; p++) factors[p] = (LANES)(number[p * pixel_stride]);
#pragma clang loop unroll(full)
            for (int part = 0; part < part_count; part++) {
                LANES part_weights = LOAD_WEIGHTS(part);
#pragma clang loop unroll(full)
                for (int p = 0; p < pixel_count; p++)
                    STEP(&sums[p * part_count + part], &part_weights, &factors[p]);
            }
        }
        if (tap % 4 == 3)
#pragma clang loop unroll(full)
            for (int index = 0; index < pixel_count * part_count; index++) CLOSE_GROUP(&sums[index]);
    }
#if STEPS_ROUND_DOWN
    round_as_before(mode);
#endif

    // In other modes the compiler might compute these between the steps.
    bool activates = !STEPS_ROUND_DOWN && activates_sums(layer);
    const float *slopes = layer->slopes ? layer->slopes + block * vk_channel_block : NULL;
#if IS_GENERAL
    if (pixels->summands) {
        ptrdiff_t to_summands = pixels->summands - pixels->results;
#pragma clang loop unroll(full)
        for (int part = 0; part < part_count; part++) {
            const float *summand =
                results + to_summands + part / parts * pixels->result_block_stride + part % parts * lane_count;
#pragma clang loop unroll(full)
            for (int p = 0; p < pixel_count; p++, summand += pixels->result_pixel_stride)
                sums[p * part_count + part] += *(const LANES_IN_MEMORY *)summand;
        }
    }
    if (!layer->slopes) {
        LANES lower = (LANES)(layer->lower), upper = (LANES)(layer->upper);
#pragma clang loop unroll(full)
        for (int part = 0; part < part_count; part++) {
            float *result = results + part / parts * pixels->result_block_stride + part % parts * lane_count;
#pragma clang loop unroll(full)
            for (int p = 0; p < pixel_count; p++, result += pixels->result_pixel_stride) {
                LANES value = sums[p * part_count + part];
                *(LANES_IN_MEMORY *)result = LIMITED(value, lower, upper);
            }
        }
        return;
    }
#endif
#pragma clang loop unroll(full)
    for (int part = 0; part < part_count; part++) {
        float *result = results + part / parts * pixels->result_block_stride + part % parts * lane_count;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++, result += pixels->result_pixel_stride) {
            LANES value;
            FINISH(&sums[p * part_count + part], tap_count, &value);
            if (activates) value = ACTIVATED(value, *(const LANES_IN_MEMORY *)(slopes + part * lane_count));
            *(LANES_IN_MEMORY *)result = value;
        }
    }
    if (!activates)
        for (int b = 0; b < block_count; b++)
            finish_tile(layer, pixels, block + b, pixel_count, results + b * pixels->result_block_stride);
}

#define DEFINE_TILE(P, B, S)                                                                                       \
    static void TILE(P, B, S)(                                                                                     \
        const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {   \
        if (P <= LARGEST_TILE(B)) JOIN(FORM, _layer_tile)(P, B, S, layer, pixels, block, numbers, results);        \
    }
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 1, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 2, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 3, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 4, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 1, 16)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 2, 16)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 3, 16)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 4, 16)
#if IS_GENERAL
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 1, 6)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 2, 6)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 3, 6)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 4, 6)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 1, 32)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 2, 32)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 3, 32)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 4, 32)
#endif

/// The time of a row of P pixels in tiles of B blocks, divided by B, in twelfths of the time of a register's step.
#define TILE_COUNT(P, B) (((P) + LARGEST_TILE(B) - 1) / AT_LEAST(1, LARGEST_TILE(B)))
#define STEP_TIME(P, B) AT_LEAST(LEVEL_SUMS_UNDER_WAY, LEVEL_BLOCK_REGISTERS * (P) * (B))
#define TILE_TIME(P, B) AT_LEAST(STEP_TIME(P, B), ((P) + LEVEL_BLOCK_REGISTERS * (B)) * LEVEL_TENTHS_OF_LOAD / 10)
#define ROW_TIME(P, B)                                                                                             \
    (LARGEST_TILE(B) == 0                                                                                          \
         ? 1000000                                                                                                 \
         : ((P) % TILE_COUNT(P, B) * TILE_TIME((P) / TILE_COUNT(P, B) + 1, B)                                      \
            + (TILE_COUNT(P, B) - (P) % TILE_COUNT(P, B)) * TILE_TIME((P) / TILE_COUNT(P, B), B)) * 12 / (B))
#define IS_QUICKER(P, B, C) (ROW_TIME(P, B) <= ROW_TIME(P, C))
#define QUICKEST_BLOCKS(P, ...)                                                                                    \
    (IS_QUICKER(P, 1, 2) && IS_QUICKER(P, 1, 3) && IS_QUICKER(P, 1, 4) ? 1                                         \
     : IS_QUICKER(P, 2, 3) && IS_QUICKER(P, 2, 4)                      ? 2                                         \
     : IS_QUICKER(P, 4, 3)                                             ? 4                                         \
                                                                       : 3),

static void JOIN(FORM, _layer)(const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block_count) {
#define NAME_TILE(P, B, S) TILE(P, B, S),
#define NAME_TILES(S)                                                                                              \
    {{FOR_EACH_PIXEL_COUNT(NAME_TILE, 1, S)},                                                                      \
     {FOR_EACH_PIXEL_COUNT(NAME_TILE, 2, S)},                                                                      \
     {FOR_EACH_PIXEL_COUNT(NAME_TILE, 3, S)},                                                                      \
     {FOR_EACH_PIXEL_COUNT(NAME_TILE, 4, S)}},
    static const layer_tile tiles[][vk_tile_blocks][vk_tile_pixels] = {
        NAME_TILES(3) NAME_TILES(16)
#if IS_GENERAL
        NAME_TILES(6) NAME_TILES(32)
#endif
    };
    static const ptrdiff_t quickest_blocks[vk_tile_pixels] = {FOR_EACH_PIXEL_COUNT(QUICKEST_BLOCKS, 0)};
    const layer_tile(*own_tiles)[vk_tile_pixels] = tiles[place_of_stride(pixels->pixel_stride)];
    const tile_row rows[vk_tile_blocks] = {
        {own_tiles[0], LARGEST_TILE(1), 1},
        {own_tiles[1], LARGEST_TILE(2), 1},
        {own_tiles[2], LARGEST_TILE(3), 1},
        {own_tiles[3], LARGEST_TILE(4), 1}};
    bool is_wide = pixels->pixel_count > vk_tile_pixels;
    fill_groups(layer, pixels, block_count, is_wide ? LEVEL_WIDE_BLOCKS : quickest_blocks[pixels->pixel_count - 1], rows);
}

#undef DEFINE_TILE
#undef NAME_TILE
#undef NAME_TILES
#undef TILE
#undef LARGEST_TILE
#undef DEFINE_LARGEST_TILE
#undef TILE_COUNT
#undef STEP_TIME
#undef TILE_TIME
#undef ROW_TIME
#undef IS_QUICKER
#undef QUICKEST_BLOCKS
#undef FORM
#undef SUM
#undef START
#undef STEP
#undef CLOSE_GROUP
#undef FINISH
#undef STEPS_ROUND_DOWN
#undef LANES
#undef LANES_IN_MEMORY
#undef LOAD_WEIGHTS
#undef REGISTERS
#undef TAPS_AT_ONCE
#undef IS_GENERAL
