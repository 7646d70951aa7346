"""LiteRT (TensorFlow Lite) on the CPU: its own kernels in one thread, every tensor kept.

The XNNPACK delegate is left out: what it computes as a whole shows no inner tensors.
"""

from importlib import metadata

import numpy
from ai_edge_litert import interpreter

from engines import Place, RecordingError, chosen, sha256_of


class Engine:
    version = metadata.version("ai-edge-litert")
    device = "CPU"
    notes = "built-in kernels without delegates, 1 thread, all tensors preserved"

    def __init__(self, path, options):
        self.sha256 = sha256_of(path)
        try:
            self.interpreter = interpreter.Interpreter(
                model_path=str(path), num_threads=1, experimental_preserve_all_tensors=True,
                experimental_op_resolver_type=interpreter.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
            self.interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise RecordingError(f"{path}: LiteRT does not take the model: {error}") from error
        self.indices = {tensor["index"]: tensor["name"] for tensor in self.interpreter.get_tensor_details()}
        self.input_indices = {tensor["name"]: tensor["index"] for tensor in self.interpreter.get_input_details()}
        self.inputs = list(self.input_indices)
        outputs = {tensor["index"] for tensor in self.interpreter.get_output_details()}
        self.places, self.place_indices = [], {}
        # LiteRT has no public list of a model's operators.
        for operator in self.interpreter._get_ops_details():
            for index in operator["outputs"]:
                name = self.indices.get(index)
                if name and name not in self.place_indices:
                    self.place_indices[name] = index
                    self.places.append(Place(name, operator["op_name"], name, index in outputs))

    def run(self, inputs, outputs_only):
        for name, values in inputs.items():
            index = self.input_indices[name]
            self.interpreter.resize_tensor_input(index, values.shape)
        self.interpreter.allocate_tensors()
        for name, values in inputs.items():
            self.interpreter.set_tensor(self.input_indices[name], numpy.ascontiguousarray(values))
        self.interpreter.invoke()
        places = chosen(self.places, outputs_only)
        return {place: self.interpreter.get_tensor(self.place_indices[place.name]).copy() for place in places}
