#!/usr/bin/env python3
"""Kills runs at many moments: what stands where a run writes is the old set or the new set, whole.

    validation/kill_test.py PROGRAM [--moments 50]

PROGRAM is a built mtcnn-validate. Two sets of reports are made of a small run, with and without --outputs-only. Then,
over a copy of the one, the run that makes the other is killed with SIGKILL: half of the moments are spread over the
whole run, and half lie within the exchange of the files, which begins when the new set is complete. After
each kill every report must be the old one or every one the new, byte for byte, as a reader opens them; and the next
run must succeed, give the new set, and leave nothing else in the directory.
"""

import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REPORTS = ["cpp_vs_reference.json", "fp16_vs_fp32.json", "fp32_vs_onnx.json", "junit.xml", "summary.md"]


def seen(directory):
    """What a reader sees of each report; None for one that is not there."""
    contents = []
    for name in REPORTS:
        try:
            contents.append((directory / name).read_bytes())
        except FileNotFoundError:
            contents.append(None)
    return contents


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--moments", type=int, default=50)
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    with tempfile.TemporaryDirectory() as place:
        sys.exit(test(program, pathlib.Path(place), options.moments))


def test(program, place, moments):
    frames, captures = place / "frames", place / "captures"
    frames.mkdir()
    captures.mkdir()
    # PNet alone, on one small input, and the smallest frame: a run of a second or so in a debug build.
    shutil.copy(ROOT / "Fixtures/frames/22_tiny_faces.jpg", frames / "a.jpg")
    write_npy(place / "x.npy", 14, 13)
    subprocess.run(
        [program, "run", ROOT / "Fixtures/models/pnet.onnx", "--input", place / "x.npy", "--output",
         captures / "pnet.h5"], check=True)
    (place / "gold.csv").write_text("file,x,y,width,height\na.jpg,,,,\n")

    def command(out, *extra):
        return [program, "--models", ROOT / "Fixtures/models", "--captures", captures, "--frames", frames, "--gold",
                place / "gold.csv", "--min-face-size", "200", "--report", out, *extra]

    def run(out, *extra):
        done = subprocess.run(command(out, *extra), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode not in (1, 2):
            raise SystemExit(f"the run ended with {done.returncode}: {done.stderr.decode()}")

    old_place, new_place = place / "old", place / "new"
    run(old_place)
    start = time.monotonic()
    run(new_place, "--outputs-only")
    duration = time.monotonic() - start
    old, new = seen(old_place), seen(new_place)
    assert None not in old + new and old != new, "the two sets differ"

    outcomes = {"old": 0, "new": 0}
    failures = 0
    out = place / "out"
    for moment in range(moments):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(old_place, out)
        process = subprocess.Popen(
            command(out, "--outputs-only"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if moment < moments // 2:
            time.sleep(duration * (moment + 0.5) / (moments // 2))
        else:
            # The new set gets ready in a directory of the run's own; the last of it is the summary.
            while process.poll() is None and not any(out.glob(".mtcnn-validate.*/new/summary.md")):
                pass
            time.sleep((moment - moments // 2) * 4e-5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = seen(out)
        if left == old:
            outcomes["old"] += 1
        elif left == new:
            outcomes["new"] += 1
        else:
            failures += 1
            which = ["old" if a == b else "new" if a == c else "neither" for a, b, c in zip(left, old, new)]
            print(f"moment {moment}: {dict(zip(REPORTS, which))}")
        run(out, "--outputs-only")
        names = sorted(os.listdir(out))
        if seen(out) != new or names != REPORTS:
            failures += 1
            print(f"moment {moment}: the next run left {names}")
    print(f"{moments} kills: {outcomes['old']} left the old set, {outcomes['new']} the new, {failures} failures")
    return 1 if failures else 0


def write_npy(path, rows, columns):
    """A float32 image [1, rows, columns, 3] of a pattern, as a .npy file."""
    import struct

    values = [((7 * index) % 31 - 15) / 16 for index in range(rows * columns * 3)]
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': (1, {rows}, {columns}, 3), }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    path.write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(values)}f", *values))


if __name__ == "__main__":
    main()
