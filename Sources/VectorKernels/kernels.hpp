#pragma once

#include <string.h>

#include <utility>

#include "VectorKernels.h"

/// The kernels of one level.
struct vk_kernels {
    void (*fused_float32)(const vk_sum_layout *, const float *, const float *, const float *, float *);
    void (*multiply_add_float32)(const vk_sum_layout *, const float *, const float *, const float *, float *);
    void (*float16_fused)(const vk_sum_layout *, const float *, const float *, const float *, float *);
    void (*float16_multiply_add)(const vk_sum_layout *, const float *, const float *, const float *, float *);
    void (*neural_engine_m1)(const vk_sum_layout *, const float *, const float *, const float *, float *);
    void (*fused_float64)(const vk_sum_layout *, const double *, const double *, const double *, double *);
    void (*multiply_add_float64)(const vk_sum_layout *, const double *, const double *, const double *, double *);
    void (*float32_from_float16)(const _Float16 *, ptrdiff_t, float *);
    void (*float16_from_float32)(const float *, ptrdiff_t, _Float16 *);
    void (*float16_rounded)(const float *, ptrdiff_t, bool, float *);
    void (*exponentials)(const double *, ptrdiff_t, double *);
    void (*error_functions)(const double *, ptrdiff_t, double *);
    void (*compute_layer)(const vk_layer *, const vk_pixels *);
    void (*max_pool)(const vk_pool_row *);
    void (*compute_depthwise)(const vk_layer *, const vk_pixels *, ptrdiff_t);
    void (*compute_elements)(const vk_elements *);
    void (*compute_windows)(const vk_window_row *);
    void (*weighted_rows)(const float *, const vk_taps *, ptrdiff_t, ptrdiff_t, float *);
    void (*weighted_pixels)(const float *, const vk_taps *, ptrdiff_t, float *);
    void (*sum_maps)(const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, float *);
    void (*pixels_from_planes)(const float *, ptrdiff_t, ptrdiff_t, float *);
    void (*blocks_from_planes)(const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, float *);
    void (*planes_from_blocks)(const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, float *);
    void (*resample)(const vk_resampling *);
    float (*multiply_add_chains)(ptrdiff_t, float, float);
    ptrdiff_t multiply_add_chain_count;
    void (*compare)(const double *, const double *, ptrdiff_t, vk_format, ptrdiff_t *, vk_difference *);
    void (*largest_error)(const double *, const double *, const double *, ptrdiff_t, vk_error *);
};

extern const vk_kernels vk_portable_kernels;
#if defined(__x86_64__)
extern const vk_kernels vk_avx2_kernels;
extern const vk_kernels vk_avx512_kernels;
#elif defined(__aarch64__)
extern const vk_kernels vk_neon_kernels;
#endif

const vk_kernels *vk_kernels_of(vk_level level);
