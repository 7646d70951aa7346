// Multiply-adds without memory, to measure the processor's peak.

#pragma once

#include "lanes.hpp"

namespace {

/// As many independent chains as fit into registers.
constexpr int multiply_add_chain_count = level::registers / level::block_registers - 1;

float multiply_add_chains(ptrdiff_t length, float factor, float addend) {
    float32_lanes sums[multiply_add_chain_count];
    for (int chain = 0; chain < multiply_add_chain_count; chain++) sums[chain] = (float32_lanes)((float)chain);
    float32_lanes factors = (float32_lanes)(factor), addends = (float32_lanes)(addend);
    for (ptrdiff_t step = 0; step < length; step++)
#pragma clang loop unroll(full)
        for (int chain = 0; chain < multiply_add_chain_count; chain++)
            sums[chain] = __builtin_elementwise_fma(sums[chain], factors, addends);
    for (int chain = 1; chain < multiply_add_chain_count; chain++) sums[0] += sums[chain];
    return sums[0][0];
}

} // namespace
