#if defined(__aarch64__)
#define LEVEL_KERNELS vk_neon_kernels
#define LEVEL_CONVERTS_FLOAT16 1
#define LEVEL_ROUNDS_DOWN 0
#define LEVEL_ROUNDS_DOWN_AND_UP 0
#define LEVEL_PIXELS 6
#define LEVEL_BLOCKS 1
#define LEVEL_FLOAT16_PIXELS 3
#define LEVEL_FLOAT64_PIXELS 3
#define LEVEL_CAPACITY 7
#define LEVEL_FLOAT16_CAPACITY 4
#include "level.h"
#endif
