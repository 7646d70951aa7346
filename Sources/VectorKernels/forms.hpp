// How sums of products accumulate: a form starts a sum, adds a product in each step, and finishes. It says which
// numbers it has, how many at once, the largest tiles of its sums (`pixels`, `blocks`), and how many registers a
// layer's tile may take (`registers`) beside what the steps need for themselves.

#pragma once

#include "lanes.hpp"

namespace {

/// The parts in which a form's steps take a block.
template <class Form>
constexpr int parts_of_block = vk_channel_block * sizeof(typename Form::number) / sizeof(typename Form::lanes);

/// Where the numbers of a part are.
template <int parts> ALWAYS_INLINE constexpr ptrdiff_t place_of(int part, ptrdiff_t block_stride) {
    return part / parts * block_stride + part % parts * (vk_channel_block / parts);
}

/// A sum under way that is a number.
template <class Number, class Lanes> struct number_sum {
    using number = Number;
    using lanes = Lanes;
    using sum = Lanes;

    static ALWAYS_INLINE void start(sum *s, const lanes *start) { *s = *start; }
    /// After each fourth product.
    static ALWAYS_INLINE void close_group(sum *) {}
    /// After the last of some products.
    static ALWAYS_INLINE void finish(sum *s, ptrdiff_t, lanes *value) { *value = *s; }

    /// Whether the steps must lie between `round_down` and `round_as_before`.
    static constexpr bool rounds_down = false;
};

/// Fused multiply-adds, each rounded once.
template <class Number, class Lanes> struct fused : number_sum<Number, Lanes> {
    static constexpr int pixels = sizeof(Number) == sizeof(float) ? level::pixels : level::float64_pixels;
    static constexpr int blocks = sizeof(Number) == sizeof(float) ? level::blocks : 1;
    static constexpr int registers = level::registers;

    static ALWAYS_INLINE void step(Lanes *sum, const Lanes *w, const Lanes *x) { level::fused_step(sum, w, x); }
};

/// Products, rounded, then sums, rounded.
template <class Number, class Lanes> struct multiply_add : number_sum<Number, Lanes> {
    static constexpr int pixels = fused<Number, Lanes>::pixels;
    static constexpr int blocks = fused<Number, Lanes>::blocks;
    static constexpr int registers = level::float16_registers;

    static ALWAYS_INLINE void step(Lanes *sum, const Lanes *w, const Lanes *x) { *sum = *sum + *x * *w; }
};

/// What forms on float32 that float16 holds have in common.
struct float16_form {
    static constexpr int pixels = level::float16_pixels;
    static constexpr int blocks = 1;
    static constexpr int registers = level::float16_registers;
};

/// Flushes subnormal float16 to zeros of the same sign.
ALWAYS_INLINE void flush_float16(float32_lanes *x) {
    int32_lanes bits = (int32_lanes)*x;
    *x = (float32_lanes)((bits & INT32_MAX) < 0x38800000 ? bits & INT32_MIN : bits);
}

/// sum = the float16 nearest to sum + w * x.
///
/// The number that is rounded to float16 is the float32 nearest to the exact value, made odd in its last place if it is
/// inexact: then the second rounding equals a single rounding (Boldo and Melquiond, Emulation of a FMA and correctly
/// rounded sums: proved algorithms using rounding to odd, 2008). Of the float32 below and above a value, one is odd.
struct float16_fused : number_sum<float, float32_lanes>, float16_form {
    static constexpr bool rounds_down = level::odd_sums_round_down;

    static ALWAYS_INLINE void step(float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
        level::odd_fused_step(sum, w, x);
        level::round_to_float16(sum);
    }
};

/// sum = the float16 nearest to sum + the float16 nearest to w * x.
struct float16_multiply_add : number_sum<float, float32_lanes>, float16_form {
    static ALWAYS_INLINE void step(float32_lanes *sum, const float32_lanes *w, const float32_lanes *x) {
        float32_lanes product = *w * *x;
        level::round_to_float16(&product);
        *sum = *sum + product;
        level::round_to_float16(sum);
    }
};

/// The sums of `neural-engine-m1`.
struct neural_engine_m1 : float16_form {
    using number = float;
    using lanes = float32_lanes;
    /// The accumulated part, and the part that must be rounded before it is added.
    struct sum {
        float32_lanes total;
        float32_lanes group;
    };
    static constexpr bool rounds_down = false;

    static ALWAYS_INLINE void start(sum *s, const float32_lanes *start) {
        s->total = *start;
        s->group = (float32_lanes)(0.0f);
    }

    static ALWAYS_INLINE void step(sum *s, const float32_lanes *w, const float32_lanes *x) {
        s->group = __builtin_elementwise_fma(*x, *w, s->group);
    }

    /// Adds the products of a group, normally of four, rounded together.
    static ALWAYS_INLINE void close_group(sum *s) {
        level::round_to_float16(&s->group);
        flush_float16(&s->group);
        s->total = s->total + s->group;
        s->group = (float32_lanes)(0.0f);
    }

    /// value = the sum of `count` products; for several, infinity from 2^15 on.
    static ALWAYS_INLINE void finish(sum *s, ptrdiff_t count, float32_lanes *value) {
        if (count % 4 != 0) close_group(s);
        *value = s->total;
        if (count < 2) return;
        int32_lanes bits = (int32_lanes)s->total;
        int32_lanes magnitude = bits & INT32_MAX;
        int32_lanes overflows = (magnitude >= 0x47000000) & (magnitude <= 0x7f800000);
        *value = (float32_lanes)(overflows ? (bits & INT32_MIN) | 0x7f800000 : bits);
    }
};

} // namespace
