"""Plants faults in PNet, RNet and ONet the way converters and engines make them, and asks what they are said to be.

Usage:
    python validation/plant_faults.py PROGRAM OUT [--seeds 1 2 3] [--only KIND] [--pairs N]
        [--table Reports/planted_faults.md]

Each fault is computed in numpy, node by node and in float32, with nothing of the program's: operands, attributes or
results are changed at a layer that the seed draws, on the inputs of the bundled captures. It is recorded twice, with
every tensor and with the outputs alone, and compared with the model that it should be. Innocent recordings, which
compute the same in another order, must not be accused.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

import numpy

from capture_file import CaptureWriter, Provenance, RecordedTensor, file_sha256
from numpy_network import CASES, Network
from planted_faults import faults, innocents
from result_table import table, write_tables


def record(network, path, run, outputs_only, arithmetic="fp32"):
    with CaptureWriter(path, Provenance(
        engine="numpy", engine_version=numpy.__version__, arithmetic=arithmetic, model_name=network.name,
        model_sha256=file_sha256(network.path), adapter="plant_faults.py")) as capture:
        for case, image in network.cases.items():
            given = run(case, image)
            tensors = [
                RecordedTensor(node.output[0], node.op_type, node.name, node.output[0] in network.outputs,
                               given[node.output[0]])
                for node in network.nodes if not outputs_only or node.output[0] in network.outputs]
            capture.add_case(case, case, {network.input: image}, tensors)


def ask(program, network, capture, report):
    done = subprocess.run(
        [program, "compare", str(network.path), str(capture), "--json", str(report)], capture_output=True, text=True)
    return done.returncode, (json.loads(report.read_text()) if done.returncode in (0, 1) else None), done.stderr


def runs(network, fault):
    """What a fault gives in each case; one that answers late gives the case before's."""
    cases = list(network.cases)

    def run(case, image):
        if getattr(fault, "stale", False):
            before = cases.index(case) - 1
            other = network.cases[cases[before]] if before >= 0 else image
            return network.run(other if other.shape == image.shape else image)
        return network.run(image, fault)

    return run


def differs(network, given, other, outputs_only):
    seen = network.outputs if outputs_only else [node.output[0] for node in network.nodes]
    return any(
        given[case][tensor].shape != other[case][tensor].shape
        or not numpy.allclose(given[case][tensor], other[case][tensor], rtol=2e-6, atol=2e-7, equal_nan=True)
        for case in given for tensor in seen)


class Answer:
    """What the program says of a recording."""

    def __init__(self, program, network, tensors, outputs_only, out):
        capture = out / "planted.h5"
        record(network, capture, lambda case, image: tensors[case], outputs_only)
        self.code, report, self.error = ask(program, network, capture, out / "report.json")
        self.network = report["networks"][0] if report else {}
        self.diagnosis = self.network.get("diagnosis") or {}
        self.causes = self.diagnosis.get("causes", [])
        self.kinds = [cause["kind"] for cause in self.causes]
        self.layers = [(cause.get("layer") or {}).get("tensor") for cause in self.causes]
        said = "; ".join(cause["words"] for cause in self.causes)
        self.said = said or str(self.diagnosis.get("unexplained", self.error))[-300:]

    def names(self, fault):
        return any(
            cause["kind"] == fault.kind and (not fault.layers or fault.layers[0] in self.places(cause))
            for cause in self.causes)

    @staticmethod
    def places(cause):
        return [layer["tensor"] for layer in cause["layers"]] + [(cause.get("layer") or {}).get("tensor")]

    def names_layer(self, layer):
        return (self.network.get("first_divergence") or {}).get("layer") == layer or layer in str(self.diagnosis)


def plant_single(arguments, network, seed, counts, rows):
    right = {case: network.run(image) for case, image in network.cases.items()}
    for fault in faults(network, numpy.random.default_rng(seed)):
        if arguments.only and fault.kind != arguments.only:
            continue
        run = runs(network, fault)
        changed = {case: run(case, image) for case, image in network.cases.items()}
        for outputs_only in (False, True):
            if not differs(network, changed, right, outputs_only):
                continue
            answer = Answer(arguments.program, network, changed, outputs_only, arguments.out)
            wanted = fault.layers[0] if fault.layers else None
            where = "outputs" if outputs_only else "all"
            outcome = "named" if answer.names(fault) else "other" if answer.causes else "unexplained"
            counts[where, "verdict", answer.code == 1] += 1
            if wanted and not outputs_only:
                counts[where, "layer", answer.names_layer(wanted)] += 1
            counts[where, outcome] += 1
            rows.append((network.name, seed, where, fault.kind, fault.label, outcome, answer.said))
            tell(rows[-1], answer, outcome != "named" or answer.code != 1)
            write_table(arguments, rows)


def plant_pairs(arguments, network, seed, counts, rows):
    """Two faults at once, at different places; each changes what is recorded beside the other."""
    draw = numpy.random.default_rng(seed)
    planted = 0
    while planted < arguments.pairs:
        drawn = [fault for fault in faults(network, draw) if not getattr(fault, "stale", False)]
        one, other = (drawn[index] for index in draw.choice(len(drawn), 2, replace=False))
        if one.layers == other.layers or one.everywhere and other.everywhere:
            continue

        def changed(*some):
            return {case: network.run(image, *some) for case, image in network.cases.items()}

        both, alone = changed(one, other), (changed(one), changed(other))
        if not all(differs(network, both, part, True) for part in alone):
            continue
        planted += 1
        for outputs_only in (False, True):
            answer = Answer(arguments.program, network, both, outputs_only, arguments.out)
            where = "outputs" if outputs_only else "all"
            outcome = ("neither named", "one named", "both named")[answer.names(one) + answer.names(other)]
            counts["two at once", where, outcome] += 1
            rows.append((network.name, seed, where, f"{one.kind} and {other.kind}", f"{one.label} and {other.label}",
                         outcome, answer.said))
            tell(rows[-1], answer, outcome != "both named" or answer.code != 1)
            write_table(arguments, rows)


def tell(row, answer, is_wrong):
    print(".", end="", file=sys.stderr, flush=True)
    if is_wrong:
        name, seed, where, kind, label, outcome, said = row
        print(f"{name} {seed} {where}: {kind}: {label}: exit {answer.code}, {outcome}: {said[-400:]}", flush=True)


def write_table(arguments, rows):
    """What was planted against what was named, so far."""
    if not arguments.table:
        return
    counted = collections.Counter((row[2], row[5]) for row in rows)
    write_tables(
        arguments.table, "Faults that were planted, and what they are said to be",
        table(["recorded", "outcome", "count"], [(*key, count) for key, count in sorted(counted.items())]),
        table(["network", "seed", "recorded", "planted", "at", "outcome", "said"], rows))


def ask_of_innocents(arguments, network, counts):
    for label, arithmetic in innocents(network):
        for outputs_only in (False, True):
            given = {case: network.run(image, arithmetic=arithmetic) for case, image in network.cases.items()}
            answer = Answer(arguments.program, network, given, outputs_only, arguments.out)
            counts["innocent", outputs_only, answer.code == 0] += 1
            if answer.code != 0:
                print(f"{network.name}: {label}: ACCUSED {answer.code} {answer.error}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--networks", nargs="+", default=list(CASES))
    parser.add_argument("--only", help="one kind of fault")
    parser.add_argument("--pairs", type=int, default=0, help="plant so many pairs in each network, not single faults")
    parser.add_argument("--table", type=pathlib.Path, help="write the matrix of planted against named here")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    counts = collections.Counter()
    rows = []
    for name in arguments.networks:
        network = Network(name)
        if not arguments.pairs:
            ask_of_innocents(arguments, network, counts)
        for seed in arguments.seeds:
            (plant_pairs if arguments.pairs else plant_single)(arguments, network, seed, counts, rows)
    for key, value in sorted(counts.items(), key=str):
        print(*key, value)
    return 0


if __name__ == "__main__":
    sys.exit(main())
