"""Makes small Core ML neural networks (.mlmodel, specification 1 to 5) with coremltools, and what they compute, as numpy
has it.

Usage:
    python validation/make_coreml_networks.py --output Fixtures/coreml

network_*.mlmodel are one network of convolutions, activations, pools, elementwise layers and a dense one, with weights of
float32, float16, integers with scales, and tables. network_image.mlmodel takes an image, network_maps.mlmodel pads, cuts and
resamples maps. network_input.npy and network_image_input.npy are the inputs, NAME.npy the outputs, computed by numpy in float64 from the weights that the file
holds.
"""

import argparse
import pathlib

import coremltools
import numpy
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder, quantization_utils

FORMS = {"float16": (16, "linear"), "linear_5bit": (5, "linear"), "table_4bit": (4, "linear_lut")}


def random_weights() -> dict[str, numpy.ndarray]:
    random = numpy.random.default_rng(21)

    def normal(*shape):
        return random.normal(0, 0.4, shape).astype(numpy.float32)

    return {
        "w1": normal(3, 3, 3, 8), "b1": normal(8), "a1": normal(8), "s": normal(8), "sb": normal(8),
        "w2": normal(2, 2, 4, 6), "b2": normal(6), "gamma": normal(6) ** 2 + 0.5, "beta": normal(6),
        "mean": normal(6), "variance": normal(6) ** 2 + 0.5, "e": normal(1), "w3": normal(5, 72), "b3": normal(5),
    }


def network(w: dict[str, numpy.ndarray]):
    builder = NeuralNetworkBuilder([("input", datatypes.Array(3, 9, 11))], [("out", datatypes.Array(5))])
    builder.add_convolution(
        "conv1", 3, 8, 3, 3, 1, 1, "valid", 1, w["w1"], w["b1"], True, input_name="input", output_name="conv1",
        padding_top=1, padding_bottom=0, padding_left=0, padding_right=1)
    builder.add_activation("prelu1", "PRELU", "conv1", "prelu1", w["a1"])
    builder.add_scale("scale1", w["s"], w["sb"], True, "prelu1", "scale1", shape_scale=[8], shape_bias=[8])
    builder.add_pooling(
        "pool1", 2, 2, 2, 2, "MAX", "INCLUDE_LAST_PIXEL", "scale1", "pool1", padding_top=0, padding_bottom=0,
        padding_left=0, padding_right=0)
    builder.add_convolution(
        "conv2", 4, 6, 2, 2, 1, 1, "same", 2, w["w2"], w["b2"], True, input_name="pool1", output_name="conv2")
    builder.add_pooling("average", 2, 2, 1, 1, "AVERAGE", "VALID", "conv2", "average", exclude_pad_area=False)
    builder.add_batchnorm(
        "norm", 6, w["gamma"], w["beta"], w["mean"], w["variance"], "average", "norm", epsilon=1e-3)
    builder.add_activation("linear", "LINEAR", "norm", "linear", [2.0, -0.5])
    builder.add_activation("leaky", "LEAKYRELU", "linear", "leaky", [0.25])
    builder.add_elementwise("sum", ["leaky", "linear"], "sum", "ADD")
    builder.add_elementwise("half", "sum", "half", "MULTIPLY", 0.5)
    builder.add_bias("bias", w["e"], "half", "bias", [1])
    builder.add_flatten("flat", 1, "bias", "flat")
    builder.add_inner_product("dense", w["w3"], w["b3"], 72, 5, True, "flat", "dense")
    builder.add_softmax("softmax", "dense", "out")
    return builder.spec


def stored(spec) -> dict[str, numpy.ndarray]:
    """The weights that a network holds, by coremltools' own decompression."""
    layers = {layer.name: layer for layer in spec.neuralNetwork.layers}

    def numbers(given, shape):
        if given.float16Value:
            return numpy.frombuffer(given.float16Value, numpy.float16).reshape(shape).astype(numpy.float64)
        whole = type(given)()
        whole.CopyFrom(given)
        quantization_utils._dequantize_wp(whole, shape)
        return numpy.array(whole.floatValue).reshape(shape)

    first, second = layers["conv1"].convolution, layers["conv2"].convolution
    norm, dense = layers["norm"].batchnorm, layers["dense"].innerProduct
    w = {name: numbers(getattr(norm, name), 6) for name in ("gamma", "beta", "mean", "variance")}
    return w | {
        "w1": numbers(first.weights, (8, 3, 3, 3)).transpose(2, 3, 1, 0), "b1": numbers(first.bias, 8),
        "a1": numbers(layers["prelu1"].activation.PReLU.alpha, 8), "s": numbers(layers["scale1"].scale.scale, 8),
        "sb": numbers(layers["scale1"].scale.bias, 8), "w2": numbers(second.weights, (6, 4, 2, 2)).transpose(2, 3, 1, 0),
        "b2": numbers(second.bias, 6), "e": numbers(layers["bias"].bias.bias, 1),
        "w3": numbers(dense.weights, (5, 72)), "b3": numbers(dense.bias, 5),
    }


def expected(x: numpy.ndarray, w: dict[str, numpy.ndarray]) -> numpy.ndarray:
    w = {name: values.astype(numpy.float64) for name, values in w.items()}

    def channels(values):
        return values.reshape(-1, 1, 1)

    def convolved(x, kernels, bias, groups):
        height, width, inputs, outputs = kernels.shape
        rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
        out = numpy.zeros((outputs, rows, columns)) + channels(bias)
        for output in range(outputs):
            first = output // (outputs // groups) * inputs
            for i in range(inputs):
                for row in range(height):
                    for column in range(width):
                        part = x[first + i, row : row + rows, column : column + columns]
                        out[output] += kernels[row, column, i, output] * part
        return out

    x = numpy.pad(x.astype(numpy.float64), ((0, 0), (1, 0), (0, 1)))
    x = convolved(x, w["w1"], w["b1"], 1)
    x = numpy.where(x >= 0, x, x * channels(w["a1"])) * channels(w["s"]) + channels(w["sb"])
    x = numpy.pad(x, ((0, 0), (0, x.shape[1] % 2), (0, x.shape[2] % 2)), constant_values=-numpy.inf)
    x = numpy.maximum.reduce([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)])
    x = convolved(numpy.pad(x, ((0, 0), (0, 1), (0, 1))), w["w2"], w["b2"], 2)
    x = (x[:, :-1, :-1] + x[:, 1:, :-1] + x[:, :-1, 1:] + x[:, 1:, 1:]) / 4
    x = (x - channels(w["mean"])) / numpy.sqrt(channels(w["variance"]) + numpy.float64(numpy.float32(1e-3)))
    x = 2 * (x * channels(w["gamma"]) + channels(w["beta"])) - 0.5
    x = (numpy.where(x >= 0, x, x / 4) + x) * 0.5 + w["e"][0]
    logits = w["w3"] @ x.transpose(1, 2, 0).reshape(-1) + w["b3"]
    shares = numpy.exp(logits - logits.max())
    return shares / shares.sum()


def image(output: pathlib.Path) -> None:
    random = numpy.random.default_rng(22)
    kernels = random.normal(0, 0.4, (1, 1, 3, 2)).astype(numpy.float32)
    builder = NeuralNetworkBuilder([("input", datatypes.Array(3, 4, 5))], [("out", datatypes.Array(2, 4, 5))])
    builder.add_convolution(
        "conv", 3, 2, 1, 1, 1, 1, "valid", 1, kernels, None, False, input_name="input", output_name="out")
    builder.set_pre_processing_parameters(
        image_input_names=["input"], is_bgr=True, red_bias=-1, green_bias=-0.5, blue_bias=0.25, image_scale=1 / 127.5)
    coremltools.models.MLModel(builder.spec, skip_model_load=True).save(str(output / "network_image.mlmodel"))
    pixels = random.integers(0, 256, (1, 3, 4, 5)).astype(numpy.float32)
    numpy.save(output / "network_image_input.npy", pixels)
    x = pixels.astype(numpy.float64) * numpy.float64(numpy.float32(1 / 127.5))
    x += numpy.array([0.25, -0.5, -1]).reshape(1, 3, 1, 1)
    numpy.save(output / "network_image.npy", numpy.einsum("io,nirc->norc", kernels[0, 0].astype(numpy.float64), x))


def maps(output: pathlib.Path, x: numpy.ndarray) -> None:
    random = numpy.random.default_rng(24)

    def normal(*shape):
        return random.normal(0, 0.4, shape).astype(numpy.float32)

    w, kernels, bias = normal(1, 1, 3, 4), normal(3, 2, 4, 3), normal(6)
    builder = NeuralNetworkBuilder([("input", datatypes.Array(3, 9, 11))], [("out", datatypes.Array(6, 28, 52))])
    builder.add_padding("reflect", 2, 3, 1, 0, input_name="input", output_name="reflect", padding_type="reflection")
    builder.add_padding("edge", 1, 0, 0, 1, input_name="reflect", output_name="edge", padding_type="replication")
    builder.add_padding("fill", 0, 0, 1, 0, 0.5, input_name="edge", output_name="fill", padding_type="constant")
    builder.add_crop("crop", 6, 6, 8, 0, [0, 0], ["fill"], "crop")
    builder.add_convolution(
        "four", 3, 4, 1, 1, 1, 1, "valid", 1, w, None, False, input_name="crop", output_name="four")
    builder.add_convolution(
        "deconv", 4, 6, 3, 2, 2, 3, "valid", 2, kernels, bias, True, is_deconv=True, input_name="four",
        output_name="deconv", padding_top=1, padding_right=1)
    builder.add_lrn("lrn", "deconv", "lrn", alpha=0.5, beta=0.75, local_size=3, k=2)
    builder.add_upsample("nearest", 1, 2, "lrn", "nearest", mode="NN")
    builder.add_upsample(
        "linear", 2, 1, "nearest", "out", mode="BILINEAR", linear_upsample_mode="ALIGN_CORNERS_FALSE")
    y = numpy.pad(x[0].astype(numpy.float64), ((0, 0), (1, 0), (2, 3)), mode="reflect")
    y = numpy.pad(y, ((0, 0), (0, 1), (1, 0)), mode="edge")
    y = numpy.pad(y, ((0, 0), (1, 0), (0, 0)), constant_values=0.5)
    y = numpy.einsum("io,irc->orc", w[0, 0].astype(numpy.float64), y[:, 8:, 6:-6])
    rows, columns = y.shape[1:]
    whole = numpy.zeros((6, 2 * (rows - 1) + 3, 3 * (columns - 1) + 2)) + bias.reshape(-1, 1, 1)
    for channel in range(4):
        for out in range(3):
            for row in range(3):
                for column in range(2):
                    part = whole[channel // 2 * 3 + out, row : row + 2 * rows - 1 : 2, column : column + 3 * columns - 2 : 3]
                    part += kernels[row, column, channel, out] * y[channel]
    y = whole[:, 1:, :-1]
    squares = numpy.pad(y**2, ((1, 1), (0, 0), (0, 0)))
    y = y / (2 + 0.5 / 3 * (squares[:-2] + squares[1:-1] + squares[2:])) ** 0.75
    y = y.repeat(2, axis=2)
    # Twice as many rows: a quarter from one to the next, and three quarters.
    before, after = numpy.pad(y, ((0, 0), (1, 1), (0, 0)), mode="edge")[:, :-2], y
    behind = numpy.pad(y, ((0, 0), (0, 1), (0, 0)), mode="edge")[:, 1:]
    y = numpy.stack([0.25 * before + 0.75 * after, 0.75 * after + 0.25 * behind], axis=2).reshape(6, -1, y.shape[2])
    builder.spec.description.output[0].type.multiArrayType.shape[:] = y.shape
    coremltools.models.MLModel(builder.spec, skip_model_load=True).save(str(output / "network_maps.mlmodel"))
    numpy.save(output / "network_maps.npy", y[None])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    output = parser.parse_args().output
    w = random_weights()
    x = numpy.random.default_rng(23).uniform(-1, 1, (1, 3, 9, 11)).astype(numpy.float32)
    numpy.save(output / "network_input.npy", x)
    models = {"float32": coremltools.models.MLModel(network(w), skip_model_load=True)}
    for name, (bits, mode) in FORMS.items():
        plain = coremltools.models.MLModel(network(w), skip_model_load=True)
        small = quantization_utils.quantize_weights(plain, bits, mode)
        spec = small.get_spec() if hasattr(small, "get_spec") else small
        models[name] = coremltools.models.MLModel(spec, skip_model_load=True)
    for name, model in models.items():
        model.save(str(output / f"network_{name}.mlmodel"))
        held = w if name == "float32" else stored(model.get_spec())
        numpy.save(output / f"network_{name}.npy", expected(x[0], held))
    image(output)
    maps(output, x)


if __name__ == "__main__":
    main()
