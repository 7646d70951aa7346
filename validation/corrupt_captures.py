"""Damages captures in ways that mean something, and checks what the program makes of each.

    python validation/corrupt_captures.py [--binary .build/release/mtcnn-validate] [--flips 300]

Each damaged capture is compared with the sound one: the program must refuse it with exit code 65, name the file and
say what is wrong, within SECONDS. After that, single bytes of
the bundled captures are changed: each must be refused, or conform because nothing that is read has changed. At last,
a case of 10,000 tensors must take no more than a few times what 2,500 take.

Exits with 1 if anything is otherwise. Needs h5py and numpy; Linux or macOS.
"""

import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

import h5py
import numpy

from capture_file import CaptureWriter, Provenance, RecordedTensor

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 60
CASE = "cases/case"
TENSOR = f"{CASE}/tensors/0000"
COUNT = 3000


def write_sound(path: pathlib.Path, count: int = 1) -> None:
    """A capture with one case of so many equal tensors."""
    values = numpy.arange(COUNT, dtype=numpy.float32)
    with CaptureWriter(path, Provenance("test", "1", "fp32", "net", "0" * 64, "corrupt_captures.py")) as capture:
        recorded = values if count == 1 else values[:4]
        tensors = [RecordedTensor(f"y{index}", "Relu", f"n{index}", True, recorded) for index in range(count)]
        capture.add_case("case", "by hand", {"x": values}, tensors)


def tensor(file: h5py.File, make) -> None:
    """Puts what `make` makes in the tensor's place, with its attributes."""
    attributes = dict(file[TENSOR].attrs)
    parent = file[TENSOR].parent
    del file[TENSOR]
    dataset = make(parent, "0000")
    for name, value in attributes.items():
        dataset.attrs[name] = value


def virtual(parent, name):
    layout = h5py.VirtualLayout((COUNT,), numpy.float32)
    layout[:] = h5py.VirtualSource("sound.h5", TENSOR, (COUNT,))
    return parent.create_virtual_dataset(name, layout)


def external(parent, name):
    return parent.create_dataset(name, (3,), numpy.float32, external=[("/etc/passwd", 0, 12)])


def chunk_that_inflates(chunk: int, size: int):
    """A chunk whose stored bytes become many more than the chunk has."""

    def make(parent, name):
        dataset = parent.create_dataset(name, (chunk,), numpy.float32, chunks=(chunk,), compression="gzip")
        packer = zlib.compressobj(1)
        stored = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
        dataset.id.write_direct_chunk((0,), stored)
        return dataset

    return make


def partly_written(parent, name):
    dataset = parent.create_dataset(name, (COUNT,), numpy.float32, chunks=(1000,), compression="gzip")
    dataset[:1000] = 1
    return dataset


def link(place: str, to):
    def change(file):
        del file[place]
        file[place] = to

    return change


def attribute(place: str, name: str, value):
    def change(file):
        del file[place].attrs[name]
        file[place].attrs[name] = value

    return change


def replaced(make):
    return lambda file: tensor(file, make)


def dataset(*arguments, **options):
    return replaced(lambda parent, name: parent.create_dataset(name, *arguments, **options))


VALUES = numpy.ones(COUNT, numpy.float32)
LINK = "soft or external link"

# What is done to the file, and what must be said of it.
DAMAGES = {
    "external storage": (replaced(external), "in another file"),
    "virtual data set": (replaced(virtual), "virtual"),
    "external link to a tensor": (link(TENSOR, h5py.ExternalLink("sound.h5", TENSOR)), LINK),
    "external link to a case": (link(CASE, h5py.ExternalLink("sound.h5", CASE)), LINK),
    "external link to all cases": (link("cases", h5py.ExternalLink("sound.h5", "cases")), LINK),
    "external link to the inputs": (link(f"{CASE}/inputs", h5py.ExternalLink("sound.h5", f"{CASE}/inputs")), LINK),
    "external link to a pipe": (link(TENSOR, h5py.ExternalLink("pipe.h5", "/")), LINK),
    "soft link to a tensor": (link(TENSOR, h5py.SoftLink(f"/{CASE}/inputs/0000")), LINK),
    "soft link to nothing": (link(f"{CASE}/tensors", h5py.SoftLink("/nowhere")), LINK),
    "soft link to itself": (link(CASE, h5py.SoftLink(f"/{CASE}")), LINK),
    "filter lzf": (dataset(data=VALUES, chunks=(COUNT,), compression="lzf"), "filter 32000"),
    "filter scale-offset": (dataset(data=VALUES.astype("i8"), chunks=(COUNT,), scaleoffset=0), "filter 6"),
    "null dataspace": (dataset(data=h5py.Empty("f4")), "null dataspace"),
    "contiguous, never written": (dataset((COUNT,), "f4"), "the file holds 0"),
    "one element, never written": (dataset((3,), "f4"), "never written"),
    "chunked, never written": (dataset((3,), "f4", chunks=(3,)), "never written"),
    "one chunk of three written": (replaced(partly_written), "1 of its 3 chunks"),
    "9 MB that inflate to 6 GB": (replaced(chunk_that_inflates(3, 6 << 30)), "contradicts"),
    # Whichever limit comes first: on memory or on time.
    "a chunk of 8 MB that inflates to 1.5 GB": (replaced(chunk_that_inflates(2 << 20, 3 << 29)), 'case "case"'),
    "a chunk of 4 GB for 3 numbers": (
        dataset(data=VALUES[:3], chunks=(1 << 29,), maxshape=(None,), compression="gzip"), "contradicts"),
    "a shape of 8 GB": (dataset((1 << 31,), "f4", chunks=(1 << 20,)), "the file holds 0"),
    "no element type of ours": (dataset(data=numpy.zeros(3, "c8")), "elements"),
    "strings for elements": (dataset(data=numpy.array([b"a"])), "elements"),
    "long string": (attribute(TENSOR, "node", "n" * (2 << 20)), "longer than 1 MiB"),
    "longer string": (attribute(TENSOR, "node", "n" * (300 << 20)), "attribute node"),
    "two strings": (attribute(TENSOR, "node", ["a", "b"]), "not one string"),
    "no string": (attribute(TENSOR, "node", h5py.Empty("S3")), "not one string"),
    "a number for a string": (attribute(TENSOR, "node", 3), "not one string"),
    "a string for a number": (attribute(TENSOR, "graph_output", "1"), "graph_output"),
    "elements of another hash": (dataset(data=VALUES[:5]), "sha256"),
    "input of another hash": (lambda file: file[f"{CASE}/inputs/0000"].__setitem__(0, 9), "sha256"),
    "a group for a tensor": (replaced(lambda parent, name: parent.create_group(name)), "no data set"),
    "a case in itself": (lambda file: link(TENSOR, file[CASE])(file), "no data set"),
}


class Check:
    def __init__(self, binary: str, folder: pathlib.Path):
        self.binary, self.folder = binary, folder
        self.faults: list[str] = []

    def compare(self, baseline, candidate, *arguments):
        """The exit code (None where it takes too long), what is said, and the seconds that it took."""
        started = time.monotonic()
        try:
            done = subprocess.run(
                [self.binary, "compare", str(baseline), str(candidate), *arguments], capture_output=True,
                timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return None, "", SECONDS
        return done.returncode, (done.stderr + done.stdout).decode(errors="replace"), time.monotonic() - started

    def refused(self, name, candidate, words, *arguments):
        code, message, _ = self.compare(self.folder / "sound.h5", candidate, *arguments)
        if code != 65 or candidate.name not in message or words not in message:
            self.faults.append(f"{name}: exit code {code}: {message.strip()!r}, not 65 and {words!r}")

    def damages(self):
        candidate = self.folder / "candidate.h5"
        for name, (change, words) in DAMAGES.items():
            shutil.copy(self.folder / "sound.h5", candidate)
            with h5py.File(candidate, "r+", libver=("v110", "v110")) as file:
                change(file)
            self.refused(name, candidate, words)
        shutil.copy(self.folder / "sound.h5", candidate)
        self.refused("more than --max-memory", self.folder / "sound.h5", "--max-memory", "--max-memory", "20kB")
        os.mkfifo(self.folder / "named-pipe.h5")
        self.refused("a pipe", self.folder / "named-pipe.h5", "a pipe")
        (self.folder / "folder.h5").mkdir()
        self.refused("a directory", self.folder / "folder.h5", "a directory")
        return len(DAMAGES) + 3

    def flips(self, count, seed=14):
        generator = random.Random(seed)
        sources = sorted(REPOSITORY.glob("Fixtures/captures/nchw/*.h5"))
        damaged = self.folder / "flipped.h5"
        kinds = {0: 0, 65: 0}
        for number in range(count):
            source = generator.choice(sources)
            data = bytearray(source.read_bytes())
            # Most of a file are elements; its root and its first cases are at its beginning.
            position = generator.randrange(generator.choice([len(data), 8192]))
            data[position] ^= generator.randrange(1, 256) if number % 2 else 1 << generator.randrange(8)
            damaged.write_bytes(data)
            code, message, _ = self.compare(source, damaged)
            if code in kinds:
                kinds[code] += 1
            else:
                self.faults.append(f"{source.name}, byte {position}: exit code {code}: {message[:300]!r}")
        return kinds

    def many(self):
        seconds = {}
        for count in (2500, 10000):
            path = self.folder / f"{count}.h5"
            write_sound(path, count)
            code, message, seconds[count] = self.compare(path, path)
            if code != 0:
                self.faults.append(f"{count} tensors: exit code {code}: {message[:300]!r}")
        if seconds[10000] > 7 * seconds[2500]:
            self.faults.append(f"10,000 tensors take {seconds[10000]:.1f} s, 2,500 {seconds[2500]:.1f} s")
        return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/mtcnn-validate"))
    parser.add_argument("--flips", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        check = Check(options.binary, pathlib.Path(temporary))
        write_sound(check.folder / "sound.h5")
        code, message, _ = check.compare(check.folder / "sound.h5", check.folder / "sound.h5")
        if code != 0:
            check.faults.append(f"a sound capture: exit code {code}: {message!r}")
        print(f"{check.damages()} damages")
        kinds = check.flips(options.flips)
        print(f"{options.flips} changed bytes: {kinds[65]} refused, {kinds[0]} without effect")
        seconds = check.many()
        print(", ".join(f"{count} tensors {taken:.1f} s" for count, taken in seconds.items()))
    for fault in check.faults:
        print(f"FAULT {fault}")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
