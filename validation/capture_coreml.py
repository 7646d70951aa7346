"""Records what Core ML computes for a package, tensor by tensor, as a capture. Needs macOS; elsewhere --check.

Usage:
    python validation/capture_coreml.py PACKAGE.mlpackage CASES --output CAPTURE.h5 [--compute-units CPU_ONLY]
    python validation/capture_coreml.py PACKAGE.mlpackage CASES --check

Every tensor that an operation makes becomes an output of a copy of the package, so that one prediction gives them
all. A copy with all intermediates as outputs may be placed on other units than the package itself: compare its
outputs with those of the package, which are recorded from the package as it is.

CASES is a folder of .npy files, each one input image [1, 3, height, width], recorded in the order of their names.
--compute-units is one of ALL, CPU_ONLY, CPU_AND_GPU, CPU_AND_NE. --check does all but the prediction.
"""

import argparse
import pathlib
import platform
import subprocess
import sys
import tempfile

import coremltools
import numpy
from coremltools.converters.mil.frontend.milproto.load import load

from capture_file import CaptureWriter, Provenance, RecordedTensor, read_capture


class RecordingError(Exception):
    """A package or a case that cannot be recorded; the text says which and why."""


class RecordedPackage:
    """A package, and a copy of it in which every tensor is an output."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.specification = coremltools.models.utils.load_spec(str(path))
        data = path / "Data" / "com.apple.CoreML"
        self.weights = data / "weights"
        load(self.specification, self.specification.specificationVersion, str(self.weights))
        function = self.specification.mlProgram.functions["main"]
        self.block = function.block_specializations[function.opset]
        self.input = function.inputs[0].name
        self.outputs = list(self.block.outputs)
        self.operations = [
            operation for operation in self.block.operations
            if operation.type != "const" and not operation.type.startswith("constexpr")
            # A multi-array holds numbers; booleans cannot be outputs.
            and operation.outputs[0].type.tensorType.dataType in (10, 11)
        ]

    def with_all_outputs(self):
        """The specification with every floating-point tensor as an output."""
        copy = type(self.specification)()
        copy.CopyFrom(self.specification)
        function = copy.mlProgram.functions["main"]
        block = function.block_specializations[function.opset]
        codes = {10: coremltools.proto.FeatureTypes_pb2.ArrayFeatureType.FLOAT16,
                 11: coremltools.proto.FeatureTypes_pb2.ArrayFeatureType.FLOAT32}
        for operation in self.operations:
            output = operation.outputs[0]
            if output.name in self.outputs:
                continue
            block.outputs.append(output.name)
            feature = copy.description.output.add()
            feature.name = output.name
            feature.type.multiArrayType.dataType = codes[output.type.tensorType.dataType]
        load(copy, copy.specificationVersion, str(self.weights))
        return copy


def sha256(package: pathlib.Path) -> str:
    """Of the model and then the weights: what `mtcnn-validate inspect` shows of a package."""
    import hashlib

    data = package / "Data" / "com.apple.CoreML"
    weights = data / "weights" / "weight.bin"
    content = (data / "model.mlmodel").read_bytes() + (weights.read_bytes() if weights.exists() else b"")
    return hashlib.sha256(content).hexdigest()


def device() -> str:
    chip = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False)
    return f"{chip.stdout.strip() or platform.machine()}, macOS {platform.mac_ver()[0]}"


class Prediction:
    """What Core ML computes under one choice of compute units."""

    def __init__(self, package: RecordedPackage, copy, units: str, directory: str):
        choice = getattr(coremltools.ComputeUnit, units)
        path = str(pathlib.Path(directory) / "all.mlpackage")
        coremltools.models.MLModel(copy, weights_dir=str(package.weights), skip_model_load=True).save(path)
        self.plain = coremltools.models.MLModel(str(package.path), compute_units=choice)
        self.observed = coremltools.models.MLModel(path, compute_units=choice)
        self.input = package.input

    def __call__(self, image: numpy.ndarray) -> dict[str, numpy.ndarray]:
        return self.observed.predict({self.input: image}) | self.plain.predict({self.input: image})


def record(package: RecordedPackage, images: dict[str, numpy.ndarray], predict, output: pathlib.Path, units: str) -> None:
    provenance = Provenance(
        engine="coreml", engine_version=coremltools.__version__, arithmetic=f"coreml-{units.lower()}",
        model_name=package.path.stem, model_sha256=sha256(package.path), adapter="capture_coreml.py",
        device=device() if sys.platform == "darwin" else None, notes=f"compute units {units}")
    with CaptureWriter(output, provenance) as writer:
        for name, image in images.items():
            values = predict(image)
            tensors = [
                RecordedTensor(
                    name=operation.outputs[0].name, operator=operation.type, node=operation.outputs[0].name,
                    graph_output=operation.outputs[0].name in package.outputs,
                    values=numpy.asarray(values[operation.outputs[0].name]))
                for operation in package.operations
            ]
            writer.add_case(name, f"{name}.npy", {package.input: image}, tensors)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=pathlib.Path)
    parser.add_argument("cases", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path)
    parser.add_argument("--compute-units", default="CPU_ONLY", choices=["ALL", "CPU_ONLY", "CPU_AND_GPU", "CPU_AND_NE"])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    package = RecordedPackage(options.package)
    copy = package.with_all_outputs()
    cases = sorted(options.cases.glob("*.npy"))
    if not cases:
        raise RecordingError(f"{options.cases}: no .npy files")
    images = {case.stem: numpy.load(case).astype(numpy.float32) for case in cases}
    for name, image in images.items():
        if image.ndim != 4 or image.shape[:2] != (1, 3):
            raise RecordingError(f"{name}: shape {image.shape}, where [1, 3, height, width] is needed")
    with tempfile.TemporaryDirectory() as directory:
        if options.check:
            capture = pathlib.Path(directory) / "check.h5"
            nothing = {operation.outputs[0].name: numpy.zeros(1, numpy.float32) for operation in package.operations}
            record(package, images, lambda image: nothing, capture, options.compute_units)
            tensors = len(read_capture(capture)[0].tensors)
            print(f"{options.package}: {tensors} tensors in {len(images)} cases can be recorded on a Mac")
            return 0
        if sys.platform != "darwin":
            raise RecordingError("Core ML runs on macOS alone; --check does all but the prediction")
        if options.output is None:
            raise RecordingError("--output names the capture to write")
        prediction = Prediction(package, copy, options.compute_units, directory)
        record(package, images, prediction, options.output, options.compute_units)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RecordingError as error:
        print(f"capture_coreml.py: {error}", file=sys.stderr)
        sys.exit(65)
