"""Writes the bundled networks in the other dialect of ONNX that MTCNN converters produce.

Same numbers, another spelling: IR 6 and opset 11; input [batch, channel, image y, image x], not
transposed; one output, the raw logits followed by box deltas (and landmarks); PRelu as Less,
Not, Mul and Where; MaxPool with ceil_mode 1; flatten as Transpose(0, 1, 3, 2) and Reshape; Gemm
with transB 1. A reader that takes both dialects, and gives equal results for them, has not
learned one exporter's habits by heart.

The kernels' rows and columns are swapped, because the bundled networks see transposed images.
For the same reason row (x * H + y) * C + c of the first dense layer becomes c * H * W + x * H + y.
The heads are joined in the order logits, boxes, landmarks.

Each model is compared, in ONNX Runtime on fixed random inputs, with the one it was made from;
exits with 1 if outputs differ by more than --limit.

Usage:
    python validation/make_nchw_dialect.py [--models Fixtures/models] [--output Fixtures/models/nchw]
"""

import argparse
import dataclasses
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnx import helper, numpy_helper

FIXTURE_MODELS = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "models"
CHECK_SEED = 20260102
CHECK_SIZES = {"pnet": [(12, 12), (31, 22), (24, 41)], "rnet": [(24, 24)] * 3, "onet": [(48, 48)] * 3}


class DialectError(Exception):
    """A model that is not one of the bundled networks, or a rewriting that changed its results."""


@dataclasses.dataclass(frozen=True)
class Network:
    """Names of a bundled model's tensors, layer by layer, and its geometry."""

    convolutions: list[str]
    slopes: list[str]
    pools: list[tuple[int, int]]  # (kernel, after which convolution)
    heads: list[str]  # logits, boxes, landmarks
    outputs: list[str]  # of the bundled model, in the order of the heads
    input_side: int | None
    dense: str | None = None
    dense_slope: str | None = None
    map_size: tuple[int, int, int] | None = None  # channels, x, y before the dense layer


NETWORKS = {
    "pnet": Network(
        convolutions=["conv2d", "conv2d_1", "conv2d_2"],
        slopes=["p_re_lu_initializer_8", "p_re_lu_1_initializer_6", "p_re_lu_2_initializer_3"],
        pools=[(2, 0)],
        heads=["conv2d_3", "conv2d_4"],
        outputs=["push_transpose_out_2", "conv2d_4"],
        input_side=None,
    ),
    "rnet": Network(
        convolutions=["conv2d_5", "conv2d_6", "conv2d_7"],
        slopes=["p_re_lu_3_initializer_14", "p_re_lu_4_initializer_12", "p_re_lu_5_initializer_10"],
        pools=[(3, 0), (3, 1)],
        heads=["dense_1", "dense_2"],
        outputs=["biased_tensor_name1", "dense_2"],
        input_side=24,
        dense="dense",
        dense_slope="slope",
        map_size=(64, 3, 3),
    ),
    "onet": Network(
        convolutions=["conv2d_8", "conv2d_9", "conv2d_10", "conv2d_11"],
        slopes=[
            "p_re_lu_7_initializer_22",
            "p_re_lu_8_initializer_20",
            "p_re_lu_9_initializer_18",
            "p_re_lu_10_initializer_16",
        ],
        pools=[(3, 0), (3, 1), (2, 2)],
        heads=["dense_4", "dense_5", "dense_6"],
        outputs=["biased_tensor_name2", "dense_5", "dense_6"],
        input_side=48,
        dense="dense_3",
        dense_slope="slope",
        map_size=(128, 3, 3),
    ),
}


class GraphBuilder:
    """Collects nodes and constants; every node's name is its output's name."""

    def __init__(self):
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: numpy.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
        return name

    def node(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def prelu(self, tensor: str, slope: numpy.ndarray, layer: str) -> str:
        zero = self.constant(f"{layer}.zero", numpy.zeros((), numpy.float32))
        negative = self.node("Less", [tensor, zero], f"{layer}.negative")
        positive = self.node("Not", [negative], f"{layer}.not_negative")
        scaled = self.node("Mul", [tensor, self.constant(f"{layer}.slope", slope)], f"{layer}.scaled")
        return self.node("Where", [positive, tensor, scaled], layer)


def build(name: str, network: Network, weights: dict[str, numpy.ndarray]) -> onnx.ModelProto:
    graph = GraphBuilder()
    tensor = "input"
    pools = {after: kernel for kernel, after in network.pools}
    for index, (convolution, slope) in enumerate(zip(network.convolutions, network.slopes, strict=True)):
        kernel = weights[f"{convolution}/kernel:0"].transpose(0, 1, 3, 2)
        tensor = graph.node(
            "Conv",
            [
                tensor,
                graph.constant(f"conv{index + 1}.weight", kernel),
                graph.constant(f"conv{index + 1}.bias", weights[f"{convolution}/bias:0"]),
            ],
            f"conv{index + 1}",
            dilations=[1, 1],
            group=1,
            kernel_shape=list(kernel.shape[2:]),
            pads=[0, 0, 0, 0],
            strides=[1, 1],
        )
        tensor = graph.prelu(tensor, weights[slope], f"prelu{index + 1}")
        if index in pools:
            tensor = graph.node(
                "MaxPool",
                [tensor],
                f"pool{index + 1}",
                ceil_mode=1,
                kernel_shape=[pools[index]] * 2,
                pads=[0, 0, 0, 0],
                strides=[2, 2],
            )
    head_bias = numpy.concatenate([weights[f"{head}/bias:0"] for head in network.heads])
    if network.dense is None:
        head_kernel = numpy.concatenate([weights[f"{head}/kernel:0"] for head in network.heads])
        graph.node(
            "Conv",
            [tensor, graph.constant("head.weight", head_kernel), graph.constant("head.bias", head_bias)],
            "output",
            dilations=[1, 1],
            group=1,
            kernel_shape=[1, 1],
            pads=[0, 0, 0, 0],
            strides=[1, 1],
        )
        input_shape = ["batch", 3, "height", "width"]
        output_shape = ["batch", len(head_bias), "output_height", "output_width"]
    else:
        channels, width, height = network.map_size
        dense = weights[f"{network.dense}/kernel:0"]
        dense = dense.reshape(width, height, channels, -1).transpose(2, 0, 1, 3).reshape(dense.shape)
        tensor = graph.node("Transpose", [tensor], "flatten.transposed", perm=[0, 1, 3, 2])
        shape = graph.constant("flatten.shape", numpy.array([-1, channels * width * height], numpy.int64))
        tensor = graph.node("Reshape", [tensor, shape], "flatten")
        layer = f"dense{len(network.convolutions) + 1}"
        tensor = graph.node(
            "Gemm",
            [tensor, graph.constant(f"{layer}.weight", dense.T), graph.constant(f"{layer}.bias", weights[f"{network.dense}/bias:0"])],
            layer,
            alpha=1.0,
            beta=1.0,
            transB=1,
        )
        tensor = graph.prelu(tensor, weights[network.dense_slope], f"prelu{len(network.convolutions) + 1}")
        head_kernel = numpy.concatenate([weights[f"{head}/kernel:0"].T for head in network.heads])
        graph.node(
            "Gemm",
            [tensor, graph.constant("head.weight", head_kernel), graph.constant("head.bias", head_bias)],
            "output",
            alpha=1.0,
            beta=1.0,
            transB=1,
        )
        input_shape = ["batch", 3, network.input_side, network.input_side]
        output_shape = ["batch", len(head_bias)]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            name,
            [helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, input_shape)],
            [helper.make_tensor_value_info("output", onnx.TensorProto.FLOAT, output_shape)],
            graph.constants,
        ),
        producer_name="make_nchw_dialect.py",
        ir_version=6,
        opset_imports=[helper.make_opsetid("", 11)],
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def session(model: onnx.ModelProto, extra_outputs: list[str] = ()) -> onnxruntime.InferenceSession:
    model = onnx.ModelProto.FromString(model.SerializeToString())
    declared = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in extra_outputs if name not in declared)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def largest_difference(name: str, original: onnx.ModelProto, rewritten: onnx.ModelProto) -> float:
    """The largest difference between the outputs of the two on the same images."""
    network = NETWORKS[name]
    before = session(original, network.outputs)
    after = session(rewritten)
    random = numpy.random.default_rng(CHECK_SEED)
    largest = 0.0
    for width, height in CHECK_SIZES[name]:
        image = ((random.integers(0, 256, (2, 3, height, width)) - 127.5) * 0.0078125).astype(numpy.float32)
        expected = before.run(network.outputs, {before.get_inputs()[0].name: image.transpose(0, 3, 2, 1)})
        joined = numpy.concatenate(expected, axis=-1)
        if joined.ndim == 4:
            joined = joined.transpose(0, 3, 2, 1)
        found = after.run(["output"], {"input": image})[0]
        if found.shape != joined.shape:
            raise DialectError(f"{name}: output shape {found.shape}, expected {joined.shape}")
        largest = max(largest, float(numpy.abs(found - joined).max()))
    return largest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=pathlib.Path, default=FIXTURE_MODELS)
    parser.add_argument("--output", type=pathlib.Path, default=FIXTURE_MODELS / "nchw")
    parser.add_argument("--limit", type=float, default=1e-5, help="largest difference allowed (default 1e-5)")
    arguments = parser.parse_args()
    try:
        arguments.output.mkdir(parents=True, exist_ok=True)
        for name, network in NETWORKS.items():
            path = arguments.models / f"{name}.onnx"
            original = onnx.load(str(path))
            weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in original.graph.initializer}
            try:
                rewritten = build(name, network, weights)
            except KeyError as error:
                raise DialectError(f"{path}: no tensor {error}, so not the bundled network") from error
            difference = largest_difference(name, original, rewritten)
            target = arguments.output / f"{name}.onnx"
            target.write_bytes(rewritten.SerializeToString(deterministic=True))
            print(f"{target}: {target.stat().st_size} bytes, largest difference {difference:.2e}")
            if not difference <= arguments.limit:
                raise DialectError(f"{path}: the rewriting differs by {difference:.2e}, limit {arguments.limit:.0e}")
    except (DialectError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
