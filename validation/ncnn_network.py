"""Writes a network of the bundled layout for ncnn: its layers as text, its numbers as bytes.

The format is that of https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure. Only the operators of
these networks are known: convolutions, PReLUs, pools, dense layers, softmaxes over channels. The transpositions at both
ends are left to the caller, and the one before the first dense layer is folded into its weights.
"""

import pathlib
import tempfile

import numpy
import onnx
from onnx import numpy_helper

from written_network import WrittenTensor, layout_after


def write_network(model: onnx.ModelProto, net) -> list[WrittenTensor]:
    """Loads the network into an ncnn.Net and returns where its outputs are, in the network's order.

    Raises ValueError for an operator that is not written.
    """
    with tempfile.TemporaryDirectory() as directory:
        param = pathlib.Path(directory) / "net.param"
        outputs = write_files(model, param)
        if net.load_param(str(param)) != 0 or net.load_model(str(param.with_suffix(".bin"))) != 0:
            raise ValueError("ncnn does not load what was written")
    return outputs


def write_files(model: onnx.ModelProto, param: pathlib.Path) -> list[WrittenTensor]:
    """Writes the network's .param and, beside it, its .bin; returns where its outputs are, in the network's order.

    Raises ValueError for an operator that is not written.
    """
    graph = model.graph
    constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    consumers: dict[str, int] = {}
    for node in graph.node:
        for name in node.input:
            consumers[name] = consumers.get(name, 0) + 1

    layers: list[str] = []
    numbers = b""
    # What each tensor of the graph is called in ncnn, and the extents [channels, x, y] of a flattened map.
    blobs = {graph.input[0].name: "x"}
    channels_last = {graph.input[0].name: True}
    copies: dict[str, list[str]] = {}
    channels = 3
    flattened = None
    blob_count = 1

    def take(name: str) -> str:
        nonlocal blob_count
        blob = blobs[name]
        if consumers.get(name, 0) < 2:
            return blob
        if name not in copies:
            copies[name] = [f"{blob}_{index}" for index in range(consumers[name])]
            layers.append(f"Split split_{blob} 1 {consumers[name]} {blob} {' '.join(copies[name])}")
            blob_count += consumers[name]
        return copies[name].pop()

    def add(kind: str, node, parameters: str = ""):
        nonlocal blob_count
        source = take(node.input[0])
        blob = f"b{blob_count}"
        blob_count += 1
        layers.append(f"{kind} {blob} 1 1 {source} {blob} {parameters}".strip())
        blobs[node.output[0]] = blob

    def weights(array: numpy.ndarray) -> bytes:
        return numpy.zeros(1, "<u4").tobytes() + array.astype("<f4").tobytes()

    biases = {
        node.input[0]: (constants[node.input[1]], node.output[0]) for node in graph.node if node.op_type == "Add"
    }
    for node in graph.node:
        channels_last[node.output[0]] = channels_last.get(node.input[0], False)
        if node.op_type == "Transpose":
            channels_last[node.output[0]] = layout_after(node, channels_last[node.input[0]])
            blobs[node.output[0]] = blobs[node.input[0]]
            # The names of a tensor before and after are those of one blob, and so are its consumers.
            consumers[node.output[0]] = consumers.get(node.output[0], 0)
        elif node.op_type == "Conv":
            kernel = constants[node.input[1]]
            add("Convolution", node, f"0={kernel.shape[0]} 1={kernel.shape[3]} 11={kernel.shape[2]} 5=1 6={kernel.size}")
            numbers += weights(kernel) + constants[node.input[2]].astype("<f4").tobytes()
            channels = kernel.shape[0]
        elif node.op_type == "PRelu":
            slopes = constants[node.input[1]].reshape(-1)
            add("PReLU", node, f"0={slopes.size}")
            numbers += slopes.astype("<f4").tobytes()
        elif node.op_type == "MaxPool":
            attributes = {value.name: onnx.helper.get_attribute_value(value) for value in node.attribute}
            # Padding at the end alone is ncnn's "full" mode, 0; none is its "valid" mode, 1.
            mode = 0 if attributes["auto_pad"] == b"SAME_UPPER" else 1
            add("Pooling", node, f"0=0 1={attributes['kernel_shape'][0]} 2={attributes['strides'][0]} 5={mode}")
        elif node.op_type == "Flatten":
            blobs[node.output[0]] = blobs[node.input[0]]
            flattened = channels
        elif node.op_type == "MatMul":
            matrix = constants[node.input[1]].T
            if flattened:
                side = int(round((matrix.shape[1] / flattened) ** 0.5))
                matrix = matrix.reshape(-1, side, side, flattened).transpose(0, 3, 1, 2).reshape(matrix.shape[0], -1)
                flattened = None
            bias, output = biases[node.output[0]]
            add("InnerProduct", node, f"0={matrix.shape[0]} 1=1 2={matrix.size}")
            numbers += weights(matrix) + bias.astype("<f4").tobytes()
            blobs[output] = blobs[node.output[0]]
        elif node.op_type == "Softmax":
            # Axis 0 is the channels', of maps and of vectors, for which ncnn has no batches.
            add("Softmax", node, "0=0 1=1")
        elif node.op_type != "Add":
            raise ValueError(f"node {node.name}: {node.op_type} is not written for ncnn")

    text = f"7767517\n{len(layers) + 1} {blob_count}\nInput x 0 1 x\n" + "\n".join(layers) + "\n"
    param.write_text(text)
    param.with_suffix(".bin").write_bytes(numbers)
    return [WrittenTensor(blobs[output.name], channels_last[output.name]) for output in graph.output]
