"""Writes test vectors for binary16 arithmetic, computed by Berkeley SoftFloat (softfloatpy).

Usage:
    python validation/make_float16_vectors.py [--output Fixtures/float16]

One file per operation, records without header or padding, everything little-endian; a value is
its bit pattern as an unsigned integer of its width. Rounding is to nearest, ties to even.

    add sub mul div    .bin   u16 a, u16 b, u16 result          a op b
    mul_add            .bin   u16 a, u16 b, u16 c, u16 result   a * b + c, rounded once
    f32_to_f16         .bin   u32 a, u16 result
    f64_to_f16         .bin   u64 a, u16 result
    sqrt               .bin   u16 result of a = 0, 1, ... 65535
    f16_to_f32         .bin   u32 result of a = 0, 1, ... 65535

A result that is a NaN stands for any NaN: sign and payload of a NaN are not part of the test.

The operands are, as in TestFloat, every exponent with the lowest and the highest significand, both
signs, in all pairs (drawn at random for mul_add): zeros, subnormals, normal numbers, infinities
and NaNs are among them. Then come random bits, and operands that tell a right implementation from
a likely wrong one: halfway cases, their neighbours, and sums that round differently by way of
binary32. The first record of mul_add is one of those: 39C0 * C3FE + 07FE = C1BF.
"""

import argparse
import pathlib
import struct
import sys

import numpy
import softfloatpy

DEFAULT_OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "float16"
SEED = 20260103
RANDOM_PAIRS = 1500
MUL_ADD_BOUNDARY, MUL_ADD_RANDOM = 20000, 6000
MUL_ADD_THROUGH_FLOAT32, MUL_ADD_UNFUSED = 4000, 6000
MUL_ADD_CANDIDATES = 100_000
CONVERSION_RANDOM = 6000

README = """# Test vectors of binary16 arithmetic

Bit patterns of operands and results, one file per operation, computed by Berkeley SoftFloat in the
PyPI package softfloatpy 1.2.3.post1 (MIT; SoftFloat itself BSD-3-Clause). Records have no header and
no padding; everything is little-endian. Rounding is to nearest, ties to even.

| file | record | cases |
|---|---|---|
{rows}

A result that is a NaN stands for any NaN: compare NaNs by class, everything else bit by bit, the
sign of zero included.

`validation/make_float16_vectors.py` writes these files and says how the operands are chosen.
"""


class VectorError(Exception):
    """The package computes something that it should not."""


def f16(bits: int) -> softfloatpy.Float16:
    return softfloatpy.Float16.from_bytes(struct.pack(">H", bits))


def f32(bits: int) -> softfloatpy.Float32:
    return softfloatpy.Float32.from_bytes(struct.pack(">I", bits))


def f64(bits: int) -> softfloatpy.Float64:
    return softfloatpy.Float64.from_bytes(struct.pack(">Q", bits))


def bits_of(value) -> int:
    return int.from_bytes(value.to_bytes(), "big")


def boundary_values() -> list[int]:
    magnitudes = [exponent << 10 | significand for exponent in range(32) for significand in (0, 0x3FF)]
    magnitudes += [0x0001, 0x0200]
    return [sign << 15 | magnitude for sign in (0, 1) for magnitude in magnitudes]


def operand_pairs(random: numpy.random.Generator) -> list[tuple[int, int]]:
    values = boundary_values()
    pairs = [(a, b) for a in values for b in values]
    any_bits = random.integers(0, 65536, (RANDOM_PAIRS, 2))
    # Near exponents, for sums; few significant bits in one operand, for ties.
    near = random.integers(0, 65536, (RANDOM_PAIRS, 2))
    near[:, 1] = (near[:, 0] & 0x7C00) + random.integers(-4096, 4096, RANDOM_PAIRS) & 0xFFFF
    near[:, 0] &= 0xFFC0
    small = random.integers(0, 3 << 10, (RANDOM_PAIRS, 2)) | random.integers(0, 2, (RANDOM_PAIRS, 2)) << 15
    chosen = numpy.concatenate([any_bits, near, small])
    return pairs + [tuple(pair) for pair in chosen.tolist()]


def rounded(a: numpy.ndarray, b: numpy.ndarray, c: numpy.ndarray, float_type: type) -> numpy.ndarray:
    """Bits of a * b + c computed step by step in a type and then narrowed."""
    with numpy.errstate(over="ignore", invalid="ignore"):
        result = a.astype(float_type) * b.astype(float_type) + c.astype(float_type)
        return result.astype(numpy.float16).view(numpy.uint16)


def treacherous_triples(random: numpy.random.Generator) -> numpy.ndarray:
    """Triples that come out wrong by way of binary32, and others that do so unfused.

    The products are a power of two times 1 + e, e under 2^-11, and half a unit in the last place
    of c: the exact sum is beside a midpoint, and binary32 cannot hold the difference.
    """
    significands = numpy.arange(1024, 2048)
    products = significands[:, None] * significands[None, :]
    first, second = numpy.nonzero((numpy.abs(products - (1 << 21)) < 1 << 10) & (products != 1 << 21))
    pick = random.integers(0, len(first), MUL_ADD_CANDIDATES)
    exponents = random.integers(1, 31, (MUL_ADD_CANDIDATES, 2))
    target = exponents.sum(axis=1) - 15 + 12
    signs = random.integers(0, 2, (MUL_ADD_CANDIDATES, 3)) << 15
    candidates = numpy.stack(
        [
            signs[:, 0] | exponents[:, 0] << 10 | first[pick],
            signs[:, 1] | exponents[:, 1] << 10 | second[pick],
            signs[:, 2] | target << 10 | random.integers(0, 1024, MUL_ADD_CANDIDATES),
        ],
        axis=1,
    )[(target >= 1) & (target <= 30)].astype(numpy.uint16)
    a, b, c = numpy.ascontiguousarray(candidates.T).view(numpy.float16)
    through_float32 = candidates[rounded(a, b, c, numpy.float32) != rounded(a, b, c, numpy.float64)]

    candidates = random.integers(0, 65536, (MUL_ADD_CANDIDATES, 3), dtype=numpy.uint16)
    candidates = candidates[(candidates >> 10 & 31).max(axis=1) < 31]
    a, b, c = numpy.ascontiguousarray(candidates.T).view(numpy.float16)
    unfused = candidates[rounded(a, b, c, numpy.float16) != rounded(a, b, c, numpy.float64)]
    return numpy.concatenate([through_float32[:MUL_ADD_THROUGH_FLOAT32], unfused[:MUL_ADD_UNFUSED]])


def operand_triples(random: numpy.random.Generator) -> list[tuple[int, int, int]]:
    boundary = random.choice(numpy.array(boundary_values()), (MUL_ADD_BOUNDARY, 3))
    any_bits = random.integers(0, 65536, (MUL_ADD_RANDOM, 3))
    chosen = numpy.concatenate([boundary, any_bits, treacherous_triples(random)])
    return [(0x39C0, 0xC3FE, 0x07FE)] + [tuple(row) for row in chosen.tolist()]


def wide_operands(random: numpy.random.Generator, float_type: type, unsigned_type: type) -> list[int]:
    """Wide values at, between and beside binary16 values, at the ends of both ranges, and random."""
    centres = []
    for exponent in range(31):
        for significand in (0, 1, 0x1FF, 0x200, 0x3FE, 0x3FF):
            bits = numpy.array([exponent << 10 | significand], numpy.uint16)
            value = float(bits.view(numpy.float16)[0])
            following = 65536.0 if bits[0] == 0x7BFF else float((bits + numpy.uint16(1)).view(numpy.float16)[0])
            centres += [value, (value + following) / 2]
    centres += [2.0**-25, 2.0**-26, 1.5 * 2.0**-25, 65520.0, 65535.0, 65536.0, 1e30]
    values = numpy.array(centres, float_type)
    patterns = [values.view(unsigned_type)]
    for step in (1, 2):
        patterns += [values.view(unsigned_type) + unsigned_type(step)]
        patterns += [values[values > 0].view(unsigned_type) - unsigned_type(step)]
    if float_type is numpy.float64:
        # So close to halfway that a detour through binary32 would land on it.
        patterns += [(values[values > 0] * (1 + delta)).view(unsigned_type) for delta in (2.0**-30, -(2.0**-30))]
    info = numpy.finfo(float_type)
    ends = numpy.array([info.tiny, info.smallest_subnormal, info.max, numpy.inf, numpy.nan], float_type)
    patterns += [ends.view(unsigned_type)]
    magnitudes = numpy.exp2(random.uniform(-27, 17, CONVERSION_RANDOM)).astype(float_type)
    patterns += [magnitudes.view(unsigned_type)]
    positive = numpy.unique(numpy.concatenate(patterns))
    sign = unsigned_type(1 << (unsigned_type(0).itemsize * 8 - 1))
    return numpy.concatenate([positive, positive | sign]).tolist()


def make_files() -> dict[str, tuple[bytes, str, int]]:
    """File name -> content, the record in words, number of cases."""
    random = numpy.random.default_rng(SEED)
    files = {}
    pairs = operand_pairs(random)
    for name, symbol in {"add": "+", "sub": "-", "mul": "*", "div": "/"}.items():
        operation = getattr(softfloatpy, f"f16_{name}")
        records = [struct.pack("<3H", a, b, bits_of(operation(f16(a), f16(b)))) for a, b in pairs]
        files[f"{name}.bin"] = (b"".join(records), f"u16 a, u16 b, u16 a {symbol} b", len(records))

    records = []
    for a, b, c in operand_triples(random):
        records.append(struct.pack("<4H", a, b, c, bits_of(softfloatpy.f16_mul_add(f16(a), f16(b), f16(c)))))
    if records[0] != struct.pack("<4H", 0x39C0, 0xC3FE, 0x07FE, 0xC1BF):
        raise VectorError(f"39C0 * C3FE + 07FE gives {records[0][6:].hex()}, little-endian; C1BF is right")
    files["mul_add.bin"] = (b"".join(records), "u16 a, u16 b, u16 c, u16 a * b + c rounded once", len(records))

    operands = wide_operands(random, numpy.float32, numpy.uint32)
    content = b"".join(struct.pack("<IH", a, bits_of(softfloatpy.f32_to_f16(f32(a)))) for a in operands)
    files["f32_to_f16.bin"] = (content, "u32 a (binary32), u16 a as binary16", len(operands))
    operands = wide_operands(random, numpy.float64, numpy.uint64)
    content = b"".join(struct.pack("<QH", a, bits_of(softfloatpy.f64_to_f16(f64(a)))) for a in operands)
    files["f64_to_f16.bin"] = (content, "u64 a (binary64), u16 a as binary16", len(operands))

    content = b"".join(struct.pack("<H", bits_of(softfloatpy.f16_sqrt(f16(a)))) for a in range(65536))
    files["sqrt.bin"] = (content, "u16 square root of a = 0, 1, ... 65535", 65536)
    content = b"".join(struct.pack("<I", bits_of(softfloatpy.f16_to_f32(f16(a)))) for a in range(65536))
    files["f16_to_f32.bin"] = (content, "u32 a as binary32, of a = 0, 1, ... 65535", 65536)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, default=DEFAULT_OUTPUT)
    arguments = parser.parse_args()
    try:
        files = make_files()
        arguments.output.mkdir(parents=True, exist_ok=True)
        for name, (content, _, cases) in files.items():
            (arguments.output / name).write_bytes(content)
            print(f"{name}: {cases} cases, {len(content)} bytes")
        rows = "\n".join(f"| `{name}` | {record} | {cases:,} |" for name, (_, record, cases) in files.items())
        (arguments.output / "README.md").write_text(README.format(rows=rows), "utf-8")
    except (VectorError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
