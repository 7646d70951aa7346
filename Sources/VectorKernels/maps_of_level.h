// Kernels on maps for one level. Included once for each level, after layers_of_level.h.

#include "lanes.h"

#pragma STDC FP_CONTRACT OFF

#define LOAD(numbers) (*(const float32_lanes_in_memory *)(numbers))
#define STORE(results, value) (*(float32_lanes_in_memory *)(results) = (value))

// MARK: Depthwise convolutions

enum { depthwise_pixels = LEVEL_BLOCK_REGISTERS == 1 ? 12 : 4 };

static inline __attribute__((always_inline)) void depthwise_tile(
    const int pixel_count, const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers,
    float *results) {
    float32_lanes sums[depthwise_pixels];
    float32_lanes start = LOAD(layer->starts + block * vk_channel_block);
#pragma clang loop unroll(full)
    for (int p = 0; p < pixel_count; p++) sums[p] = start;
    ptrdiff_t tap_count = layer->tap_count, stride = pixels->pixel_stride;
    const float *weight = layer->packed_weights + block * tap_count * vk_channel_block;
    for (ptrdiff_t tap = 0; tap < tap_count; tap++, weight += vk_channel_block) {
        const float *number = numbers + layer->taps[tap];
        float32_lanes weights = LOAD(weight);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++)
            sums[p] = __builtin_elementwise_fma(LOAD(number + p * stride), weights, sums[p]);
    }
    if (layer->slopes) {
        float32_lanes slopes = LOAD(layer->slopes + block * vk_channel_block);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++)
            STORE(results + p * pixels->result_pixel_stride, ACTIVATED(sums[p], slopes));
        return;
    }
    float32_lanes lower = (float32_lanes)(layer->lower), upper = (float32_lanes)(layer->upper);
#pragma clang loop unroll(full)
    for (int p = 0; p < pixel_count; p++)
        STORE(results + p * pixels->result_pixel_stride, LIMITED(sums[p], lower, upper));
}

static void compute_depthwise(const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t number_block_stride) {
    ptrdiff_t block_count = (layer->channel_count + vk_channel_block - 1) / vk_channel_block;
    for (ptrdiff_t block = 0; block < block_count; block++)
        for (ptrdiff_t row = 0; row < pixels->row_count; row++) {
            const float *numbers = pixels->numbers + block * number_block_stride + row * pixels->row_stride;
            float *results =
                pixels->results + block * pixels->result_block_stride + row * pixels->result_row_stride;
            ptrdiff_t pixel = 0;
            for (; pixel + depthwise_pixels <= pixels->pixel_count; pixel += depthwise_pixels)
                depthwise_tile(
                    depthwise_pixels, layer, pixels, block, numbers + pixel * pixels->pixel_stride,
                    results + pixel * pixels->result_pixel_stride);
            for (; pixel + 4 <= pixels->pixel_count; pixel += 4)
                depthwise_tile(
                    4, layer, pixels, block, numbers + pixel * pixels->pixel_stride,
                    results + pixel * pixels->result_pixel_stride);
            for (; pixel < pixels->pixel_count; pixel++)
                depthwise_tile(
                    1, layer, pixels, block, numbers + pixel * pixels->pixel_stride,
                    results + pixel * pixels->result_pixel_stride);
        }
}

// MARK: Functions of single numbers

static inline __attribute__((always_inline)) void apply_sigmoid(float32_lanes *x) {
    float64_lanes power = -__builtin_convertvector(*x, float64_lanes);
    raise_e_to(&power);
    *x = 1 / (1 + __builtin_convertvector(power, float32_lanes));
}

static inline __attribute__((always_inline)) void apply_error(float32_lanes *x) {
    float64_lanes y = __builtin_convertvector(*x, float64_lanes);
    apply_error_function(&y);
    *x = __builtin_convertvector(y, float32_lanes);
}

/// max(0, min(1, x)); NaN becomes 1, as in Swift.
static inline __attribute__((always_inline)) void keep_within_0_and_1(float64_lanes *x) {
    *x = *x < 1 ? *x : (float64_lanes)(1.0);
    *x = *x >= 0 ? *x : (float64_lanes)(0.0);
}

static inline __attribute__((always_inline)) void apply_hard_sigmoid(float32_lanes *x, double alpha, double beta) {
    float64_lanes y = __builtin_convertvector(*x, float64_lanes) * alpha + beta;
    keep_within_0_and_1(&y);
    *x = __builtin_convertvector(y, float32_lanes);
}

/// x / 6, rounded once: a quotient is that of a division if its remainder, which is exact, corrects it once (Markstein,
/// Computation of Elementary Functions on the IBM RISC System/6000 Processor, 1990, theorem 8.3).
static inline __attribute__((always_inline)) void divide_by_6(float64_lanes *x) {
    float64_lanes reciprocal = (float64_lanes)(1.0 / 6), quotient = *x * reciprocal;
    float64_lanes remainder = __builtin_elementwise_fma((float64_lanes)(-6.0), quotient, *x);
    *x = __builtin_elementwise_fma(remainder, reciprocal, quotient);
}

static inline __attribute__((always_inline)) void apply_hard_swish(float32_lanes *x) {
    // Beyond these limits the factor is 0 or 1 anyhow; within them no remainder is infinite.
    float32_lanes lower = (float32_lanes)(-8.0f), upper = (float32_lanes)(8.0f), near = LIMITED(*x, lower, upper);
    float64_lanes y = __builtin_convertvector(near, float64_lanes);
    divide_by_6(&y);
    y += 0.5;
    keep_within_0_and_1(&y);
    *x = __builtin_convertvector(__builtin_convertvector(*x, float64_lanes) * y, float32_lanes);
}

#define FOR_EACH_PIXEL(STEP)                                                                                       \
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, x += x_stride, y += y_stride, z += vk_channel_block) { \
        float32_lanes a = LOAD(x);                                                                                 \
        STEP;                                                                                                      \
        STORE(z, a);                                                                                               \
    }                                                                                                              \
    return;

static void compute_elements(const vk_elements *elements, ptrdiff_t pixel_count) {
    const float *x = elements->a, *y = elements->b;
    ptrdiff_t x_stride = elements->a_stride, y_stride = y ? elements->b_stride : 0;
    float *z = elements->results;
    float32_lanes lower = (float32_lanes)(elements->lower), upper = (float32_lanes)(elements->upper);
    double alpha = elements->alpha, beta = elements->beta;
    switch (elements->function) {
    case vk_function_add: FOR_EACH_PIXEL(a = a + LOAD(y))
    case vk_function_subtract: FOR_EACH_PIXEL(a = a - LOAD(y))
    case vk_function_multiply: FOR_EACH_PIXEL(a = a * LOAD(y))
    case vk_function_divide: FOR_EACH_PIXEL(a = a / LOAD(y))
    case vk_function_prelu: FOR_EACH_PIXEL(a = a >= 0 ? a : LOAD(y) * a)
    case vk_function_limit: FOR_EACH_PIXEL(a = LIMITED(a, lower, upper))
    case vk_function_sigmoid: FOR_EACH_PIXEL(apply_sigmoid(&a))
    case vk_function_error: FOR_EACH_PIXEL(apply_error(&a))
    case vk_function_hard_sigmoid: FOR_EACH_PIXEL(apply_hard_sigmoid(&a, alpha, beta))
    case vk_function_hard_swish: FOR_EACH_PIXEL(apply_hard_swish(&a))
    }
}

// MARK: Windows

static void compute_windows(const vk_window_row *row) {
    float *result = row->results;
    for (ptrdiff_t pixel = 0; pixel < row->pixel_count; pixel++, result += vk_channel_block) {
        const float *first = row->numbers + row->first_columns[pixel];
        ptrdiff_t column_count = row->column_counts[pixel];
        if (row->divisors) {
            float32_lanes sum = (float32_lanes)(0.0f);
            for (ptrdiff_t r = 0; r < row->row_count; r++)
                for (ptrdiff_t c = 0; c < column_count; c++)
                    sum += LOAD(first + r * row->row_stride + c * row->column_step);
            STORE(result, sum / row->divisors[pixel]);
        } else {
            float32_lanes largest = (float32_lanes)(-__builtin_inff());
            for (ptrdiff_t r = 0; r < row->row_count; r++)
                for (ptrdiff_t c = 0; c < column_count; c++) {
                    float32_lanes number = LOAD(first + r * row->row_stride + c * row->column_step);
                    largest = ((number <= largest) | (largest != largest)) ? largest : number;
                }
            STORE(result, largest);
        }
    }
}

static void weighted_sums(
    const float *numbers, const ptrdiff_t *offsets, const float *weights, ptrdiff_t tap_count, ptrdiff_t pixel_count,
    float *results) {
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, numbers += vk_channel_block, results += vk_channel_block) {
        float32_lanes sum = (float32_lanes)(0.0f);
        for (ptrdiff_t tap = 0; tap < tap_count; tap++) sum += LOAD(numbers + offsets[tap]) * weights[tap];
        STORE(results, sum);
    }
}

/// Several blocks at once, so that no addition waits for the last one.
enum { summed_blocks = 4 };

static void sum_maps(
    const float *numbers, ptrdiff_t block_count, ptrdiff_t block_stride, ptrdiff_t row_count, ptrdiff_t row_stride,
    ptrdiff_t pixel_count, float *sums) {
    for (ptrdiff_t block = 0; block < block_count; block += summed_blocks) {
        ptrdiff_t count = block_count - block < summed_blocks ? block_count - block : summed_blocks;
        const float *blocks[summed_blocks];
        float32_lanes own[summed_blocks];
        for (int b = 0; b < summed_blocks; b++) {
            blocks[b] = numbers + (block + (b < count ? b : 0)) * block_stride;
            own[b] = (float32_lanes)(0.0f);
        }
        for (ptrdiff_t row = 0; row < row_count; row++)
            for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++) {
                ptrdiff_t offset = row * row_stride + pixel * vk_channel_block;
#pragma clang loop unroll(full)
                for (int b = 0; b < summed_blocks; b++) own[b] += LOAD(blocks[b] + offset);
            }
        for (ptrdiff_t b = 0; b < count; b++) STORE(sums + (block + b) * vk_channel_block, own[b]);
    }
}

// MARK: Other layouts

static void pixels_from_planes(const float *planes, ptrdiff_t plane_stride, ptrdiff_t pixel_count, float *pixels) {
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, pixels += vk_image_channels)
        for (ptrdiff_t channel = 0; channel < vk_image_channels; channel++)
            pixels[channel] = planes[channel * plane_stride + pixel];
}

static void blocks_from_planes(
    const float *planes, ptrdiff_t plane_stride, ptrdiff_t channel_count, ptrdiff_t pixel_count, float *pixels) {
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, planes++, pixels += vk_channel_block) {
        for (ptrdiff_t channel = 0; channel < channel_count; channel++) pixels[channel] = planes[channel * plane_stride];
        for (ptrdiff_t channel = channel_count; channel < vk_channel_block; channel++) pixels[channel] = 0;
    }
}

static void planes_from_blocks(
    const float *pixels, ptrdiff_t channel_count, ptrdiff_t pixel_count, ptrdiff_t plane_stride, float *planes) {
    for (ptrdiff_t channel = 0; channel < channel_count; channel++)
        for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++)
            planes[channel * plane_stride + pixel] = pixels[pixel * vk_channel_block + channel];
}

#undef LOAD
#undef STORE
#undef FOR_EACH_PIXEL
