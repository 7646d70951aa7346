// How layers are covered with tiles.

#pragma once

#include "forms.hpp"

namespace {

constexpr int most_tile_pixels = 14, most_tile_blocks = 4;

/// Some of a layer's taps, which are applied to all pixels while their weights stay in a core's cache. The taps of each
/// sum keep their order; between two passes the sums lie where the results will.
struct layer_pass {
    const vk_layer *layer;
    ptrdiff_t first_tap;
    ptrdiff_t tap_count;

    bool begins() const { return first_tap == 0; }
    bool ends() const { return first_tap + tap_count == layer->tap_count; }
};

/// Computes a tile of a pass: the function's number of pixels and blocks, from `block` on.
using layer_tile = void (*)(
    const layer_pass *pass, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results);

/// Tiles of the same blocks for each number of pixels up to `largest`; all but a row's last tile are multiples of
/// `unit`.
struct tile_row {
    layer_tile tiles[most_tile_pixels];
    ptrdiff_t largest;
    ptrdiff_t unit;
};

/// 1, 2, and so on to the most pixels of a tile, to make a tile of each.
template <int... pixel_counts> struct pixel_count_list {};
template <int... from_0> constexpr pixel_count_list<from_0 + 1 ...> from_1(std::integer_sequence<int, from_0...>) {
    return {};
}
constexpr auto every_pixel_count = from_1(std::make_integer_sequence<int, most_tile_pixels>());

/// Covers all pixels of some blocks with tiles of about equal size.
void fill_blocks(const layer_pass *pass, const vk_pixels *pixels, ptrdiff_t block, const tile_row *row_of) {
    ptrdiff_t unit = row_of->unit;
    ptrdiff_t unit_count = (pixels->pixel_count + unit - 1) / unit;
    ptrdiff_t tile_count = (unit_count * unit + row_of->largest - 1) / row_of->largest;
    ptrdiff_t tile_units = unit_count / tile_count, larger_tiles = unit_count % tile_count;
    for (ptrdiff_t row = 0; row < pixels->row_count; row++) {
        const float *numbers = pixels->numbers + row * pixels->row_stride;
        float *results = pixels->results + row * pixels->result_row_stride + block * pixels->result_block_stride;
        ptrdiff_t left = pixels->pixel_count;
        for (ptrdiff_t tile = 0; tile < tile_count; tile++) {
            ptrdiff_t pixel_count = smaller(left, (tile_units + (tile < larger_tiles)) * unit);
            row_of->tiles[pixel_count - 1](pass, pixels, block, numbers, results);
            left -= pixel_count;
            numbers += pixel_count * pixels->pixel_stride;
            results += pixel_count * pixels->result_pixel_stride;
        }
    }
}

/// The same for several blocks, in groups of about equal size, of at most `most_blocks`.
///
/// - Parameter rows: for 1 block, for 2, and so on.
void fill_groups(
    const layer_pass *pass, const vk_pixels *pixels, ptrdiff_t block_count, ptrdiff_t most_blocks,
    const tile_row *rows) {
    ptrdiff_t group_count = (block_count + most_blocks - 1) / most_blocks;
    ptrdiff_t block = 0;
    for (ptrdiff_t group = 0; group < group_count; group++) {
        ptrdiff_t blocks = block_count / group_count + (group < block_count % group_count);
        fill_blocks(pass, pixels, block, &rows[blocks - 1]);
        block += blocks;
    }
}

/// The most weights of a pass, in numbers. First-level caches hold 8192 at least. Of narrow rows what the weights are
/// multiplied with fits beside them; of wide rows it does not in any case. Both were measured to be the quickest.
constexpr ptrdiff_t wide_pass_weights = 8 << 10, narrow_pass_weights = 4 << 10;

/// The taps of each pass but the last, which has no more: about as many in each. Taps that follow each other stay
/// together.
ptrdiff_t pass_taps(ptrdiff_t tap_count, ptrdiff_t block_count, bool is_wide) {
    ptrdiff_t most = (is_wide ? wide_pass_weights : narrow_pass_weights) / (block_count * vk_channel_block);
    ptrdiff_t pass_count = larger<ptrdiff_t>(1, (tap_count + most - 1) / most);
    ptrdiff_t runs = (tap_count + pass_count * vk_following_taps - 1) / (pass_count * vk_following_taps);
    return runs * vk_following_taps;
}

/// The registers that some parts take.
template <class Form> constexpr int tile_registers(int part_count) {
    return part_count * larger(1, level::block_registers / parts_of_block<Form>);
}

/// The most pixels of a tile: registers hold its sums and, of a tap's weights and numbers, whichever are fewer. 0 if
/// not even one pixel's fit.
template <class Form> constexpr int largest_tile(int part_count) {
    int registers = tile_registers<Form>(part_count);
    int keeping_weights = Form::registers / registers - 1;
    int keeping_numbers = Form::registers / (registers + 1);
    return smaller(most_tile_pixels, larger(keeping_weights, keeping_numbers));
}

/// The time of a tile's tap, in that of a register's step.
template <class Form> constexpr int tile_time(int pixel_count, int part_count) {
    int registers = tile_registers<Form>(part_count);
    int steps = larger(level::sums_under_way, pixel_count * registers);
    return larger(steps, (pixel_count + registers) * level::tenths_of_load / 10);
}

/// The time of a row of pixels for each of a tile's blocks, in twelfths of that of a register's step.
template <class Form> constexpr int row_time(int pixel_count, int block_count) {
    int part_count = block_count * parts_of_block<Form>;
    int largest = largest_tile<Form>(part_count);
    if (largest == 0) return INT32_MAX;
    int tile_count = (pixel_count + largest - 1) / largest;
    int pixels = pixel_count / tile_count, larger_tiles = pixel_count % tile_count;
    int smaller_tiles = tile_count - larger_tiles;
    int time = larger_tiles * tile_time<Form>(pixels + 1, part_count)
        + smaller_tiles * tile_time<Form>(pixels, part_count);
    return time * 12 / block_count;
}

/// How many blocks a tile of a row should have.
template <class Form> constexpr int quickest_blocks(int pixel_count) {
    int quickest = 1;
    for (int blocks : {2, 4, 3})
        if (row_time<Form>(pixel_count, blocks) < row_time<Form>(pixel_count, quickest)) quickest = blocks;
    return quickest;
}

} // namespace
