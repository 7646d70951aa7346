#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "vk_levels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Conversions of whole arrays between float16 and float32, rounded to nearest, ties to even.
void vk_float32_from_float16(vk_level level, const _Float16 *from, ptrdiff_t count, float *to);
void vk_float16_from_float32(vk_level level, const float *from, ptrdiff_t count, _Float16 *to);

/// The nearest float16 of each number, ties to even, as float32; subnormals become zeros if they are flushed.
void vk_round_to_float16(
    vk_level level, const float *numbers, ptrdiff_t count, bool flushes_subnormals, float *rounded);

#ifdef __cplusplus
}
#endif
