"""Changes model files in ways that mean something, and checks what the program makes of each.

    python validation/corrupt_models.py [--binary .build/release/mtcnn-validate] [--bits 1000] [--keep DIR]

Of every changed file the program must either refuse to run it, with exit code 65 and a message that names the
file and the place, or compute what the file says: for ONNX what ONNX Runtime computes, for packages what numpy
computes from what coremltools' own loader reads. What ONNX Runtime refuses may be refused; where ONNX Runtime
computes and the program refuses, the change stands in STRICTER with the reason, or the check fails. After that,
single bits of the fixtures' models are flipped: the program must end by itself, with 0 or 65.

Exits with 1 if anything is otherwise. Needs onnx, onnxruntime, coremltools, h5py and numpy.
"""

import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import numpy

from capture_file import read_capture
import corrupt_onnx
import corrupt_packages

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 60
# Differences of right programs: sums of some hundred float32 products.
RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-4, 1e-5


class Check:
    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.counts, self.faults = {}, []

    def count(self, what, kind):
        self.counts[(what, kind)] = self.counts.get((what, kind), 0) + 1

    def fault(self, name, reason):
        self.faults.append(f"{name}: {reason}")

    def run(self, *arguments):
        """The exit code (None where it takes too long) and what is said."""
        try:
            done = subprocess.run([self.binary, *arguments], capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return None, ""
        return done.returncode, (done.stderr + done.stdout).decode(errors="replace")

    def compute(self, model, inputs):
        """The outputs by name, or the exit code and the message."""
        arguments = ["run", str(model), "--output", str(self.folder / "out.h5")]
        for index, (name, values) in enumerate(inputs.items()):
            path = self.folder / f"input{index}.npy"
            numpy.save(path, values)
            arguments += ["--input", f"{name}={path}"]
        code, message = self.run(*arguments)
        if code != 0:
            return None, code, message
        cases = read_capture(self.folder / "out.h5")
        return {t.name: t.values for case in cases for t in case.tensors if t.graph_output}, 0, message

    def judge(self, what, name, model, inputs, expected, places, stricter):
        """`expected`: outputs by name, or None where the other program refuses."""
        outputs, code, message = self.compute(model, inputs)
        if code == 65:
            if model.name not in message:
                self.fault(name, f"the message does not name the file: {message!r}")
            elif not any(place in message for place in places):
                self.fault(name, f"the message names none of {places}: {message!r}")
            elif expected is not None and name not in stricter:
                self.fault(name, f"refused, though it can be computed: {message!r}")
            else:
                self.count(what, "refused")
                return
        elif code != 0:
            self.fault(name, f"exit code {code}: {message!r}")
        elif expected is None:
            self.fault(name, "computed, though the other program refuses")
        else:
            differing = [n for n, values in expected.items() if not close(outputs.get(n), values)]
            if not differing:
                self.count(what, "computed right")
                return
            self.fault(name, f"differs in {differing}")
        self.count(what, "wrong")


def close(ours, theirs):
    return (
        ours is not None
        and ours.shape == theirs.shape
        and numpy.allclose(
            ours.astype(numpy.float64), theirs.astype(numpy.float64), RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE,
            equal_nan=True)
    )


def flip_bits(check, count, seed=14):
    """Single bits and bytes of the fixtures' model files."""
    generator = random.Random(seed)
    fixtures = REPOSITORY / "Fixtures"
    files = sorted(fixtures.glob("models/*.onnx")) + sorted(fixtures.glob("models/**/*.dat"))
    packages = sorted(fixtures.glob("coreml/*.mlpackage"))
    for number in range(count):
        source = generator.choice(files + packages)
        path = check.folder / f"damaged{source.suffix}"
        if path.is_dir():
            shutil.rmtree(path)
        if source.is_dir():
            shutil.copytree(source, path)
            target = generator.choice([p for p in sorted(path.rglob("*")) if p.is_file()])
        else:
            shutil.copy(source, path)
            target = path
        data = bytearray(target.read_bytes())
        # Most of a file are weights; its structure is mostly at both ends.
        span = generator.choice([len(data), min(len(data), 4096)])
        position = generator.choice([generator.randrange(span), len(data) - 1 - generator.randrange(span)])
        if number % 2:
            data[position] ^= 1 << generator.randrange(8)
        else:
            data[position] = generator.randrange(256)
        target.write_bytes(data)
        code, message = check.run("inspect", str(path))
        if code in (0, 65):
            check.count("bits and bytes", "refused" if code else "read")
        else:
            check.fault(f"{source.name}, {target.name}, byte {position}", f"exit code {code}: {message!r}")
            check.count("bits and bytes", "wrong")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/mtcnn-validate"))
    parser.add_argument("--bits", type=int, default=1000)
    parser.add_argument("--keep", help="a folder in which the changed files stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        check = Check(options.binary, folder)
        corrupt_onnx.check_all(check)
        corrupt_packages.check_all(check)
        flip_bits(check, options.bits)
    for (what, kind), count in sorted(check.counts.items()):
        print(f"{what}: {count} {kind}")
    for fault in check.faults:
        print(f"FAULT {fault}")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
