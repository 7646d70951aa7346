#include "kernels.hpp"

ptrdiff_t vk_multiply_add_chains(vk_level level, ptrdiff_t length, float factor, float addend, float *result) {
    const vk_kernels *kernels = vk_kernels_of(level);
    *result = kernels->multiply_add_chains(length, factor, addend);
    return length * kernels->multiply_add_chain_count * vk_channel_block;
}
