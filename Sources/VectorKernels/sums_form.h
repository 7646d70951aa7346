// The sums of one form: fills a whole layout by tiles. Included once for each level and form with FORM (its
// name), NUMBER, LANES, LANES_IN_MEMORY, PIXELS and BLOCKS (the largest tile), STEP(sum, w, x) and, where a sum under
// way is more than a number, SUM (its type), START(sum, start), CLOSE_GROUP(sum) after each fourth product, and
// FINISH(sum, count, value) after the last of `count` products; STEPS_ROUND_DOWN where the steps need a mode.

#include "number_sum.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#define TILE JOIN(FORM, _tile)
#define TILE_PIXELS PIXELS
#define TILE_BLOCKS BLOCKS
#include "sums_tile.h"

#define TILE JOIN(FORM, _tile_of_one_pixel)
#define TILE_PIXELS 1
#define TILE_BLOCKS BLOCKS
#include "sums_tile.h"

#define TILE JOIN(FORM, _tile_of_one_block)
#define TILE_PIXELS PIXELS
#define TILE_BLOCKS 1
#include "sums_tile.h"

#define TILE JOIN(FORM, _tile_of_one)
#define TILE_PIXELS 1
#define TILE_BLOCKS 1
#include "sums_tile.h"

static void FORM(
    const vk_sum_layout *layout, const NUMBER *numbers, const NUMBER *packed_weights, const NUMBER *starts,
    NUMBER *sums) {
    ptrdiff_t channel_count = layout->channel_count, pixel_count = layout->pixel_count;
    ptrdiff_t position_count = layout->origin_count * pixel_count;
    NUMBER tile[PIXELS * BLOCKS * vk_channel_block];
    for (ptrdiff_t channel = 0; channel < channel_count;) {
        ptrdiff_t left = channel_count - channel;
        ptrdiff_t blocks = left > (BLOCKS - 1) * vk_channel_block ? BLOCKS : 1;
        ptrdiff_t channels = left < blocks * vk_channel_block ? left : blocks * vk_channel_block;
        NUMBER block_starts[BLOCKS * vk_channel_block];
        // Padding channels must not sum to 0, which can slow float16 steps down.
        for (ptrdiff_t m = 0; m < blocks * vk_channel_block; m++)
            block_starts[m] = m < channels ? starts[channel + m] : 1;
        const NUMBER *weights = packed_weights + channel * layout->tap_count;

        ptrdiff_t origin = 0, pixel = 0;
        for (ptrdiff_t position = 0; position < position_count;) {
            ptrdiff_t positions_left = position_count - position;
            // A few positions are faster one by one than as a tile that mostly repeats them.
            ptrdiff_t positions = positions_left >= PIXELS ? PIXELS : positions_left * 3 < PIXELS ? 1 : positions_left;
            ptrdiff_t places[PIXELS], targets[PIXELS];
            for (ptrdiff_t p = 0; p < PIXELS; p++) {
                if (p < positions) {
                    places[p] = layout->origins[origin] + layout->pixels[pixel];
                    targets[p] = (origin * channel_count + channel) * pixel_count + pixel;
                    if (++pixel == pixel_count) pixel = 0, origin++;
                } else {
                    places[p] = places[0];
                }
            }
            if (blocks == BLOCKS) {
                if (positions == 1)
                    JOIN(FORM, _tile_of_one_pixel)(layout, numbers, places, weights, block_starts, tile);
                else
                    JOIN(FORM, _tile)(layout, numbers, places, weights, block_starts, tile);
            } else {
                if (positions == 1)
                    JOIN(FORM, _tile_of_one)(layout, numbers, places, weights, block_starts, tile);
                else
                    JOIN(FORM, _tile_of_one_block)(layout, numbers, places, weights, block_starts, tile);
            }
            for (ptrdiff_t p = 0; p < positions; p++) {
                const NUMBER *sum = tile + p * blocks * vk_channel_block;
                NUMBER *target = sums + targets[p];
                for (ptrdiff_t m = 0; m < channels; m++, target += pixel_count) *target = sum[m];
            }
            position += positions;
        }
        channel += channels;
    }
}

#undef FORM
#undef NUMBER
#undef LANES
#undef LANES_IN_MEMORY
#undef SUM
#undef START
#undef STEP
#undef CLOSE_GROUP
#undef FINISH
#undef STEPS_ROUND_DOWN
#undef PIXELS
#undef BLOCKS
#undef JOIN
#undef JOIN_
