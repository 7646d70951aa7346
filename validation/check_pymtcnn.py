"""Checks the six models and the detector of PyPI pymtcnn 1.2.0 against this program's.

Usage:
    python validation/check_pymtcnn.py [--binary .build/release/mtcnn-validate] [--output out/pymtcnn]

pymtcnn makes its models on the user's machine from OpenFace's three .dat files, which `convert` writes from the bundled
networks; it refuses results that are not, byte for byte, the files that it used to ship. What is fetched and made stays
outside the repository: its licence is non-commercial.

    its ONNX files       the documents' whole validation, against recordings of ONNX Runtime
    its Core ML packages bit for bit what our own packages give
    its detector         the faces that it finds on the bundled frames with its ONNX backend, against `detect`'s

Needs numpy, h5py, onnx, onnxruntime and cv2 (opencv-python-headless). Exits with 1 if anything is otherwise.
"""

import argparse
import importlib.util
import json
import pathlib
import re
import statistics
import subprocess
import sys

import numpy

from capture_file import read_capture
from checked_facts import Check
from face_lists import frames_that_differ, overlaps, read_faces, write_faces
from wheels import fetch

VALIDATION = pathlib.Path(__file__).resolve().parent
FIXTURES = VALIDATION.parent / "Fixtures"
WHEEL = ("pymtcnn", "1.2.0", "80825d11db9edbc2aece01fc81bc29070cac1527179e73e8749c366068a6e194")
NETWORKS = ["pnet", "rnet", "onet"]
CASES, IMAGES = 4, 8
MAX_LIMIT, MEAN_LIMIT = 1e-5, 1e-6
LEAST_OVERLAP = 0.9999
# The rule by which its detector departs from OpenFace where faces may be smaller than 60 pixels.
DEPARTURE, DEPARTURE_RULE = "double_scale", "scale_precision=double"


def make_models(check: Check, files: pathlib.Path) -> pathlib.Path:
    """pymtcnn's own conversion, of the .dat files that `convert` writes."""
    originals = {}
    for network in NETWORKS:
        originals[network] = check.output / "dat" / f"{network}.dat"
        originals[network].parent.mkdir(parents=True, exist_ok=True)
        check.run("convert", FIXTURES / "models" / f"{network}.onnx", originals[network])
    source = importlib.util.spec_from_file_location("_convert", files / "pymtcnn" / "_convert.py")
    converter = importlib.util.module_from_spec(source)
    source.loader.exec_module(converter)
    models = check.output / "models"
    converter.convert({network: str(path) for network, path in originals.items()}, str(models))
    check.say(f"models: {len(converter.EXPECTED_SHA256)} files, byte for byte those that pymtcnn shipped")
    return models


def write_cases(check: Check) -> pathlib.Path:
    """The first images of the first inputs of the bundled recordings, upright and with channels first."""
    for network in NETWORKS:
        folder = check.output / "cases" / network
        folder.mkdir(parents=True, exist_ok=True)
        for case in read_capture(FIXTURES / "captures" / f"{network}.h5")[:CASES]:
            (images,) = case.inputs.values()
            numpy.save(folder / f"{case.name}.npy", numpy.ascontiguousarray(images[:IMAGES].transpose(0, 3, 2, 1)))
    return check.output / "cases"


def check_onnx(check: Check, models: pathlib.Path, cases: pathlib.Path, gold: pathlib.Path) -> None:
    captures = check.output / "captures"
    onnx_files = check.output / "onnx"
    onnx_files.mkdir(exist_ok=True)
    for network in NETWORKS:
        (onnx_files / f"{network}.onnx").write_bytes((models / f"{network}.onnx").read_bytes())
        subprocess.run(
            [sys.executable, VALIDATION / "capture.py", "onnxruntime", onnx_files / f"{network}.onnx", cases / network,
             captures / f"{network}.h5"], check=True, capture_output=True)
    report = check.output / "report"
    verdicts = check.run(
        "validate", "--models", onnx_files, "--captures", captures, "--gold", gold, "--frames", FIXTURES / "frames",
        "--report", report, may_fail=True)
    # float16 does not keep the requested limits on any networks; its lines are in the report.
    for line in verdicts.splitlines():
        if "fp32_vs_onnx" in line or "cpp_vs_reference" in line or line.lstrip().startswith(tuple(NETWORKS)):
            check.say(f"validate: {line}", not line.startswith("cpp_vs_reference") or ": conforms (" in line)
    document = json.loads((report / "fp32_vs_onnx.json").read_text())
    for network in document["networks"]:
        layers = [layer["metrics"] for layer in network["layers"]]
        largest, mean = (layers[-1]["cumulative"]["difference"][f"{kind}_abs_diff"] for kind in ("max", "mean"))
        worst = max(m["isolated"]["candidate_error"]["bound_ratio"] for m in layers if "isolated" in m)
        check.say(
            f"{network['network']}.onnx: {len(layers)} layers, output within {largest:.2g} of ONNX Runtime's, "
            f"{mean:.2g} in the mean; at every layer at most {worst:.2g} of what rounding can do",
            largest < MAX_LIMIT and mean < MEAN_LIMIT and worst <= 1)


def check_packages(check: Check, models: pathlib.Path, cases: pathlib.Path) -> None:
    ours = check.output / "ours"
    check.run("convert", FIXTURES / "models", ours, "--precision", "fp32")
    for network in NETWORKS:
        given = []
        for folder, name in ((models, "theirs"), (ours, "ours")):
            elements = []
            for case in sorted((cases / network).glob("*.npy")):
                # Our own take one image at a time.
                if len(numpy.load(case, mmap_mode="r")) != 1:
                    continue
                capture = check.output / f"{network}-{name}.h5"
                check.run("run", folder / f"{network}_fp32.mlpackage", "--input", case, "--output", capture,
                          "--outputs-only")
                (recorded,) = read_capture(capture)
                outputs = {t.name: t.values for t in recorded.tensors if t.graph_output}
                # Ours has an output for each head, theirs one for all.
                heads = [head for head in ("logits", "boxes", "landmarks") if head in outputs] or list(outputs)
                elements.append(numpy.concatenate([outputs[head] for head in heads], axis=1))
            given.append(elements)
        theirs, own = given
        equal = all(numpy.array_equal(a.view(numpy.uint32), b.view(numpy.uint32)) for a, b in zip(theirs, own))
        apart = max(float(numpy.abs(a - b).max()) for a, b in zip(theirs, own))
        check.say(
            f"{network}_fp32.mlpackage: {len(own)} cases, "
            + ("every bit as our own package's" if equal else f"within {apart:.2g} of our own package's"), equal)


def detect_with_pymtcnn(check: Check, files: pathlib.Path, models: pathlib.Path, size: int) -> dict:
    sys.path.insert(0, str(files))
    import cv2

    # Without it pymtcnn leaves its Core ML backend out.
    sys.modules.setdefault("coremltools", None)
    from pymtcnn import MTCNN

    detector = MTCNN(backend="cpu", model_dir=str(models))
    detector._detector.min_face_size = size
    found = {}
    for frame in sorted((FIXTURES / "frames").glob("*.jpg")):
        boxes, _ = detector.detect(cv2.imread(str(frame)))
        found[frame.name] = [
            {name: float(value) for name, value in zip("xywh", box)} for box in (boxes if boxes is not None else [])]
    return found


def check_faces(check: Check, files: pathlib.Path, models: pathlib.Path, size: int) -> pathlib.Path:
    theirs = detect_with_pymtcnn(check, files, models, size)
    gold = check.output / f"faces_{size}.json"
    write_faces(gold, theirs, source="PyPI pymtcnn 1.2.0, ONNX backend", min_face_size=size)
    frames = sorted((FIXTURES / "frames").glob("*.jpg"))

    def ours(*change: str) -> dict:
        path = check.output / "ours.json"
        check.run("detect", "--min-face-size", size, *change, "--json", path, *frames)
        return read_faces(path)

    own = ours()
    differ, mean = frames_that_differ(theirs, own, LEAST_OVERLAP), statistics.fmean(overlaps(theirs, own))
    check.say(
        f"faces of {size} pixels and more: {sum(map(len, theirs.values()))} in {len(theirs)} frames, mean IoU {mean:.7f}, "
        f"{len(differ)} frames differ", size < 60 or not differ)
    if differ:
        changed = ours("--change", DEPARTURE)
        least = min(overlaps(theirs, changed))
        check.say(f"    with --change {DEPARTURE}: smallest IoU {least:.7f}", least >= LEAST_OVERLAP)
        explained = check.run("explain", "--gold", gold, "--min-face-size", size, may_fail=True)
        rules = explained_rules(explained)
        check.say(f"    explain names: {', '.join(rules) or 'nothing'}", rules == [DEPARTURE_RULE])
    return gold


def explained_rules(text: str) -> list[str]:
    return re.findall(r"^- `(\S+)`:", text, re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = VALIDATION.parent
    parser.add_argument("--binary", type=pathlib.Path, default=root / ".build" / "release" / "mtcnn-validate")
    parser.add_argument("--output", type=pathlib.Path, default=root / "out" / "pymtcnn")
    options = parser.parse_args()
    check = Check(options.binary.resolve(), options.output.resolve())
    files = fetch(*WHEEL)
    models = make_models(check, files)
    cases = write_cases(check)
    check_packages(check, models, cases)
    golds = {size: check_faces(check, files, models, size) for size in (60, 40, 20)}
    check_onnx(check, models, cases, golds[60])
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
