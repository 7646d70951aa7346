"""Plants faults in PNet, RNet and ONet the way converters and engines make them, and asks what they are said to be.

Usage:
    python validation/plant_faults.py PROGRAM OUT [--seeds 1 2 3] [--only KIND] [--pairs N]
        [--table Reports/planted_faults.md]

Each fault is computed in numpy, node by node and in float32, with nothing of the program's: operands, attributes or
results are changed at a layer that the seed draws, on the inputs of the bundled captures. It is recorded twice, with
every tensor and with the outputs alone, and compared with the model that it should be. Innocent recordings, which
compute the same in another order, must not be accused.
"""

import argparse
import collections
import json
import pathlib
import shlex
import subprocess
import sys

import numpy

from capture_file import CaptureWriter, Provenance, RecordedTensor, file_sha256
from numpy_network import CASES, Fault, Network, attributes, convolution, evaluate, softmax


# Number formats


def to_float16(values):
    return values.astype(numpy.float16).astype(numpy.float32)


def cut(values, bits):
    """Rounded to float32's exponent and fewer bits of fraction, ties to even."""
    integers = numpy.ascontiguousarray(values, numpy.float32).view(numpy.uint32).astype(numpy.uint64)
    dropped = 23 - bits
    integers += (1 << (dropped - 1)) - 1 + ((integers >> dropped) & 1)
    return ((integers >> dropped) << dropped).astype(numpy.uint32).view(numpy.float32).reshape(values.shape)


def to_int8(values, axis=None):
    largest = numpy.abs(values).max() if axis is None else numpy.abs(values).max(
        axis=tuple(i for i in range(values.ndim) if i != axis), keepdims=True)
    scale = largest / 127
    return (numpy.clip(numpy.round(values / scale), -127, 127) * scale).astype(numpy.float32)


def to_uint8(values):
    low, high = min(values.min(), 0), max(values.max(), 0)
    scale = (high - low) / 255
    zero = numpy.round(-low / scale)
    return ((numpy.clip(numpy.round(values / scale) + zero, 0, 255) - zero) * scale).astype(numpy.float32)


# The faults


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


# Recording and asking


def record(network, path, run, outputs_only, arithmetic="fp32"):
    with CaptureWriter(path, Provenance(
        engine="numpy", engine_version=numpy.__version__, arithmetic=arithmetic, model_name=network.name,
        model_sha256=file_sha256(network.path), adapter="plant_faults.py")) as capture:
        for case, image in network.cases.items():
            given = run(case, image)
            tensors = [
                RecordedTensor(node.output[0], node.op_type, node.name, node.output[0] in network.outputs,
                               given[node.output[0]])
                for node in network.nodes if not outputs_only or node.output[0] in network.outputs]
            capture.add_case(case, case, {network.input: image}, tensors)


def ask(program, network, capture, report):
    done = subprocess.run(
        [program, "compare", str(network.path), str(capture), "--json", str(report)], capture_output=True, text=True)
    return done.returncode, (json.loads(report.read_text()) if done.returncode in (0, 1) else None), done.stderr


def runs(network, fault):
    """What a fault gives in each case; one that answers late gives the case before's."""
    cases = list(network.cases)

    def run(case, image):
        if getattr(fault, "stale", False):
            before = cases.index(case) - 1
            other = network.cases[cases[before]] if before >= 0 else image
            return network.run(other if other.shape == image.shape else image)
        return network.run(image, fault)

    return run


def differs(network, given, other, outputs_only):
    seen = network.outputs if outputs_only else [node.output[0] for node in network.nodes]
    return any(
        given[case][tensor].shape != other[case][tensor].shape
        or not numpy.allclose(given[case][tensor], other[case][tensor], rtol=2e-6, atol=2e-7, equal_nan=True)
        for case in given for tensor in seen)


class Answer:
    """What the program says of a recording."""

    def __init__(self, program, network, tensors, outputs_only, out):
        capture = out / "planted.h5"
        record(network, capture, lambda case, image: tensors[case], outputs_only)
        self.code, report, self.error = ask(program, network, capture, out / "report.json")
        self.network = report["networks"][0] if report else {}
        self.diagnosis = self.network.get("diagnosis") or {}
        self.causes = self.diagnosis.get("causes", [])
        self.kinds = [cause["kind"] for cause in self.causes]
        self.layers = [(cause.get("layer") or {}).get("tensor") for cause in self.causes]
        said = "; ".join(cause["words"] for cause in self.causes)
        self.said = said or str(self.diagnosis.get("unexplained", self.error))[-300:]

    def names(self, fault):
        return any(
            cause["kind"] == fault.kind and (not fault.layers or fault.layers[0] in self.places(cause))
            for cause in self.causes)

    @staticmethod
    def places(cause):
        return [layer["tensor"] for layer in cause["layers"]] + [(cause.get("layer") or {}).get("tensor")]

    def names_layer(self, layer):
        return (self.network.get("first_divergence") or {}).get("layer") == layer or layer in str(self.diagnosis)


def plant_single(arguments, network, seed, counts, rows):
    right = {case: network.run(image) for case, image in network.cases.items()}
    for fault in faults(network, numpy.random.default_rng(seed)):
        if arguments.only and fault.kind != arguments.only:
            continue
        run = runs(network, fault)
        changed = {case: run(case, image) for case, image in network.cases.items()}
        for outputs_only in (False, True):
            if not differs(network, changed, right, outputs_only):
                continue
            answer = Answer(arguments.program, network, changed, outputs_only, arguments.out)
            wanted = fault.layers[0] if fault.layers else None
            where = "outputs" if outputs_only else "all"
            outcome = "named" if answer.names(fault) else "other" if answer.causes else "unexplained"
            counts[where, "verdict", answer.code == 1] += 1
            if wanted and not outputs_only:
                counts[where, "layer", answer.names_layer(wanted)] += 1
            counts[where, outcome] += 1
            rows.append((network.name, seed, where, fault.kind, fault.label, outcome, answer.said))
            tell(rows[-1], answer, outcome != "named" or answer.code != 1)
            write_table(arguments, rows)


def plant_pairs(arguments, network, seed, counts, rows):
    """Two faults at once, at different places; each changes what is recorded beside the other."""
    draw = numpy.random.default_rng(seed)
    planted = 0
    while planted < arguments.pairs:
        drawn = [fault for fault in faults(network, draw) if not getattr(fault, "stale", False)]
        one, other = (drawn[index] for index in draw.choice(len(drawn), 2, replace=False))
        if one.layers == other.layers or one.everywhere and other.everywhere:
            continue

        def changed(*some):
            return {case: network.run(image, *some) for case, image in network.cases.items()}

        both, alone = changed(one, other), (changed(one), changed(other))
        if not all(differs(network, both, part, True) for part in alone):
            continue
        planted += 1
        for outputs_only in (False, True):
            answer = Answer(arguments.program, network, both, outputs_only, arguments.out)
            where = "outputs" if outputs_only else "all"
            outcome = ("neither named", "one named", "both named")[answer.names(one) + answer.names(other)]
            counts["two at once", where, outcome] += 1
            rows.append((network.name, seed, where, f"{one.kind} and {other.kind}", f"{one.label} and {other.label}",
                         outcome, answer.said))
            tell(rows[-1], answer, outcome != "both named" or answer.code != 1)
            write_table(arguments, rows)


def tell(row, answer, is_wrong):
    print(".", end="", file=sys.stderr, flush=True)
    if is_wrong:
        name, seed, where, kind, label, outcome, said = row
        print(f"{name} {seed} {where}: {kind}: {label}: exit {answer.code}, {outcome}: {said[-400:]}", flush=True)


def write_table(arguments, rows):
    """What was planted against what was named, so far."""
    if not arguments.table:
        return
    options = " ".join(map(shlex.quote, sys.argv[3:]))
    lines = ["# Faults that were planted, and what they are said to be", "",
             f"Written by `python validation/plant_faults.py PROGRAM OUT {options}`.", ""]
    counted = collections.Counter((row[2], row[5]) for row in rows)
    lines += ["| recorded | outcome | count |", "|---|---|---|"]
    lines += [f"| {where} | {outcome} | {count} |" for (where, outcome), count in sorted(counted.items())]
    lines += ["", "| network | seed | recorded | planted | at | outcome | said |", "|---|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in row) + " |" for row in rows]
    arguments.table.write_text("\n".join(lines) + "\n")


def ask_of_innocents(arguments, network, counts):
    for label, arithmetic in innocents(network):
        for outputs_only in (False, True):
            given = {case: network.run(image, arithmetic=arithmetic) for case, image in network.cases.items()}
            answer = Answer(arguments.program, network, given, outputs_only, arguments.out)
            counts["innocent", outputs_only, answer.code == 0] += 1
            if answer.code != 0:
                print(f"{network.name}: {label}: ACCUSED {answer.code} {answer.error}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--networks", nargs="+", default=list(CASES))
    parser.add_argument("--only", help="one kind of fault")
    parser.add_argument("--pairs", type=int, default=0, help="plant so many pairs in each network, not single faults")
    parser.add_argument("--table", type=pathlib.Path, help="write the matrix of planted against named here")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    counts = collections.Counter()
    rows = []
    for name in arguments.networks:
        network = Network(name)
        if not arguments.pairs:
            ask_of_innocents(arguments, network, counts)
        for seed in arguments.seeds:
            (plant_pairs if arguments.pairs else plant_single)(arguments, network, seed, counts, rows)
    for key, value in sorted(counts.items(), key=str):
        print(*key, value)
    return 0


if __name__ == "__main__":
    sys.exit(main())
