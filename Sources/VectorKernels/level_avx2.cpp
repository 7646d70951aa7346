#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels.hpp"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "instructions.hpp"

namespace {

/// 16 registers of 8 numbers.
struct level : common_instructions {
    static constexpr int registers = 15;
    static constexpr int float16_registers = 12;
    static constexpr int block_registers = 2;
    static constexpr int sums_under_way = 10;
    static constexpr int wide_blocks = 1;
    static constexpr int tenths_of_load = 0;

    static constexpr int pixels = 6;
    static constexpr int blocks = 1;
    static constexpr int float16_pixels = 5;
    static constexpr int float64_pixels = 6;

    using common_instructions::fused_step;
    static ALWAYS_INLINE void fused_step(float32_half *sum, const float32_half *w, const float32_half *x) {
        // Volatile, so that the compiler keeps an order in which a tile's operands just fit into the registers.
        __asm__ volatile("vfmadd231ps %2, %1, %0" : "+x"(*sum) : "x"(*w), "x"(*x));
    }

    static constexpr bool converts_float16 = true;
    /// To the nearest in every mode.
    static ALWAYS_INLINE void round_to_float16(float32_lanes *x) {
        constexpr int nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
        __m256 lower = _mm256_cvtph_ps(_mm256_cvtps_ph((__m256)x->lo, nearest));
        __m256 upper = _mm256_cvtph_ps(_mm256_cvtps_ph((__m256)x->hi, nearest));
        *x = __builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }

    static constexpr bool odd_sums_round_down = true;
    static ALWAYS_INLINE unsigned round_down() {
        unsigned mode = _mm_getcsr();
        _mm_setcsr((mode & ~_MM_ROUND_MASK) | _MM_ROUND_DOWN);
        return mode;
    }
    static ALWAYS_INLINE void round_as_before(unsigned mode) { _mm_setcsr(mode); }

    /// Where all operations round down, -(-sum - w * x) rounds up. If both numbers are zeros, both even, the upper one
    /// is the sum, as if rounded to nearest.
    static ALWAYS_INLINE __m256 odd_fused(__m256 sum, __m256 w, __m256 x) {
        // Volatile, because otherwise the compiler may move them to where the mode differs.
        __m256 down = sum, minus_up = sum;
        __asm__ volatile("vfmadd231ps %2, %1, %0" : "+x"(down) : "x"(w), "x"(x));
        __asm__ volatile("vfnmsub231ps %2, %1, %0" : "+x"(minus_up) : "x"(w), "x"(x));
        __m256 up = _mm256_xor_ps(minus_up, _mm256_set1_ps(-0.0f));
        __m256 down_is_odd = (__m256)_mm256_slli_epi32((__m256i)down, 31);
        return _mm256_blendv_ps(up, down, down_is_odd);
    }

    static ALWAYS_INLINE void odd_fused_step(float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
        __m256 lower = odd_fused((__m256)sum->lo, (__m256)w->lo, (__m256)x->lo);
        __m256 upper = odd_fused((__m256)sum->hi, (__m256)w->hi, (__m256)x->hi);
        *sum = __builtin_shufflevector(lower, upper, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }
};

} // namespace

#include "level.hpp"

const vk_kernels vk_avx2_kernels = kernels_of_level;

#pragma clang attribute pop
#endif
