#include "kernels.hpp"

void vk_compute_layer(vk_level level, const vk_layer *layer, const vk_pixels *pixels) {
    vk_kernels_of(level)->compute_layer(layer, pixels);
}

void vk_max_pool(vk_level level, const vk_pool_row *row) {
    vk_kernels_of(level)->max_pool(row);
}
