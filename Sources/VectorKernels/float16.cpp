#include "kernels.hpp"

void vk_float32_from_float16(vk_level level, const _Float16 *from, ptrdiff_t count, float *to) {
    vk_kernels_of(level)->float32_from_float16(from, count, to);
}

void vk_float16_from_float32(vk_level level, const float *from, ptrdiff_t count, _Float16 *to) {
    vk_kernels_of(level)->float16_from_float32(from, count, to);
}

void vk_round_to_float16(
    vk_level level, const float *numbers, ptrdiff_t count, bool flushes_subnormals, float *rounded) {
    vk_kernels_of(level)->float16_rounded(numbers, count, flushes_subnormals, rounded);
}
