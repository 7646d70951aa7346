"""Writes one network with coremltools for iOS 15 to 18 in every form of weights, and compares what it computes with numpy.

Usage:
    python validation/check_coreml_forms.py [--binary .build/release/mtcnn-validate] [--output out/coreml-forms]

The forms are float32, float16, 8-bit integers, palettes of 4 bits, 4-bit integers in scaled blocks and sparse weights, each
for the versions that have it. numpy computes in float64 from the weights that a package holds, decompressed by
coremltools itself; `compare` judges the package against that. Needs coremltools 9. Exits with 1 if a package is refused or
rounding does not explain a difference.
"""

import argparse
import pathlib
import sys

import coremltools
import coremltools.optimize.coreml as compression
import numpy
from coremltools.converters.mil import Builder
from coremltools.converters.mil.frontend.milproto.load import load

from capture_file import CaptureWriter, Provenance, RecordedTensor, file_sha256
from checked_facts import Check

VALIDATION = pathlib.Path(__file__).resolve().parent
TARGETS = {name: getattr(coremltools.target, name) for name in ("iOS15", "iOS16", "iOS17", "iOS18")}
WEIGHTS = ["w1", "b1", "gamma1", "beta1", "w2", "b2", "w3", "gamma2", "beta2", "w4", "b4"]
SIDE = 16
# A number that float16 holds.
EPSILON = 2.0**-10


def weights() -> dict[str, numpy.ndarray]:
    random = numpy.random.default_rng(31)

    def normal(*shape):
        return random.normal(0, 0.3, shape).astype(numpy.float32)

    return {
        "w1": normal(16, 3, 3, 3), "b1": normal(16), "gamma1": normal(8) + 1, "beta1": normal(8),
        "w2": normal(64, 16, 1, 1), "b2": normal(64), "w3": normal(64, 8, 2, 2), "gamma2": normal(SIDE) + 1,
        "beta2": normal(SIDE), "w4": normal(16, 8 * SIDE), "b4": normal(16),
    }


def network(target):
    w = weights()

    @Builder.program(input_specs=[Builder.TensorSpec(shape=(1, 3, SIDE, SIDE))], opset_version=target)
    def program(input):
        x = Builder.pad(x=input, pad=[1, 1, 1, 1], mode="reflect")
        x = Builder.relu(x=Builder.conv(x=x, weight=w["w1"], bias=w["b1"], pad_type="valid", name="conv1"))
        one, other = Builder.split(x=x, num_splits=2, axis=1)
        one = Builder.instance_norm(x=one, gamma=w["gamma1"], beta=w["beta1"], epsilon=EPSILON, name="instance")
        other = Builder.slice_by_index(x=other, begin=[0, 0, 0, 1], end=[1, 8, 16, 16], stride=[1, 1, 2, 2])
        other = Builder.upsample_nearest_neighbor(x=other, scale_factor_height=2, scale_factor_width=2)
        x = Builder.concat(values=[other, one], axis=1)
        x = Builder.conv(x=x, weight=w["w2"], bias=w["b2"], pad_type="valid", name="conv2")
        x = Builder.leaky_relu(x=x, alpha=0.25)
        x = Builder.conv_transpose(x=x, weight=w["w3"], pad_type="valid", strides=[2, 2], name="transposed")
        x = Builder.resize_bilinear(
            x=x, target_size_height=SIDE, target_size_width=SIDE, sampling_mode="UNALIGN_CORNERS")
        x = Builder.gather(x=x, indices=numpy.array([7, 0, 3, 2, 1, 6, 5, 4], numpy.int32), axis=1)
        largest = Builder.reduce_max(x=x, axes=[3], keep_dims=False)
        x = Builder.add(x=Builder.reduce_mean(x=x, axes=[2], keep_dims=False), y=largest)
        x = Builder.layer_norm(x=x, axes=[2], gamma=w["gamma2"], beta=w["beta2"], epsilon=EPSILON, name="layer")
        x = Builder.reshape(x=x, shape=[1, 8 * SIDE])
        x = Builder.linear(x=x, weight=w["w4"], bias=w["b4"], name="dense")
        return Builder.tanh(x=x, name="out")

    return program


def expected(x: numpy.ndarray, w: dict[str, numpy.ndarray]) -> numpy.ndarray:
    w = {name: values.astype(numpy.float64) for name, values in w.items()}
    channels = (1, -1, 1, 1)

    def convolved(x, kernels, bias):
        rows, columns = x.shape[2] - kernels.shape[2] + 1, x.shape[3] - kernels.shape[3] + 1
        out = numpy.zeros((1, kernels.shape[0], rows, columns)) + bias.reshape(channels)
        for row in range(kernels.shape[2]):
            for column in range(kernels.shape[3]):
                part = x[:, :, row : row + rows, column : column + columns]
                out += numpy.einsum("oi,nirc->norc", kernels[:, :, row, column], part)
        return out

    def normal(x, axes):
        return (x - x.mean(axes, keepdims=True)) / numpy.sqrt(x.var(axes, keepdims=True) + EPSILON)

    x = numpy.pad(x.astype(numpy.float64), ((0, 0), (0, 0), (1, 1), (1, 1)), mode="reflect")
    x = numpy.maximum(convolved(x, w["w1"], w["b1"]), 0)
    one, other = x[:, :8], x[:, 8:]
    one = normal(one, (2, 3)) * w["gamma1"].reshape(channels) + w["beta1"].reshape(channels)
    other = other[:, :, ::2, 1::2].repeat(2, axis=2).repeat(2, axis=3)
    x = convolved(numpy.concatenate([other, one], axis=1), w["w2"], w["b2"])
    x = numpy.where(x >= 0, x, x / 4)
    spread = numpy.einsum("ioab,nirc->noracb", w["w3"], x)
    x = spread.reshape(1, 8, 2 * SIDE, 2 * SIDE)
    # Half the size: each number lies in the middle of four.
    x = (x[:, :, ::2, ::2] + x[:, :, 1::2, ::2] + x[:, :, ::2, 1::2] + x[:, :, 1::2, 1::2]) / 4
    x = x[:, [7, 0, 3, 2, 1, 6, 5, 4]]
    x = x.mean(axis=2) + x.max(axis=3)
    x = normal(x, (2,)) * w["gamma2"] + w["beta2"]
    return numpy.tanh(x.reshape(1, -1) @ w["w4"].T + w["b4"])


def held(package: pathlib.Path) -> dict[str, numpy.ndarray]:
    """The weights that a package holds, by coremltools' own decompression."""
    model = coremltools.models.MLModel(str(package), skip_model_load=True)
    plain = compression.decompress_weights(model)
    program = plain._mil_program or load(
        plain.get_spec(), plain.get_spec().specificationVersion, plain.weights_dir)
    operations = {operation.name: operation for operation in program.functions["main"].operations}
    roles = {
        "w1": ("conv1", "weight"), "b1": ("conv1", "bias"), "gamma1": ("instance", "gamma"),
        "beta1": ("instance", "beta"), "w2": ("conv2", "weight"), "b2": ("conv2", "bias"),
        "w3": ("transposed", "weight"), "gamma2": ("layer", "gamma"), "beta2": ("layer", "beta"),
        "w4": ("dense", "weight"), "b4": ("dense", "bias"),
    }
    def constant(name):
        operation, role = roles[name]
        found = next(value for key, value in operations.items() if key.startswith(operation) and role in value.inputs)
        return found.inputs[role].val

    return {name: numpy.asarray(constant(name)) for name in WEIGHTS}


def packages(output: pathlib.Path):
    """Each form of each version, with its name."""
    optimize = {
        "int8": ("iOS16", lambda model: compression.linear_quantize_weights(
            model, compression.OptimizationConfig(
                compression.OpLinearQuantizerConfig(mode="linear_symmetric", weight_threshold=64)))),
        "palette_4bit": ("iOS16", lambda model: compression.palettize_weights(
            model, compression.OptimizationConfig(
                compression.OpPalettizerConfig(mode="uniform", nbits=4, weight_threshold=64)))),
        "sparse": ("iOS16", lambda model: compression.prune_weights(
            model, compression.OptimizationConfig(
                compression.OpMagnitudePrunerConfig(target_sparsity=0.6, weight_threshold=64)))),
        "int4_blocks": ("iOS18", lambda model: compression.linear_quantize_weights(
            model, compression.OptimizationConfig(
                compression.OpLinearQuantizerConfig(
                    mode="linear_symmetric", dtype="int4", granularity="per_block", block_size=8,
                    weight_threshold=64)))),
    }
    for version, target in TARGETS.items():
        for precision in ("FLOAT32", "FLOAT16"):
            model = coremltools.convert(
                network(target), convert_to="mlprogram", minimum_deployment_target=target,
                compute_precision=getattr(coremltools.precision, precision), skip_model_load=True)
            yield f"{version}_{precision.lower()}", model
            if precision == "FLOAT32":
                for name, (since, compress) in optimize.items():
                    if version >= since:
                        yield f"{version}_{name}", compress(model)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = VALIDATION.parent
    parser.add_argument("--binary", type=pathlib.Path, default=root / ".build" / "release" / "mtcnn-validate")
    parser.add_argument("--output", type=pathlib.Path, default=root / "out" / "coreml-forms")
    options = parser.parse_args()
    check = Check(options.binary.resolve(), options.output.resolve())
    check.output.mkdir(parents=True, exist_ok=True)
    x = numpy.random.default_rng(32).uniform(-1, 1, (1, 3, SIDE, SIDE)).astype(numpy.float32)
    for name, model in packages(check.output):
        package = check.output / f"{name}.mlpackage"
        model.save(str(package))
        given = x.astype(numpy.float16) if name in ("iOS16_float16", "iOS17_float16", "iOS18_float16") else x
        recorded = check.output / f"{name}.h5"
        with CaptureWriter(
            recorded,
            Provenance("numpy", numpy.__version__, "fp64", name, file_sha256(package / "Manifest.json"), "check_coreml_forms"),
        ) as capture:
            outputs = [RecordedTensor("out", "tanh", "out", True, expected(given, held(package)))]
            capture.add_case("random", "uniform random numbers", {"input": given}, outputs)
        try:
            text = check.run("compare", recorded, package, may_fail=True)
        except SystemExit as refused:
            check.say(f"{name}: {refused}", False)
            continue
        row = next(line for line in text.splitlines() if line.startswith("| ") and "verdict" not in line)
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        check.say(f"{name}: {cells[1]}, within {cells[4]} of numpy's", cells[1] == "conforms")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
