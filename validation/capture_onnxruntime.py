"""Records what ONNX Runtime's CPU provider computes, tensor by tensor, as a capture.

Works on any ONNX model whose tensors a capture can hold. Graph optimisations are off and there
is one thread, so that each tensor is the result of the node that the file names, and not of a
fusion. ONNX Runtime chooses its kernels by processor: on another one the last bits may differ.

CASES is a folder with one file per case, recorded in the order of their names:
    <case>.npy   the input of a model that has one input
    <case>.npz   the inputs of a model that has several, under their names
    <case>.txt   optional: where the inputs come from

Usage:
    python validation/capture_onnxruntime.py MODEL.onnx CASES --output CAPTURE.h5 \
        [--outputs-only 'outputs-*' ...]

Cases whose name matches --outputs-only hold the model's outputs and, where an output is made by
a Softmax, that Softmax's input; all others hold every tensor that a node makes.
"""

import argparse
import fnmatch
import pathlib
import sys

import numpy
import onnx
import onnxruntime

from capture_file import CaptureError, CaptureWriter, Provenance, RecordedTensor, file_sha256


class RecordingError(Exception):
    """A model or a case that cannot be recorded; the text says which and why."""


class RecordedModel:
    """A model with every tensor that its nodes make exposed as an output."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        try:
            model = onnx.load(str(path))
        except Exception as error:
            raise RecordingError(f"{path}: not an ONNX model: {error}") from error
        self.declared_outputs = [output.name for output in model.graph.output]
        constants = {initializer.name for initializer in model.graph.initializer}
        self.inputs = [value.name for value in model.graph.input if value.name not in constants]
        self.origins: dict[str, tuple[str, str]] = {}
        self.logits: set[str] = set()
        for node in model.graph.node:
            made = [name for name in node.output if name]
            for name in made:
                self.origins[name] = (node.op_type, node.name or made[0])
            if node.op_type == "Softmax" and made[0] in self.declared_outputs:
                self.logits.add(node.input[0])
        unmade = [name for name in self.declared_outputs if name not in self.origins]
        if unmade:
            raise RecordingError(f"{path}: no node makes the outputs {unmade}")
        # An output without a type: ONNX Runtime fills in the type that it infers itself, so
        # that models whose intermediate tensors are not described work too.
        for name in self.origins:
            if name not in self.declared_outputs:
                model.graph.output.append(onnx.ValueInfoProto(name=name))
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise RecordingError(f"{path}: ONNX Runtime does not take the model: {error}") from error

    def run(self, case: str, inputs: dict[str, numpy.ndarray], outputs_only: bool) -> list[RecordedTensor]:
        names = [
            name
            for name in self.origins
            if not outputs_only or name in self.declared_outputs or name in self.logits
        ]
        try:
            values = self.session.run(names, inputs)
        except Exception as error:
            raise RecordingError(f"{self.path}: case {case}: ONNX Runtime failed: {error}") from error
        tensors = []
        for name, value in zip(names, values, strict=True):
            operator, node = self.origins[name]
            if not isinstance(value, (numpy.ndarray, numpy.generic)):
                raise RecordingError(f"{self.path}: case {case}: {name} of {operator} is no tensor")
            tensors.append(RecordedTensor(name, operator, node, name in self.declared_outputs, value))
        return tensors


def case_files(folder: pathlib.Path) -> list[pathlib.Path]:
    paths = sorted((path for path in folder.glob("*.np[yz]")), key=lambda path: path.stem)
    if not paths:
        raise RecordingError(f"{folder}: no .npy or .npz files")
    for path, following in zip(paths, paths[1:]):
        if path.stem == following.stem:
            raise RecordingError(f"{folder}: case {path.stem} is there twice")
    return paths


def read_inputs(path: pathlib.Path, input_names: list[str]) -> dict[str, numpy.ndarray]:
    """The arrays of a case in the model's order of inputs."""
    loaded = numpy.load(path, allow_pickle=False)
    if path.suffix == ".npy":
        if len(input_names) != 1:
            raise RecordingError(f"{path}: holds one array, the model's inputs are {input_names}")
        return {input_names[0]: loaded}
    with loaded:
        if sorted(loaded.files) != sorted(input_names):
            raise RecordingError(f"{path}: holds {sorted(loaded.files)}, the model's inputs are {input_names}")
        return {name: loaded[name] for name in input_names}


def record(model_path: pathlib.Path, cases: pathlib.Path, output: pathlib.Path, outputs_only: list[str], arithmetic: str) -> int:
    """Writes the capture and returns the number of cases in it."""
    paths = case_files(cases)
    model = RecordedModel(model_path)
    provenance = Provenance(
        engine="onnxruntime",
        engine_version=onnxruntime.__version__,
        arithmetic=arithmetic,
        model_name=model_path.stem,
        model_sha256=file_sha256(model_path),
        adapter=pathlib.Path(__file__).name,
        device="CPUExecutionProvider",
        notes="graph optimisations disabled, 1 thread",
    )
    with CaptureWriter(output, provenance) as capture:
        for path in paths:
            inputs = read_inputs(path, model.inputs)
            description = path.with_suffix(".txt")
            source = description.read_text("utf-8").strip() if description.exists() else path.name
            only = any(fnmatch.fnmatchcase(path.stem, pattern) for pattern in outputs_only)
            capture.add_case(path.stem, source, inputs, model.run(path.stem, inputs, only))
    return len(paths)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("cases", type=pathlib.Path, help="folder of .npy or .npz files")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="the capture to write")
    parser.add_argument("--outputs-only", nargs="+", action="extend", default=[], metavar="PATTERN")
    parser.add_argument("--arithmetic", default="fp32", help="what the model computes in (default fp32)")
    arguments = parser.parse_args()
    try:
        count = record(
            arguments.model, arguments.cases, arguments.output, arguments.outputs_only, arguments.arithmetic
        )
    except (RecordingError, CaptureError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.output}: {count} cases, {arguments.output.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
