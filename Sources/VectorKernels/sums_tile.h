// A tile of sums: TILE_PIXELS positions by TILE_BLOCKS blocks of channels. Included once for each level, form
// and size with NUMBER, LANES, LANES_IN_MEMORY, STEP(sum, w, x), TILE_PIXELS, TILE_BLOCKS and TILE(its name).

static void TILE(
    const vk_sum_layout *layout, const NUMBER *numbers, const ptrdiff_t *places, const NUMBER *packed_weights,
    const NUMBER *starts, NUMBER *tile) {
    ptrdiff_t tap_count = layout->tap_count;
    LANES sums[TILE_PIXELS][TILE_BLOCKS];
#pragma clang loop unroll(full)
    for (int block = 0; block < TILE_BLOCKS; block++) {
        LANES start = *(const LANES_IN_MEMORY *)(starts + block * vk_channel_block);
#pragma clang loop unroll(full)
        for (int pixel = 0; pixel < TILE_PIXELS; pixel++) sums[pixel][block] = start;
    }
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
    }
#pragma clang loop unroll(full)
    for (int pixel = 0; pixel < TILE_PIXELS; pixel++)
#pragma clang loop unroll(full)
        for (int block = 0; block < TILE_BLOCKS; block++)
            *(LANES_IN_MEMORY *)(tile + (pixel * TILE_BLOCKS + block) * vk_channel_block) = sums[pixel][block];
}

#undef TILE
#undef TILE_PIXELS
#undef TILE_BLOCKS
