// The largest numbers under sliding windows.

#pragma once

#include "lanes.hpp"

namespace {

/// The start of a block's row, or of the last one if the input ends before it.
inline const float *row_of_pool(const vk_pool_row *row, ptrdiff_t block, ptrdiff_t index) {
    return row->rows[smaller(row->row_count - 1, index)] + block * row->block_stride;
}

/// Searches the windows of a block.
///
/// - Parameter shared: how many columns a window shares with the next one, 0 or 1.
/// - Returns: whether a number is NaN, so that the results are wrong.
template <int side, int shared, bool by_column> bool search_windows(const vk_pool_row *row, ptrdiff_t block) {
    const float *rows[side];
#pragma clang loop unroll(full)
    for (int r = 0; r < side; r++) rows[r] = row_of_pool(row, block, r);
    ptrdiff_t last_column = row->column_count - 1, stride = row->stride;
    ptrdiff_t result_count = row->result_count, result_stride = row->result_pixel_stride;
    // Column by column, and the first once more to make their number even.
    float32_lanes numbers[side * side + 1];
    int32_lanes unordered = (int32_lanes)(0);
#pragma clang loop unroll(full)
    for (int i = 0; i < shared * side; i++) {
        numbers[i] = stored<float32_lanes>(rows[i]).lanes;
        unordered |= numbers[i] != numbers[i];
    }
    float *result = row->results + block * row->result_block_stride;
    for (ptrdiff_t window = 0; window < result_count; window++, result += result_stride) {
#pragma clang loop unroll(full)
        for (int i = shared * side; i < side * side; i++) {
            ptrdiff_t column = smaller(last_column, window * stride + i / side);
            numbers[i] = stored<float32_lanes>(rows[i % side] + column * vk_channel_block).lanes;
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
                // Of equal numbers, the first in the order of the search stays.
                line = inner == 0 ? number : number > line ? number : line;
            }
            largest = outer == 0 ? line : line > largest ? line : largest;
        }
        stored<float32_lanes>(result).lanes = largest;
#pragma clang loop unroll(full)
        for (int i = 0; i < shared * side; i++) numbers[i] = numbers[(side - 1) * side + i];
    }
    return __builtin_reduce_or(unordered) != 0;
}

/// Writes NaN where a number under a window is NaN.
void spread_nan(const vk_pool_row *row, ptrdiff_t block) {
    float *result = row->results + block * row->result_block_stride;
    for (ptrdiff_t window = 0; window < row->result_count; window++, result += row->result_pixel_stride)
        for (ptrdiff_t r = 0; r < row->side; r++)
            for (ptrdiff_t c = 0; c < row->side; c++) {
                ptrdiff_t column = smaller(row->column_count - 1, window * row->stride + c);
                const float *numbers = row_of_pool(row, block, r) + column * vk_channel_block;
                for (ptrdiff_t lane = 0; lane < vk_channel_block; lane++)
                    if (numbers[lane] != numbers[lane]) result[lane] = numbers[lane];
            }
}

template <int side, int shared> void search_blocks(const vk_pool_row *row) {
    for (ptrdiff_t block = 0; block < row->block_count; block++) {
        bool has_nan = row->column_by_column ? search_windows<side, shared, true>(row, block)
                                             : search_windows<side, shared, false>(row, block);
        if (has_nan) spread_nan(row, block);
    }
}

void max_pool(const vk_pool_row *row) {
    if (row->side == 2) return search_blocks<2, 0>(row);
    if (row->stride == 2) return search_blocks<3, 1>(row);
    search_blocks<3, 0>(row);
}

} // namespace
