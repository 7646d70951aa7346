#include "kernels.hpp"

void vk_resample(vk_level level, const vk_resampling *resampling) {
    vk_kernels_of(level)->resample(resampling);
}
