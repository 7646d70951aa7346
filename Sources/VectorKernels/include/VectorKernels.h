#pragma once

#include "vk_levels.h"
#include "vk_sums.h"
#include "vk_float16.h"
#include "vk_elements.h"
#include "vk_functions.h"
#include "vk_layers.h"
#include "vk_maps.h"
#include "vk_resampling.h"
#include "vk_multiply_add_chains.h"
#include "vk_comparisons.h"
