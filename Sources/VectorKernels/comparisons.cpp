#include "kernels.hpp"

void vk_compare(
    vk_level level, const double *a, const double *b, ptrdiff_t count, vk_format format, ptrdiff_t *exponents,
    vk_difference *difference) {
    vk_kernels_of(level)->compare(a, b, count, format, exponents, difference);
}

void vk_largest_error(
    vk_level level, const double *computed, const double *exact, const double *bounds, ptrdiff_t count,
    vk_error *error) {
    vk_kernels_of(level)->largest_error(computed, exact, bounds, count, error);
}
