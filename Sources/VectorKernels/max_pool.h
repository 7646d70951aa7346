// The largest numbers under sliding windows. Included once for each level.

#include "lanes.h"

/// The start of a block's row, or of the last one if the input ends before it.
static inline const float *row_of_pool(const vk_pool_row *row, ptrdiff_t block, ptrdiff_t index) {
    return row->rows[AT_MOST(row->row_count - 1, index)] + block * row->block_stride;
}

/// The later of two numbers in the order of the search if it is larger, else the earlier.
#define LARGER(EARLIER, LATER) ((LATER) > (EARLIER) ? (LATER) : (EARLIER))

/// Searches the windows of a block.
///
/// - Parameter shared: how many columns a window shares with the next one, 0 or 1.
/// - Returns: whether a number is NaN, so that the results are wrong.
static inline __attribute__((always_inline)) bool search_windows(
    const int side, const int shared, const bool by_column, const vk_pool_row *row, ptrdiff_t block) {
    const float *rows[vk_largest_pool];
#pragma clang loop unroll(full)
    for (int r = 0; r < side; r++) rows[r] = row_of_pool(row, block, r);
    ptrdiff_t last_column = row->column_count - 1, stride = row->stride;
    ptrdiff_t result_count = row->result_count, result_stride = row->result_pixel_stride;
    // Column by column, and the first once more to make their number even.
    float32_lanes numbers[vk_largest_pool * vk_largest_pool + 1];
    int32_lanes unordered = (int32_lanes)(0);
#pragma clang loop unroll(full)
    for (int i = 0; i < shared * side; i++) {
        numbers[i] = *(const float32_lanes_in_memory *)rows[i];
        unordered |= numbers[i] != numbers[i];
    }
    float *result = row->results + block * row->result_block_stride;
    for (ptrdiff_t window = 0; window < result_count; window++, result += result_stride) {
#pragma clang loop unroll(full)
        for (int i = shared * side; i < side * side; i++) {
            ptrdiff_t column = AT_MOST(last_column, window * stride + i / side);
            numbers[i] = *(const float32_lanes_in_memory *)(rows[i % side] + column * vk_channel_block);
        }
        numbers[side * side] = numbers[0];
#pragma clang loop unroll(full)
        for (int i = shared * side; i < side * side; i += 2)
            unordered |= (numbers[i] != numbers[i]) | (numbers[i + 1] != numbers[i + 1]);
        float32_lanes largest, line;
#pragma clang loop unroll(full)
        for (int outer = 0; outer < side; outer++) {
#pragma clang loop unroll(full)
            for (int inner = 0; inner < side; inner++) {
                float32_lanes number = numbers[by_column ? outer * side + inner : inner * side + outer];
                line = inner == 0 ? number : LARGER(line, number);
            }
            largest = outer == 0 ? line : LARGER(largest, line);
        }
        *(float32_lanes_in_memory *)result = largest;
#pragma clang loop unroll(full)
        for (int i = 0; i < shared * side; i++) numbers[i] = numbers[(side - 1) * side + i];
    }
    return __builtin_reduce_or(unordered) != 0;
}

#define DEFINE_SEARCH(NAME, SIDE, SHARED)                                                                          \
    static bool NAME(const vk_pool_row *row, ptrdiff_t block) {                                                    \
        return row->column_by_column ? search_windows(SIDE, SHARED, true, row, block)                              \
                                     : search_windows(SIDE, SHARED, false, row, block);                            \
    }

DEFINE_SEARCH(search_windows_of_2, 2, 0)
DEFINE_SEARCH(search_windows_of_3, 3, 0)
/// Windows of 3 with stride 2.
DEFINE_SEARCH(search_overlapping_windows_of_3, 3, 1)

/// Writes NaN where a number under a window is NaN.
static void spread_nan(const vk_pool_row *row, ptrdiff_t block) {
    float *result = row->results + block * row->result_block_stride;
    for (ptrdiff_t window = 0; window < row->result_count; window++, result += row->result_pixel_stride)
        for (ptrdiff_t r = 0; r < row->side; r++)
            for (ptrdiff_t c = 0; c < row->side; c++) {
                ptrdiff_t column = AT_MOST(row->column_count - 1, window * row->stride + c);
                const float *numbers = row_of_pool(row, block, r) + column * vk_channel_block;
                for (ptrdiff_t lane = 0; lane < vk_channel_block; lane++)
                    if (numbers[lane] != numbers[lane]) result[lane] = numbers[lane];
            }
}

static void max_pool(const vk_pool_row *row) {
    bool (*search)(const vk_pool_row *, ptrdiff_t) = row->side == 2 ? search_windows_of_2
        : row->stride == 2                                          ? search_overlapping_windows_of_3
                                                                    : search_windows_of_3;
    for (ptrdiff_t block = 0; block < row->block_count; block++)
        if (search(row, block)) spread_nan(row, block);
}

#undef LARGER
#undef DEFINE_SEARCH
