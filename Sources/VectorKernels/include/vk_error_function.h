#pragma once

#include <stddef.h>

#include "vk_levels.h"

/// y[i] = erf(x[i]), within 2 ULP; the same bits on every level and platform.
void vk_error_functions(vk_level level, const double *x, ptrdiff_t count, double *y);
