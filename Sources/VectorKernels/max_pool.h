// The largest numbers under sliding windows. Included once for each level.

#include "lanes.h"

/// The windows along a row: `side` places in each direction, of which the last coincide where the input ends.
typedef struct {
    const float *rows[vk_largest_pool];
    ptrdiff_t columns[vk_largest_pool];
} pool_windows;

/// Searches windows of one block.
///
/// - Returns: whether a number is NaN, so that `results` are wrong.
static inline __attribute__((always_inline)) bool search_windows(
    const int side, const bool by_column, const pool_windows *windows, ptrdiff_t step, ptrdiff_t count,
    float *results, ptrdiff_t result_stride) {
    int32_lanes unordered = (int32_lanes)(0);
    for (ptrdiff_t index = 0; index < count; index++) {
        float32_lanes numbers[vk_largest_pool * vk_largest_pool + 1];
#pragma clang loop unroll(full)
        for (int r = 0; r < side; r++)
#pragma clang loop unroll(full)
            for (int c = 0; c < side; c++)
                numbers[by_column ? c * side + r : r * side + c] =
                    *(const float32_lanes_in_memory *)(windows->rows[r] + windows->columns[c] + index * step);
        numbers[side * side] = numbers[0];
        float32_lanes largest = numbers[0];
#pragma clang loop unroll(full)
        for (int i = 1; i < side * side; i++) largest = numbers[i] > largest ? numbers[i] : largest;
#pragma clang loop unroll(full)
        for (int i = 0; i < side * side; i += 2)
            unordered |= (numbers[i] != numbers[i]) | (numbers[i + 1] != numbers[i + 1]);
        *(float32_lanes_in_memory *)(results + index * result_stride) = largest;
    }
    return __builtin_reduce_or(unordered) != 0;
}

static bool search_windows_of_2(
    bool by_column, pool_windows windows, ptrdiff_t step, ptrdiff_t count, float *results, ptrdiff_t result_stride) {
    return by_column ? search_windows(2, true, &windows, step, count, results, result_stride)
                     : search_windows(2, false, &windows, step, count, results, result_stride);
}

static bool search_windows_of_3(
    bool by_column, pool_windows windows, ptrdiff_t step, ptrdiff_t count, float *results, ptrdiff_t result_stride) {
    return by_column ? search_windows(3, true, &windows, step, count, results, result_stride)
                     : search_windows(3, false, &windows, step, count, results, result_stride);
}

/// Puts NaN where a number under a window is NaN.
static void spread_nan(
    ptrdiff_t side, const pool_windows *windows, ptrdiff_t step, ptrdiff_t count, float *results,
    ptrdiff_t result_stride) {
    for (ptrdiff_t index = 0; index < count; index++)
        for (ptrdiff_t r = 0; r < side; r++)
            for (ptrdiff_t c = 0; c < side; c++)
                for (ptrdiff_t lane = 0; lane < vk_channel_block; lane++) {
                    float number = windows->rows[r][windows->columns[c] + index * step + lane];
                    if (number != number) results[index * result_stride + lane] = number;
                }
}

static void max_pool(const vk_pool_row *row) {
    ptrdiff_t side = row->side, step = row->stride * vk_channel_block;
    ptrdiff_t whole_count = row->column_count < side ? 0 : (row->column_count - side) / row->stride + 1;
    for (ptrdiff_t block = 0; block < row->block_count; block++) {
        float *results = row->results + block * row->result_block_stride;
        for (ptrdiff_t done = 0; done < row->result_count;) {
            // All windows that are whole at once, then each that the end of the row cuts off.
            ptrdiff_t left = row->column_count - done * row->stride;
            ptrdiff_t count = done == 0 && whole_count > 0 ? whole_count : 1;
            pool_windows windows;
            for (ptrdiff_t i = 0; i < side; i++) {
                ptrdiff_t r = i < row->row_count ? i : row->row_count - 1;
                windows.rows[i] = row->rows[r] + block * row->block_stride + done * step;
                windows.columns[i] = (i < left ? i : left - 1) * vk_channel_block;
            }
            float *result = results + done * row->result_pixel_stride;
            bool has_nan = side == 2
                ? search_windows_of_2(row->column_by_column, windows, step, count, result, row->result_pixel_stride)
                : search_windows_of_3(row->column_by_column, windows, step, count, result, row->result_pixel_stride);
            if (has_nan) spread_nan(side, &windows, step, count, result, row->result_pixel_stride);
            done += count;
        }
    }
}
