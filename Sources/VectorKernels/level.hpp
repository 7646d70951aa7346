// The kernels of one level. A level's file defines `level` and includes this:
//
// registers, float16_registers: how many registers the sums of a layer's tile and one operand of theirs may take
// block_registers: how many registers a block of 16 float32 takes
// sums_under_way: how many registers of sums keep the processor busy; with fewer, each waits for its own last step
// wide_blocks: how many blocks the tiles of wide rows have
// tenths_of_load: how long a load takes, in tenths of a step's time; 0 where loads never bound a tile
// pixels, blocks, float16_pixels, float64_pixels: the largest tiles of sums
// and what computes: see instructions.hpp.

#pragma once

#include "comparisons.hpp"
#include "float16_arrays.hpp"
#include "functions.hpp"
#include "layers.hpp"
#include "layouts.hpp"
#include "maps.hpp"
#include "max_pool.hpp"
#include "multiply_add_chains.hpp"
#include "resampling.hpp"
#include "sums.hpp"

namespace {

constexpr vk_kernels kernels_of_level = {
    compute_sums<fused<float, float32_lanes>>,
    compute_sums<multiply_add<float, float32_lanes>>,
    compute_sums<float16_fused>,
    compute_sums<float16_multiply_add>,
    compute_sums<neural_engine_m1>,
    compute_sums<fused<double, float64_sum_lanes>>,
    compute_sums<multiply_add<double, float64_sum_lanes>>,
    float32_from_float16,
    float16_from_float32,
    float16_rounded,
    apply_to_all<raise_e_to>,
    apply_to_all<apply_error_function>,
    compute_layer,
    max_pool,
    compute_depthwise,
    compute_elements,
    compute_windows,
    weighted_rows,
    weighted_pixels,
    sum_maps,
    pixels_from_planes,
    blocks_from_planes,
    planes_from_blocks,
    resample,
    multiply_add_chains,
    multiply_add_chain_count,
    compare_arrays,
    largest_error,
};

} // namespace
