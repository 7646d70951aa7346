#pragma once

#include <stddef.h>
#include <stdint.h>

#include <type_traits>
#include <utility>

// Every product and every sum rounds as it is written: none becomes part of a fused multiply-add by itself.
#pragma STDC FP_CONTRACT OFF

#define ALWAYS_INLINE inline __attribute__((always_inline))
/// The same behind the parameters of a lambda.
#define INLINED __attribute__((always_inline))

/// One block of channels. The compiler splits it into registers of its target level.
typedef float float32_lanes __attribute__((ext_vector_type(16)));
typedef double float64_lanes __attribute__((ext_vector_type(16)));
typedef int32_t int32_lanes __attribute__((ext_vector_type(16)));
typedef _Float16 float16_lanes __attribute__((ext_vector_type(16)));
/// Two blocks.
typedef float float32_pair __attribute__((ext_vector_type(32)));
/// Half a block, and a quarter.
typedef float float32_half __attribute__((ext_vector_type(8)));
typedef float float32_quarter __attribute__((ext_vector_type(4)));
typedef double float64_half __attribute__((ext_vector_type(8)));

namespace {

/// Lanes in memory that is aligned only to their numbers.
template <class Lanes, class Number> struct __attribute__((packed, aligned(alignof(Number)), may_alias)) stored_lanes {
    Lanes lanes;
};

template <class Lanes, class Number> ALWAYS_INLINE const stored_lanes<Lanes, Number> &stored(const Number *numbers) {
    return *(const stored_lanes<Lanes, Number> *)numbers;
}

template <class Lanes, class Number> ALWAYS_INLINE stored_lanes<Lanes, Number> &stored(Number *numbers) {
    return *(stored_lanes<Lanes, Number> *)numbers;
}

/// As many lanes, of another number.
template <class Number, class Lanes>
using lanes_like = Number __attribute__((ext_vector_type(sizeof(Lanes) / sizeof(std::declval<Lanes &>()[0]))));

template <class Number> constexpr Number smaller(Number a, Number b) { return b < a ? b : a; }
template <class Number> constexpr Number larger(Number a, Number b) { return b > a ? b : a; }

} // namespace
