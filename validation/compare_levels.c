// Compares the kernels of every level of a processor with the portable ones, bit for bit, on random layers, pools, sums,
// layouts, conversions, functions and comparisons. The tests of the package do so against the arithmetic's definition;
// this needs a compiler alone, and so can be run for a processor that is emulated (compare_levels.sh).

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "VectorKernels.h"

enum { largest = 1 << 16 };

/// The levels to compare, those of them that the processor has.
#ifndef LEVELS
#define LEVELS vk_level_avx2, vk_level_avx512, vk_level_neon
#endif

static uint32_t state = 1;

static uint32_t random_below(uint32_t limit) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % limit;
}

/// Numbers that float16 holds, as its forms require.
static float *random_numbers(ptrdiff_t count) {
    float *numbers = malloc(count * sizeof(float));
    for (ptrdiff_t i = 0; i < count; i++) numbers[i] = ((int)random_below(4001) - 2000) / 1024.0f;
    return numbers;
}

static int failures = 0;
static long compared = 0;

/// Counts a number that differs; of the first ones of a level the caller says more.
static int says_more(vk_level level) {
    static int of_level[4];
    failures++;
    return of_level[level]++ < 10;
}

static void compare(const char *what, vk_level level, const float *numbers, const float *expected, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++, compared++) {
        if (isnan(numbers[i]) && isnan(expected[i])) continue;
        if (memcmp(&numbers[i], &expected[i], sizeof(float)) == 0) continue;
        if (says_more(level))
            printf("%s, level %d, number %td: %.9g, expected %.9g\n", what, level, i, numbers[i], expected[i]);
    }
}

static void compare_float64(
    const char *what, vk_level level, const double *numbers, const double *expected, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++, compared++) {
        if (isnan(numbers[i]) && isnan(expected[i])) continue;
        if (memcmp(&numbers[i], &expected[i], sizeof(double)) == 0) continue;
        if (says_more(level))
            printf("%s, level %d, number %td: %.17g, expected %.17g\n", what, level, i, numbers[i], expected[i]);
    }
}

/// - Parameter scale: of the numbers, which lie between 2^23 / scale and its negative.
static void compare_function(
    vk_level level, const char *name, void (*function)(vk_level, const double *, ptrdiff_t, double *), double scale) {
    double *numbers = malloc(largest * sizeof(double)), *results[2];
    for (int i = 0; i < largest; i++) numbers[i] = ((int)random_below(1 << 24) - (1 << 23)) / scale;
    const double specials[] = {-0.0, INFINITY, -INFINITY, NAN, 709.782712893384, 709.7827128933841, -745.13};
    memcpy(numbers, specials, sizeof specials);
    vk_level levels[2] = {vk_level_portable, level};
    for (int i = 0; i < 2; i++) {
        results[i] = malloc(largest * sizeof(double));
        // A count that no vector divides.
        function(levels[i], numbers, largest - 3, results[i]);
    }
    compare_float64(name, level, results[1], results[0], largest - 3);
    free(numbers), free(results[0]), free(results[1]);
}

static void compare_layers(vk_level level, vk_form form, vk_rounding rounding) {
    ptrdiff_t channels = 1 + random_below(70), width = 1 + random_below(40), taps[600];
    // Many taps are applied in several passes.
    ptrdiff_t tap_count = 1 + random_below(random_below(8) ? 40 : 600), blocks = (channels + 15) / 16;
    ptrdiff_t pixel_stride = random_below(2) ? vk_image_channels : vk_channel_block;
    // Only sums that are not rounded have twice the stride, limits, and summands.
    bool is_general = form == vk_form_fused && rounding == vk_rounding_none && random_below(2);
    if (is_general) pixel_stride *= 1 + random_below(2);
    bool taps_follow = random_below(2);
    for (ptrdiff_t k = 0; k < tap_count; k++)
        taps[k] = taps_follow && k % vk_following_taps > 0 ? taps[k - 1] + 1 : random_below(100);
    float *numbers = random_numbers(2 * width * pixel_stride + 100 + vk_following_taps);
    float *weights = random_numbers(channels * tap_count);
    float *packed = malloc(vk_packed_count(channels, tap_count) * sizeof(float));
    float *starts = random_numbers(blocks * 16), *slopes = random_numbers(blocks * 16);
    float *addends = !is_general && random_below(2) ? random_numbers(blocks * 16) : NULL;
    float *summands = is_general && random_below(2) ? random_numbers(blocks * 2 * width * 16) : NULL;
    vk_pack_float32(weights, tap_count, 1, channels, tap_count, packed);
    vk_layer layer = {form,   rounding, taps,    tap_count, taps_follow, channels,
                      packed, starts,   addends, slopes,    -INFINITY,   INFINITY};
    if (is_general && random_below(2)) layer.slopes = NULL, layer.lower = -0.5f, layer.upper = 1 + random_below(3);
    float *results[2];
    vk_level levels[2] = {vk_level_portable, level};
    for (int i = 0; i < 2; i++) {
        results[i] = calloc(blocks * 2 * width * 16, sizeof(float));
        vk_pixels pixels = {numbers, pixel_stride, width * pixel_stride, width, 2, results[i],
                            16, width * 16, 2 * width * 16, summands};
        vk_compute_layer(levels[i], &layer, &pixels);
    }
    for (ptrdiff_t block = 0; block < blocks; block++)
        for (ptrdiff_t pixel = 0; pixel < 2 * width; pixel++) {
            ptrdiff_t place = (block * 2 * width + pixel) * 16, left = channels - block * 16;
            compare("layer", level, results[1] + place, results[0] + place, left < 16 ? left : 16);
        }
    free(numbers), free(weights), free(packed), free(starts), free(slopes), free(addends), free(summands);
    free(results[0]), free(results[1]);
}

static void compare_depthwise(vk_level level) {
    ptrdiff_t channels = 1 + random_below(40), blocks = (channels + 15) / 16, width = 1 + random_below(30), taps[9];
    ptrdiff_t stride = 16 * (1 + random_below(3)), tap_count = 1 + random_below(9);
    ptrdiff_t row_stride = width * stride + 64, block_stride = 2 * row_stride;
    for (ptrdiff_t k = 0; k < tap_count; k++) taps[k] = 16 * random_below(4);
    float *numbers = random_numbers(blocks * block_stride), *weights = random_numbers(channels * tap_count);
    float *packed = malloc(vk_packed_count(channels, tap_count) * sizeof(float));
    float *starts = random_numbers(blocks * 16), *slopes = random_numbers(blocks * 16), *results[2];
    vk_pack_float32(weights, tap_count, 1, channels, tap_count, packed);
    vk_layer layer = {vk_form_fused, vk_rounding_none, taps, tap_count, false, channels,
                      packed,        starts,           NULL, slopes,    -1,    1};
    if (random_below(2)) layer.slopes = NULL;
    vk_level levels[2] = {vk_level_portable, level};
    for (int i = 0; i < 2; i++) {
        results[i] = calloc(blocks * 2 * width * 16, sizeof(float));
        vk_pixels pixels = {numbers, stride, row_stride, width, 2, results[i], 16, width * 16, 2 * width * 16, NULL};
        vk_compute_depthwise(levels[i], &layer, &pixels, block_stride);
    }
    compare("depthwise", level, results[1], results[0], blocks * 2 * width * 16);
    free(numbers), free(weights), free(packed), free(starts), free(slopes), free(results[0]), free(results[1]);
}

static void compare_elements(vk_level level) {
    ptrdiff_t pixels = 1 + random_below(40), rows = 1 + random_below(3), channels = 1 + random_below(16);
    // Rows lie a pixel apart.
    ptrdiff_t row_stride = (pixels + 1) * 16, count = rows * row_stride;
    float *a = random_numbers(count), *b = random_numbers(count + 2 * 16), *results[2];
    for (int i = 0; i < 8; i++) {
        static const float specials[] = {-0.0f, INFINITY, -INFINITY, NAN, 1e-40f, 3, -3, 100};
        a[random_below(count)] = specials[i];
    }
    vk_level levels[2] = {vk_level_portable, level};
    for (vk_function function = vk_function_add; function <= vk_function_normalize; function++) {
        for (int i = 0; i < 2; i++) {
            results[i] = calloc(count, sizeof(float));
            vk_elements elements = {
                .function = function, .channel_count = channels, .row_count = rows, .pixel_count = pixels, .a = a,
                .a_stride = 16, .a_row_stride = row_stride, .b = b, .b_stride = 16, .b_row_stride = row_stride,
                .lower = -1, .upper = 1, .alpha = 0.2f, .beta = 0.5f, .results = results[i],
                .result_row_stride = row_stride};
            vk_compute_elements(levels[i], &elements);
        }
        for (ptrdiff_t place = 0; place < count; place += 16)
            compare("element", level, results[1] + place, results[0] + place, channels);
        free(results[0]), free(results[1]);
    }
    free(a), free(b);
}

static void compare_windows(vk_level level) {
    ptrdiff_t pixels = 1 + random_below(20), firsts[20], counts[20], offsets[4];
    float *numbers = random_numbers(3 * 64 * 16), *divisors = random_numbers(20), weights[4], *results[2];
    numbers[random_below(3 * 64 * 16)] = NAN;
    for (int p = 0; p < 20; p++) firsts[p] = 16 * random_below(40), counts[p] = 1 + random_below(5);
    for (int k = 0; k < 4; k++) offsets[k] = 16 * random_below(40), weights[k] = k / 3.0f;
    // Two places of three taps and of one.
    const ptrdiff_t starts[3] = {0, 3, 4};
    const vk_taps taps = {starts, offsets, weights};
    vk_level levels[2] = {vk_level_portable, level};
    for (int is_mean = 0; is_mean < 2; is_mean++) {
        for (int i = 0; i < 2; i++) {
            results[i] = calloc(62 * 16, sizeof(float));
            vk_window_row row = {numbers, 64 * 16, 3, firsts, counts, 32, pixels, is_mean ? divisors : NULL, results[i]};
            vk_compute_windows(levels[i], &row);
            vk_weighted_rows(levels[i], numbers, &taps, 0, pixels, results[i] + 20 * 16);
            vk_weighted_pixels(levels[i], numbers, &taps, 2, results[i] + 60 * 16);
            vk_sum_maps(levels[i], numbers, 5, 16 * 16, 2, 64 * 16, pixels, results[i] + 40 * 16);
        }
        compare("window", level, results[1], results[0], 62 * 16);
        free(results[0]), free(results[1]);
    }
    free(numbers), free(divisors);
}

static void compare_pools(vk_level level) {
    ptrdiff_t side = 2 + random_below(2), stride = 1 + random_below(3), columns = 1 + random_below(30);
    ptrdiff_t windows = (columns - 1) / stride + 1, rows_left = 1 + random_below(side);
    float *numbers = random_numbers(2 * side * columns * 16);
    for (int i = 0; i < 20; i++) {
        static const float specials[] = {-0.0f, 0.0f, INFINITY, -INFINITY, NAN};
        numbers[random_below(2 * side * columns * 16)] = specials[random_below(random_below(4) ? 4 : 5)];
    }
    const float *rows[3] = {numbers, numbers + columns * 16, numbers + 2 * columns * 16};
    float *results[2];
    vk_level levels[2] = {vk_level_portable, level};
    bool by_column = random_below(2);
    for (int i = 0; i < 2; i++) {
        results[i] = calloc(2 * windows * 16, sizeof(float));
        vk_pool_row row = {rows,   rows_left, columns,   side * columns * 16, 2, side, stride, by_column, windows,
                           results[i], 16, windows * 16};
        vk_max_pool(levels[i], &row);
    }
    compare("pool", level, results[1], results[0], 2 * windows * 16);
    free(numbers), free(results[0]), free(results[1]);
}

/// The same sums of float32 and, in the forms that float64 has, of the same numbers as float64.
static void compare_sums(vk_level level, vk_form form) {
    ptrdiff_t channels = 1 + random_below(50), pixels[20], taps[30], origins[2] = {0, 50};
    ptrdiff_t pixel_count = 1 + random_below(20), tap_count = random_below(30);
    for (ptrdiff_t p = 0; p < pixel_count; p++) pixels[p] = random_below(50);
    for (ptrdiff_t k = 0; k < tap_count; k++) taps[k] = random_below(50);
    float *numbers = random_numbers(150), *weights = random_numbers(channels * tap_count + 1);
    ptrdiff_t packed_count = vk_packed_count(channels, tap_count);
    float *packed = malloc((packed_count + 1) * sizeof(float));
    float *starts = random_numbers(channels);
    vk_pack_float32(weights, tap_count, 1, channels, tap_count, packed);
    // Packed, or as a matrix of a row for each tap.
    ptrdiff_t steps[2][2] = {{vk_channel_block * tap_count, vk_channel_block},
                             {vk_channel_block, (channels + vk_channel_block - 1) / vk_channel_block * vk_channel_block}};
    const ptrdiff_t *own_steps = steps[random_below(2)];
    vk_sum_layout layout = {origins,   2,        pixels,       pixel_count, taps,
                            tap_count, channels, own_steps[0], own_steps[1]};
    ptrdiff_t count = 2 * channels * pixel_count;
    float *sums[2] = {malloc(count * sizeof(float)), malloc(count * sizeof(float))};
    vk_sums_float32(vk_level_portable, form, &layout, numbers, packed, starts, sums[0]);
    vk_sums_float32(level, form, &layout, numbers, packed, starts, sums[1]);
    compare("sum", level, sums[1], sums[0], count);
    if (form == vk_form_fused || form == vk_form_multiply_add) {
        // Thirds, whose products and sums round.
        double *wide_numbers = malloc(150 * sizeof(double)), *wide_starts = malloc(channels * sizeof(double));
        double *wide_packed = malloc((packed_count + 1) * sizeof(double));
        for (ptrdiff_t i = 0; i < 150; i++) wide_numbers[i] = numbers[i] / 3.0;
        for (ptrdiff_t i = 0; i < channels; i++) wide_starts[i] = starts[i] / 3.0;
        for (ptrdiff_t i = 0; i < packed_count; i++) wide_packed[i] = packed[i] / 3.0;
        double *wide_sums[2] = {malloc(count * sizeof(double)), malloc(count * sizeof(double))};
        vk_sums_float64(vk_level_portable, form, &layout, wide_numbers, wide_packed, wide_starts, wide_sums[0]);
        vk_sums_float64(level, form, &layout, wide_numbers, wide_packed, wide_starts, wide_sums[1]);
        compare_float64("float64 sum", level, wide_sums[1], wide_sums[0], count);
        free(wide_numbers), free(wide_starts), free(wide_packed), free(wide_sums[0]), free(wide_sums[1]);
    }
    free(numbers), free(weights), free(packed), free(starts), free(sums[0]), free(sums[1]);
}

/// Comparisons of numbers of all magnitudes, some of them equal, some not finite.
static void compare_comparisons(vk_level level) {
    const vk_format formats[] = {{10, 5}, {7, 8}, {10, 8}, {23, 8}, {52, 11}};
    const double specials[] = {0, -0.0, INFINITY, -INFINITY, NAN, 1e-310, 65520, 65519.99, 0x1p-25, 1e300};
    ptrdiff_t count = random_below(200);
    double *a = malloc((count + 1) * sizeof(double)), *b = malloc((count + 1) * sizeof(double));
    double *bounds = malloc((count + 1) * sizeof(double));
    for (ptrdiff_t i = 0; i < count; i++) {
        a[i] = ldexp((int)random_below(1 << 24) - (1 << 23), (int)random_below(60) - 50);
        double change = ldexp((int)random_below(2001) - 1000, -(int)random_below(60));
        b[i] = random_below(3) == 0 ? a[i] : a[i] * (1 + change);
        if (random_below(20) == 0) b[i] = specials[random_below(10)];
        if (random_below(40) == 0) a[i] = specials[random_below(10)];
        double bound = ldexp(1 + random_below(9), -(int)random_below(50));
        bounds[i] = random_below(20) == 0 ? specials[random_below(3)] : bound;
    }
    vk_level levels[2] = {vk_level_portable, level};
    for (int f = 0; f < 5; f++) {
        double results[2][10 + vk_exponent_count];
        for (int i = 0; i < 2; i++) {
            ptrdiff_t exponents[vk_exponent_count] = {0};
            vk_difference d;
            vk_error e;
            vk_compare(levels[i], a, b, count, formats[f], exponents, &d);
            vk_largest_error(levels[i], a, b, bounds, count, &e);
            double own[] = {d.largest, d.place, d.sum, d.largest_relative, d.largest_distance, d.different_count,
                            d.non_finite_count, e.largest, e.ratio, e.bound};
            memcpy(results[i], own, sizeof own);
            for (int x = 0; x < vk_exponent_count; x++) results[i][10 + x] = exponents[x];
        }
        compare_float64("comparison", level, results[1], results[0], 10 + vk_exponent_count);
    }
    free(a), free(b), free(bounds);
}

/// Every float16, and random bits of float32, to the other type.
static void compare_conversions(vk_level level) {
    _Float16 *halves = malloc(largest * sizeof(_Float16)), *rounded[2];
    float *numbers = malloc(largest * sizeof(float)), *results[2];
    vk_level levels[2] = {vk_level_portable, level};
    for (int bits = 0; bits < largest; bits++) {
        uint16_t half = (uint16_t)bits;
        uint32_t number = random_below(1 << 16) << 16 | random_below(1 << 16);
        memcpy(&halves[bits], &half, sizeof half);
        memcpy(&numbers[bits], &number, sizeof number);
    }
    for (int flushes = 0; flushes < 2; flushes++) {
        for (int i = 0; i < 2; i++) {
            results[i] = malloc(3 * largest * sizeof(float));
            rounded[i] = malloc(largest * sizeof(_Float16));
            vk_float32_from_float16(levels[i], halves, largest, results[i]);
            vk_round_to_float16(levels[i], numbers, largest, flushes, results[i] + largest);
            vk_float16_from_float32(levels[i], numbers, largest, rounded[i]);
            vk_float32_from_float16(vk_level_portable, rounded[i], largest, results[i] + 2 * largest);
        }
        compare("conversion", level, results[1], results[0], 3 * largest);
        for (int i = 0; i < 2; i++) free(results[i]), free(rounded[i]);
    }
    free(halves), free(numbers);
}

/// Each number of a block's pixel is that of its channel's plane, and 0 beyond the channels; so the portable kernels are
/// not needed here.
static void compare_layouts(vk_level level) {
    ptrdiff_t channels = 1 + random_below(16), pixels = 1 + random_below(70), stride = pixels + random_below(9);
    float *planes = random_numbers(16 * stride), *back = malloc(16 * stride * sizeof(float));
    float *blocks = random_numbers(16 * pixels), *expected = calloc(16 * pixels, sizeof(float));
    for (ptrdiff_t p = 0; p < pixels; p++)
        for (ptrdiff_t c = 0; c < channels; c++) expected[16 * p + c] = planes[c * stride + p];
    vk_blocks_from_planes(level, planes, stride, channels, pixels, blocks);
    compare("blocks from planes", level, blocks, expected, 16 * pixels);
    for (ptrdiff_t i = 0; i < 16 * stride; i++) back[i] = 7;
    vk_planes_from_blocks(level, blocks, channels, pixels, stride, back);
    for (ptrdiff_t c = 0; c < channels; c++)
        compare("planes from blocks", level, back + c * stride, planes + c * stride, pixels);
    // What lies between the rows, and beyond them, stays as it is.
    for (ptrdiff_t c = 0; c < 16; c++)
        for (ptrdiff_t p = c < channels ? pixels : 0; p < stride; p++)
            if (back[c * stride + p] != 7) failures++;
    free(planes), free(back), free(blocks), free(expected);
}

int main(void) {
    int level_count = 0;
    const vk_level levels[] = {LEVELS};
    const vk_form forms[] = {
        vk_form_fused, vk_form_multiply_add, vk_form_float16_fused, vk_form_float16_multiply_add, vk_form_neural_engine_m1};
    const vk_rounding roundings[] = {vk_rounding_none, vk_rounding_results, vk_rounding_sums_and_results};
    for (int i = 0; i < 100; i++) compare_layouts(vk_level_portable);
    for (int l = 0; l < (int)(sizeof levels / sizeof *levels); l++) {
        if (!vk_supports(levels[l])) continue;
        level_count++;
        for (int i = 0; i < 100; i++) {
            for (int form = 0; form < 5; form++) {
                for (int rounding = 0; rounding < 3; rounding++)
                    compare_layers(levels[l], forms[form], roundings[rounding]);
                compare_sums(levels[l], forms[form]);
            }
            for (int p = 0; p < 10; p++) compare_pools(levels[l]);
            compare_depthwise(levels[l]);
            compare_elements(levels[l]);
            compare_windows(levels[l]);
            compare_layouts(levels[l]);
            compare_comparisons(levels[l]);
        }
        compare_conversions(levels[l]);
        compare_function(levels[l], "exponential", vk_exponentials, 11000);
        // Half of the numbers lie below 1.
        compare_function(levels[l], "error function", vk_error_functions, 1 << 22);
    }
    printf("%d levels, %ld numbers compared with the portable kernels', %d differ\n", level_count, compared, failures);
    // Nothing compared is no success.
    return failures > 0 || compared == 0;
}
