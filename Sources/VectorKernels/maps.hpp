// Kernels on maps.

#pragma once

#include "functions.hpp"
#include "layer_tile.hpp"

namespace {

// MARK: Depthwise convolutions

constexpr int depthwise_pixels = level::block_registers == 1 ? 12 : 4;

template <int pixel_count>
void compute_depthwise_tile(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results) {
    float32_lanes sums[pixel_count];
    float32_lanes start = stored<float32_lanes>(layer->starts + block * vk_channel_block).lanes;
#pragma clang loop unroll(full)
    for (int p = 0; p < pixel_count; p++) sums[p] = start;
    ptrdiff_t tap_count = layer->tap_count, stride = pixels->pixel_stride;
    const float *weight = layer->packed_weights + block * tap_count * vk_channel_block;
    for (ptrdiff_t tap = 0; tap < tap_count; tap++, weight += vk_channel_block) {
        const float *number = numbers + layer->taps[tap];
        float32_lanes weights = stored<float32_lanes>(weight).lanes;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++) {
            float32_lanes factor = stored<float32_lanes>(number + p * stride).lanes;
            sums[p] = __builtin_elementwise_fma(factor, weights, sums[p]);
        }
    }
    if (layer->slopes) {
        float32_lanes slopes = stored<float32_lanes>(layer->slopes + block * vk_channel_block).lanes;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++) activate(&sums[p], &slopes);
    } else {
        float32_lanes lower = (float32_lanes)(layer->lower), upper = (float32_lanes)(layer->upper);
#pragma clang loop unroll(full)
        for (int p = 0; p < pixel_count; p++) limit(&sums[p], &lower, &upper);
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < pixel_count; p++)
        stored<float32_lanes>(results + p * pixels->result_pixel_stride).lanes = sums[p];
}

/// Computes tiles of a row while whole ones are left.
template <int pixel_count>
ALWAYS_INLINE void fill_depthwise(
    const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t block, const float *numbers, float *results,
    ptrdiff_t *pixel) {
    for (; *pixel + pixel_count <= pixels->pixel_count; *pixel += pixel_count)
        compute_depthwise_tile<pixel_count>(
            layer, pixels, block, numbers + *pixel * pixels->pixel_stride,
            results + *pixel * pixels->result_pixel_stride);
}

void compute_depthwise(const vk_layer *layer, const vk_pixels *pixels, ptrdiff_t number_block_stride) {
    ptrdiff_t block_count = (layer->channel_count + vk_channel_block - 1) / vk_channel_block;
    for (ptrdiff_t block = 0; block < block_count; block++)
        for (ptrdiff_t row = 0; row < pixels->row_count; row++) {
            const float *numbers = pixels->numbers + block * number_block_stride + row * pixels->row_stride;
            float *results =
                pixels->results + block * pixels->result_block_stride + row * pixels->result_row_stride;
            ptrdiff_t pixel = 0;
            fill_depthwise<depthwise_pixels>(layer, pixels, block, numbers, results, &pixel);
            fill_depthwise<4>(layer, pixels, block, numbers, results, &pixel);
            fill_depthwise<1>(layer, pixels, block, numbers, results, &pixel);
        }
}

// MARK: Functions of single numbers

/// x = max(0, min(1, x)); NaN becomes 1, as in Swift.
template <class Lanes> ALWAYS_INLINE void keep_within_0_and_1(Lanes *x) {
    *x = *x < 1 ? *x : (Lanes)(1.0);
    *x = *x >= 0 ? *x : (Lanes)(0.0);
}

/// quotient = x / 6, rounded once, where x is a float32: the exact quotient is either a float64 or lies at least a sixth of
/// its last place from where rounding changes, for the digits of thirds alternate; and 1/6 in two parts is far more exact.
template <class Lanes> ALWAYS_INLINE void divide_by_6(const Lanes *x, Lanes *quotient) {
    Lanes rest = *x * 0x1.5555555555555p-57;
    *quotient = __builtin_elementwise_fma(*x, (Lanes)(1.0 / 6), rest);
}

/// a = function(a, b).
template <vk_function function, class Lanes>
ALWAYS_INLINE void apply(const vk_elements *elements, Lanes *a, const Lanes *b) {
    using float64 = lanes_like<double, Lanes>;
    if constexpr (function == vk_function_add) {
        *a = *a + *b;
    } else if constexpr (function == vk_function_subtract) {
        *a = *a - *b;
    } else if constexpr (function == vk_function_multiply) {
        *a = *a * *b;
    } else if constexpr (function == vk_function_divide) {
        *a = *a / *b;
    } else if constexpr (function == vk_function_prelu) {
        *a = *a >= 0 ? *a : *b * *a;
    } else if constexpr (function == vk_function_limit) {
        Lanes lower = (Lanes)(elements->lower), upper = (Lanes)(elements->upper);
        limit(a, &lower, &upper);
    } else if constexpr (function == vk_function_sigmoid) {
        Lanes power = -*a;
        raise_e_to_float32(&power);
        *a = 1 / (1 + power);
    } else if constexpr (function == vk_function_error) {
        float64 y = __builtin_convertvector(*a, float64);
        apply_error_function(&y);
        *a = __builtin_convertvector(y, Lanes);
    } else if constexpr (function == vk_function_hard_sigmoid) {
        double alpha = elements->alpha, beta = elements->beta;
        float64 y = __builtin_convertvector(*a, float64) * alpha + beta;
        keep_within_0_and_1(&y);
        *a = __builtin_convertvector(y, Lanes);
    } else {
        static_assert(function == vk_function_hard_swish);
        float64 x = __builtin_convertvector(*a, float64), y;
        divide_by_6(&x, &y);
        y += 0.5;
        keep_within_0_and_1(&y);
        *a = __builtin_convertvector(x * y, Lanes);
    }
}

/// Functions whose steps wait for each other are computed of as many numbers at once as two pixels have.
template <vk_function function>
constexpr bool takes_pairs = function == vk_function_sigmoid || function == vk_function_error;

/// Functions that cost more than bringing a few channels of several pixels together.
template <vk_function function>
constexpr bool is_costly =
    takes_pairs<function> || function == vk_function_hard_sigmoid || function == vk_function_hard_swish;

template <class Lanes> using half_of = float __attribute__((ext_vector_type(sizeof(Lanes) / sizeof(float) / 2)));

/// Loads the first channels of as many pixels as fit.
template <int channels, class Lanes> ALWAYS_INLINE void load_pixels(const float *numbers, ptrdiff_t stride, Lanes *x) {
    constexpr int count = sizeof(Lanes) / sizeof(float);
    if constexpr (count == channels) {
        *x = stored<Lanes>(numbers).lanes;
    } else {
        half_of<Lanes> lower, upper;
        load_pixels<channels>(numbers, stride, &lower);
        load_pixels<channels>(numbers + count / 2 / channels * stride, stride, &upper);
        x->lo = lower;
        x->hi = upper;
    }
}

/// Stores them in pixels that follow each other.
template <int channels, class Lanes> ALWAYS_INLINE void store_pixels(const Lanes *x, float *results) {
    constexpr int count = sizeof(Lanes) / sizeof(float);
    if constexpr (count == channels) {
        stored<Lanes>(results).lanes = *x;
    } else {
        half_of<Lanes> lower = x->lo, upper = x->hi;
        store_pixels<channels>(&lower, results);
        store_pixels<channels>(&upper, results + count / 2 / channels * vk_channel_block);
    }
}

/// Computes the first channels of a row's pixels from `pixel` on, while they fill whole lanes.
template <vk_function function, int channels, class Lanes>
ALWAYS_INLINE void apply_to_pixels(
    const vk_elements *own, const float *a, const float *b, float *results, ptrdiff_t *pixel) {
    constexpr int at_once = sizeof(Lanes) / sizeof(float) / channels;
    for (; *pixel + at_once <= own->pixel_count; *pixel += at_once) {
        Lanes x, y;
        load_pixels<channels>(a + *pixel * own->a_stride, own->a_stride, &x);
        y = x;
        if constexpr (function <= vk_function_prelu)
            load_pixels<channels>(b + *pixel * own->b_stride, own->b_stride, &y);
        apply<function>(own, &x, &y);
        store_pixels<channels>(&x, results + *pixel * vk_channel_block);
    }
}

template <vk_function function, int channels> void apply_to_rows(const vk_elements *elements) {
    using lanes = std::conditional_t<takes_pairs<function>, float32_pair, float32_lanes>;
    // Results might be written over what the pointer points to, but not over a copy.
    const vk_elements own = *elements;
    for (ptrdiff_t row = 0; row < own.row_count; row++) {
        const float *a = own.a + row * own.a_row_stride, *b = own.b + row * own.b_row_stride;
        float *results = own.results + row * own.result_row_stride;
        ptrdiff_t pixel = 0;
        apply_to_pixels<function, channels, lanes>(&own, a, b, results, &pixel);
        apply_to_pixels<function, vk_channel_block, float32_lanes>(&own, a, b, results, &pixel);
    }
}

template <vk_function function> void apply_to_all_rows(const vk_elements *elements) {
    if constexpr (is_costly<function>) {
        if (elements->channel_count <= 4) return apply_to_rows<function, 4>(elements);
        if (elements->channel_count <= 8) return apply_to_rows<function, 8>(elements);
    }
    apply_to_rows<function, vk_channel_block>(elements);
}

void normalize_rows(const vk_elements *elements) {
    for (ptrdiff_t row = 0; row < elements->row_count; row++) {
        const float *a = elements->a + row * elements->a_row_stride, *b = elements->b + row * elements->b_row_stride;
        float *results = elements->results + row * elements->result_row_stride;
        float32_lanes mean = stored<float32_lanes>(b).lanes;
        float32_lanes factor = stored<float32_lanes>(b + vk_channel_block).lanes;
        float32_lanes shift = stored<float32_lanes>(b + 2 * vk_channel_block).lanes;
        ptrdiff_t stride = elements->a_stride, pixel_count = elements->pixel_count;
        for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++, a += stride, results += vk_channel_block)
            stored<float32_lanes>(results).lanes = (stored<float32_lanes>(a).lanes - mean) * factor + shift;
    }
}

void compute_elements(const vk_elements *elements) {
    switch (elements->function) {
    case vk_function_add: return apply_to_all_rows<vk_function_add>(elements);
    case vk_function_subtract: return apply_to_all_rows<vk_function_subtract>(elements);
    case vk_function_multiply: return apply_to_all_rows<vk_function_multiply>(elements);
    case vk_function_divide: return apply_to_all_rows<vk_function_divide>(elements);
    case vk_function_prelu: return apply_to_all_rows<vk_function_prelu>(elements);
    case vk_function_limit: return apply_to_all_rows<vk_function_limit>(elements);
    case vk_function_sigmoid: return apply_to_all_rows<vk_function_sigmoid>(elements);
    case vk_function_error: return apply_to_all_rows<vk_function_error>(elements);
    case vk_function_hard_sigmoid: return apply_to_all_rows<vk_function_hard_sigmoid>(elements);
    case vk_function_hard_swish: return apply_to_all_rows<vk_function_hard_swish>(elements);
    case vk_function_normalize: return normalize_rows(elements);
    }
}

// MARK: Windows

void compute_windows(const vk_window_row *row) {
    float *result = row->results;
    for (ptrdiff_t pixel = 0; pixel < row->pixel_count; pixel++, result += vk_channel_block) {
        const float *first = row->numbers + row->first_columns[pixel];
        ptrdiff_t column_count = row->column_counts[pixel];
        if (row->divisors) {
            float32_lanes sum = (float32_lanes)(0.0f);
            for (ptrdiff_t r = 0; r < row->row_count; r++)
                for (ptrdiff_t c = 0; c < column_count; c++)
                    sum += stored<float32_lanes>(first + r * row->row_stride + c * row->column_step).lanes;
            stored<float32_lanes>(result).lanes = sum / row->divisors[pixel];
        } else {
            float32_lanes largest = (float32_lanes)(-__builtin_inff());
            for (ptrdiff_t r = 0; r < row->row_count; r++)
                for (ptrdiff_t c = 0; c < column_count; c++) {
                    const float *under = first + r * row->row_stride + c * row->column_step;
                    float32_lanes number = stored<float32_lanes>(under).lanes;
                    largest = ((number <= largest) | (largest != largest)) ? largest : number;
                }
            stored<float32_lanes>(result).lanes = largest;
        }
    }
}

/// The weighted sum of one pixel with the taps of a place.
ALWAYS_INLINE void sum_taps(const float *numbers, const vk_taps *taps, ptrdiff_t place, float *results) {
    float32_lanes sum = (float32_lanes)(0.0f);
    for (ptrdiff_t tap = taps->starts[place]; tap < taps->starts[place + 1]; tap++)
        sum += stored<float32_lanes>(numbers + taps->offsets[tap]).lanes * taps->weights[tap];
    stored<float32_lanes>(results).lanes = sum;
}

void weighted_rows(
    const float *numbers, const vk_taps *taps, ptrdiff_t place, ptrdiff_t pixel_count, float *results) {
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++)
        sum_taps(numbers + pixel * vk_channel_block, taps, place, results + pixel * vk_channel_block);
}

void weighted_pixels(const float *numbers, const vk_taps *taps, ptrdiff_t pixel_count, float *results) {
    for (ptrdiff_t pixel = 0; pixel < pixel_count; pixel++)
        sum_taps(numbers, taps, pixel, results + pixel * vk_channel_block);
}

/// Several blocks at once, so that no addition waits for the last one.
constexpr int summed_blocks = 4;

void sum_maps(
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
                for (int b = 0; b < summed_blocks; b++) own[b] += stored<float32_lanes>(blocks[b] + offset).lanes;
            }
        for (ptrdiff_t b = 0; b < count; b++)
            stored<float32_lanes>(sums + (block + b) * vk_channel_block).lanes = own[b];
    }
}

} // namespace
