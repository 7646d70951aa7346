#pragma once

#include <stddef.h>

#include "vk_levels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Runs chains of float32 multiply-adds, x * factor + addend, each `length` long and independent of the others.
///
/// - Returns: the number of multiply-adds in all chains.
ptrdiff_t vk_multiply_add_chains(vk_level level, ptrdiff_t length, float factor, float addend, float *result);

#ifdef __cplusplus
}
#endif
