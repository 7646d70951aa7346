// The tiles of layers: up to 14 pixels by up to 4 blocks of channels.

#pragma once

#include "forms.hpp"
#include "tiles.hpp"

namespace {

/// z of sums to which nothing is added and which are not rounded.
template <class Lanes> ALWAYS_INLINE void activate(Lanes *sums, const Lanes *slopes) {
    *sums = *sums >= 0 ? *sums : *sums * *slopes;
}

/// x = the nearest number from `lower` to `upper`; NaN stays NaN.
template <class Lanes> ALWAYS_INLINE void limit(Lanes *x, const Lanes *lower, const Lanes *upper) {
    *x = *x < *lower ? *lower : *x > *upper ? *upper : *x;
}

/// Whether `activate` makes a layer's results of its sums.
inline bool activates_sums(const vk_layer *layer) { return !layer->addends && layer->rounding == vk_rounding_none; }

/// Rounds a result to the form's stored format.
ALWAYS_INLINE void store_as_float16(vk_form form, float32_lanes *x) {
    if (form == vk_form_neural_engine_m1) *x = *x == *x ? *x : (float32_lanes)(__builtin_inff());
    level::round_to_float16(x);
    if (form == vk_form_neural_engine_m1) flush_float16(x);
}

/// Turns the sums of a tile into the layer's results.
__attribute__((noinline)) void finish_tile(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, ptrdiff_t pixel_count, float *results) {
    // Adding -0 changes no number.
    float32_lanes addends = (float32_lanes)(-0.0f);
    if (layer->addends) addends = stored<float32_lanes>(layer->addends + block * vk_channel_block).lanes;
    float32_lanes slopes = stored<float32_lanes>(layer->slopes + block * vk_channel_block).lanes;
    vk_rounding rounding = layer->rounding;
    vk_form form = layer->form;
    ptrdiff_t pixel_stride = pixels->result_pixel_stride;
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, results += pixel_stride) {
        float32_lanes sum = stored<float32_lanes>(results).lanes;
        if (rounding == vk_rounding_sums_and_results) store_as_float16(form, &sum);
        float32_lanes y = sum + addends;
        if (rounding != vk_rounding_none) store_as_float16(form, &y);
        float32_lanes scaled = slopes * y;
        if (rounding != vk_rounding_none) store_as_float16(form, &scaled);
        stored<float32_lanes>(results).lanes = y >= 0 ? y : scaled;
    }
}

/// The numbers that the fused steps of layers take at once: half a block, unless a register holds a whole one.
using fused_lanes = std::conditional_t<level::block_registers == 1, float32_lanes, float32_half>;

/// The fused form of layers, which alone has strides of 2, summands and limits.
struct fused_layer : fused<float, fused_lanes> {};
/// The same with half a block at once on every level.
struct fused_halves : fused<float, float32_half> {};

template <class Form> constexpr bool is_general = false;
template <> constexpr bool is_general<fused_layer> = true;
template <> constexpr bool is_general<fused_halves> = true;

/// How far the loop over taps is unrolled: on a core that is shared, instructions are what bounds it.
template <class Form> constexpr int taps_at_once = is_general<Form> ? 4 : 1;

/// Calls `use` with each register of a tile's sums, its part, and the place of its results.
template <int parts, class Sum, int pixel_count, int part_count, class Use>
ALWAYS_INLINE void for_each_register(
    Sum (&sums)[pixel_count][part_count], const vk_pixels *pixels, float *results, const Use &use) {
#pragma clang loop unroll(full)
    for (int part = 0; part < part_count; part++) {
        float *result = results + place_of<parts>(part, pixels->result_block_stride);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++, result += pixels->result_pixel_stride)
            use(&sums[p][part], part, result);
    }
}

/// Computes a tile of some parts, the last of which may be the first half of a block: then zeros become the results of
/// the other half.
template <class Form, int pixel_count, int part_count, int pixel_stride>
void compute_tile(
    const layer_pass *pass, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {
    if constexpr (pixel_count <= largest_tile<Form>(part_count)) {
        using lanes = typename Form::lanes;
        using register_sum = typename Form::sum;
        constexpr int parts = parts_of_block<Form>, lane_count = vk_channel_block / parts;
        constexpr int block_count = (part_count + parts - 1) / parts;
        const vk_layer *layer = pass->layer;
        register_sum sums[pixel_count][part_count];
        if (!is_general<Form> || pass->begins()) {
            const float *starts = layer->starts + block * vk_channel_block;
#pragma clang loop unroll(full)
            for (int part = 0; part < part_count; part++) {
                lanes start = stored<lanes>(starts + part * lane_count).lanes;
#pragma clang loop unroll(full)
                for (int p = 0; p < pixel_count; p++) Form::start(&sums[p][part], &start);
            }
        } else {
            for_each_register<parts>(sums, pixels, results, [](register_sum *sum, int, float *result) INLINED {
                lanes start = stored<lanes>(result).lanes;
                Form::start(sum, &start);
            });
        }

        const ptrdiff_t *taps = layer->taps + pass->first_tap;
        ptrdiff_t tap_count = pass->tap_count;
        ptrdiff_t weight_block_stride = layer->tap_count * vk_channel_block;
        const float *weight =
            layer->packed_weights + block * weight_block_stride + pass->first_tap * vk_channel_block;
        // Registers keep a tap's weights or its numbers, whichever are fewer, and the others come one by one.
        constexpr bool keeps_weights = tile_registers<Form>(part_count) <= pixel_count;
        auto step = [&](const float *number) INLINED {
            lanes weights[part_count], factors[pixel_count];
            if constexpr (keeps_weights) {
#pragma clang loop unroll(full)
                for (int part = 0; part < part_count; part++)
                    weights[part] = stored<lanes>(weight + place_of<parts>(part, weight_block_stride)).lanes;
#pragma clang loop unroll(full)
                for (int p = 0; p < pixel_count; p++) {
                    factors[p] = (lanes)(number[p * pixel_stride]);
#pragma clang loop unroll(full)
                    for (int part = 0; part < part_count; part++)
                        Form::step(&sums[p][part], &weights[part], &factors[p]);
                }
            } else {
#pragma clang loop unroll(full)
                for (int p = 0; p < pixel_count; p++) factors[p] = (lanes)(number[p * pixel_stride]);
#pragma clang loop unroll(full)
                for (int part = 0; part < part_count; part++) {
                    weights[part] = stored<lanes>(weight + place_of<parts>(part, weight_block_stride)).lanes;
#pragma clang loop unroll(full)
                    for (int p = 0; p < pixel_count; p++) Form::step(&sums[p][part], &weights[part], &factors[p]);
                }
            }
            weight += vk_channel_block;
        };
        unsigned mode = 0;
        if constexpr (Form::rounds_down) mode = level::round_down();
        ptrdiff_t tap = 0;
        if constexpr (is_general<Form>)
            if (layer->taps_follow)
                for (; tap + vk_following_taps <= tap_count; tap += vk_following_taps) {
                    const float *number = numbers + taps[tap];
#pragma clang loop unroll(full)
                    for (int next = 0; next < vk_following_taps; next++) step(number + next);
                }
#pragma clang loop unroll_count(taps_at_once<Form>)
        for (; tap < tap_count; tap++) {
            step(numbers + taps[tap]);
            if (tap % 4 == 3)
#pragma clang loop unroll(full)
                for (int p = 0; p < pixel_count; p++)
#pragma clang loop unroll(full)
                    for (int part = 0; part < part_count; part++) Form::close_group(&sums[p][part]);
        }
        if constexpr (Form::rounds_down) level::round_as_before(mode);

        if constexpr (part_count % parts != 0) {
            float *rest = results + place_of<parts>(part_count, pixels->result_block_stride);
            for (int p = 0; p < pixel_count; p++, rest += pixels->result_pixel_stride)
                stored<lanes>(rest).lanes = (lanes)(0.0f);
        }
        // In other modes the compiler might compute these between the steps.
        bool activates = !Form::rounds_down && activates_sums(layer);
        const float *slopes = layer->slopes ? layer->slopes + block * vk_channel_block : nullptr;
        if constexpr (is_general<Form>) {
            if (!pass->ends()) {
                for_each_register<parts>(sums, pixels, results, [](lanes *sum, int, float *result) INLINED {
                    stored<lanes>(result).lanes = *sum;
                });
                return;
            }
            if (pixels->summands) {
                ptrdiff_t to_summands = pixels->summands - pixels->results;
                for_each_register<parts>(sums, pixels, results, [=](lanes *sum, int, float *result) INLINED {
                    *sum += stored<lanes>(result + to_summands).lanes;
                });
            }
            if (!layer->slopes) {
                lanes lower = (lanes)(layer->lower), upper = (lanes)(layer->upper);
                for_each_register<parts>(sums, pixels, results, [=](lanes *sum, int, float *result) INLINED {
                    limit(sum, &lower, &upper);
                    stored<lanes>(result).lanes = *sum;
                });
                return;
            }
        }
        for_each_register<parts>(
            sums, pixels, results, [=](register_sum *sum, int part, float *result) INLINED {
                lanes value;
                Form::finish(sum, tap_count, &value);
                if (activates) {
                    lanes own_slopes = stored<lanes>(slopes + part * lane_count).lanes;
                    activate(&value, &own_slopes);
                }
                stored<lanes>(result).lanes = value;
            });
        if (!activates)
            for (int b = 0; b < block_count; b++)
                finish_tile(layer, pixels, block + b, pixel_count, results + b * pixels->result_block_stride);
    }
}

template <class Form, int part_count, int pixel_stride, int... pixel_counts>
constexpr tile_row tiles_of(pixel_count_list<pixel_counts...>) {
    return {{compute_tile<Form, pixel_counts, part_count, pixel_stride>...}, largest_tile<Form>(part_count), 1};
}

/// The tiles of a form for pixels of one stride.
struct tile_rows {
    /// For 1 block, for 2, and so on.
    tile_row whole[most_tile_blocks];
    /// For half a block, and for a block and a half; no tiles where those of whole blocks are as quick.
    tile_row ending_half[2];
};

template <class Form, int pixel_stride> constexpr tile_rows make_tile_rows() {
    constexpr int parts = parts_of_block<Form>;
    tile_rows rows = {
        {tiles_of<Form, parts, pixel_stride>(every_pixel_count),
         tiles_of<Form, 2 * parts, pixel_stride>(every_pixel_count),
         tiles_of<Form, 3 * parts, pixel_stride>(every_pixel_count),
         tiles_of<Form, 4 * parts, pixel_stride>(every_pixel_count)},
        {}};
    if constexpr (is_general<Form>) rows.ending_half[0] = tiles_of<fused_halves, 1, pixel_stride>(every_pixel_count);
    if constexpr (is_general<Form> && parts == 2)
        rows.ending_half[1] = tiles_of<fused_halves, 3, pixel_stride>(every_pixel_count);
    return rows;
}

template <class Form, int pixel_stride> constexpr tile_rows rows_of_tiles = make_tile_rows<Form, pixel_stride>();

template <class Form, int... pixel_counts>
int quickest_blocks_of(ptrdiff_t pixel_count, pixel_count_list<pixel_counts...>) {
    static constexpr int quickest[] = {quickest_blocks<Form>(pixel_counts)...};
    return quickest[pixel_count - 1];
}

template <class Form> const tile_rows *rows_for(ptrdiff_t pixel_stride) {
    if constexpr (is_general<Form>) {
        if (pixel_stride == 2 * vk_image_channels) return &rows_of_tiles<Form, 2 * vk_image_channels>;
        if (pixel_stride == 2 * vk_channel_block) return &rows_of_tiles<Form, 2 * vk_channel_block>;
    }
    if (pixel_stride == vk_image_channels) return &rows_of_tiles<Form, vk_image_channels>;
    return &rows_of_tiles<Form, vk_channel_block>;
}

/// Computes a layer. Where its last block is at most half full, tiles of a block and a half end it, or of half a block.
template <class Form> void compute_blocks(const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block_count) {
    bool is_wide = pixels->pixel_count > most_tile_pixels;
    int most_blocks =
        is_wide ? level::wide_blocks : quickest_blocks_of<Form>(pixels->pixel_count, every_pixel_count);
    const tile_rows *rows = rows_for<Form>(pixels->pixel_stride);
    ptrdiff_t last_channels = layer->channel_count - (block_count - 1) * vk_channel_block;
    ptrdiff_t last_blocks = smaller<ptrdiff_t>(2, block_count);
    const tile_row *last_row = &rows->ending_half[last_blocks - 1];
    bool ends_half = last_channels <= vk_channel_block / 2 && last_row->largest > 0;
    ptrdiff_t whole_blocks = ends_half ? block_count - last_blocks : block_count;
    ptrdiff_t tile_blocks = smaller<ptrdiff_t>(most_blocks, whole_blocks), largest = most_tile_pixels;
    if (whole_blocks > 0) largest = rows->whole[tile_blocks - 1].largest;
    if (ends_half) {
        largest = smaller(largest, last_row->largest);
        tile_blocks = larger(tile_blocks, last_blocks);
    }
    // A single tile reads each weight once in any case.
    bool is_one_tile = pixels->row_count == 1 && pixels->pixel_count <= largest;
    ptrdiff_t taps = layer->tap_count;
    if (is_general<Form> && !is_one_tile) taps = pass_taps(taps, tile_blocks, is_wide);
    layer_pass pass = {layer, 0, 0};
    do {
        pass.first_tap += pass.tap_count;
        pass.tap_count = smaller(taps, layer->tap_count - pass.first_tap);
        fill_groups(&pass, pixels, whole_blocks, most_blocks, rows->whole);
        if (ends_half) fill_blocks(&pass, pixels, whole_blocks, last_row);
    } while (!pass.ends());
}

} // namespace
