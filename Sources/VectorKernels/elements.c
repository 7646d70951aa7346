#include "VectorKernels.h"

// In C for the sake of debug builds, in which it is quick without optimisation.

#define DEFINE_PRELU(NAME, NUMBER)                                                                                 \
    void NAME(const NUMBER *x, const NUMBER *slopes, ptrdiff_t slope_step, ptrdiff_t count, NUMBER *y) {           \
        for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] >= 0 ? x[i] : slopes[i * slope_step] * x[i];             \
    }

DEFINE_PRELU(vk_prelu_float32, float)
DEFINE_PRELU(vk_prelu_float64, double)

#define DEFINE_LARGEST(NAME, NUMBER)                                                                               \
    void NAME(                                                                                                     \
        const NUMBER *numbers, const ptrdiff_t *pixels, ptrdiff_t pixel_count, const ptrdiff_t *taps,              \
        ptrdiff_t tap_count, NUMBER *largest) {                                                                    \
        for (ptrdiff_t p = 0; p < pixel_count; p++) {                                                              \
            const NUMBER *window = numbers + pixels[p];                                                            \
            NUMBER result = -(NUMBER)__builtin_inff();                                                             \
            for (ptrdiff_t k = 0; k < tap_count; k++) {                                                            \
                NUMBER number = window[taps[k]];                                                                   \
                if (!(number <= result) && result == result) result = number;                                      \
            }                                                                                                      \
            largest[p] = result;                                                                                   \
        }                                                                                                          \
    }

DEFINE_LARGEST(vk_largest_float32, float)
DEFINE_LARGEST(vk_largest_float64, double)
