#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.hpp"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)

#include "instructions.hpp"

namespace {

/// 32 registers of 16 numbers.
struct level : common_instructions, float16_by_conversion {
    static constexpr int registers = 31;
    static constexpr int float16_registers = 17;
    static constexpr int block_registers = 1;
    static constexpr int sums_under_way = 8;
    static constexpr int wide_blocks = 2;
    // Measured: a tile of one block, which loads a number for each step, reaches two thirds of the steps of one of two.
    static constexpr int tenths_of_load = 14;

    static constexpr int pixels = 12;
    static constexpr int blocks = 2;
    static constexpr int float16_pixels = 8;
    static constexpr int float64_pixels = 12;

    /// Each multiply-add rounds as it says. If both numbers are zeros, both even, the upper one is the sum, as if
    /// rounded to nearest.
    static ALWAYS_INLINE void odd_fused_step(float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
        constexpr int upwards = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC;
        constexpr int downwards = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;
        __m512 up = _mm512_fmadd_round_ps((__m512)*w, (__m512)*x, (__m512)*sum, upwards);
        __m512 down = _mm512_fmadd_round_ps((__m512)*w, (__m512)*x, (__m512)*sum, downwards);
        __mmask16 down_is_odd = _mm512_test_epi32_mask((__m512i)down, _mm512_set1_epi32(1));
        *sum = (float32_lanes)_mm512_mask_mov_ps(up, down_is_odd, down);
    }
};

} // namespace

#include "level.hpp"

const vk_kernels vk_avx512_kernels = kernels_of_level;

#pragma clang attribute pop
#endif
