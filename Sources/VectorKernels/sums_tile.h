// A tile of sums: TILE_PIXELS positions by TILE_BLOCKS blocks of channels. Included once for each level, form
// and size with what sums_form.h is given, TILE_PIXELS, TILE_BLOCKS and TILE (its name).

static void TILE(
    const vk_sum_layout *layout, const NUMBER *numbers, const ptrdiff_t *places, const NUMBER *packed_weights,
    const NUMBER *starts, NUMBER *tile) {
    ptrdiff_t tap_count = layout->tap_count;
    SUM sums[TILE_PIXELS][TILE_BLOCKS];
#pragma clang loop unroll(full)
    for (int block = 0; block < TILE_BLOCKS; block++) {
        LANES start = *(const LANES_IN_MEMORY *)(starts + block * vk_channel_block);
#pragma clang loop unroll(full)
        for (int pixel = 0; pixel < TILE_PIXELS; pixel++) START(&sums[pixel][block], &start);
    }
#if STEPS_ROUND_DOWN
    unsigned mode = round_down();
#endif
    for (ptrdiff_t tap = 0; tap < tap_count; tap++) {
        const NUMBER *number = numbers + layout->taps[tap];
        LANES weights[TILE_BLOCKS];
#pragma clang loop unroll(full)
        for (int block = 0; block < TILE_BLOCKS; block++)
            weights[block] =
                *(const LANES_IN_MEMORY *)(packed_weights + (block * tap_count + tap) * vk_channel_block);
#pragma clang loop unroll(full)
        for (int pixel = 0; pixel < TILE_PIXELS; pixel++) {
            LANES factor = (LANES)(number[places[pixel]]);
#pragma clang loop unroll(full)
            for (int block = 0; block < TILE_BLOCKS; block++)
                STEP(&sums[pixel][block], &weights[block], &factor);
        }
        if (tap % 4 == 3)
#pragma clang loop unroll(full)
            for (int pixel = 0; pixel < TILE_PIXELS; pixel++)
#pragma clang loop unroll(full)
                for (int block = 0; block < TILE_BLOCKS; block++) CLOSE_GROUP(&sums[pixel][block]);
    }
#if STEPS_ROUND_DOWN
    round_as_before(mode);
#endif
#pragma clang loop unroll(full)
    for (int pixel = 0; pixel < TILE_PIXELS; pixel++)
#pragma clang loop unroll(full)
        for (int block = 0; block < TILE_BLOCKS; block++) {
            LANES value;
            FINISH(&sums[pixel][block], tap_count, &value);
            *(LANES_IN_MEMORY *)(tile + (pixel * TILE_BLOCKS + block) * vk_channel_block) = value;
        }
}

#undef TILE
#undef TILE_PIXELS
#undef TILE_BLOCKS
