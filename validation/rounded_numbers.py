"""Numbers rounded to formats of fewer bits, as float32.

A module for the scripts in this folder, not a program.
"""

import numpy


def to_float16(values):
    return values.astype(numpy.float16).astype(numpy.float32)


def cut(values, bits):
    """Rounded to float32's exponent and fewer bits of fraction, ties to even."""
    integers = numpy.ascontiguousarray(values, numpy.float32).view(numpy.uint32).astype(numpy.uint64)
    dropped = 23 - bits
    integers += (1 << (dropped - 1)) - 1 + ((integers >> dropped) & 1)
    return ((integers >> dropped) << dropped).astype(numpy.uint32).view(numpy.float32).reshape(values.shape)


def to_int8(values, axis=None):
    largest = numpy.abs(values).max() if axis is None else numpy.abs(values).max(
        axis=tuple(i for i in range(values.ndim) if i != axis), keepdims=True)
    scale = numpy.where(largest == 0, 1, largest) / 127
    return (numpy.clip(numpy.round(values / scale), -127, 127) * scale).astype(numpy.float32)


def to_uint8(values):
    low, high = min(values.min(), 0), max(values.max(), 0)
    scale = (high - low) / 255
    zero = numpy.round(-low / scale)
    return ((numpy.clip(numpy.round(values / scale) + zero, 0, 255) - zero) * scale).astype(numpy.float32)
