#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)

#define LEVEL_KERNELS vk_avx512_kernels
#define LEVEL_CONVERTS_FLOAT16 1
#define LEVEL_ROUNDS_DOWN 0
#define LEVEL_ROUNDS_DOWN_AND_UP 1
#define LEVEL_PIXELS 12
#define LEVEL_BLOCKS 2
#define LEVEL_FLOAT16_PIXELS 8
#define LEVEL_FLOAT64_PIXELS 12
#define LEVEL_REGISTERS 31
#define LEVEL_FLOAT16_REGISTERS 17
#define LEVEL_BLOCK_REGISTERS 1
#define LEVEL_SUMS_UNDER_WAY 8
#define LEVEL_WIDE_BLOCKS 2
// Measured: a tile of one block, which loads a number for each step, reaches two thirds of the steps of one of two blocks.
#define LEVEL_TENTHS_OF_LOAD 14
#include "level.h"

#pragma clang attribute pop
#endif
