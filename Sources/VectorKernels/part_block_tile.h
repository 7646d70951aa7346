// The tiles of a last block with 12 channels or fewer, in the fused form. Included once for each level.
//
// A pixel uses 8 lanes for 8 channels. The other 4 share 8 lanes with those of the next pixel.

/// The registers of 8 lanes.
#define HALF_REGISTERS ((LEVEL_BLOCK_REGISTERS + 1) / 2)
#define LARGEST_TILE_OF_8 AT_MOST(vk_tile_pixels, LEVEL_REGISTERS / HALF_REGISTERS - 1)
#define LARGEST_TILE_OF_12 AT_MOST(vk_tile_pixels, ((LEVEL_REGISTERS - 1) / HALF_REGISTERS - 2) * 2 / 3)

/// Loads the same 4 numbers twice.
static inline __attribute__((always_inline)) void load_twice(const float *numbers, float32_half *both) {
    float32_quarter quarter = *(const float32_quarter_in_memory *)numbers;
    *both = __builtin_shufflevector(quarter, quarter, 0, 1, 2, 3, 0, 1, 2, 3);
}

static inline __attribute__((always_inline)) void part_block_tile(
    const int pixel_count, const int channel_count, const int pixel_stride, const vk_layer *layer,
    const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {
    const bool is_shared = channel_count > 8;
    float32_half sums[vk_tile_pixels], shared_sums[(vk_tile_pixels + 1) / 2];
    const float *starts = layer->starts + block * vk_channel_block;
#pragma clang loop unroll(full)
    for (int p = 0; p < pixel_count; p++) {
        sums[p] = *(const float32_half_in_memory *)starts;
        load_twice(starts + 8, &shared_sums[p / 2]);
    }

    const ptrdiff_t *taps = layer->taps;
    ptrdiff_t tap_count = layer->tap_count;
    const float *weight = layer->packed_weights + block * tap_count * vk_channel_block;
#pragma clang loop unroll_count(4)
    for (ptrdiff_t tap = 0; tap < tap_count; tap++, weight += vk_channel_block) {
        const float *number = numbers + taps[tap];
        float32_half weights = *(const float32_half_in_memory *)weight;
        float32_half shared_weights;
        load_twice(weight + 8, &shared_weights);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p += 2) {
            const bool is_last = p + 1 == pixel_count;
            float32_half factor = (float32_half)(number[p * pixel_stride]), next = factor;
            FUSED_HALF_STEP(&sums[p], &weights, &factor);
            if (!is_last) {
                next = (float32_half)(number[(p + 1) * pixel_stride]);
                FUSED_HALF_STEP(&sums[p + 1], &weights, &next);
            }
            if (is_shared) {
                float32_half shared_factor = __builtin_shufflevector(factor, next, 0, 1, 2, 3, 12, 13, 14, 15);
                FUSED_HALF_STEP(&shared_sums[p / 2], &shared_weights, &shared_factor);
            }
        }
    }

    bool activates = activates_sums(layer);
    float32_half slopes = *(const float32_half_in_memory *)(layer->slopes + block * vk_channel_block), shared_slopes;
    load_twice(layer->slopes + block * vk_channel_block + 8, &shared_slopes);
    float *result = results;
#pragma clang loop unroll(full)
    for (int p = 0; p < pixel_count; p++, result += pixels->result_pixel_stride) {
        float32_half sum = sums[p];
        float32_half shared_sum = is_shared ? shared_sums[p / 2] : (float32_half)(0.0f);
        if (activates) {
            sum = ACTIVATED(sum, slopes);
            shared_sum = ACTIVATED(shared_sum, shared_slopes);
        }
        *(float32_half_in_memory *)result = sum;
        *(float32_quarter_in_memory *)(result + 8) = p % 2 == 0 ? shared_sum.lo : shared_sum.hi;
        // Values beyond the channels are read too, as by pools.
        *(float32_quarter_in_memory *)(result + 12) = (float32_quarter)(0.0f);
    }
    if (!activates) finish_tile(layer, pixels, block, pixel_count, results);
}

#define TILE(P, C, S) JOIN(part_block_tile_, JOIN(P, JOIN(_, JOIN(C, JOIN(_, S)))))
#define DEFINE_TILE(P, C, S)                                                                                       \
    static void TILE(P, C, S)(                                                                                     \
        const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {   \
        if (P <= LARGEST_TILE_OF_##C && LARGEST_TILE_OF_12 >= 2)                                                   \
            part_block_tile(P, C, S, layer, pixels, block, numbers, results);                                      \
    }
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 8, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 8, 16)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 12, 3)
FOR_EACH_PIXEL_COUNT(DEFINE_TILE, 12, 16)

/// Computes the last block, if there are tiles for so few channels and the level has enough registers.
///
/// - Returns: whether it did.
static bool fills_part_block(const vk_layer *layer, const vk_pixels *pixels) {
#define NAME_TILE(P, C, S) TILE(P, C, S),
    static const layer_tile tiles_of_8[2][vk_tile_pixels] = {
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 8, 3)}, {FOR_EACH_PIXEL_COUNT(NAME_TILE, 8, 16)}};
    static const layer_tile tiles_of_12[2][vk_tile_pixels] = {
        {FOR_EACH_PIXEL_COUNT(NAME_TILE, 12, 3)}, {FOR_EACH_PIXEL_COUNT(NAME_TILE, 12, 16)}};
    ptrdiff_t block = layer->channel_count / vk_channel_block;
    ptrdiff_t channel_count = layer->channel_count % vk_channel_block;
    int is_map = pixels->pixel_stride != vk_image_channels;
    if (channel_count == 0 || channel_count > 12 || LARGEST_TILE_OF_12 < 2) return false;
    if (pixels->summands || !layer->slopes || place_of_stride(pixels->pixel_stride) > 1) return false;
    if (channel_count <= 8)
        fill_blocks(layer, pixels, block, (tile_row){tiles_of_8[is_map], LARGEST_TILE_OF_8, 1});
    else
        fill_blocks(layer, pixels, block, (tile_row){tiles_of_12[is_map], LARGEST_TILE_OF_12 / 2 * 2, 2});
    return true;
}

#undef TILE
#undef DEFINE_TILE
#undef NAME_TILE
