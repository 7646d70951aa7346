"""Faults that converters and engines make in PNet, RNet and ONet, computed in numpy, and right programs beside them.

A module for the scripts in this folder, not a program.
"""

import numpy

from numpy_network import Fault, attributes, convolution, evaluate, softmax
from rounded_numbers import cut, to_float16, to_int8, to_uint8


def faults(network, draw):
    """Every kind of fault, at layers that a generator draws."""

    def pick(kind):
        found = [node for node in network.nodes if node.op_type in kind.split()]
        return found[draw.integers(len(found))] if found else None

    def at(node, position, change, kind, label):
        def operands(network, other, given):
            given = list(given)
            given[position] = change(given[position]).astype(numpy.float32)
            return given

        return Fault(kind, (node.output[0],), f"{node.output[0]}: {label}", operands=operands)

    def attribute(node, kind, label, **values):
        return Fault(
            kind, (node.output[0],), f"{node.output[0]}: {label}", attributes=lambda network, other: values)

    def after(node, kind, label, change):
        return Fault(
            kind, (node.output[0],), f"{node.output[0]}: {label}",
            result=lambda network, other, result, tensors: change(result))

    def whole(kind, label, operands=None, result=None, **changes):
        def formed(network, node, given):
            return [operands(values) if name in network.constants and values.dtype == numpy.float32 else values
                    for name, values in zip(node.input, given)]

        if operands:
            changes["operands"] = formed
        if result:
            changes["result"] = lambda network, node, values, tensors: result(values)
        return Fault(kind, (), f"everywhere: {label}", everywhere=True, **changes)

    def given(kind, label, change):
        return Fault(kind, (), label, input=lambda image: change(image).astype(numpy.float32))

    # Input
    yield given("input_channels", "blue, green, red", lambda x: x[..., ::-1])
    yield given("input_scale", "mean 128", lambda x: x - 0.5 / 128)
    yield given("input_scale", "1/255", lambda x: (x * 128 + 127.5) / 255)
    yield given("input_scale", "1/128 without the mean", lambda x: (x * 128 + 127.5) / 128)
    yield given("input_scale", "bytes", lambda x: x * 128 + 127.5)
    yield given("input_orientation", "upside down", lambda x: x[:, ::-1])
    if network.name != "pnet":
        yield given("input_orientation", "rows and columns exchanged", lambda x: x.transpose(0, 2, 1, 3))

    # PReLU
    node = pick("PRelu")
    yield at(node, 1, lambda s: s * 0, "slopes", "ReLU")
    node = pick("PRelu")
    yield at(node, 1, lambda s: numpy.full_like(s, s.mean()), "slopes", "one slope")
    node = pick("PRelu")
    yield at(node, 1, lambda s: -s, "slopes", "sign")

    # Bias
    node = pick("Conv")
    yield at(node, 2, lambda b: b * 0, "bias", "missing")
    node = pick("Conv Add")
    position = 2 if node.op_type == "Conv" else [name in network.constants for name in node.input].index(True)
    yield at(node, position, lambda b: b * 2, "bias", "twice")

    # Convolution
    def kernel():
        found = [node for node in network.nodes if node.op_type == "Conv"
                 and network.constants[node.input[1]].shape[2] > 1]
        return found[draw.integers(len(found))]

    yield at(kernel(), 1, lambda w: w.transpose(0, 1, 3, 2), "kernel_order", "rows and columns exchanged")
    yield at(kernel(), 1, lambda w: w[:, :, ::-1, ::-1], "kernel_order", "flipped")
    yield at(kernel(), 1, lambda w: w[:, ::-1], "channel_order", "input channels reversed")
    node = kernel()
    order = draw.permutation(len(network.constants[node.input[1]]))
    yield at(node, 1, lambda w: w[order], "channel_order", "output channels in a drawn order")
    node = kernel()
    channel = draw.integers(len(network.constants[node.input[1]]))

    def zeroed(w):
        w = w.copy()
        w[channel] = 0
        return w

    yield at(node, 1, zeroed, "zeroed_channel", f"channel {channel} zero")
    node = kernel()
    weights = network.constants[node.input[1]]
    place = tuple(draw.integers(extent) for extent in weights.shape)

    def flipped(w):
        w = w.copy()
        bits = w.view(numpy.uint32)
        bits[place] ^= numpy.uint32(1 << 24)
        return w

    yield at(node, 1, flipped, "flipped_bit", f"bit 24 at {place}")
    same = [
        (one, other) for one in network.nodes for other in network.nodes
        if one.op_type == other.op_type == "Conv" and one.input[1] != other.input[1]
        and network.constants[one.input[1]].shape == network.constants[other.input[1]].shape]
    if same:
        one, other = same[draw.integers(len(same))]
        yield at(one, 1, lambda w: network.constants[other.input[1]], "other_layers_weights", "another layer's")

    # Pools
    node = pick("MaxPool")
    yield attribute(node, "pooling", "average for maximum", reduce=numpy.mean)
    padded = [node for node in network.nodes if node.op_type == "MaxPool" and attributes(node)["auto_pad"] != b"VALID"]
    node = padded[draw.integers(len(padded))]
    yield attribute(node, "padding", "SAME, more at the beginning", auto_pad=b"SAME_LOWER")
    if attributes(node)["kernel_shape"] == [3, 3]:
        yield attribute(node, "pooling", "2 for 3", kernel_shape=[2, 2])

    # Flatten and dense
    if network.name != "pnet":
        node = pick("Flatten")
        inputs = node.input[0]

        def channels_first(network, other, result, tensors):
            return numpy.ascontiguousarray(tensors[inputs].transpose(0, 3, 1, 2)).reshape(len(result), -1)

        yield Fault("flatten_order", (node.output[0],), "flatten: another order", result=channels_first)
        node = pick("MatMul")
        yield at(node, 1, lambda w: w.T.reshape(w.shape), "dense_order", "transposed")

    # Heads
    node = pick("Softmax")
    yield attribute(node, "softmax", "over another axis", axis=0 if network.name != "pnet" else 1)
    yield after(node, "softmax", "twice", lambda x: softmax(x))
    yield attribute(
        node, "softmax", "exponential approximated",
        exponential=lambda x: (1 + x.astype(numpy.float64) / 256).clip(0) ** 256)
    yield Fault(
        "softmax", (node.output[0],), f"{node.output[0]}: missing",
        result=lambda network, other, result, tensors: tensors[other.input[0]])
    yield after(node, "output_order", "face and background exchanged", lambda x: x[..., ::-1])
    boxes = next(node for node in network.nodes if node.output[0] in network.outputs
                 and network.run(next(iter(network.cases.values())))[node.output[0]].shape[-1] == 4)
    yield after(boxes, "output_order", "y before x", lambda x: x[..., [1, 0, 3, 2]])
    if network.name == "onet":
        points = next(node for node in network.nodes if node.output[0] in network.outputs
                      and network.run(next(iter(network.cases.values())))[node.output[0]].shape[-1] == 10)
        yield after(
            points, "output_order", "landmarks interleaved", lambda x: x[..., [0, 5, 1, 6, 2, 7, 3, 8, 4, 9]])

    # Number formats
    node = pick("Conv MatMul")
    yield at(node, 1, to_float16, "weight_format", "float16 weights")
    node = pick("Conv MatMul")
    yield at(node, 1, lambda w: cut(w, 7), "weight_format", "bfloat16 weights")
    node = pick("Conv MatMul")
    yield at(node, 1, to_int8, "weight_format", "int8 weights, a tensor")
    node = pick("Conv MatMul")
    axis = 0 if node.op_type == "Conv" else 1
    yield at(node, 1, lambda w: to_int8(w, axis), "weight_format", "int8 weights, a channel")
    node = pick("Conv PRelu")
    yield after(node, "activation_format", "bfloat16 result", lambda x: cut(x, 7))
    node = pick("PRelu")
    yield after(node, "activation_format", "uint8 result", to_uint8)
    node = pick("Conv MatMul")

    def tf32(network, other, operands):
        return [cut(operands[0], 10), cut(operands[1], 10)] + list(operands[2:])

    yield Fault("sum_format", (node.output[0],), f"{node.output[0]}: TF32", operands=tf32)
    yield whole("weight_format", "float16 weights", operands=to_float16)
    yield whole("activation_format", "fp16 storage", operands=to_float16, result=to_float16)
    yield whole("activation_format", "bf16 storage", operands=lambda x: cut(x, 7), result=lambda x: cut(x, 7))
    def int8_weights(network, other, operands):
        if other.op_type not in ("Conv", "MatMul"):
            return operands
        return [operands[0], to_int8(operands[1])] + list(operands[2:])

    yield Fault("weight_format", (), "everywhere: int8 weights", everywhere=True, operands=int8_weights)

    # Engine
    node = pick("Conv PRelu")

    def nan(x):
        x = x.copy()
        x.reshape(-1)[draw_place % x.size] = numpy.nan
        return x

    draw_place = int(draw.integers(1000))
    yield after(node, "wrong_elements", "NaN", nan)
    node = pick("Conv")

    def last_column(x):
        x = x.copy()
        x[..., -1] = 0
        return x

    if network.name != "pnet":
        yield after(node, "wrong_elements", "last column", last_column)
    yield Fault("other_case", (), "the case before", stale=True)
    if network.name == "rnet":
        yield given("repeated_batch", "the first of a batch", lambda x: numpy.repeat(x[:1], len(x), axis=0))


def innocents(network):
    """Right programs: float64 sums that are rounded once, and sums over parts."""

    def double(node, operands, changed):
        result = evaluate(node, [values.astype(numpy.float64) for values in operands], changed)
        return result.astype(numpy.float32)

    def parts(node, operands, changed):
        if node.op_type == "MatMul":
            x, w = operands
            half = w.shape[0] // 2
            return (x[:, half:] @ w[half:] + x[:, :half] @ w[:half]).astype(numpy.float32)
        if node.op_type == "Conv":
            x, w, b = operands
            half = w.shape[1] // 2
            return convolution(x[:, half:], w[:, half:], 0) + convolution(x[:, :half], w[:, :half], b)
        return evaluate(node, operands, changed)

    yield "float64 sums", double
    yield "sums over halves", parts
    yield "numpy", None
