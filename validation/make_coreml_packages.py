"""Makes small Core ML packages with coremltools, and what they compute, as numpy has it.

Usage:
    python validation/make_coreml_packages.py --output Fixtures/coreml [--only PATTERN]

Each package NAME.mlpackage is a network of convolution, PReLU, max-pool, convolution and a dense layer, with random
weights. input.npy is the input, NAME.npy the output, computed by numpy in float64 from the weights that the
package holds (decompressed where they are compressed). coremltools notes dates and random identifiers, so that the
packages' bytes differ from one making to the next; the outputs do not. --only makes those whose name matches.

activations_*.mlpackage hold operations that are read as several, packed_*.mlpackage are chains of convolutions whose weights stand in every compressed form of iOS 18, further_*.mlpackage hold operations that move, resample and normalise, image_*.mlpackage
take pixels from 0 to 255 in three orders of channels.
"""

import argparse
import fnmatch
import pathlib

import coremltools
import coremltools.optimize.coreml as compression
import numpy
from coremltools.converters.mil import Builder
from coremltools.converters.mil.mil import get_new_symbol, types

TARGET = coremltools.target.iOS16
SIDE = 15


def weights() -> dict[str, numpy.ndarray]:
    random = numpy.random.default_rng(11)
    def normal(*shape):
        return random.normal(0, 0.3, shape).astype(numpy.float32)

    return {
        "w1": normal(10, 3, 3, 3), "b1": normal(10), "a1": normal(10), "w2": normal(16, 10, 2, 2), "b2": normal(16),
        "a2": normal(16), "w3": normal(12, 16 * 6 * 6), "b3": normal(12), "a3": normal(12),
    }


def network(spelling: str, open_size: bool):
    w = weights()
    side = (get_new_symbol(), get_new_symbol()) if open_size else (SIDE, SIDE)

    def prelu(x, alpha, name):
        if spelling == "prelu" and x.rank == 4:
            return Builder.prelu(x=x, alpha=alpha, name=name)
        shape = (1, -1, 1, 1) if x.rank == 4 else (1, -1)
        scaled = Builder.mul(x=x, y=alpha.reshape(shape))
        return Builder.select(cond=Builder.greater_equal(x=x, y=numpy.float32(0)), a=x, b=scaled, name=name)

    @Builder.program(input_specs=[Builder.TensorSpec(shape=(1, 3, *side))], opset_version=TARGET)
    def program(input):
        x = Builder.conv(x=input, weight=w["w1"], bias=w["b1"], pad_type="valid", name="conv1")
        x = prelu(x, w["a1"], "prelu1")
        x = Builder.max_pool(
            x=x, kernel_sizes=[2, 2], strides=[2, 2], pad_type="custom", pad=[0, 0, 0, 0], ceil_mode=True, name="pool1")
        x = Builder.conv(x=x, weight=w["w2"], bias=w["b2"], pad_type="valid", name="conv2")
        if open_size:
            return prelu(x, w["a2"], "out")
        x = prelu(x, w["a2"], "prelu2")
        x = Builder.transpose(x=x, perm=[0, 1, 3, 2], name="transpose")
        x = Builder.reshape(x=x, shape=[-1, 16 * 6 * 6], name="flatten")
        x = Builder.linear(x=x, weight=w["w3"], bias=w["b3"], name="dense")
        return prelu(x, w["a3"], "out")

    return program


def expected(x: numpy.ndarray, w: dict[str, numpy.ndarray], open_size: bool) -> numpy.ndarray:
    x = x.astype(numpy.float64)

    def convolved(x, kernels, bias):
        rows, columns = x.shape[2] - kernels.shape[2] + 1, x.shape[3] - kernels.shape[3] + 1
        out = numpy.zeros((1, kernels.shape[0], rows, columns)) + bias.reshape(1, -1, 1, 1)
        for row in range(kernels.shape[2]):
            for column in range(kernels.shape[3]):
                part = x[:, :, row : row + rows, column : column + columns]
                out += numpy.einsum("oi,nirc->norc", kernels[:, :, row, column].astype(numpy.float64), part)
        return out

    def rectified(x, alpha):
        return numpy.where(x >= 0, x, x * alpha.reshape((1, -1) + (1,) * (x.ndim - 2)))

    x = rectified(convolved(x, w["w1"], w["b1"]), w["a1"])
    padded = numpy.pad(x, ((0, 0), (0, 0), (0, x.shape[2] % 2), (0, x.shape[3] % 2)), constant_values=-numpy.inf)
    x = numpy.maximum.reduce([padded[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)])
    x = rectified(convolved(x, w["w2"], w["b2"]), w["a2"])
    if open_size:
        return x
    flat = x.transpose(0, 1, 3, 2).reshape(1, -1)
    return rectified(flat @ w["w3"].T.astype(numpy.float64) + w["b3"], w["a3"])


def statistics() -> tuple[numpy.ndarray, ...]:
    random = numpy.random.default_rng(3)
    return tuple(random.uniform(0.5, 1.5, 3).astype(numpy.float32) for _ in range(4))


def matrix() -> numpy.ndarray:
    return numpy.random.default_rng(4).normal(0, 0.2, (64, 5)).astype(numpy.float32)


@Builder.program(input_specs=[Builder.TensorSpec(shape=(1, 3, SIDE, SIDE))], opset_version=TARGET)
def operations(input):
    """The other operations that are read, one after another."""
    mean, variance, gamma, beta = statistics()
    x = Builder.batch_norm(x=input, mean=mean, variance=variance, gamma=gamma, beta=beta, epsilon=1e-3)
    pooled = Builder.avg_pool(
        x=x, kernel_sizes=[3, 3], strides=[2, 2], pad_type="same", exclude_padding_from_average=True)
    counted = Builder.avg_pool(
        x=x, kernel_sizes=[2, 2], strides=[2, 2], pad_type="custom", pad=[1, 0, 1, 0],
        exclude_padding_from_average=False)
    x = Builder.concat(values=[Builder.leaky_relu(x=pooled, alpha=0.2), Builder.sigmoid(x=counted)], axis=1)
    rows = Builder.reshape(x=x, shape=[6, 64])
    product = Builder.matmul(x=rows, y=rows, transpose_x=False, transpose_y=True)
    product = Builder.real_div(x=Builder.sub(x=Builder.add(x=product, y=numpy.float32(3)), y=product), y=numpy.float32(2))
    share = Builder.softmax(x=Builder.matmul(x=rows, y=matrix()), axis=-1)
    both = Builder.concat(values=[Builder.expand_dims(x=product, axes=[0]), Builder.expand_dims(x=share, axes=[0])], axis=2)
    return Builder.squeeze(x=Builder.relu(x=both), axes=[0], name="out")


def expected_operations(x: numpy.ndarray) -> numpy.ndarray:
    mean, variance, gamma, beta = (value.astype(numpy.float64).reshape(1, -1, 1, 1) for value in statistics())
    x = (x.astype(numpy.float64) - mean) / numpy.sqrt(variance + numpy.float64(numpy.float32(1e-3))) * gamma + beta

    def averaged(x, kernel, before, after, counts_padding):
        padded = numpy.pad(x, ((0, 0), (0, 0), (before, after), (before, after)))
        ones = numpy.pad(numpy.ones_like(x), ((0, 0), (0, 0), (before, after), (before, after)))
        size = (padded.shape[2] - kernel) // 2 + 1
        out = numpy.zeros((1, x.shape[1], size, size))
        for row in range(size):
            for column in range(size):
                window = (..., slice(2 * row, 2 * row + kernel), slice(2 * column, 2 * column + kernel))
                total = padded[window].sum(axis=(2, 3))
                out[:, :, row, column] = total / (kernel**2 if counts_padding else ones[window].sum(axis=(2, 3)))
        return out

    pooled = averaged(x, 3, 1, 1, False)
    counted = averaged(x, 2, 1, 0, True)
    both = [numpy.where(pooled >= 0, pooled, pooled * numpy.float64(numpy.float32(0.2))), 1 / (1 + numpy.exp(-counted))]
    rows = numpy.concatenate(both, axis=1).reshape(6, 64)
    logits = rows @ matrix().astype(numpy.float64)
    shares = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return numpy.concatenate([numpy.full((6, 6), 1.5), shares], axis=1)


def decompressed(kind: str, model) -> dict[str, numpy.ndarray]:
    """The weights that a compressed model holds, by coremltools' own decompression."""
    plain = compression.decompress_weights(model)
    program = plain._mil_program or coremltools.converters.mil.frontend.milproto.load.load(
        plain.get_spec(), plain.get_spec().specificationVersion, plain.weights_dir)
    w = weights()
    for operation in program.functions["main"].operations:
        name = {"conv1": "w1", "conv2": "w2", "dense": "w3"}.get(operation.name)
        if name:
            w[name] = operation.inputs["weight"].val
    return w


class Packed:
    """A chain of 1x1 convolutions of 12 channels, the weights of each in another compressed form, and dense beside it."""

    def __init__(self) -> None:
        self.random = numpy.random.default_rng(17)
        self.dense = []

    def normal(self, *shape):
        return self.random.normal(0, 0.4, shape).astype(numpy.float32)

    def integers(self, bits, *shape):
        numbers = self.random.integers(0, 2**bits, shape)
        return numbers, numbers.astype(types.nptype_from_builtin(types.string_to_builtin(f"uint{bits}")))

    def blocks(self):
        (data, packed), scale = self.integers(4, 12, 12, 1, 1), self.normal(12, 3, 1, 1)
        offset, packed_offset = self.integers(4, 12, 3, 1, 1)
        self.dense.append(numpy.repeat(scale, 4, 1) * (data - numpy.repeat(offset, 4, 1)))
        return Builder.constexpr_blockwise_shift_scale(data=packed, scale=scale, offset=packed_offset)

    def groups(self):
        (indices, packed), lut = self.integers(3, 12, 12, 1, 1), self.normal(4, 1, 1, 1, 8, 1)
        self.dense.append(lut[numpy.arange(12)[:, None] // 3, 0, 0, 0, indices[:, :, 0, 0], 0][:, :, None, None])
        return Builder.constexpr_lut_to_dense(indices=packed, lut=lut)

    def vectors(self):
        (indices, packed), lut = self.integers(6, 12, 4, 1, 1), self.normal(1, 1, 1, 1, 64, 3)
        self.dense.append(lut[0, 0, 0, 0][indices[:, :, 0, 0]].reshape(12, 12, 1, 1))
        return Builder.constexpr_lut_to_dense(indices=packed, lut=lut, vector_axis=numpy.int32(1))

    def scaled_table(self):
        (indices, packed), scale = self.integers(4, 12, 12, 1, 1), self.normal(12, 1, 1, 1)
        lut = self.random.integers(-20, 20, (1, 1, 1, 1, 16, 1)).astype(numpy.int8)
        self.dense.append(scale * lut[0, 0, 0, 0, :, 0][indices])
        table = Builder.constexpr_lut_to_dense(indices=packed, lut=lut)
        return Builder.constexpr_blockwise_shift_scale(data=table, scale=scale)

    def sparse(self):
        mask, packed = self.integers(1, 12, 12, 1, 1)
        values = self.normal(int(mask.sum()))
        self.dense.append(numpy.zeros(mask.shape))
        self.dense[-1][mask == 1] = values
        return Builder.constexpr_sparse_to_dense(nonzero_data=values, mask=packed)

    def sparse_table(self):
        mask, packed = self.integers(1, 6, 12, 1, 1)
        (indices, packed_indices), lut = self.integers(2, int(mask.sum())), self.normal(1, 1, 1, 1, 4, 2)
        pairs = numpy.zeros((6, 2, 12, 1, 1))
        pairs.transpose(0, 2, 3, 4, 1)[mask == 1] = lut[0, 0, 0, 0][indices]
        self.dense.append(pairs.reshape(12, 12, 1, 1))
        wide, values = Builder.constexpr_lut_to_sparse(
            indices_mask=packed, indices_nonzero_data=packed_indices, lut=lut, vector_axis=numpy.int32(0))
        return Builder.constexpr_sparse_to_dense(nonzero_data=values, mask=wide)

    def sparse_blocks(self):
        mask, packed = self.integers(1, 12, 12, 1, 1)
        data, scale = self.random.integers(-8, 8, int(mask.sum())).astype(numpy.int8), self.normal(12, 2, 1, 1) / 4
        self.dense.append(numpy.zeros(mask.shape))
        self.dense[-1][mask == 1] = data
        self.dense[-1] *= numpy.repeat(scale, 6, 1)
        same, values = Builder.constexpr_sparse_blockwise_shift_scale(data_mask=packed, nonzero_data=data, scale=scale)
        return Builder.constexpr_sparse_to_dense(nonzero_data=values, mask=same)

    def program(self):
        forms = [
            self.blocks, self.groups, self.vectors, self.scaled_table, self.sparse, self.sparse_table, self.sparse_blocks]

        @Builder.program(
            input_specs=[Builder.TensorSpec(shape=(1, 12, 3, 5))], opset_version=coremltools.target.iOS18)
        def chain(input):
            x = input
            for form in forms:
                x = Builder.conv(x=x, weight=form(), pad_type="valid", name="out" if form == forms[-1] else form.__name__)
            return x

        return coremltools.convert(
            chain, minimum_deployment_target=coremltools.target.iOS18,
            compute_precision=coremltools.precision.FLOAT32, skip_model_load=True)

    def expected(self, x):
        x = x.astype(numpy.float64)
        for kernels in self.dense:
            x = numpy.einsum("oi,nirc->norc", kernels[:, :, 0, 0].astype(numpy.float32), x)
        return x


def packed(output: pathlib.Path) -> None:
    chain = Packed()
    chain.program().save(str(output / "packed_fp32.mlpackage"))
    x = numpy.random.default_rng(6).uniform(-1, 1, (1, 12, 3, 5)).astype(numpy.float32)
    numpy.save(output / "packed_input.npy", x)
    numpy.save(output / "packed_fp32.npy", chain.expected(x).astype(numpy.float32))


def activations(output: pathlib.Path) -> None:
    """Operations that are read as several, of iOS 17, in float32 and in float16."""
    @Builder.program(
        input_specs=[Builder.TensorSpec(shape=(1, 4, 3, 5))], opset_version=coremltools.target.iOS17)
    def network(input):
        parts = [
            Builder.relu6(x=Builder.mul(x=input, y=numpy.float32(4))), Builder.clip(x=input, alpha=-0.5, beta=0.75),
            Builder.silu(x=input), Builder.sigmoid_hard(x=input, alpha=0.3, beta=0.4), Builder.square(x=input),
            Builder.linear_activation(x=input, alpha=1.5, beta=-0.25),
            Builder.select(cond=Builder.logical_not(x=Builder.less(x=input, y=numpy.float32(0.1))), a=input, b=input),
        ]
        means = [Builder.reduce_mean(x=part, axes=[-2, -1], keep_dims=False) for part in parts]
        kept = [Builder.squeeze(x=Builder.reduce_mean(x=p, axes=[2, 3], keep_dims=True), axes=[2, 3]) for p in parts]
        both = Builder.stack(values=means + kept, axis=1)
        return Builder.flatten2d(x=both, axis=2, name="out")

    x = numpy.random.default_rng(10).uniform(-2, 2, (1, 4, 3, 5)).astype(numpy.float32)
    numpy.save(output / "activations_input.npy", x)
    for name, precision in (("fp32", coremltools.precision.FLOAT32), ("fp16", coremltools.precision.FLOAT16)):
        coremltools.convert(
            network, minimum_deployment_target=coremltools.target.iOS17, compute_precision=precision,
            skip_model_load=True).save(str(output / f"activations_{name}.mlpackage"))
    x = x.astype(numpy.float64)
    alpha, beta = numpy.float64(numpy.float32(0.3)), numpy.float64(numpy.float32(0.4))
    parts = [
        numpy.clip(4 * x, 0, 6), numpy.clip(x, -0.5, 0.75), x / (1 + numpy.exp(-x)),
        numpy.clip(alpha * x + beta, 0, 1), x * x, 1.5 * x - 0.25, x]
    means = [part.mean(axis=(2, 3)) for part in parts]
    numpy.save(output / "activations.npy", numpy.stack(means + means, axis=1).reshape(14, 4))


def images(output: pathlib.Path) -> None:
    pixels = numpy.random.default_rng(8).integers(0, 256, (1, 3, 6, 9)).astype(numpy.float32)
    numpy.save(output / "image_input.npy", pixels)
    for layout in (coremltools.colorlayout.RGB, coremltools.colorlayout.BGR, coremltools.colorlayout.GRAYSCALE):
        channels = 1 if layout == coremltools.colorlayout.GRAYSCALE else 3
        kernels = numpy.random.default_rng(9).normal(0, 0.4, (4, channels, 1, 1)).astype(numpy.float32)
        bias = [-1.0, -0.5, 0.25][:channels]

        @Builder.program(
            input_specs=[Builder.TensorSpec(shape=(1, channels, 6, 9))], opset_version=coremltools.target.iOS15)
        def network(input):
            return Builder.conv(x=input, weight=kernels, pad_type="valid", name="out")

        image = coremltools.ImageType(
            name="input", shape=(1, channels, 6, 9), scale=1 / 127.5, bias=bias if channels > 1 else bias[0],
            color_layout=layout)
        model = coremltools.convert(
            network, convert_to="mlprogram", minimum_deployment_target=coremltools.target.iOS15,
            compute_precision=coremltools.precision.FLOAT32, inputs=[image], skip_model_load=True)
        name = {"G": "gray"}.get(layout.value, layout.value.lower())
        model.save(str(output / f"image_{name}.mlpackage"))
        x = pixels[:, :channels].astype(numpy.float64) * numpy.float64(numpy.float32(1 / 127.5))
        x += numpy.array(bias).reshape(1, -1, 1, 1)
        expected = numpy.einsum("oi,nirc->norc", kernels[:, :, 0, 0].astype(numpy.float64), x)
        numpy.save(output / f"image_{name}.npy", expected.astype(numpy.float32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="*", help="make those of packed, images, activations, further and others that match")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, make in (("packed", packed), ("images", images), ("activations", activations), ("further", further), ("others", others)):
        if fnmatch.fnmatchcase(name, arguments.only):
            make(arguments.output)


def further(output: pathlib.Path) -> None:
    """The network of check_coreml_forms.py, of iOS 17 and 18."""
    import check_coreml_forms as forms

    x = numpy.random.default_rng(32).uniform(-1, 1, (1, 3, forms.SIDE, forms.SIDE)).astype(numpy.float16)
    numpy.save(output / "further_input.npy", x.astype(numpy.float32))
    for name, target, precision in (
        ("fp32", coremltools.target.iOS17, coremltools.precision.FLOAT32),
        ("fp16", coremltools.target.iOS18, coremltools.precision.FLOAT16),
    ):
        coremltools.convert(
            forms.network(target), convert_to="mlprogram", minimum_deployment_target=target, compute_precision=precision,
            skip_model_load=True).save(str(output / f"further_{name}.mlpackage"))
    numpy.save(output / "further.npy", forms.expected(x, forms.weights()))


def others(output: pathlib.Path) -> None:
    single, half = coremltools.precision.FLOAT32, coremltools.precision.FLOAT16
    extent = coremltools.RangeDim(12, 100, default=SIDE)
    ranged = [coremltools.TensorType(name="input", shape=(1, 3, extent, coremltools.RangeDim(12, 100, default=SIDE)))]
    sizes = coremltools.EnumeratedShapes([(1, 3, SIDE, SIDE), (1, 3, 20, 30)])
    listed = [coremltools.TensorType(name="input", shape=sizes)]

    def convert(spelling, precision, inputs=None):
        return coremltools.convert(
            network(spelling, inputs is not None), minimum_deployment_target=TARGET, compute_precision=precision,
            inputs=inputs)

    models = {
        "prelu_fp32": convert("prelu", single), "select_fp32": convert("select", single),
        "prelu_fp16": convert("prelu", half), "select_fp16": convert("select", half),
        "range_fp16": convert("select", half, ranged), "enumerated_fp32": convert("prelu", single, listed),
    }
    plain = models["prelu_fp32"]
    models["quantized_8bit"] = compression.linear_quantize_weights(
        plain, compression.OptimizationConfig(
            global_config=compression.OpLinearQuantizerConfig(mode="linear", weight_threshold=100)))
    models["palettized_4bit"] = compression.palettize_weights(
        plain, compression.OptimizationConfig(
            global_config=compression.OpPalettizerConfig(mode="uniform", nbits=4, weight_threshold=100)))
    several = coremltools.convert(
        operations, minimum_deployment_target=TARGET, compute_precision=single,
        pass_pipeline=coremltools.PassPipeline.EMPTY)
    x = numpy.random.default_rng(5).uniform(-1, 1, (1, 3, SIDE, SIDE)).astype(numpy.float32)
    numpy.save(output / "input.npy", x)
    several.save(str(output / "operations_fp32.mlpackage"))
    numpy.save(output / "operations_fp32.npy", expected_operations(x).astype(numpy.float32))
    for name, model in models.items():
        model.save(str(output / f"{name}.mlpackage"))
        w = decompressed(name, model) if "bit" in name else weights()
        open_size = name.startswith(("range", "enumerated"))
        numpy.save(output / f"{name}.npy", expected(x, w, open_size).astype(numpy.float32))


if __name__ == "__main__":
    main()
