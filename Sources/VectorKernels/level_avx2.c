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
#define LEVEL_REGISTERS 15
#define LEVEL_FLOAT16_REGISTERS 12
#define LEVEL_BLOCK_REGISTERS 2
#define LEVEL_SUMS_UNDER_WAY 10
#define LEVEL_WIDE_BLOCKS 1
#define LEVEL_TENTHS_OF_LOAD 0
// Volatile, so that the compiler keeps an order in which a tile's operands just fit into the registers.
#define LEVEL_FUSED_HALF_STEP(sum, w, x)                                                                           \
    __asm__ volatile("vfmadd231ps %2, %1, %0" : "+x"(*(sum)) : "x"(*(w)), "x"(*(x)))
#include "level.h"

#pragma clang attribute pop
#endif
