#include "kernels.hpp"

bool vk_supports(vk_level level) {
    switch (level) {
    case vk_level_portable:
        return true;
#if defined(__x86_64__)
    case vk_level_avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    case vk_level_avx512:
        return vk_supports(vk_level_avx2) && __builtin_cpu_supports("avx512f")
            && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512bw");
#elif defined(__aarch64__)
    case vk_level_neon:
        return true;
#endif
    default:
        return false;
    }
}

vk_level vk_best_level(void) {
    const vk_level levels[] = {vk_level_neon, vk_level_avx512, vk_level_avx2};
    for (int i = 0; i < 3; i++)
        if (vk_supports(levels[i])) return levels[i];
    return vk_level_portable;
}

const vk_kernels *vk_kernels_of(vk_level level) {
    switch (level) {
#if defined(__x86_64__)
    case vk_level_avx2:
        return &vk_avx2_kernels;
    case vk_level_avx512:
        return &vk_avx512_kernels;
#elif defined(__aarch64__)
    case vk_level_neon:
        return &vk_neon_kernels;
#endif
    default:
        return &vk_portable_kernels;
    }
}
