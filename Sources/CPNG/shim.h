#pragma once
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/// The bytes for libpng to read, and its message after a failure.
typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
    /// How many bytes may still be read: no more than the pixels' last row can need.
    size_t allowance;
    char message[160];
} png_memory_source;

static inline void png_memory_source_fail(png_structp png, png_const_charp message) {
    png_memory_source *source = (png_memory_source *)png_get_error_ptr(png);
    snprintf(source->message, sizeof source->message, "%s", message);
    longjmp(png_jmpbuf(png), 1);
}

static inline void png_memory_source_ignore_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static inline void png_memory_source_read(png_structp png, png_bytep destination, size_t count) {
    png_memory_source *source = (png_memory_source *)png_get_io_ptr(png);
    if (count > source->count - source->position) png_error(png, "the file ends too early");
    if (count > source->allowance) png_error(png, "the compressed pixels go on after the last row");
    source->allowance -= count;
    memcpy(destination, source->bytes + source->position, count);
    source->position += count;
}

/// Reads a PNG's size and, if `pixels` is not NULL, its pixels as 8-bit RGB.
///
/// The transformations are those of OpenCV's `imread(IMREAD_COLOR)`: alpha is dropped, 16 bits lose their low byte,
/// palettes and gray are expanded, and gamma is not applied. libpng's simplified API would correct gamma, round 16 bits
/// and blend alpha, and Swift cannot call `setjmp`, with which libpng reports errors.
///
/// Returns 1, or 0 with the reason in `source->message`.
static inline int png_read_rgb(png_memory_source *source, uint32_t *width, uint32_t *height, uint8_t *pixels) {
    png_structp png = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, source, png_memory_source_fail, png_memory_source_ignore_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        snprintf(source->message, sizeof source->message, "out of memory");
        return 0;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 0;
    }
    source->position = 0;
    source->allowance = SIZE_MAX;
    png_set_read_fn(png, source, png_memory_source_read);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(png, info);
    *width = png_get_image_width(png, info);
    *height = png_get_image_height(png, info);
    if (pixels) {
        png_set_strip_16(png);
        png_set_expand(png);
        png_set_gray_to_rgb(png);
        png_set_strip_alpha(png);
        int passes = png_set_interlace_handling(png);
        png_read_update_info(png, info);
        if (png_get_rowbytes(png, info) != (size_t)*width * 3) png_error(png, "the pixels are not RGB");
        for (int pass = 0; pass < passes; pass++) {
            for (uint32_t y = 0; y < *height; y++) {
                // With the last row libpng inflates whatever follows it, which may be gigabytes from a few bytes.
                // Deflate adds less than a byte to each of the row's (8 for 64-bit RGBA), a chunk 12, and 64 KiB are
                // for padding.
                if (pass == passes - 1 && y == *height - 1) source->allowance = (size_t)*width * 8 * 14 + 65536;
                png_read_row(png, pixels + (size_t)y * *width * 3, NULL);
            }
        }
        source->allowance = SIZE_MAX;
        png_read_end(png, NULL);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return 1;
}
