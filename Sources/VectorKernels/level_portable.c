#define LEVEL_KERNELS vk_portable_kernels
#define LEVEL_CONVERTS_FLOAT16 0
#define LEVEL_PIXELS 4
#define LEVEL_BLOCKS 1
#define LEVEL_FLOAT16_PIXELS 4
#define LEVEL_FLOAT64_PIXELS 4
#include "level.h"
