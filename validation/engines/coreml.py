"""Core ML, on a Mac.

Every tensor that an operation makes becomes an output of a copy of the package, so that one prediction gives them
all. A copy with all intermediates as outputs may be placed on other units than the package itself: compare its
outputs with those of the package, which are recorded from the package as it is.
"""

import pathlib
import platform
import subprocess
import sys
import tempfile

import coremltools
import numpy
from coremltools.converters.mil.frontend.milproto.load import load

from engines import Place, RecordingError, chosen, sha256_of

# Of the packages' types: float16 and float32. A multi-array holds numbers; booleans cannot be outputs.
NUMBERS = {10: "FLOAT16", 11: "FLOAT32"}


class Engine:
    version = coremltools.__version__

    def __init__(self, path, options):
        self.path = path
        self.units = options.compute_units
        self.arithmetic = f"coreml-{self.units.lower()}"
        self.notes = f"compute units {self.units}"
        self.device = device() if sys.platform == "darwin" else None
        data = path / "Data" / "com.apple.CoreML"
        self.weights = data / "weights"
        # Of the model and then the weights: what `mtcnn-validate inspect` shows of a package.
        numbers = self.weights / "weight.bin"
        self.sha256 = sha256_of(data / "model.mlmodel", *([numbers] if numbers.exists() else []))
        self.specification = coremltools.models.utils.load_spec(str(path))
        load(self.specification, self.specification.specificationVersion, str(self.weights))
        function = self.specification.mlProgram.functions["main"]
        block = function.block_specializations[function.opset]
        self.inputs = [value.name for value in function.inputs]
        self.operations = [
            operation for operation in block.operations
            if operation.type != "const" and not operation.type.startswith("constexpr")
            and operation.outputs[0].type.tensorType.dataType in NUMBERS
        ]
        self.places = [
            Place(operation.outputs[0].name, operation.type, operation.outputs[0].name,
                  operation.outputs[0].name in block.outputs)
            for operation in self.operations
        ]
        self.copy = self.with_all_outputs()
        self.models = None

    def with_all_outputs(self):
        """The specification with every floating-point tensor as an output."""
        copy = type(self.specification)()
        copy.CopyFrom(self.specification)
        function = copy.mlProgram.functions["main"]
        block = function.block_specializations[function.opset]
        kinds = coremltools.proto.FeatureTypes_pb2.ArrayFeatureType
        for operation, place in zip(self.operations, self.places):
            if place.graph_output:
                continue
            block.outputs.append(place.name)
            feature = copy.description.output.add()
            feature.name = place.name
            feature.type.multiArrayType.dataType = getattr(
                kinds, NUMBERS[operation.outputs[0].type.tensorType.dataType])
        load(copy, copy.specificationVersion, str(self.weights))
        return copy

    def run(self, inputs, outputs_only):
        if sys.platform != "darwin":
            raise RecordingError("Core ML runs on macOS alone; --check does all but the prediction")
        if self.models is None:
            choice = getattr(coremltools.ComputeUnit, self.units)
            self.directory = tempfile.TemporaryDirectory()
            path = str(pathlib.Path(self.directory.name) / "all.mlpackage")
            coremltools.models.MLModel(self.copy, weights_dir=str(self.weights), skip_model_load=True).save(path)
            self.models = [coremltools.models.MLModel(name, compute_units=choice) for name in (path, str(self.path))]
        inputs = {name: values.astype(numpy.float32) for name, values in inputs.items()}
        values = {}
        for model in self.models[1:] if outputs_only else self.models:
            values |= model.predict(inputs)
        return {place: numpy.asarray(values[place.name]) for place in chosen(self.places, outputs_only)}


def device() -> str:
    chip = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False)
    return f"{chip.stdout.strip() or platform.machine()}, macOS {platform.mac_ver()[0]}"
