#if defined(__aarch64__)
#include "kernels.hpp"
#include "instructions.hpp"

namespace {

/// 32 registers of 4 numbers.
struct level : common_instructions, float16_by_conversion {
    static constexpr int registers = 31;
    static constexpr int float16_registers = 16;
    static constexpr int block_registers = 4;
    static constexpr int sums_under_way = 16;
    static constexpr int wide_blocks = 1;
    static constexpr int tenths_of_load = 0;

    static constexpr int pixels = 6;
    static constexpr int blocks = 1;
    static constexpr int float16_pixels = 3;
    static constexpr int float64_pixels = 6;
};

} // namespace

#include "level.hpp"

const vk_kernels vk_neon_kernels = kernels_of_level;
#endif
