#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The instruction sets that the kernels are compiled for. Each gives the same bits.
typedef enum __attribute__((enum_extensibility(closed))) {
    vk_level_portable,
    vk_level_avx2,
    vk_level_avx512,
    vk_level_neon,
} vk_level;

/// Whether this processor supports a level's instructions.
bool vk_supports(vk_level level);

/// The fastest level of this processor.
vk_level vk_best_level(void);

#ifdef __cplusplus
}
#endif
