"""Changes model files in ways that mean something, and checks what the program makes of each.

    python validation/corrupt_models.py [--binary .build/release/mtcnn-validate] [--bits 1000] [--keep DIR]

Of every changed file the program must either refuse to run it, with exit code 65 and a message that names the
file and the place, or compute what the file says: for ONNX what ONNX Runtime computes, for packages what numpy
computes from what coremltools' own loader reads. What ONNX Runtime refuses may be refused; where ONNX Runtime
computes and the program refuses, the change stands in STRICTER with the reason, or the check fails. After that,
single bits and bytes of the fixtures' models are changed: the program must refuse the model, compute what it computed
before, or compute what ONNX Runtime or numpy does. Of operations that numpy is not taught here, coremltools'
loader must read another model; of Caffe's networks, the tensors before the changed layer must be what they were.

Exits with 1 if anything is otherwise. Needs onnx, onnxruntime, coremltools, h5py and numpy.
"""

import argparse
import multiprocessing
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import coremltools
import numpy
import onnx

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

    def record(self, model, inputs):
        """The recorded tensors, or the exit code and the message."""
        arguments = ["run", str(model), "--output", str(self.folder / "out.h5")]
        for index, (name, values) in enumerate(inputs.items()):
            path = self.folder / f"input{index}.npy"
            numpy.save(path, values)
            arguments += ["--input", f"{name}={path}"]
        code, message = self.run(*arguments)
        if code != 0:
            return None, code, message
        return [tensor for case in read_capture(self.folder / "out.h5") for tensor in case.tensors], 0, message

    def compute(self, model, inputs):
        """The outputs by name, or the exit code and the message."""
        tensors, code, message = self.record(model, inputs)
        return tensors and {t.name: t.values for t in tensors if t.graph_output}, code, message

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
    if ours is None or ours.shape != theirs.shape:
        return False
    ours, theirs = ours.astype(numpy.float64), theirs.astype(numpy.float64)
    # A damaged weight may be of any size, and sums with it lose what is small beside it.
    largest = max(1, numpy.abs(theirs[numpy.isfinite(theirs)]).max(initial=0))
    return numpy.allclose(ours, theirs, RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE * largest, equal_nan=True)


def in_a_child(compute, *arguments):
    """What `compute` gives in a process of its own; None where it dies or takes long: other readers do, on damage."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def work():
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sender.send(compute(*arguments))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(SECONDS) else None
    except EOFError:
        return None
    finally:
        process.kill()
        process.join()


def caffe_layer(data, position):
    """The name of the layer of Caffe's in whose description or weights a byte stands; None outside of all."""
    if b"layer {" in data:
        block = data[:position].rfind(b"layer {")
        return re.search(rb'name: "([^"]*)"', data[block:])[1].decode() if block >= 0 else None

    def number(at):
        value = shift = 0
        while True:
            value |= (data[at] & 127) << shift
            shift, at = shift + 7, at + 1
            if data[at - 1] < 128:
                return value, at

    at = 0
    while at < len(data):
        start = at
        tag, at = number(at)
        length, at = number(at) if tag & 7 == 2 else (0, number(at)[1])
        if start <= position < at + length:
            # The field 100 is a layer, which begins with its name.
            return data[at + 2 : at + 2 + data[at + 1]].decode() if tag >> 3 == 100 else None
        at += length
    return None


def specification(path):
    return coremltools.models.utils.load_spec(str(next(path.rglob("*.mlmodel")) if path.is_dir() else path))


def same_model(one, other):
    """Whether coremltools' loader reads the same from two files or packages."""
    try:
        read = [specification(path) for path in (one, other)]
        weights = [sorted(p for p in path.rglob("*.bin")) if path.is_dir() else [] for path in (one, other)]
        return read[0] == read[1] and [p.read_bytes() for p in weights[0]] == [p.read_bytes() for p in weights[1]]
    except Exception:
        return False


class Fixture:
    """A bundled model, inputs for it, and who else computes it."""

    def __init__(self, path, inputs):
        self.path, self.inputs = path, inputs
        self.is_caffe = path.suffix in (".prototxt", ".caffemodel")

    def copy(self, folder):
        """The copied model, and the files of it that may be damaged."""
        target = folder / f"damaged{self.path.suffix}"
        if target.is_dir():
            shutil.rmtree(target)
        if self.path.is_dir():
            shutil.copytree(self.path, target)
            return target, [p for p in sorted(target.rglob("*")) if p.is_file()]
        if self.is_caffe:
            files = [folder / f"damaged{suffix}" for suffix in (".prototxt", ".caffemodel")]
            for file in files:
                shutil.copy(self.path.with_suffix(file.suffix), file)
            return files[0], files
        shutil.copy(self.path, target)
        return target, [target]

    def compute(self, model):
        """What another program computes, by name; None where it refuses, or does not know the operations."""
        if model.suffix == ".onnx":
            return corrupt_onnx.by_onnxruntime(model.read_bytes(), self.inputs)
        return corrupt_packages.by_numpy(model, self.inputs) if model.is_dir() else None


def fixtures():
    generator = numpy.random.default_rng(8)

    def values(*shape):
        return generator.normal(0, 0.5, shape).astype(numpy.float32)

    root, extents = REPOSITORY / "Fixtures", {"pnet": 18, "rnet": 24, "onet": 48, "det1": 18, "det2": 24, "det3": 48}
    for path in sorted(root.glob("models/*.onnx")) + sorted(root.glob("models/nchw/*.onnx")):
        extent = extents[path.stem]
        shape = (1, 3, extent, extent) if path.parent.name == "nchw" else (1, extent, extent, 3)
        yield Fixture(path, {onnx.load(path).graph.input[0].name: values(*shape)})
    for path in sorted(root.glob("models/caffe/*.prototxt")):
        yield Fixture(path, {"data": values(1, 3, extents[path.stem], extents[path.stem])})
    for path in sorted(root.glob("coreml/*.mlpackage")) + sorted(root.glob("coreml/*.mlmodel")):
        kind = path.stem.split("_")[0]
        given = path.with_name(f"{kind}_input.npy")
        special = path.with_name(f"{path.stem}_input.npy")
        array = numpy.load(special if special.exists() else given if given.exists() else path.with_name("input.npy"))
        names = [i.name for i in specification(path).description.input]
        if path.stem == "image_gray":
            array = array[:, :1]
        if len(names) == 1:
            yield Fixture(path, {names[0]: array})


def damage(data, generator, is_bit):
    """Changes one byte, or one bit. Most of a file are weights; its structure is mostly at both ends."""
    span = generator.choice([len(data), min(len(data), 4096)])
    position = generator.choice([generator.randrange(span), len(data) - 1 - generator.randrange(span)])
    data[position] ^= 1 << generator.randrange(8) if is_bit else generator.randrange(1, 256)
    return position


def equal(one, other):
    return one.name == other.name and numpy.array_equal(one.values, other.values, equal_nan=True)


def flip_bits(check, count, seed=14):
    """Single bits and bytes of the fixtures' models: refused, without effect, or computed as another program does."""
    what = "bits and bytes"
    generator = random.Random(seed)
    known = []
    for fixture in fixtures():
        tensors, code, message = check.record(fixture.path, fixture.inputs)
        if code == 0:
            known.append((fixture, tensors))
        else:
            check.fault(fixture.path.name, f"exit code {code}: {message!r}")
    for number in range(count):
        fixture, sound = generator.choice(known)
        model, files = fixture.copy(check.folder)
        target = generator.choice(files)
        data = bytearray(target.read_bytes())
        before = bytes(data)
        position = damage(data, generator, number % 2)
        target.write_bytes(data)
        tensors, code, message = check.record(model, fixture.inputs)
        kind = fault = None
        if code == 65:
            kind = "refused"
        elif code != 0:
            fault = f"exit code {code}: {message!r}"
        elif len(tensors) == len(sound) and all(map(equal, sound, tensors)):
            kind = "without effect"
        elif fixture.is_caffe:
            layer = caffe_layer(before, position)
            nodes = [t.node.split(".")[0] for t in sound]
            same = nodes.index(layer) if layer in nodes else len(sound)
            if all(map(equal, sound[:same], tensors)):
                kind = "changed from the changed layer on"
            else:
                fault = f"changed before {layer}"
        else:
            outputs = {t.name: t.values for t in tensors if t.graph_output}
            expected = in_a_child(fixture.compute, model)
            if expected and len(expected) == len(outputs) == 1:
                expected = dict(zip(outputs, expected.values()))
            if expected and all(close(outputs.get(n), v) for n, v in expected.items()):
                kind = "computed as another program does"
            elif expected is None and model.suffix != ".onnx" and not in_a_child(same_model, fixture.path, model):
                kind = "computed, and the loader reads another model"
            else:
                fault = "computed otherwise than by another program"
        if fault:
            kept = check.folder / f"fault{number}{model.suffix}"
            (shutil.copytree if model.is_dir() else shutil.copy)(model, kept)
            check.fault(f"{fixture.path.name}, {target.name}, byte {position}", fault)
        check.count(what, kind or "wrong")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/mtcnn-validate"))
    parser.add_argument("--bits", type=int, default=1000)
    parser.add_argument("--bits-alone", action="store_true", help="change single bits and bytes alone")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--keep", help="a folder in which the changed files stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        check = Check(options.binary, folder)
        if not options.bits_alone:
            corrupt_onnx.check_all(check)
            corrupt_packages.check_all(check)
        flip_bits(check, options.bits, options.seed)
    for (what, kind), count in sorted(check.counts.items()):
        print(f"{what}: {count} {kind}")
    for fault in check.faults:
        print(f"FAULT {fault}")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
