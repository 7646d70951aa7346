"""The bundled networks as PyTorch modules, with the weights of their ONNX files: what a model file of capture.py's
`torch` looks like. Functions: pnet, rnet, onet."""

import pathlib

import onnx
import torch
from onnx import numpy_helper

MODELS = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "models"


class Dense(torch.nn.Module):
    """The product with a matrix, or the sum with a bias: each a node of its own in these files."""

    def __init__(self, values: torch.Tensor, is_product: bool):
        super().__init__()
        self.register_buffer("values", values)
        self.is_product = is_product

    def forward(self, x):
        return x @ self.values if self.is_product else x + self.values


class Network(torch.nn.Module):
    """Computes node by node; the module of a node bears the name of the tensor that it makes."""

    def __init__(self, name: str):
        super().__init__()
        graph = onnx.load(str(MODELS / f"{name}.onnx")).graph
        constants = {value.name: torch.from_numpy(numpy_helper.to_array(value).copy()) for value in graph.initializer}
        self.source, self.outputs = graph.input[0].name, [value.name for value in graph.output]
        self.steps = []
        self.parts = torch.nn.ModuleDict()
        for node in graph.node:
            made = node.output[0]
            key = made.replace(".", "_")
            self.steps.append((key, node.input[0], made))
            self.parts[key] = part(node, [constants[name] for name in node.input[1:]])

    def forward(self, images):
        values = {self.source: images}
        for key, taken, made in self.steps:
            values[made] = self.parts[key](values[taken])
        return tuple(values[name] for name in self.outputs)


class Transpose(torch.nn.Module):
    def __init__(self, order):
        super().__init__()
        self.order = order

    def forward(self, x):
        return x.permute(self.order)


def part(node, constants: list[torch.Tensor]) -> torch.nn.Module:
    attributes = {value.name: onnx.helper.get_attribute_value(value) for value in node.attribute}
    if node.op_type == "Transpose":
        return Transpose(attributes["perm"])
    if node.op_type == "Conv":
        kernel, bias = constants
        made = torch.nn.Conv2d(kernel.shape[1], kernel.shape[0], tuple(kernel.shape[2:]))
        made.weight.data, made.bias.data = kernel, bias
        return made
    if node.op_type == "PRelu":
        made = torch.nn.PReLU(constants[0].numel())
        made.weight.data = constants[0].flatten()
        return made
    if node.op_type == "MaxPool":
        # These pools are padded at their ends, which is what rounding up does.
        return torch.nn.MaxPool2d(
            attributes["kernel_shape"], attributes["strides"], ceil_mode=attributes["auto_pad"] == b"SAME_UPPER")
    if node.op_type == "Flatten":
        return torch.nn.Flatten()
    if node.op_type in ("MatMul", "Add"):
        return Dense(constants[0], node.op_type == "MatMul")
    if node.op_type == "Softmax":
        return torch.nn.Softmax(attributes.get("axis", -1))
    raise ValueError(f"{node.op_type} is not known here")


def pnet():
    return Network("pnet")


def rnet():
    return Network("rnet")


def onet():
    return Network("onet")
