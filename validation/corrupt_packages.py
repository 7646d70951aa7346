"""Core ML packages with one thing changed in each, for corrupt_models.py."""

import json
import os
import pathlib
import shutil
import struct

import coremltools
import numpy
from coremltools.converters.mil.frontend.milproto.load import load

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "coreml"
DATA = "Data/com.apple.CoreML"

# What coremltools' loader reads and the program refuses, and why. The loader does not look at most of a manifest, nor
# at what the description says.
STRICTER = {
    "input of another element type in the description": "the file contradicts itself",
    "input of another extent in the description": "the file contradicts itself",
    "output of another shape in the description": "the file contradicts itself",
    "output of another name in the description": "the file contradicts itself",
    "range upside down": "the file contradicts itself",
    "enumerated shape of 2^62": "no tensor has so many elements",
    "declared shape that does not follow": "the file contradicts itself; the loader infers anew",
    "declared element type that does not follow": "the file contradicts itself; the loader infers anew",
    "specification older than its operations": "the file contradicts itself",
    "specification 99": "not known",
    "program of version 7": "not known",
    "groups of two numbers": "one number is right; the loader takes the first",
    "dilations 2^31 - 1": "the window does not fit",
    "axis of a scale 0.5": "an axis is a whole number",
    "axis of a scale NaN": "an axis is a whole number",
    "axis of a scale 9": "no such axis",
    "shape of a palette that is not the output's": "the file contradicts itself",
    "weights item under another path": "nothing says where the weights are",
    "path out of the package": "a package must not name other files",
    "NUL in a path": "no file has such a name",
    "Data a link out of the package": "a package must not name other files",
    "weights a link out of the package": "a package must not name other files",
    "weights a pipe": "it might never end",
    "manifest without a root": "nothing says which item the model is",
    "manifest of version 2.0.0": "not known",
    "manifest item without an author": "the manifest's rules ask for it",
    "weights with bytes behind": "the file contradicts itself",
    "weights of another version": "not known",
    "a tensor defined twice": "names are unique; the loader takes the last",
    "a blob more announced": "the file contradicts itself",
}


class Package:
    """A package of the fixtures, copied, to be changed and written back."""

    def __init__(self, source, path):
        if path.exists():
            shutil.rmtree(path)
        shutil.copytree(FIXTURES / f"{source}.mlpackage", path)
        self.path = path
        self.data = path / DATA
        self.weights = self.data / "weights" / "weight.bin"
        self.spec = coremltools.models.utils.load_spec(str(path))

    @property
    def main(self):
        return self.spec.mlProgram.functions["main"]

    @property
    def block(self):
        return self.main.block_specializations[self.main.opset]

    @property
    def array(self):
        return self.spec.description.input[0].type.multiArrayType

    def op(self, output):
        return next(o for o in self.block.operations if o.outputs[0].name == output)

    def values(self, output, attribute="val"):
        """The numbers of a constant that stands in the program."""
        tensor = self.op(output).attributes[attribute].immediateValue.tensor
        return getattr(tensor, tensor.WhichOneof("value")).values

    def set(self, output, values):
        self.values(output)[:] = values

    def declare(self, output, kind, *extents):
        type = self.op(output).outputs[0].type.tensorType
        type.dataType, type.rank = kind, len(extents)
        del type.dimensions[:]
        for extent in extents:
            type.dimensions.add().constant.size = extent

    def attribute(self, output, name, kind, *numbers):
        """A float attribute in place of one of whole numbers."""
        value = self.op(output).attributes[name]
        shape = [d.constant.size for d in value.type.tensorType.dimensions]
        value.Clear()
        value.type.tensorType.dataType, value.type.tensorType.rank = kind, len(shape)
        for extent in shape:
            value.type.tensorType.dimensions.add().constant.size = extent
        value.immediateValue.tensor.floats.values[:] = numbers

    def manifest(self, change):
        path = self.path / "Manifest.json"
        manifest = json.loads(path.read_text())
        change(manifest)
        path.write_text(json.dumps(manifest))

    def item(self, name, key, value):
        def change(manifest):
            item = next(i for i in manifest["itemInfoEntries"].values() if i["name"] == name)
            item[key] = value
        self.manifest(change)

    def bytes(self, offset, new):
        data = bytearray(self.weights.read_bytes())
        data[offset : offset + len(new)] = new
        self.weights.write_bytes(data)

    def outside(self, part):
        """Moves a part of the package out of it and leaves a link."""
        target = self.path.parent / f"outside-{self.path.stem}"
        if target.is_dir():
            shutil.rmtree(target)
        elif target.exists():
            target.unlink()
        os.rename(part, target)
        os.symlink(target.resolve(), part)

    def save(self):
        model = self.data / "model.mlmodel"
        if model.exists():
            model.write_bytes(self.spec.SerializeToString())


def pipe(path):
    path.unlink()
    os.mkfifo(path)


FP16, FP32 = 10, 11
CONV, PALETTE, SCALED = "prelu_fp32", "palettized_4bit", "quantized_8bit"
PALETTIZED, QUANTIZED = "conv1_weight_0_palettized", "conv1_weight_0_quantized"

# (name, package, change, places of which the message names one)
CHANGES = [
    ("nothing changed", CONV, lambda p: None, []),
    ("nothing changed in a palette", PALETTE, lambda p: None, []),
    ("nothing changed in scales", SCALED, lambda p: None, []),
    # operations
    ("strides 2", CONV, lambda p: p.set("conv2_strides_0", [2, 2]), ["conv2", "flatten"]),
    ("strides 0", CONV, lambda p: p.set("conv1_strides_0", [0, 1]), ["conv1"]),
    ("strides negative", CONV, lambda p: p.set("conv1_strides_0", [-1, 1]), ["conv1"]),
    ("dilations 0", CONV, lambda p: p.set("conv1_dilations_0", [0, 1]), ["conv1"]),
    ("dilations 2^31 - 1", CONV, lambda p: p.set("conv1_dilations_0", [2**31 - 1] * 2), ["conv1"]),
    ("groups 0", CONV, lambda p: p.set("conv1_groups_0", [0]), ["conv1"]),
    ("groups 3", CONV, lambda p: p.set("conv1_groups_0", [3]), ["conv1"]),
    ("groups of two numbers", CONV, lambda p: p.op("conv1").inputs["groups"].CopyFrom(
        p.op("conv1").inputs["strides"]), ["conv1"]),
    ("pad negative", CONV, lambda p: p.set("pool1_pad_0", [-1, 0, 0, 0]), ["pool1"]),
    ("pad type unknown", CONV, lambda p: p.set("conv1_pad_type_0", ["reflect"]), ["conv1"]),
    ("pad type same", CONV, lambda p: p.set("conv1_pad_type_0", ["same"]), ["flatten"]),
    ("kernel 0", CONV, lambda p: p.set("pool1_kernel_sizes_0", [0, 2]), ["pool1"]),
    ("kernel larger than the input", CONV, lambda p: p.set("pool1_kernel_sizes_0", [99, 2]), ["pool1"]),
    ("permutation with an axis twice", CONV, lambda p: p.set("transpose_perm_0", [0, 1, 3, 3]), ["transpose"]),
    ("permutation that changes nothing", CONV, lambda p: p.set("transpose_perm_0", [0, 1, 2, 3]), []),
    ("shape of another number of elements", CONV, lambda p: p.set("flatten_shape_0", [1, 577]), ["flatten"]),
    ("shape that is open twice", CONV, lambda p: p.set("flatten_shape_0", [-1, -1]), ["flatten"]),
    ("shape spelled out", CONV, lambda p: p.set("flatten_shape_0", [1, 576]), []),
    ("operation unknown", CONV, lambda p: setattr(p.op("conv1"), "type", "convolve"), ["conv1"]),
    ("input that nothing defines", CONV, lambda p: setattr(
        p.op("prelu1").inputs["x"].arguments[0], "name", "nothing"), ["prelu1"]),
    ("its own output for an input", CONV, lambda p: setattr(
        p.op("prelu1").inputs["x"].arguments[0], "name", "prelu1"), ["prelu1"]),
    ("output of the program that nothing defines", CONV, lambda p: p.block.outputs.__setitem__(0, "nothing"), ["out"]),
    ("a tensor defined twice", CONV, lambda p: p.block.operations.append(p.op("prelu1")), ["prelu1"]),
    ("operation without an output", CONV, lambda p: p.op("prelu1").ClearField("outputs"), ["prelu"]),
    ("declared shape that does not follow", CONV, lambda p: p.declare("conv1", FP32, 1, 11, 13, 13), ["conv1"]),
    ("declared element type that does not follow", CONV, lambda p: p.declare("conv1", FP16, 1, 10, 13, 13), ["conv1"]),
    ("a rank that is not that of the dimensions", CONV, lambda p: setattr(
        p.op("conv1").outputs[0].type.tensorType, "rank", 9), ["conv1"]),
    # the description and versions
    ("input of another element type in the description", CONV, lambda p: setattr(p.array, "dataType", 65552),
     ["input"]),
    ("input of another extent in the description", CONV, lambda p: p.array.shape.__setitem__(1, 4), ["input"]),
    ("output of another shape in the description", CONV, lambda p: p.spec.description.output[
        0].type.multiArrayType.shape.extend([9]), ["out"]),
    ("output of another name in the description", CONV, lambda p: setattr(
        p.spec.description.output[0], "name", "other"), ["other"]),
    ("enumerated shape of 2^62", "enumerated_fp32", lambda p: p.array.enumeratedShapes.shapes[1].shape.__setitem__(
        2, 1 << 62), ["4611686018427387904"]),
    ("specification older than its operations", CONV, lambda p: setattr(p.spec, "specificationVersion", 6),
     ["version 6"]),
    ("specification 99", CONV, lambda p: setattr(p.spec, "specificationVersion", 99), ["version 99"]),
    ("operations unknown", CONV, lambda p: setattr(p.main, "opset", "CoreML99"), ["CoreML"]),
    ("program of version 7", CONV, lambda p: setattr(p.spec.mlProgram, "version", 7), ["version 7"]),
    ("no program", CONV, lambda p: p.spec.ClearField("mlProgram"), ["no ML Program"]),
    # compressed constants
    ("axis of a scale 0.5", SCALED, lambda p: p.attribute(QUANTIZED, "axis", FP32, 0.5), ["axis"]),
    ("axis of a scale NaN", SCALED, lambda p: p.attribute(QUANTIZED, "axis", FP32, float("nan")), ["axis"]),
    ("axis of a scale 9", SCALED, lambda p: p.values(QUANTIZED, "axis").__setitem__(0, 9), ["axis"]),
    ("axis of a scale 1e30", SCALED, lambda p: p.attribute(QUANTIZED, "axis", FP32, 1e30), ["axis"]),
    ("shape of a palette that is not the output's", PALETTE, lambda p: p.declare(PALETTIZED, FP32, 10, 3, 3, 4),
     ["shape"]),
    # weights
    ("weights with bytes behind", CONV, lambda p: p.weights.write_bytes(p.weights.read_bytes() + bytes(200)),
     ["weight file"]),
    ("weights of another version", CONV, lambda p: p.bytes(4, b"\x01"), ["weight file"]),
    ("a blob more announced", CONV, lambda p: p.bytes(0, b"\x63"), ["weight file"]),
    ("no sentinel", CONV, lambda p: p.bytes(64, b"\0"), ["weight file"]),
    ("blob of 2^63 bytes", CONV, lambda p: p.bytes(72, struct.pack("<Q", 1 << 63)), ["weight file"]),
    ("blob of no bytes", CONV, lambda p: p.bytes(72, bytes(8)), ["weight file"]),
    ("blob of another element type", CONV, lambda p: p.bytes(68, b"\x01"), ["weight file"]),
    ("weights cut", CONV, lambda p: p.weights.write_bytes(p.weights.read_bytes()[:-40]), ["weight file"]),
    ("a weight NaN", CONV, lambda p: p.bytes(128, struct.pack("<f", float("nan"))), []),
    ("a weight of another value", CONV, lambda p: p.bytes(128, struct.pack("<f", 1.5)), []),
    ("offset of no blob", CONV, lambda p: setattr(
        p.op("conv1_weight_0").attributes["val"].blobFileValue, "offset", 1 << 60), ["weight file"]),
    ("constants in another file", CONV, lambda p: setattr(
        p.op("conv1_weight_0").attributes["val"].blobFileValue, "fileName", "/etc/passwd"), ["/etc/passwd"]),
    # the manifest and links
    ("manifest without a root", CONV, lambda p: p.manifest(lambda m: m.pop("rootModelIdentifier")), ["manifest"]),
    ("manifest of version 2.0.0", CONV, lambda p: p.manifest(lambda m: m.update(fileFormatVersion="2.0.0")),
     ["manifest"]),
    ("manifest item without an author", CONV, lambda p: p.manifest(
        lambda m: [i.pop("author") for i in m["itemInfoEntries"].values()]), ["manifest"]),
    ("weights item under another path", CONV, lambda p: p.item("weights", "path", "com.apple.CoreML/wieghts"),
     ["com.apple.CoreML/wieghts"]),
    ("path out of the package", CONV, lambda p: p.item("model.mlmodel", "path", "../../model.mlmodel"), ["leaves"]),
    ("NUL in a path", CONV, lambda p: p.item("model.mlmodel", "path", "com.apple.CoreML/model.mlmodel\0x"), ["NUL"]),
    ("Data a link out of the package", CONV, lambda p: (p.save(), p.outside(p.path / "Data")), ["Data"]),
    ("weights a link out of the package", CONV, lambda p: p.outside(p.weights), ["weight.bin"]),
    ("weights a pipe", CONV, lambda p: pipe(p.weights), ["weight.bin"]),
]


def convolved(x, weight, bias, strides, dilations, pads):
    x = numpy.pad(x, [(0, 0), (0, 0), pads[0:2], pads[2:4]])
    extents = [
        (x.shape[2 + i] - dilations[i] * (weight.shape[2 + i] - 1) - 1) // strides[i] + 1 for i in range(2)]
    out = numpy.zeros((x.shape[0], weight.shape[0], *extents)) + bias.reshape(1, -1, 1, 1)
    for row in range(weight.shape[2]):
        for column in range(weight.shape[3]):
            part = x[:, :, row * dilations[0] :: strides[0], column * dilations[1] :: strides[1]]
            out += numpy.einsum("oi,nirc->norc", weight[:, :, row, column], part[:, :, : extents[0], : extents[1]])
    return out


def pooled(x, kernel, strides, ceil_mode):
    rounded = [-((kernel[i] - x.shape[2 + i]) // strides[i]) if ceil_mode else (x.shape[2 + i] - kernel[i]) // strides[i]
               for i in range(2)]
    return numpy.stack([numpy.stack([
        x[:, :, r * strides[0] : r * strides[0] + kernel[0], c * strides[1] : c * strides[1] + kernel[1]].max((2, 3))
        for c in range(rounded[1] + 1)], -1) for r in range(rounded[0] + 1)], -2)


def same_pads(x, weight, strides):
    pads = []
    for i in range(2):
        total = max((-(-x.shape[2 + i] // strides[i]) - 1) * strides[i] + weight.shape[2 + i] - x.shape[2 + i], 0)
        pads += [total // 2, total - total // 2]
    return pads


def by_numpy(path, inputs):
    """The outputs by name, in float64, of what coremltools' loader reads; None where it refuses."""
    try:
        spec = coremltools.models.utils.load_spec(str(path))
        program = load(spec, spec.specificationVersion, str(path / DATA / "weights"))
        function = program.functions["main"]
        known = {name: values.astype(numpy.float64) for name, values in inputs.items()}

        def value(variable):
            if variable.name in known:
                return known[variable.name]
            given = variable.val
            if given is None:
                given = variable.op.materialized_val_inference()
            return given.astype(numpy.float64) if numpy.asarray(given).dtype.kind == "f" else given

        for operation in function.operations:
            if operation.op_type == "const" or operation.op_type.startswith("constexpr"):
                continue
            given = {key: value(v) for key, v in operation.inputs.items() if v is not None and not isinstance(v, list)}
            known[operation.outputs[0].name] = evaluate(operation.op_type, given)
        return {v.name: known[v.name] for v in function.outputs}
    except Exception:
        return None


def evaluate(kind, given):
    x = given.get("x")
    match kind:
        case "conv":
            if given["groups"] != 1:
                raise ValueError("groups")
            pads = same_pads(x, given["weight"], given["strides"]) if given["pad_type"] == "same" else [0] * 4
            return convolved(x, given["weight"], given["bias"], given["strides"], given["dilations"], pads)
        case "prelu":
            return numpy.where(x >= 0, x, x * given["alpha"].reshape(1, -1, 1, 1))
        case "max_pool":
            return pooled(x, given["kernel_sizes"], given["strides"], given["ceil_mode"])
        case "transpose":
            return x.transpose(given["perm"])
        case "reshape":
            return x.reshape(given["shape"])
        case "linear":
            return x @ given["weight"].T + given["bias"]
        case "mul":
            return x * given["y"]
        case "greater_equal":
            return x >= given["y"]
        case "select":
            return numpy.where(given["cond"], given["a"], given["b"])
    raise ValueError(kind)


def check_all(check):
    inputs = {"input": numpy.load(FIXTURES / "input.npy")}
    for index, (name, source, change, places) in enumerate(CHANGES):
        package = Package(source, check.folder / f"changed{index}.mlpackage")
        change(package)
        package.save()
        # coremltools would wait for a pipe for ever.
        expected = None if name == "weights a pipe" else by_numpy(package.path, inputs)
        check.judge("packages", name, package.path, inputs, expected, places or [package.path.name], STRICTER)
