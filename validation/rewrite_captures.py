"""Writes captures anew as capture_file.py writes them now, with equal values: those of older versions keep their
strings where HDF5 has no checksum.

Usage:
    python validation/rewrite_captures.py CAPTURE.h5 ...

A capture is replaced once what was written has been read back and equals it: provenance, names, bits.
"""

import argparse
import os
import pathlib
import sys

from capture_file import CaptureError, CaptureWriter, read_capture, read_provenance


def contents(path: pathlib.Path) -> list:
    """All that a capture says, in a form that can be compared."""

    def bits(values):
        return values.dtype.str, values.shape, values.tobytes()

    return [read_provenance(path)] + [
        (
            case.name, case.source, [(name, bits(values)) for name, values in case.inputs.items()],
            [(t.name, t.operator, t.node, t.graph_output, bits(t.values)) for t in case.tensors],
        )
        for case in read_capture(path)
    ]


def rewrite(path: pathlib.Path) -> None:
    new = path.with_name(f".{path.name}.new")
    try:
        with CaptureWriter(new, read_provenance(path)) as capture:
            for case in read_capture(path):
                capture.add_case(case.name, case.source, case.inputs, case.tensors)
        if contents(new) != contents(path):
            raise CaptureError(f"{path}: what was written does not equal it")
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("captures", type=pathlib.Path, nargs="+")
    try:
        for path in parser.parse_args().captures:
            before = path.stat().st_size
            rewrite(path)
            print(f"{path}: {before} bytes before, {path.stat().st_size} after")
    except (CaptureError, OSError, KeyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
