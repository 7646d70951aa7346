#include <stdbool.h>

#include "VectorKernels.h"

// In C for debug builds: it is fast without Swift's optimiser.

#define DEFINE_PRELU(NAME, NUMBER)                                                                                 \
    void NAME(const NUMBER *x, const NUMBER *slopes, ptrdiff_t slope_step, ptrdiff_t count, NUMBER *y) {           \
        if (slope_step == 0) {                                                                                     \
            NUMBER slope = *slopes;                                                                                \
            /* y may be x: no number depends on another. */                                                        \
            _Pragma("clang loop vectorize(assume_safety)") for (ptrdiff_t i = 0; i < count; i++)                   \
                y[i] = x[i] >= 0 ? x[i] : slope * x[i];                                                            \
        } else {                                                                                                   \
            for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] >= 0 ? x[i] : slopes[i * slope_step] * x[i];         \
        }                                                                                                          \
    }

DEFINE_PRELU(vk_prelu_float32, float)
DEFINE_PRELU(vk_prelu_float64, double)

/* Several windows at once, so that no comparison waits for the last one. */
enum { windows_at_once = 8 };

#define DEFINE_LARGEST(NAME, NUMBER)                                                                               \
    void NAME(                                                                                                     \
        const NUMBER *numbers, const ptrdiff_t *pixels, ptrdiff_t pixel_count, const ptrdiff_t *taps,              \
        ptrdiff_t tap_count, NUMBER *largest) {                                                                    \
        for (ptrdiff_t first = 0; first < pixel_count; first += windows_at_once) {                                 \
            ptrdiff_t count = pixel_count - first < windows_at_once ? pixel_count - first : windows_at_once;       \
            const NUMBER *windows[windows_at_once];                                                                \
            NUMBER results[windows_at_once];                                                                       \
            for (int p = 0; p < windows_at_once; p++) {                                                            \
                windows[p] = numbers + pixels[first + (p < count ? p : 0)];                                        \
                results[p] = -(NUMBER)__builtin_inff();                                                            \
            }                                                                                                      \
            for (ptrdiff_t k = 0; k < tap_count; k++)                                                              \
                for (int p = 0; p < windows_at_once; p++) {                                                        \
                    NUMBER number = windows[p][taps[k]];                                                           \
                    bool keeps = (number <= results[p]) | (results[p] != results[p]);                              \
                    results[p] = keeps ? results[p] : number;                                                      \
                }                                                                                                  \
            for (ptrdiff_t p = 0; p < count; p++) largest[first + p] = results[p];                                 \
        }                                                                                                          \
    }

DEFINE_LARGEST(vk_largest_float32, float)
DEFINE_LARGEST(vk_largest_float64, double)
