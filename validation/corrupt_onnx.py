"""ONNX files with one thing changed in each, for corrupt_models.py."""

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

# What ONNX Runtime computes and the program refuses, and why.
STRICTER = {
    "output of another shape": "ONNX Runtime warns: the file contradicts itself",
    "output of another rank": "ONNX Runtime warns: the file contradicts itself",
    "tensor of another shape": "ONNX Runtime warns: the file contradicts itself",
    "pads beside auto_pad of a pool": "ONNX forbids both; ONNX Runtime ignores the pads",
    "pads beside auto_pad VALID of a pool": "ONNX forbids both; ONNX Runtime ignores the pads",
    "axis -2^63": "no axis of a tensor of rank 2; ONNX Runtime does not look at it",
    "bias of several rows": "ONNX Runtime warns: the output has another shape than the file declares",
    "initializer twice": "names are unique in ONNX; ONNX Runtime takes the last",
    "two versions of the operators": "one version of a domain is allowed; ONNX Runtime takes the last",
}


def base(opset=13):
    """Convolutions, pools, PReLU, normalization, a dense layer and a softmax: x [1, 3, 10, 9] to y [1, 4]."""
    random = numpy.random.default_rng(3)

    def constant(name, *shape, integers=None):
        values = random.normal(0, 0.3, shape).astype(numpy.float32) if integers is None else numpy.array(
            integers, numpy.int64)
        return numpy_helper.from_array(values, name)

    variance = numpy_helper.from_array(numpy.full(6, 0.7, numpy.float32), "variance")
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], "conv1", pads=[1, 0, 1, 0], strides=[1, 1]),
        helper.make_node("PRelu", ["c1", "slope"], ["p1"], "prelu1"),
        helper.make_node("MaxPool", ["p1"], ["m1"], "pool1", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["m1", "w2"], ["c2"], "conv2", kernel_shape=[2, 2]),
        helper.make_node("BatchNormalization", ["c2", "s", "t", "mean", "variance"], ["n2"], "norm2", epsilon=1e-3),
        helper.make_node("LeakyRelu", ["n2"], ["l2"], "leaky2", alpha=0.2),
        helper.make_node("AveragePool", ["l2"], ["a2"], "pool2", kernel_shape=[2, 2], pads=[1, 1, 0, 0]),
        helper.make_node("Transpose", ["a2"], ["t2"], "transpose2", perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["t2", "shape"], ["f2"], "reshape2"),
        helper.make_node("Gemm", ["f2", "w3", "b3"], ["g3"], "dense3", transB=1, alpha=0.5),
        helper.make_node("Concat", ["g3", "g3"], ["k3"], "concat3", axis=1),
        helper.make_node("MatMul", ["k3", "w4"], ["d4"], "dense4"),
        helper.make_node("Add", ["d4", "b4"], ["z4"], "add4"),
        helper.make_node("Softmax", ["z4"], ["y"], "softmax4", axis=-1),
    ]
    initializers = [
        constant("w1", 5, 3, 3, 2), constant("b1", 5), constant("slope", 5, 1, 1), constant("w2", 6, 5, 2, 2),
        constant("s", 6), constant("t", 6), constant("mean", 6), variance, constant("shape", integers=[1, -1]),
        constant("w3", 3, 72), constant("b3", 3), constant("w4", 6, 4), constant("b4", 4),
    ]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 10, 9])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])], initializers,
        value_info=[helper.make_tensor_value_info("c1", TensorProto.FLOAT, [1, 5, 10, 8])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def node(model, name):
    return next(n for n in model.graph.node if n.name == name)


def attribute(model, name, key, value):
    of = node(model, name)
    for old in [a for a in of.attribute if a.name == key]:
        of.attribute.remove(old)
    if value is not None:
        of.attribute.append(helper.make_attribute(key, value))


def initializer(model, name):
    return next(i for i in model.graph.initializer if i.name == name)


def replace(model, name, values):
    initializer(model, name).CopyFrom(numpy_helper.from_array(values, name))


def declare(model, name, kind, shape):
    where = model.graph.output if name == "y" else model.graph.value_info
    next(v for v in where if v.name == name).CopyFrom(helper.make_tensor_value_info(name, kind, shape))


def reverse(model):
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes[::-1])



def typed(model, name):
    """Numbers in the field of their type in place of raw bytes."""
    tensor = initializer(model, name)
    values = numpy_helper.to_array(tensor).ravel()
    tensor.ClearField("raw_data")
    (tensor.int64_data if values.dtype == numpy.int64 else tensor.float_data).extend(values.tolist())


F, H, D, I32, I64 = (
    TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT32, TensorProto.INT64)


def change_type(model, name, dtype):
    replace(model, name, numpy_helper.to_array(initializer(model, name)).astype(dtype))


# (name, change, places of which the message names one)
CHANGES = [
    ("nothing changed", lambda m: None, []),
    # attributes
    ("attribute twice", lambda m: node(m, "leaky2").attribute.append(helper.make_attribute("alpha", 0.5)), ["leaky2"]),
    ("unknown attribute", lambda m: attribute(m, "conv1", "colour", 1), ["conv1"]),
    ("attribute of another type", lambda m: attribute(m, "leaky2", "alpha", 1), ["leaky2"]),
    ("alpha NaN", lambda m: attribute(m, "leaky2", "alpha", float("nan")), []),
    ("alpha infinite", lambda m: attribute(m, "leaky2", "alpha", float("inf")), []),
    ("epsilon negative", lambda m: attribute(m, "norm2", "epsilon", -0.1), []),
    ("epsilon left out", lambda m: attribute(m, "norm2", "epsilon", None), []),
    ("strides 0", lambda m: attribute(m, "conv1", "strides", [0, 1]), ["conv1"]),
    ("strides negative", lambda m: attribute(m, "conv1", "strides", [-1, 1]), ["conv1"]),
    ("strides of three axes", lambda m: attribute(m, "conv1", "strides", [1, 1, 1]), ["conv1"]),
    ("strides 2^62", lambda m: attribute(m, "pool1", "strides", [1 << 62, 1]), ["pool1"]),
    ("strides 3", lambda m: attribute(m, "pool1", "strides", [3, 2]), ["reshape2", "dense3"]),
    ("dilations 0", lambda m: attribute(m, "conv1", "dilations", [0, 1]), ["conv1"]),
    ("dilations 2^62", lambda m: attribute(m, "conv1", "dilations", [1 << 62, 1]), ["conv1"]),
    ("pads negative", lambda m: attribute(m, "conv1", "pads", [-1, 0, 1, 0]), ["conv1"]),
    ("pads 2^62", lambda m: attribute(m, "conv1", "pads", [1 << 62, 0, 1 << 62, 0]), ["conv1"]),
    ("pads of two numbers", lambda m: attribute(m, "conv1", "pads", [1, 1]), ["conv1"]),
    ("pads of three numbers", lambda m: attribute(m, "conv1", "pads", [1, 1, 1]), ["conv1"]),
    ("pads on the other side", lambda m: attribute(m, "conv1", "pads", [2, 0, 0, 0]), []),
    ("pads beside auto_pad", lambda m: attribute(m, "conv1", "auto_pad", "SAME_UPPER"), ["conv1"]),
    ("auto_pad unknown", lambda m: (attribute(m, "conv1", "pads", None), attribute(m, "conv1", "auto_pad", "same")),
     ["conv1"]),
    ("auto_pad empty", lambda m: attribute(m, "conv1", "auto_pad", ""), []),
    ("auto_pad in place of pads", lambda m: (
        attribute(m, "pool2", "pads", None), attribute(m, "pool2", "auto_pad", "SAME_LOWER")), []),
    ("auto_pad upper", lambda m: (
        attribute(m, "pool2", "pads", None), attribute(m, "pool2", "auto_pad", "SAME_UPPER")), []),
    ("pads beside auto_pad of a pool", lambda m: attribute(m, "pool2", "auto_pad", "SAME_LOWER"), ["pool2"]),
    ("pads beside auto_pad VALID of a pool", lambda m: (
        attribute(m, "pool2", "auto_pad", "VALID"), attribute(m, "pool2", "kernel_shape", [1, 1]),
        attribute(m, "pool2", "pads", [1, 0, 0, 0])), ["pool2"]),
    ("pads as large as the kernel of a pool", lambda m: attribute(m, "pool2", "pads", [2, 2, 0, 0]), ["pool2"]),
    ("padding counted", lambda m: attribute(m, "pool2", "count_include_pad", 1), []),
    ("ceil_mode", lambda m: (attribute(m, "pool1", "ceil_mode", 1)), []),
    ("kernel of another shape", lambda m: attribute(m, "conv2", "kernel_shape", [3, 2]), ["conv2"]),
    ("kernel 0", lambda m: attribute(m, "pool1", "kernel_shape", [0, 2]), ["pool1"]),
    ("kernel left out of a pool", lambda m: attribute(m, "pool1", "kernel_shape", None), ["pool1"]),
    ("kernel larger than the input", lambda m: attribute(m, "pool1", "kernel_shape", [50, 2]), ["pool1"]),
    ("group 0", lambda m: attribute(m, "conv1", "group", 0), ["conv1"]),
    ("group -1", lambda m: attribute(m, "conv1", "group", -1), ["conv1"]),
    ("group 2", lambda m: attribute(m, "conv1", "group", 2), ["conv1"]),
    ("group 2^62", lambda m: attribute(m, "conv1", "group", 1 << 62), ["conv1"]),
    ("permutation with an axis twice", lambda m: attribute(m, "transpose2", "perm", [0, 2, 2, 1]), ["transpose2"]),
    ("permutation of three axes", lambda m: attribute(m, "transpose2", "perm", [0, 2, 1]), ["transpose2"]),
    ("permutation beyond the rank", lambda m: attribute(m, "transpose2", "perm", [0, 2, 3, 9]), ["transpose2"]),
    ("permutation exchanged", lambda m: attribute(m, "transpose2", "perm", [0, 3, 2, 1]), []),
    ("permutation left out", lambda m: attribute(m, "transpose2", "perm", None), []),
    ("axis beyond the rank", lambda m: attribute(m, "softmax4", "axis", 7), ["softmax4"]),
    ("axis -2^63", lambda m: attribute(m, "softmax4", "axis", -(1 << 63)), ["softmax4"]),
    ("axis 0", lambda m: attribute(m, "softmax4", "axis", 0), []),
    ("axis of a concatenation 2^62", lambda m: attribute(m, "concat3", "axis", 1 << 62), ["concat3"]),
    ("axis of a concatenation left out", lambda m: attribute(m, "concat3", "axis", None), ["concat3"]),
    ("axis of a concatenation 0", lambda m: attribute(m, "concat3", "axis", 0), ["dense4"]),
    ("transB left out", lambda m: attribute(m, "dense3", "transB", None), ["dense3"]),
    ("alpha and beta", lambda m: (attribute(m, "dense3", "alpha", -2.5), attribute(m, "dense3", "beta", 0.25)), []),
    # names and structure
    ("name of a node twice", lambda m: setattr(node(m, "conv2"), "name", "conv1"), ["conv1"]),
    ("names of nodes left out", lambda m: [setattr(n, "name", "") for n in m.graph.node], []),
    ("nodes in reverse order", reverse, []),
    ("cycle", lambda m: node(m, "conv1").input.__setitem__(0, "p1"), ["conv1", "prelu1"]),
    ("node that takes its own output", lambda m: node(m, "prelu1").input.__setitem__(0, "p1"), ["prelu1"]),
    ("input that nothing defines", lambda m: node(m, "prelu1").input.__setitem__(0, "nothing"), ["prelu1"]),
    ("output defined twice", lambda m: node(m, "conv2").output.__setitem__(0, "m1"), ["m1"]),
    ("output without a name", lambda m: node(m, "softmax4").output.__setitem__(0, ""), ["softmax4"]),
    ("initializer twice", lambda m: m.graph.initializer.append(initializer(m, "b1")), ["b1"]),
    ("initializer missing", lambda m: m.graph.initializer.remove(initializer(m, "b1")), ["b1"]),
    ("initializer unused", lambda m: m.graph.initializer.append(
        numpy_helper.from_array(numpy.ones(3, numpy.float32), "unused")), []),
    ("bias left out by an empty name", lambda m: node(m, "conv1").input.__setitem__(2, ""), []),
    ("too many inputs", lambda m: node(m, "leaky2").input.append("x"), ["leaky2"]),
    ("too few inputs", lambda m: node(m, "prelu1").input.pop(), ["prelu1"]),
    ("no inputs", lambda m: node(m, "conv2").ClearField("input"), ["conv2"]),
    ("no outputs of the graph", lambda m: m.graph.ClearField("output"), ["outputs"]),
    ("output of the graph that nothing defines", lambda m: setattr(m.graph.output[0], "name", "nothing"), ["nothing"]),
    ("an inner tensor as a second output", lambda m: m.graph.output.append(
        helper.make_tensor_value_info("c1", F, None)), []),
    ("no nodes", lambda m: m.graph.ClearField("node"), ["nodes"]),
    ("input of the graph twice", lambda m: m.graph.input.append(m.graph.input[0]), ["\"x\""]),
    ("operator unknown", lambda m: setattr(node(m, "leaky2"), "op_type", "Leaky"), ["leaky2"]),
    ("operator of another domain", lambda m: setattr(node(m, "leaky2"), "domain", "com.example"), ["leaky2"]),
    ("domain ai.onnx", lambda m: setattr(node(m, "leaky2"), "domain", "ai.onnx"), []),
    # versions
    ("operators of version 999", lambda m: setattr(m.opset_import[0], "version", 999), ["version 999"]),
    ("operators of version 0", lambda m: setattr(m.opset_import[0], "version", 0), ["version 0"]),
    ("operators of version -1", lambda m: setattr(m.opset_import[0], "version", -1), ["version -1"]),
    ("two versions of the operators", lambda m: m.opset_import.append(helper.make_opsetid("", 9)), ["version 9"]),
    ("version of another domain too", lambda m: m.opset_import.append(helper.make_opsetid("ai.onnx.ml", 2)), []),
    ("no version of the operators", lambda m: m.ClearField("opset_import"), ["version"]),
    ("IR version a million", lambda m: setattr(m, "ir_version", 1_000_000), ["IR version 1000000"]),
    ("IR version 3", lambda m: setattr(m, "ir_version", 3), []),
    # types and shapes
    ("output of another element type", lambda m: declare(m, "y", H, [1, 4]), ["\"y\""]),
    ("output of integers", lambda m: declare(m, "y", I64, [1, 4]), ["\"y\""]),
    ("output of another shape", lambda m: declare(m, "y", F, [1, 5]), ["\"y\""]),
    ("output of another rank", lambda m: declare(m, "y", F, [4]), ["\"y\""]),
    ("output without a shape", lambda m: declare(m, "y", F, None), []),
    ("output without a type", lambda m: m.graph.output[0].ClearField("type"), []),
    ("tensor of another element type", lambda m: declare(m, "c1", D, [1, 5, 10, 8]), ["\"c1\""]),
    ("tensor of another shape", lambda m: declare(m, "c1", F, [1, 5, 9, 8]), ["\"c1\""]),
    ("tensor declared that is not there", lambda m: m.graph.value_info.append(
        helper.make_tensor_value_info("nothing", D, [7])), []),
    ("input with an extent 0", lambda m: m.graph.input[0].CopyFrom(
        helper.make_tensor_value_info("x", F, [0, 3, 10, 9])), ["\"x\""]),
    ("input with an extent -1", lambda m: m.graph.input[0].CopyFrom(
        helper.make_tensor_value_info("x", F, [-1, 3, 10, 9])), []),
    ("input with a named extent", lambda m: m.graph.input[0].CopyFrom(
        helper.make_tensor_value_info("x", F, ["N", 3, "h", "w"])), []),
    ("input of another extent", lambda m: m.graph.input[0].CopyFrom(
        helper.make_tensor_value_info("x", F, [1, 3, 10, 8])), ["\"c1\"", "\"x\"", "dense3"]),
    ("input of text", lambda m: m.graph.input[0].CopyFrom(
        helper.make_tensor_value_info("x", TensorProto.STRING, [1, 3, 10, 9])), ["\"x\""]),
    ("weights float16", lambda m: change_type(m, "w1", numpy.float16), ["conv1"]),
    ("slope double", lambda m: change_type(m, "slope", numpy.float64), ["prelu1"]),
    ("shift double", lambda m: change_type(m, "t", numpy.float64), ["norm2"]),
    ("bias integers", lambda m: change_type(m, "b1", numpy.int64), ["conv1"]),
    ("shape int32", lambda m: change_type(m, "shape", numpy.int32), ["reshape2"]),
    ("shape of numbers", lambda m: change_type(m, "shape", numpy.float32), ["reshape2"]),
    ("shape with two open extents", lambda m: replace(m, "shape", numpy.array([-1, -1])), ["reshape2"]),
    ("shape with -2", lambda m: replace(m, "shape", numpy.array([1, -2])), ["reshape2"]),
    ("shape of another number of elements", lambda m: replace(m, "shape", numpy.array([1, 71])), ["reshape2"]),
    ("shape 2^62 by 4", lambda m: replace(m, "shape", numpy.array([1 << 62, 4])), ["reshape2"]),
    ("shape that copies an extent", lambda m: replace(m, "shape", numpy.array([0, -1])), []),
    ("shape of two axes", lambda m: replace(m, "shape", numpy.array([[1, -1]])), ["reshape2"]),
    ("slope of another length", lambda m: replace(m, "slope", numpy.ones((4, 1, 1), numpy.float32)), ["prelu1"]),
    ("one slope", lambda m: replace(m, "slope", numpy.full((1, 1, 1), 0.3, numpy.float32)), []),
    ("bias of another length", lambda m: replace(m, "b1", numpy.ones(4, numpy.float32)), ["conv1"]),
    ("weights of other channels", lambda m: replace(m, "w2", numpy.ones((6, 4, 2, 2), numpy.float32)), ["conv2"]),
    ("weights transposed", lambda m: replace(m, "w3", numpy.ones((72, 3), numpy.float32)), ["dense3"]),
    ("mean of another length", lambda m: replace(m, "mean", numpy.ones(5, numpy.float32)), ["norm2"]),
    ("variance negative", lambda m: replace(m, "variance", numpy.full(6, -1, numpy.float32)), []),
    ("weights infinite", lambda m: replace(m, "w1", numpy.full((5, 3, 3, 2), numpy.inf, numpy.float32)), []),
    ("weights subnormal", lambda m: replace(m, "b4", numpy.full(4, 1e-40, numpy.float32)), []),
    ("bias of several rows", lambda m: replace(m, "b4", numpy.ones((3, 1, 4), numpy.float32)), ["\"y\""]),
    # tensors
    ("extent of a tensor negative", lambda m: initializer(m, "b1").dims.__setitem__(0, -5), ["b1"]),
    ("extents of a tensor 2^40", lambda m: initializer(m, "b1").dims.extend([1 << 40, 1 << 40]), ["b1"]),
    ("tensor cut", lambda m: setattr(initializer(m, "b1"), "raw_data", initializer(m, "b1").raw_data[:-1]), ["b1"]),
    ("tensor with a byte more", lambda m: setattr(
        initializer(m, "b1"), "raw_data", initializer(m, "b1").raw_data + b"\0"), ["b1"]),
    ("tensor of text", lambda m: setattr(initializer(m, "b1"), "data_type", TensorProto.STRING), ["b1"]),
    ("tensor of an unknown type", lambda m: setattr(initializer(m, "b1"), "data_type", 99), ["b1"]),
    ("tensor in its typed field", lambda m: typed(m, "b1"), []),
    ("integers in their typed field", lambda m: typed(m, "shape"), []),
    ("tensor in both fields", lambda m: initializer(m, "b1").float_data.extend([1.0]), []),
    ("tensor in another file", lambda m: (
        setattr(initializer(m, "b1"), "data_location", TensorProto.EXTERNAL),
        initializer(m, "b1").external_data.add(key="location", value="../weights.bin")), ["b1"]),
    ("initializer that an input declares otherwise", lambda m: m.graph.input.append(
        helper.make_tensor_value_info("b1", D, [5])), ["b1"]),
    ("initializer that an input declares alike", lambda m: m.graph.input.append(
        helper.make_tensor_value_info("b1", F, [5])), []),
    ("initializer that an input declares with another shape", lambda m: m.graph.input.append(
        helper.make_tensor_value_info("b1", F, [6])), ["b1"]),
]


def by_onnxruntime(data, inputs):
    """The outputs by name; None where ONNX Runtime refuses."""
    try:
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        names = [o.name for o in session.get_outputs()]
        return dict(zip(names, session.run(names, inputs)))
    except Exception:
        return None


def check_all(check):
    onnxruntime.set_default_logger_severity(4)
    inputs = {"x": numpy.random.default_rng(5).normal(0, 1, (1, 3, 10, 9)).astype(numpy.float32)}
    for index, (name, change, places) in enumerate(CHANGES):
        model = base()
        change(model)
        data = model.SerializeToString()
        path = check.folder / f"changed{index}.onnx"
        path.write_bytes(data)
        expected = by_onnxruntime(data, inputs)
        check.judge("ONNX", name, path, inputs, expected, places or [path.name], STRICTER)
