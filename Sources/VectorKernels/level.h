// All kernels of one level. Included once for each level with LEVEL_KERNELS (the table's name),
// LEVEL_CONVERTS_FLOAT16 (whether it has instructions that round to float16), LEVEL_ROUNDS_DOWN_AND_UP (whether its
// fused multiply-adds round as each one says), LEVEL_ROUNDS_DOWN (whether they round as a mode says, which its
// instructions that round to float16 need not follow) and the largest tiles:
// LEVEL_PIXELS and LEVEL_BLOCKS for float32, LEVEL_FLOAT16_PIXELS and LEVEL_FLOAT64_PIXELS for the others.
// LEVEL_REGISTERS and LEVEL_FLOAT16_REGISTERS say how many registers the sums of a layer's tile and one operand of
// theirs may take, LEVEL_BLOCK_REGISTERS how many a block of 16 channels takes, and LEVEL_SUMS_UNDER_WAY how many
// registers of sums keep the processor busy: with fewer, each waits for its own last step. LEVEL_WIDE_BLOCKS says how many
// blocks the tiles of wide rows have, and LEVEL_TENTHS_OF_LOAD how long a load takes, in tenths of a step's time; 0 where
// loads never bound a tile. A level may have a step of its own for 8 lanes, LEVEL_FUSED_HALF_STEP.

#include "kernels.h"
#include "float16_steps.h"

#define FUSED_STEP(sum, w, x) (*(sum) = __builtin_elementwise_fma(*(x), *(w), *(sum)))
// Two roundings: float16_steps.h turns off the contraction of both into one.
#define MULTIPLY_ADD_STEP(sum, w, x) (*(sum) = *(sum) + *(x) * *(w))
#ifdef LEVEL_FUSED_HALF_STEP
#define FUSED_HALF_STEP LEVEL_FUSED_HALF_STEP
#else
#define FUSED_HALF_STEP FUSED_STEP
#endif

#define FORM fused_float32
#define NUMBER float
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP FUSED_STEP
#define PIXELS LEVEL_PIXELS
#define BLOCKS LEVEL_BLOCKS
#include "sums_form.h"

#define FORM multiply_add_float32
#define NUMBER float
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP MULTIPLY_ADD_STEP
#define PIXELS LEVEL_PIXELS
#define BLOCKS LEVEL_BLOCKS
#include "sums_form.h"

#define FORM float16_fused
#define NUMBER float
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP float16_fused_step
#define STEPS_ROUND_DOWN LEVEL_ROUNDS_DOWN
#define PIXELS LEVEL_FLOAT16_PIXELS
#define BLOCKS 1
#include "sums_form.h"

#define FORM float16_multiply_add
#define NUMBER float
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define STEP float16_multiply_add_step
#define PIXELS LEVEL_FLOAT16_PIXELS
#define BLOCKS 1
#include "sums_form.h"

#define FORM neural_engine_m1
#define NUMBER float
#define LANES float32_lanes
#define LANES_IN_MEMORY float32_lanes_in_memory
#define SUM neural_engine_m1_sum
#define START neural_engine_m1_start
#define STEP neural_engine_m1_step
#define CLOSE_GROUP neural_engine_m1_close_group
#define FINISH neural_engine_m1_finish
#define PIXELS LEVEL_FLOAT16_PIXELS
#define BLOCKS 1
#include "sums_form.h"

#define FORM fused_float64
#define NUMBER double
#define LANES float64_lanes
#define LANES_IN_MEMORY float64_lanes_in_memory
#define STEP FUSED_STEP
#define PIXELS LEVEL_FLOAT64_PIXELS
#define BLOCKS 1
#include "sums_form.h"

#define FORM multiply_add_float64
#define NUMBER double
#define LANES float64_lanes
#define LANES_IN_MEMORY float64_lanes_in_memory
#define STEP MULTIPLY_ADD_STEP
#define PIXELS LEVEL_FLOAT64_PIXELS
#define BLOCKS 1
#include "sums_form.h"

#include "float16_arrays.h"
#include "functions_of_level.h"
#include "layers_of_level.h"
#include "maps_of_level.h"
#include "max_pool.h"
#include "resampling.h"
#include "multiply_add_chains.h"

const vk_kernels LEVEL_KERNELS = {
    .fused_float32 = fused_float32,
    .multiply_add_float32 = multiply_add_float32,
    .float16_fused = float16_fused,
    .float16_multiply_add = float16_multiply_add,
    .neural_engine_m1 = neural_engine_m1,
    .fused_float64 = fused_float64,
    .multiply_add_float64 = multiply_add_float64,
    .float32_from_float16 = float32_from_float16,
    .float16_from_float32 = float16_from_float32,
    .float16_rounded = float16_rounded,
    .exponentials = exponentials,
    .error_functions = error_functions,
    .compute_layer = compute_layer,
    .max_pool = max_pool,
    .compute_depthwise = compute_depthwise,
    .compute_elements = compute_elements,
    .compute_windows = compute_windows,
    .weighted_sums = weighted_sums,
    .sum_maps = sum_maps,
    .pixels_from_planes = pixels_from_planes,
    .blocks_from_planes = blocks_from_planes,
    .planes_from_blocks = planes_from_blocks,
    .resample = resample,
    .multiply_add_chains = multiply_add_chains,
    .multiply_add_chain_count = multiply_add_chain_count,
};
