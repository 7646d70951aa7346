#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define LEVEL_KERNELS vk_avx2_kernels
#define LEVEL_CONVERTS_FLOAT16 1
#define LEVEL_ROUNDS_DOWN 1
#define LEVEL_ROUNDS_DOWN_AND_UP 0
#define LEVEL_PIXELS 6
#define LEVEL_BLOCKS 1
#define LEVEL_FLOAT16_PIXELS 5
#define LEVEL_FLOAT64_PIXELS 3
#define LEVEL_CAPACITY 7
#define LEVEL_FLOAT16_CAPACITY 6
#include "level.h"

#pragma clang attribute pop
#endif
