#include "kernels.hpp"

void vk_exponentials(vk_level level, const double *x, ptrdiff_t count, double *y) {
    vk_kernels_of(level)->exponentials(x, count, y);
}

void vk_error_functions(vk_level level, const double *x, ptrdiff_t count, double *y) {
    vk_kernels_of(level)->error_functions(x, count, y);
}
