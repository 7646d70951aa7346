"""What other engines compute, tensor by tensor: one file an engine, for capture.py.

Each file has a class `Engine` with

    version, device, notes      strings, for the recording; the last two may be None
    sha256                      of the model
    inputs                      the inputs' names, in the model's order
    run(inputs, outputs_only)   the tensors of a run by their places, in the order of computation; inputs by name

which is made of a model's path and the options of capture.py. The packages of an engine are imported by its file
alone, so that no other need be installed.
"""

import dataclasses
import hashlib
import importlib
import pathlib

ENGINES = {
    "coreml": "Core ML, a .mlpackage; needs a Mac",
    "litert": "LiteRT (TensorFlow Lite) on the CPU, a .tflite",
    "ncnn": "ncnn on the CPU, a .param with its .bin beside it",
    "onnxruntime": "ONNX Runtime on the CPU, a .onnx",
    "opencv": "OpenCV's DNN with the engine that it chooses, a .onnx",
    "opencv-classic": "OpenCV's DNN with its classic engine, a .onnx",
    "openvino": "OpenVINO on the CPU, a .onnx",
    "torch": "PyTorch on the CPU, FILE.py:FUNCTION that gives a torch.nn.Module",
}


class RecordingError(Exception):
    """A model or a case that cannot be recorded; the text says which and why."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a tensor comes from."""

    name: str
    operator: str
    node: str
    graph_output: bool
    # Whether it is kept where outputs alone are: what goes into a softmax that makes an output.
    is_logits: bool = False


def chosen(places: list[Place], outputs_only: bool) -> list[Place]:
    return [place for place in places if not outputs_only or place.graph_output or place.is_logits]


def engine(name: str):
    """The class of an engine."""
    try:
        module = importlib.import_module(f"engines.{name.replace('-', '_')}")
    except ModuleNotFoundError as error:
        raise RecordingError(f"engine {name}: the Python package {error.name} is not installed") from error
    return module.Engine


def sha256_of(*files: pathlib.Path) -> str:
    """Of the files' bytes, one after another."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
