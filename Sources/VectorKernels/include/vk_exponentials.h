#pragma once

#include <stddef.h>

#include "vk_levels.h"

/// y[i] = e^x[i], within 1 ULP; the same bits on every level and platform.
void vk_exponentials(vk_level level, const double *x, ptrdiff_t count, double *y);
