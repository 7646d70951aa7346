"""Writes a network of the bundled layout for LiteRT: a .tflite of the same layers.

TensorFlow Lite's images are [batch, rows, columns, channels], as these networks' inputs and outputs are; so the
transpositions around their convolutions fall away. A tensor bears the name that it has in the ONNX model.
"""

import pathlib

import flatbuffers
import numpy
import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import numpy_helper

from written_network import WrittenTensor, layout_after

FLOAT, INT32 = schema.TensorType.FLOAT32, schema.TensorType.INT32
KINDS = schema.BuiltinOperator
# Of an image whose size is open: the smallest that the networks take.
SIDE = 12


class Writer:
    def __init__(self):
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.subgraphs = [self.graph]
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.indices = {}

    def tensor(self, name: str, shape, values: numpy.ndarray | None = None) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape = name.encode(), list(shape)
        # Every network takes batches of any size.
        if values is None:
            tensor.shapeSignature = [-1, *tensor.shape[1:]]
        tensor.type = FLOAT if values is None or values.dtype == numpy.float32 else INT32
        tensor.buffer = 0
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = numpy.frombuffer(numpy.ascontiguousarray(values).tobytes(), numpy.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        self.indices[name] = len(self.graph.tensors) - 1
        return self.indices[name]

    def constant(self, name: str, values: numpy.ndarray) -> int:
        return self.tensor(name, values.shape, values)

    def operator(self, kind: int, inputs: list[int], output: int, options=None) -> None:
        code = next((i for i, code in enumerate(self.model.operatorCodes) if code.builtinCode == kind), None)
        if code is None:
            made = schema.OperatorCodeT()
            made.builtinCode, made.deprecatedBuiltinCode, made.version = kind, kind, 1
            self.model.operatorCodes.append(made)
            code = len(self.model.operatorCodes) - 1
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs, operator.outputs = code, inputs, [output]
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        self.graph.operators.append(operator)

    def packed(self) -> bytes:
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def write_network(model: onnx.ModelProto, output: pathlib.Path) -> list[WrittenTensor]:
    """Writes a network for images of the size that it declares, or of SIDE pixels where that is open; LiteRT takes others
    where it can. Returns where its outputs are, in the network's order.

    Raises ValueError for an operator that is not written.
    """
    graph = model.graph
    sides = [extent.dim_value or SIDE for extent in graph.input[0].type.tensor_type.shape.dim[1:3]]
    constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    writer = Writer()
    # Where a tensor of the ONNX model stands, and its shape in the layout here.
    shape = [1, *sides, 3]
    places = {graph.input[0].name: (writer.tensor(graph.input[0].name, shape), shape)}
    channels_last = {graph.input[0].name: True}
    biases = {node.input[0]: node for node in graph.node if node.op_type == "Add"}
    for node in graph.node:
        attributes = {value.name: onnx.helper.get_attribute_value(value) for value in node.attribute}
        if node.op_type == "Add":
            continue
        if node.input[0] not in places:
            raise ValueError(f"node {node.name}: {node.op_type} of {node.input[0]} is not written for LiteRT")
        source, shape = places[node.input[0]]
        name, inputs, options, kind = node.output[0], [source], None, None
        channels_last[name] = channels_last[node.input[0]]
        if node.op_type == "Transpose":
            channels_last[name] = layout_after(node, channels_last[name])
            places[name] = (source, shape)
            continue
        if node.op_type == "Conv":
            kernel = constants[node.input[1]]
            shape = [1, shape[1] - kernel.shape[2] + 1, shape[2] - kernel.shape[3] + 1, kernel.shape[0]]
            inputs += [
                writer.constant(f"{name} kernel", kernel.transpose(0, 2, 3, 1)),
                writer.constant(f"{name} bias", constants[node.input[2]]),
            ]
            kind, options = KINDS.CONV_2D, schema.Conv2DOptionsT()
            options.padding, options.strideH, options.strideW = schema.Padding.VALID, 1, 1
        elif node.op_type == "PRelu":
            kind = KINDS.PRELU
            slopes = constants[node.input[1]].reshape([1] * (len(shape) - 2) + [-1])
            inputs.append(writer.constant(f"{name} slopes", slopes))
        elif node.op_type == "MaxPool":
            kind, options = KINDS.MAX_POOL_2D, schema.Pool2DOptionsT()
            (rows, columns), (down, right) = attributes["kernel_shape"], attributes["strides"]
            isSame = attributes["auto_pad"] == b"SAME_UPPER"
            options.padding = schema.Padding.SAME if isSame else schema.Padding.VALID
            options.filterHeight, options.filterWidth, options.strideH, options.strideW = rows, columns, down, right
            extents = [(n + s - 1 if isSame else n - k + s) // s for n, k, s in zip(shape[1:3], (rows, columns), (down, right))]
            shape = [1, *extents, shape[3]]
        elif node.op_type == "Flatten":
            kind = KINDS.RESHAPE
            shape = [1, int(numpy.prod(shape[1:]))]
            inputs.append(writer.constant(f"{name} shape", numpy.array([-1, shape[1]], numpy.int32)))
        elif node.op_type == "MatMul":
            matrix = constants[node.input[1]].T
            add = biases[name]
            name, shape = add.output[0], [1, matrix.shape[0]]
            channels_last[name] = True
            inputs += [
                writer.constant(f"{name} matrix", matrix), writer.constant(f"{name} bias", constants[add.input[1]]),
            ]
            kind, options = KINDS.FULLY_CONNECTED, schema.FullyConnectedOptionsT()
        elif node.op_type == "Softmax":
            kind, options = KINDS.SOFTMAX, schema.SoftmaxOptionsT()
            options.beta = 1.0
        else:
            raise ValueError(f"node {node.name}: {node.op_type} is not written for LiteRT")
        made = writer.tensor(name, shape)
        writer.operator(kind, inputs, made, options)
        places[name] = (made, shape)
    # A transposition after the last layer has no tensor of its own here: its name is that of the output.
    for value in graph.output:
        writer.graph.tensors[places[value.name][0]].name = value.name.encode()
    writer.graph.inputs = [places[graph.input[0].name][0]]
    writer.graph.outputs = [places[value.name][0] for value in graph.output]
    output.write_bytes(writer.packed())
    return [WrittenTensor(value.name, channels_last[value.name]) for value in graph.output]
