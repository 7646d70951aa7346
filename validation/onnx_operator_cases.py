"""Runs ONNX's own operator cases through `mtcnn-validate run` and checks the results.

The cases are those of the PyPI package onnx 1.22.0 (Apache-2.0) whose models are made of the
operators below and hold nothing but numbers, integers and booleans.
Outputs have to match within rtol 1e-3 and atol 1e-7, the tolerance of ONNX's own runner, in shape and in kind: the
program computes in float32 and in integers of 64 bits.

Usage:
    python validation/onnx_operator_cases.py [--binary .build/release/mtcnn-validate]
    python validation/onnx_operator_cases.py --write       # after the set of supported cases changed
    python validation/onnx_operator_cases.py --export DIR  # only write inputs and expected outputs

The outcome of every case is compared with onnx_operator_cases.txt: one line a case, its name and
`pass` or `unsupported: reason`. Exits with 1 if a line differs. A wrong result is never listed: it
fails always.
"""

import argparse
import dataclasses
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import numpy_helper

from capture_file import CaptureError, read_capture

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = pathlib.Path(__file__).with_suffix(".txt")
GROUPS = ["node", "pytorch-converted", "pytorch-operator"]
# Counted apart: the operators that face networks are mostly made of.
CORE_OPERATORS = set("Conv PRelu MaxPool Softmax Transpose Flatten MatMul Add Reshape Gemm".split())
# The table of the operators that are read, and what is read beside it.
TABLE = REPOSITORY / "Sources/ModelFormats/ONNX/ONNXOperatorTable.swift"
OPERATORS = {"Constant", *re.findall(r'^ {8}"(\w+)": ONNXOperator\(', TABLE.read_text(), re.MULTILINE)}
# Numbers, integers and booleans; not strings, and not the types of 4, 6 and 8 bits.
ELEMENT_TYPES = {
    getattr(onnx.TensorProto, name)
    for name in "FLOAT FLOAT16 DOUBLE INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL".split()
}
RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-3, 1e-7
# sysexits' EX_DATAERR: how the program says that it does not take a model.
REFUSED = 65
SECONDS_PER_CASE = 60
LONGEST_MESSAGE = 300


class CaseError(Exception):
    """A case that is not as ONNX's cases are, or a manifest that cannot be read."""


@dataclasses.dataclass(frozen=True)
class OperatorCase:
    """One model with one set of inputs and the outputs expected for them."""

    name: str
    model: pathlib.Path
    operators: frozenset[str]
    inputs: dict[str, numpy.ndarray]
    outputs: dict[str, numpy.ndarray]

    @property
    def is_core(self) -> bool:
        return self.operators <= CORE_OPERATORS


def element_types(model: onnx.ModelProto) -> set[int]:
    """Of everything in the model that states one."""
    graph = model.graph
    types = {value.type.tensor_type.elem_type for value in (*graph.input, *graph.output, *graph.value_info)}
    types |= {tensor.data_type for tensor in graph.initializer}
    for node in graph.node:
        types |= {attribute.t.data_type for attribute in node.attribute if attribute.type == onnx.AttributeProto.TENSOR}
    return types


def read_tensor(path: pathlib.Path) -> numpy.ndarray:
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


def find_cases() -> list[OperatorCase]:
    """The cases that qualify, by name."""
    data = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
    cases = []
    for group in GROUPS:
        folder = data / group
        if not folder.is_dir():
            raise CaseError(f"onnx {onnx.__version__} has no cases in backend/test/data/{group}; 1.22.0 has")
        for directory in sorted(path for path in folder.iterdir() if path.is_dir()):
            model = onnx.load(str(directory / "model.onnx"))
            operators = frozenset(node.op_type for node in model.graph.node)
            plain = all(node.domain in ("", "ai.onnx") for node in model.graph.node)
            if not operators or not plain or not operators <= OPERATORS or not element_types(model) <= ELEMENT_TYPES:
                continue
            constants = {tensor.name for tensor in model.graph.initializer}
            inputs = [value for value in model.graph.input if value.name not in constants]
            if any(value.type.WhichOneof("value") != "tensor_type" for value in (*inputs, *model.graph.output)):
                continue
            values = directory / "test_data_set_0"
            outputs = {v.name: read_tensor(values / f"output_{i}.pb") for i, v in enumerate(model.graph.output)}
            if any(v.dtype == numpy.float64 and (numpy.abs(v) > numpy.finfo("f4").max).any() for v in outputs.values()):
                continue  # float32 does not hold it
            cases.append(
                OperatorCase(
                    name=f"{group}/{directory.name}",
                    model=directory / "model.onnx",
                    operators=operators,
                    inputs={v.name: read_tensor(values / f"input_{i}.pb") for i, v in enumerate(inputs)},
                    outputs=outputs,
                )
            )
    return cases


def export(case: OperatorCase, folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Writes the inputs as .npy files and returns them by input name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for index, (name, values) in enumerate(case.inputs.items()):
        paths[name] = folder / f"input_{index}.npy"
        numpy.save(paths[name], numpy.asarray(values, order="C"))
    return paths


def export_all(cases: list[OperatorCase], folder: pathlib.Path) -> None:
    for case in cases:
        target = folder / case.name
        export(case, target)
        (target / "model.onnx").write_bytes(case.model.read_bytes())
        for index, values in enumerate(case.outputs.values()):
            numpy.save(target / f"output_{index}.npy", numpy.asarray(values, order="C"))


def difference(name: str, found: numpy.ndarray, expected: numpy.ndarray) -> str | None:
    """What is wrong with an output, or nothing."""
    def kind(dtype: numpy.dtype) -> str:
        return {"u": "i"}.get(dtype.kind, dtype.kind)

    stored = expected
    # Captures hold booleans as bytes.
    if kind(found.dtype) != kind(stored.dtype) and stored.dtype != numpy.bool_:
        return f"{name}: element type {found.dtype}, expected {stored.dtype}"
    if found.shape != stored.shape:
        return f"{name}: shape {list(found.shape)}, expected {list(stored.shape)}"
    wrong = ~numpy.isclose(found, stored, rtol=RELATIVE_TOLERANCE, atol=ABSOLUTE_TOLERANCE, equal_nan=True)
    if wrong.any():
        index = tuple(int(position[0]) for position in numpy.nonzero(numpy.atleast_1d(wrong)))
        first = numpy.atleast_1d(found)[index], numpy.atleast_1d(stored)[index]
        return f"{name}: {wrong.sum()} of {wrong.size} elements differ, first {list(index)}: {first[0]}, expected {first[1]}"
    return None


def run_case(binary: pathlib.Path, case: OperatorCase, folder: pathlib.Path) -> str:
    """The outcome as a line of the manifest states it."""
    capture = folder / "capture.h5"
    command = [str(binary), "run", str(case.model), "--arithmetic", "fp32", "--output", str(capture)]
    for name, path in export(case, folder).items():
        command += ["--input", f"{name}={path}"]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_PER_CASE)
    except subprocess.TimeoutExpired:
        return f"failed: no result after {SECONDS_PER_CASE} seconds"
    message = process.stderr.strip().replace(str(case.model), "model.onnx").replace(f"{folder}/", "")
    message = " ".join(message.split()).removeprefix("Error: ").removeprefix("error: ")[:LONGEST_MESSAGE]
    if process.returncode == REFUSED:
        return f"unsupported: {message or 'no reason given'}"
    if process.returncode != 0:
        return f"failed: exit code {process.returncode}: {message}"
    try:
        recorded = read_capture(capture)
    except (CaptureError, OSError, KeyError) as error:
        return f"failed: capture cannot be read: {error}"
    found = {tensor.name: tensor.values for tensor in recorded[0].tensors if tensor.graph_output}
    if set(found) != set(case.outputs):
        return f"failed: outputs {sorted(found)}, expected {sorted(case.outputs)}"
    problems = [difference(name, found[name], expected) for name, expected in case.outputs.items()]
    return next((f"failed: {problem}" for problem in problems if problem), "pass")


def read_manifest() -> dict[str, str]:
    outcomes = {}
    for number, line in enumerate(MANIFEST.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        name, _, outcome = line.partition(" ")
        if outcome != "pass" and not outcome.startswith("unsupported: "):
            raise CaseError(f"{MANIFEST.name}:{number}: {outcome!r} is neither `pass` nor `unsupported: reason`")
        outcomes[name] = outcome
    return outcomes


def write_manifest(outcomes: dict[str, str]) -> None:
    lines = ["# Outcome of ONNX 1.22.0's operator cases. Written by onnx_operator_cases.py --write."]
    lines += [f"{name} {outcome}" for name, outcome in outcomes.items()]
    MANIFEST.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, default=REPOSITORY / ".build" / "release" / "mtcnn-validate")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help="write the manifest instead of comparing")
    action.add_argument("--export", type=pathlib.Path, metavar="DIR", help="write the cases and run nothing")
    arguments = parser.parse_args()
    try:
        cases = find_cases()
        core = [case for case in cases if case.is_core]
        if arguments.export:
            export_all(cases, arguments.export)
            print(f"{arguments.export}: {len(cases)} cases, {len(core)} of the face networks' operators only")
            return 0
        listed = {} if arguments.write else read_manifest()
        if not arguments.binary.is_file():
            raise CaseError(f"{arguments.binary}: no such program; build it with swift build -c release")
        with tempfile.TemporaryDirectory() as scratch:
            outcomes = {case.name: run_case(arguments.binary, case, pathlib.Path(scratch, case.name)) for case in cases}
        failures = [f"{name} {outcome}" for name, outcome in outcomes.items() if outcome.startswith("failed")]
        changes = []
        if arguments.write and failures:
            changes.append(f"{MANIFEST.name} is not written, because of the failures")
        elif arguments.write:
            write_manifest(outcomes)
        else:
            for name in sorted(listed.keys() | outcomes.keys()):
                found, expected = outcomes.get(name, "not there"), listed.get(name, "not listed")
                if found != expected and not found.startswith("failed"):
                    changes.append(f"{name} {found}; {MANIFEST.name} says: {expected}")
    except (CaseError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for message in failures + changes:
        print(message, file=sys.stderr)
    passed = sum(outcome == "pass" for outcome in outcomes.values())
    unsupported = sum(outcome.startswith("unsupported") for outcome in outcomes.values())
    print(f"{len(cases)} cases: {passed} pass, {unsupported} unsupported, {len(failures)} failed")
    print(f"of the face networks' operators only: {sum(outcomes[case.name] == 'pass' for case in core)} of {len(core)} pass")
    return int(bool(failures or changes))


if __name__ == "__main__":
    sys.exit(main())
