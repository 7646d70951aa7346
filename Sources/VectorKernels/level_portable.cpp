#include "kernels.hpp"
#include "instructions.hpp"

namespace {

/// Any processor: it is expected to have 8 registers of 4 numbers.
struct level : common_instructions, float16_by_bits {
    static constexpr int registers = 8;
    static constexpr int float16_registers = 8;
    static constexpr int block_registers = 4;
    static constexpr int sums_under_way = 8;
    static constexpr int wide_blocks = 1;
    static constexpr int tenths_of_load = 0;

    static constexpr int pixels = 4;
    static constexpr int blocks = 1;
    static constexpr int float16_pixels = 4;
    static constexpr int float64_pixels = 3;
};

} // namespace

#include "level.hpp"

const vk_kernels vk_portable_kernels = kernels_of_level;
