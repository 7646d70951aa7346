#pragma once

#include <stddef.h>

#include "vk_levels.h"

#ifdef __cplusplus
extern "C" {
#endif

// Functions of float64 numbers, one by one; the same bits on every level and platform.

/// y[i] = e^x[i], within 1 ULP.
void vk_exponentials(vk_level level, const double *x, ptrdiff_t count, double *y);

/// y[i] = erf(x[i]), within 2 ULP.
void vk_error_functions(vk_level level, const double *x, ptrdiff_t count, double *y);

#ifdef __cplusplus
}
#endif
