#pragma once

#include <stdint.h>

/// One block of channels. The compiler splits it into registers of its target level.
typedef float float32_lanes __attribute__((ext_vector_type(16)));
typedef double float64_lanes __attribute__((ext_vector_type(16)));
typedef int32_t int32_lanes __attribute__((ext_vector_type(16)));
/// Half a block, and a quarter.
typedef float float32_half __attribute__((ext_vector_type(8)));
typedef float float32_quarter __attribute__((ext_vector_type(4)));
typedef _Float16 float16_lanes __attribute__((ext_vector_type(16)));

/// The same in memory that is aligned only to its numbers.
typedef float32_lanes float32_lanes_in_memory __attribute__((aligned(4)));
typedef float32_half float32_half_in_memory __attribute__((aligned(4)));
typedef float32_quarter float32_quarter_in_memory __attribute__((aligned(4)));
typedef float64_lanes float64_lanes_in_memory __attribute__((aligned(8)));
typedef float16_lanes float16_lanes_in_memory __attribute__((aligned(2)));
