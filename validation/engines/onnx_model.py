"""ONNX models whose inner tensors are outputs, for the engines that read ONNX."""

import pathlib

import onnx

from engines import Place, RecordingError, sha256_of


class ONNXModel:
    """A model, its inputs, and the tensors that its nodes make."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        try:
            self.model = onnx.load(str(path))
        except Exception as error:
            raise RecordingError(f"{path}: not an ONNX model: {error}") from error
        # As the program has it: of the file, and then of those beside it that hold tensors, in the order of their names.
        beside = onnx.load(str(path), load_external_data=False)
        locations = {
            entry.value for tensor in beside.graph.initializer for entry in tensor.external_data
            if entry.key == "location"
        }
        self.sha256 = sha256_of(path, *(path.parent / name for name in sorted(locations)))
        graph = self.model.graph
        constants = {initializer.name for initializer in graph.initializer}
        self.inputs = [value.name for value in graph.input if value.name not in constants]
        outputs = [output.name for output in graph.output]
        logits = {
            node.input[0] for node in graph.node if node.op_type == "Softmax" and node.output[0] in outputs
        }
        self.places = [
            Place(name, node.op_type, node.name or node.output[0], name in outputs, name in logits)
            for node in graph.node for name in node.output if name
        ]
        unmade = sorted(set(outputs) - {place.name for place in self.places})
        if unmade:
            raise RecordingError(f"{path}: no node makes the outputs {unmade}")

    def observed(self, typed: bool = False) -> onnx.ModelProto:
        """A copy in which every tensor is an output.

        An output without a type gets the one that the engine infers, so that models whose inner tensors are not
        described work too. With `typed`, for engines that infer none, tensors of unknown type are left out.
        """
        copy = onnx.shape_inference.infer_shapes(self.model) if typed else onnx.ModelProto()
        if not typed:
            copy.CopyFrom(self.model)
        described = {value.name: value for value in copy.graph.value_info} if typed else {}
        for place in self.places:
            if place.graph_output or (typed and place.name not in described):
                continue
            copy.graph.output.append(described.get(place.name) or onnx.ValueInfoProto(name=place.name))
        return copy
