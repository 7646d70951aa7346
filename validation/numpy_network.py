"""The face networks computed in numpy, node by node and in float32, on cases of the bundled captures."""

import pathlib

import numpy
import onnx
from onnx import numpy_helper

from capture_file import read_capture

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures"
CASES = {
    "pnet": ["01_astronaut_12x12", "02_astronaut_18x13", "03_hopper_25x19", "04_cameraman_35x26", "05_dark_49x37"],
    "rnet": ["01_accepted", "02_accepted", "04_rejected", "05_rejected", "80_batch_of_4"],
    "onet": ["01_accepted", "02_rejected", "03_outside", "93_noise"],
}


def convolution(x, weights, bias, pads=(0, 0, 0, 0), strides=(1, 1)):
    x = numpy.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    windows = numpy.lib.stride_tricks.sliding_window_view(x, weights.shape[2:], axis=(2, 3))
    windows = windows[:, :, :: strides[0], :: strides[1]]
    n, c, h, w = windows.shape[:4]
    columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, -1)
    sums = columns @ weights.reshape(len(weights), -1).T
    return (sums + bias).reshape(n, h, w, -1).transpose(0, 3, 1, 2).astype(numpy.float32)


def pool(x, kernel, strides, padding=b"VALID", reduce=numpy.max):
    before, after = [], []
    for axis in (2, 3):
        (size, step), extent = (kernel[axis - 2], strides[axis - 2]), x.shape[axis]
        total = max((-(-extent // step) - 1) * step + size - extent, 0) if padding != b"VALID" else 0
        before.append(total - total // 2 if padding == b"SAME_LOWER" else total // 2)
        after.append(total - before[-1])
    fill = -numpy.inf if reduce is numpy.max else numpy.nan
    x = numpy.pad(x, ((0, 0), (0, 0), *zip(before, after)), constant_values=fill)
    windows = numpy.lib.stride_tricks.sliding_window_view(x, kernel, axis=(2, 3))
    windows = windows[:, :, :: strides[0], :: strides[1]]
    reduce = numpy.nanmean if reduce is numpy.mean else reduce
    return reduce(windows, axis=(4, 5)).astype(numpy.float32)


def softmax(x, axis=-1, exponential=numpy.exp):
    powers = exponential(x - x.max(axis=axis, keepdims=True))
    return (powers / powers.sum(axis=axis, keepdims=True)).astype(numpy.float32)


def attributes(node):
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}


def evaluate(node, operands, changed=None):
    values = dict(attributes(node), **(changed or {}))
    kind = node.op_type
    if kind == "Conv":
        return convolution(*operands, pads=values.get("pads", (0, 0, 0, 0)), strides=values.get("strides", (1, 1)))
    if kind == "PRelu":
        return numpy.where(operands[0] < 0, operands[0] * operands[1], operands[0]).astype(numpy.float32)
    if kind == "MaxPool":
        return pool(
            operands[0], values["kernel_shape"], values["strides"], values["auto_pad"], values.get("reduce", numpy.max))
    if kind == "Transpose":
        return numpy.ascontiguousarray(operands[0].transpose(values["perm"]))
    if kind == "Flatten":
        return operands[0].reshape(len(operands[0]), -1)
    if kind == "MatMul":
        return (operands[0] @ operands[1]).astype(numpy.float32)
    if kind == "Add":
        return (operands[0] + operands[1]).astype(numpy.float32)
    if kind == "Softmax":
        return softmax(operands[0], values.get("axis", -1), values.get("exponential", numpy.exp))
    raise ValueError(kind)


class Fault:
    """Nothing wrong; each fault changes one thing."""

    everywhere = False
    layers = ()
    kind = None

    def __init__(self, kind=None, layers=(), label="", **changes):
        self.kind, self.layers, self.label = kind, layers, label
        for name, change in changes.items():
            setattr(self, name, change)

    def input(self, image):
        return image

    def operands(self, network, node, operands):
        return operands

    def attributes(self, network, node):
        return {}

    def result(self, network, node, result, tensors):
        return result


class Network:
    def __init__(self, name):
        self.name = name
        self.path = FIXTURES / "models" / f"{name}.onnx"
        self.graph = onnx.load(self.path).graph
        self.constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in self.graph.initializer}
        self.nodes = list(self.graph.node)
        self.outputs = [output.name for output in self.graph.output]
        self.input = self.graph.input[0].name
        cases = {case.name: case for case in read_capture(FIXTURES / "captures" / f"{name}.h5")}
        self.cases = {case: next(iter(cases[case].inputs.values())) for case in CASES[name]}

    def run(self, image, *faults, arithmetic=None):
        """Every tensor; faults may change the input, operands, attributes and results of nodes."""
        tensors = dict(self.constants)
        for fault in faults:
            image = fault.input(image)
        tensors[self.input] = image
        given = {}
        for node in self.nodes:
            operands = [tensors[name] for name in node.input]
            changes = [fault for fault in faults if fault.everywhere or node.output[0] in fault.layers]
            for change in changes:
                operands = change.operands(self, node, operands)
            changed = {}
            for change in changes:
                changed.update(change.attributes(self, node))
            if arithmetic:
                result = arithmetic(node, operands, changed)
            else:
                result = evaluate(node, operands, changed)
            for change in changes:
                result = change.result(self, node, result, tensors)
            given[node.output[0]] = tensors[node.output[0]] = result
        return given
