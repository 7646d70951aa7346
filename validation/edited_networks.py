"""ONNX files of networks in which one thing was done wrong, as a converter might: weights and attributes edited.

A module for the scripts in this folder, not a program.
"""

import copy

import numpy
import onnx
from onnx import helper, numpy_helper

from rounded_numbers import to_int8


class Edit:
    """A network's model with a fault in it."""

    def __init__(self, model, kind, tensor, label):
        self.model, self.kind, self.tensor, self.label = model, kind, tensor, label


class Layers:
    """The nodes of a model that have weights, with their constants."""

    def __init__(self, model):
        self.model = model
        self.constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.nodes = list(model.graph.node)

    def weighted(self, *operators, position=1, fits=lambda values: True):
        return [node for node in self.nodes if node.op_type in operators and len(node.input) > position
                and self.is_float(node.input[position]) and fits(self.constants[node.input[position]])]

    def is_float(self, name):
        return name in self.constants and self.constants[name].dtype == numpy.float32

    def edited(self, node, position, change):
        """The model with a constant of one node changed; other nodes that take it keep theirs."""
        model = copy.deepcopy(self.model)
        own = next(other for other in model.graph.node if other.output[0] == node.output[0])
        values = numpy.ascontiguousarray(change(self.constants[node.input[position]].copy()).astype(numpy.float32))
        name = f"{node.output[0]}/edited"
        model.graph.initializer.append(numpy_helper.from_array(values, name))
        own.input[position] = name
        return model

    def replaced(self, node, **changes):
        """The model with the operator or attributes of a node changed; None takes an attribute out."""
        model = copy.deepcopy(self.model)
        own = next(other for other in model.graph.node if other.output[0] == node.output[0])
        own.op_type = changes.pop("op_type", own.op_type)
        for name, value in changes.items():
            kept = [attribute for attribute in own.attribute if attribute.name != name]
            del own.attribute[:]
            own.attribute.extend(kept)
            if value is not None:
                own.attribute.append(helper.make_attribute(name, value))
        return model


def edits(model, draw):
    """Every kind of edit that the network allows, each at a layer that a generator draws."""
    layers = Layers(model)

    def one(found):
        return found[draw.integers(len(found))] if found else None

    def weights(kind, label, change, fits=lambda values: True, operators=("Conv",), position=1):
        node = one(layers.weighted(*operators, position=position, fits=fits))
        if node is not None:
            edited = layers.edited(node, position, change)
            yield Edit(edited, kind, node.output[0], f"{node.output[0]}: {label}")

    def is_kernel(values):
        return values.ndim == 4 and values.shape[2] == values.shape[3] > 1

    def has_channels(values):
        return values.ndim == 4 and values.shape[1] > 2

    def zero(values):
        values[draw_channel % len(values)] = 0
        return values

    def flip(values):
        values.reshape(-1).view(numpy.uint32)[draw_channel % values.size] ^= numpy.uint32(1 << 25)
        return values

    draw_channel = int(draw.integers(1 << 20))
    yield from weights("bias", "bias missing", lambda b: b * 0, lambda b: numpy.abs(b).max() > 1e-3, position=2)
    yield from weights("bias", "bias twice", lambda b: b * 2, lambda b: numpy.abs(b).max() > 1e-3, position=2)
    yield from weights("kernel_order", "kernels transposed", lambda w: w.transpose(0, 1, 3, 2), is_kernel)
    yield from weights("kernel_order", "kernels flipped", lambda w: w[:, :, ::-1, ::-1], is_kernel)
    yield from weights("channel_order", "input channels reversed", lambda w: w[:, ::-1], has_channels)
    yield from weights("channel_order", "output channels moved on", lambda w: numpy.roll(w, 1, axis=0), has_channels)
    yield from weights("zeroed_channel", "one channel zero", zero)
    yield from weights("flipped_bit", "one bit flipped", flip)
    yield from weights("weight_format", "float16 weights", lambda w: w.astype(numpy.float16))
    yield from weights("weight_format", "int8 weights, a tensor", to_int8)
    yield from weights("weight_format", "int8 weights, a channel", lambda w: to_int8(w, 0))
    yield from weights("slopes", "ReLU", lambda s: s * 0, operators=("PRelu",))
    yield from weights("slopes", "one slope", lambda s: s * 0 + s.mean(), operators=("PRelu",))
    yield from weights("slopes", "sign", lambda s: -s, operators=("PRelu",))
    yield from weights("dense_order", "transposed", lambda w: w.T.reshape(w.shape), operators=("MatMul",))
    same = [(node, other) for node in layers.weighted("Conv") for other in layers.weighted("Conv")
            if node.input[1] != other.input[1]
            and layers.constants[node.input[1]].shape == layers.constants[other.input[1]].shape]
    if same:
        node, other = one(same)
        edited = layers.edited(node, 1, lambda w: layers.constants[other.input[1]])
        yield Edit(edited, "other_layers_weights", node.output[0], f"{node.output[0]}: weights of {other.output[0]}")
    pool = one([node for node in layers.nodes if node.op_type == "MaxPool"])
    if pool is not None:
        mean = layers.replaced(pool, op_type="AveragePool", storage_order=None, dilations=None)
        yield Edit(mean, "pooling", pool.output[0], f"{pool.output[0]}: average for maximum")
    padded = [node for node in layers.nodes if node.op_type in ("Conv", "MaxPool") and (
        any(attribute.name == "auto_pad" and attribute.s == b"SAME_UPPER" for attribute in node.attribute))]
    node = one(padded)
    if node is not None:
        lower = layers.replaced(node, auto_pad="SAME_LOWER")
        yield Edit(lower, "padding", node.output[0], f"{node.output[0]}: SAME, more at the beginning")
    shifted = [node for node in layers.nodes if node.op_type == "Conv" and any(
        attribute.name == "pads" and list(attribute.ints) == [1, 1, 1, 1] for attribute in node.attribute) and not any(
        attribute.name == "strides" and max(attribute.ints) > 1 for attribute in node.attribute)]
    node = one(shifted)
    if node is not None:
        other = layers.replaced(node, pads=[2, 2, 0, 0])
        yield Edit(other, "padding", node.output[0], f"{node.output[0]}: the padding all at the beginning")
