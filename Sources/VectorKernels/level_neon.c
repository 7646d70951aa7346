#if defined(__aarch64__)
#define LEVEL_KERNELS vk_neon_kernels
#define LEVEL_CONVERTS_FLOAT16 1
#define LEVEL_PIXELS 6
#define LEVEL_BLOCKS 1
#define LEVEL_FLOAT16_PIXELS 3
#define LEVEL_FLOAT64_PIXELS 3
#include "level.h"
#endif
