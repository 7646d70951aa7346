#!/usr/bin/env python3
"""Writes the seeds of every fuzz target to Fuzz/Corpus/TARGET: tiny files of the right form, from this script alone.

    Fuzz/make_corpus.py

The same files every time. What a fuzzer finds is added by hand, as Fuzz/Corpus/TARGET/found-WHAT, with a test of its
own in Tests/.
"""

import base64
import json
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).resolve().parent / "Corpus"


def write(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(content if isinstance(content, bytes) else content.encode())


# MARK: protobuf: a message is a list of (field number, value): int, float, bytes, text, message


def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while True:
        part, number = number & 0x7F, number >> 7
        if not number:
            return out + bytes([part])
        out += bytes([part | 0x80])


def message(*fields):
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif isinstance(value, float):
            out += varint(number << 3 | 5) + struct.pack("<f", value)
        else:
            value = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


# MARK: ONNX


def onnx_tensor(name, extents, values, kind=1):
    packed = struct.pack(f"<{len(values)}{'f' if kind == 1 else 'q'}", *values)
    return message(*[(1, extent) for extent in extents], (2, kind), (8, name), (9, packed))


def onnx_value(name, extents):
    dimensions = [(1, message((1, e) if isinstance(e, int) else (2, e))) for e in extents]
    return message((1, name), (2, message((1, message((1, 1), (2, message(*dimensions)))))))


def onnx_integers(name, values):
    return message((1, name), *[(8, value) for value in values], (20, 7))


def onnx_node(operator, inputs, output, *attributes):
    return message(*[(1, i) for i in inputs], (2, output), (3, output), (4, operator), *[(5, a) for a in attributes])


def onnx(nodes, constants, input_extents, output, opset=13):
    graph = message(
        *[(1, node) for node in nodes], (2, "seed"), *[(5, constant) for constant in constants],
        (11, onnx_value("x", input_extents)), (12, onnx_value(output, ["n"])))
    return message((1, 8), (7, graph), (8, message((1, ""), (2, opset))))


def write_onnx():
    ramp = [(index % 7 - 3) / 4 for index in range(64)]
    write("onnx", "convolution", onnx(
        [onnx_node("Conv", ["x", "w", "b"], "c", onnx_integers("kernel_shape", [3, 3])),
         onnx_node("PRelu", ["c", "a"], "p"),
         onnx_node("MaxPool", ["p"], "m", onnx_integers("kernel_shape", [2, 2]), onnx_integers("strides", [2, 2])),
         onnx_node("Softmax", ["m"], "s", message((1, "axis"), (3, 1), (20, 2)))],
        [onnx_tensor("w", [2, 1, 3, 3], ramp[:18]), onnx_tensor("b", [2], ramp[:2]),
         onnx_tensor("a", [2, 1, 1], ramp[:2])], ["n", 1, 8, 8], "s"))
    write("onnx", "dense", onnx(
        [onnx_node("Transpose", ["x"], "t", onnx_integers("perm", [0, 2, 3, 1])), onnx_node("Flatten", ["t"], "f"),
         onnx_node("Gemm", ["f", "w", "b"], "g", message((1, "transB"), (3, 1), (20, 2))),
         onnx_node("Reshape", ["g", "shape"], "r"), onnx_node("Relu", ["r"], "y")],
        [onnx_tensor("w", [2, 8], ramp[:16]), onnx_tensor("b", [2], ramp[:2]),
         onnx_tensor("shape", [2], [1, -1], kind=7)], [1, 2, 2, 2], "y"))
    write("onnx", "elements", onnx(
        [onnx_node("Add", ["x", "w"], "a"), onnx_node("Clip", ["a", "low", "high"], "c"),
         onnx_node("Concat", ["c", "x"], "k", message((1, "axis"), (3, 1), (20, 2))),
         onnx_node("Sigmoid", ["k"], "y")],
        [onnx_tensor("w", [1, 4], ramp[:4]), onnx_tensor("low", [], [-1.0]), onnx_tensor("high", [], [1.0])],
        ["?", 4], "y"))


# MARK: packages


def blob_file(blobs):
    out = struct.pack("<II", len(blobs), 2) + bytes(56)
    for code, content in blobs:
        out += bytes(-len(out) % 64)
        out += struct.pack("<IIQQ", 0xDEADBEEF, code, len(content), len(out) + 64) + bytes(40) + content
    return out


def write_packages():
    write("weights", "three", blob_file([(1, bytes(range(18))), (2, bytes(range(16))), (3, b"palette")]))
    write("weights", "empty", blob_file([]))
    items = {
        "A": {"author": "com.apple.CoreML", "description": "CoreML Model Specification", "name": "model.mlmodel",
              "path": "com.apple.CoreML/model.mlmodel"},
        "B": {"author": "com.apple.CoreML", "description": "CoreML Model Weights", "name": "weights",
              "path": "com.apple.CoreML/weights"},
    }
    manifest = {"fileFormatVersion": "1.0.0", "itemInfoEntries": items, "rootModelIdentifier": "A"}
    write("manifest", "package", json.dumps(manifest, indent=1))
    write("manifest", "outside", json.dumps(manifest).replace("com.apple.CoreML/weights", "../../secret"))

    # ML Program: a float32 relu of an input [1, 4].
    tensor = message((1, 11), (2, 2), (3, message((1, message((1, 1))))), (3, message((1, message((1, 4))))))
    kind = message((1, tensor))
    named = lambda name: message((1, name), (2, kind))
    operation = message((1, "relu"), (2, message((1, "x"), (2, message((1, message((1, "x"))))))), (3, named("y")))
    block = message((2, "y"), (3, operation))
    function = message((1, named("x")), (2, "CoreML6"), (3, message((1, "CoreML6"), (2, block))))
    program = message((1, 1), (2, message((1, "main"), (2, function))))
    array = message((5, message((1, 1), (1, 4), (2, 65568))))
    feature = lambda name: message((1, name), (3, array))
    description = message((1, feature("x")), (10, feature("y")))
    write("program", "relu", message((1, 7), (2, description), (502, program)))


# MARK: other bytes


def npy(descriptor, extents, content, order="False"):
    shape = "(" + "".join(f"{extent}, " for extent in extents) + ")"
    header = f"{{'descr': '{descriptor}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + content


def write_npy():
    for descriptor, size in [("<f4", 4), ("<f2", 2), ("<f8", 8), ("<i8", 8), ("|u1", 1), ("|b1", 1)]:
        write("npy", descriptor[1:], npy(descriptor, [2, 3], bytes([1, 0] * 3 * size)))
    write("npy", "columns", npy("<f4", [2, 2], bytes(16), order="True"))


def write_dat():
    """OpenFace's .dat files, as Sources/ModelFormats/OpenFace/OpenFaceReading.swift reads them."""
    matrix = lambda rows, columns, values: struct.pack(f"<iii{rows * columns}f", rows, columns, 5, *values)
    kernels = b"".join(matrix(2, 2, [0.25, -0.5, 0.125, index]) for index in range(6))
    convolution = struct.pack("<iii2f", 0, 3, 2, 0.5, -0.5) + kernels
    slopes = struct.pack("<i", 3) + matrix(2, 1, [0.25, 0.5])
    pool = struct.pack("<iiiii", 1, 2, 2, 2, 2)
    dense = struct.pack("<i", 2) + matrix(2, 1, [0.5, -0.5]) + matrix(2, 2, [0.25, 0.5, -1, 2])
    write("dat", "convolution", struct.pack("<i", 4) + convolution + slopes + pool + dense)
    write("dat", "sigmoid", struct.pack("<i", 2) + dense + struct.pack("<i", 4))


def write_images():
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    for name, color, channels, depth in [("rgb", 2, 3, 8), ("gray", 0, 1, 8), ("rgba", 6, 4, 8), ("deep", 2, 3, 16)]:
        row = b"\0" + bytes(range(4 * channels * depth // 8))
        write("png", name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, depth, color, 0, 0, 0))
              + chunk(b"IDAT", zlib.compress(row * 3, 9)) + chunk(b"IEND", b""))
    palette = chunk(b"PLTE", bytes(range(12)))
    write("png", "palette", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 1, 2, 3, 0, 0, 0))
          + palette + chunk(b"IDAT", zlib.compress(b"\0\x1b", 9)) + chunk(b"IEND", b""))
    write("jpeg", "gray", base64.b64decode(GRAY_JPEG))


# 8 x 8 pixels of one gray, baseline, written by libjpeg-turbo.
GRAY_JPEG = """
/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeX
BkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z
"""


def write_documents():
    for name, text in [
        ("scalars", '[null, true, -0.5e-3, 9223372036854775807, "\\u00e9\\n", "nan"]'),
        ("nested", '{"a": {"b": [[], {}, [1, 2.5]]}, "c": ""}'),
    ]:
        write("json", name, text)
    header = "file,x,y,width,height,confidence\n"
    write("csv", "faces", header + "a.jpg,1.5,2,30,40,0.99\na.jpg,50,2,30,40,0.9\nb.jpg,,,,,\n")
    write("csv", "quotes", '\ufeff' + header.replace("\n", "\r\n") + '"a, b.jpg",1,2,3,4,1\r\n')
    landmarks = [{"x": 3.0 * index, "y": 4.0} for index in range(5)]
    face = {"x": 1.5, "y": 2, "w": 30, "h": 40, "confidence": 0.99, "landmarks": [[p["x"], p["y"]] for p in landmarks]}
    write("lists", "faces", json.dumps({
        "source": "seed", "min_face_size": 60, "score_thresholds": [0.6, 0.7, 0.7],
        "images": [{"file": "a.jpg", "width": 64, "height": 48, "faces": [face]},
                   {"file": "b.jpg", "faces": []}]}))
    write("deviations", "one", json.dumps(
        {"fp32_vs_onnx": [{"check": "pnet/c/isolated/max_abs_diff", "bound": 1e-5, "reason": "rounding"}],
         "fp16_vs_fp32": [], "cpp_vs_reference": []}))

    def shrink(value, key=None):
        """The first of each list; thresholds whole, since a report is read with all of them."""
        if isinstance(value, dict):
            return {name: shrink(member, name) for name, member in value.items()}
        if isinstance(value, list) and key not in ("thresholds", "targets", "score_thresholds", "shape", "index"):
            return [shrink(member) for member in value[:1]]
        return value

    for report in ["fp32_vs_onnx", "fp16_vs_fp32", "cpp_vs_reference"]:
        whole = json.loads((CORPUS.parent.parent / "Reports" / f"{report}.json").read_text())
        write("reports", report, json.dumps(shrink(whole), indent=1))

    def adapter_message(tensors=(), **header):
        if tensors:
            header["tensors"] = [{"name": name, "bytes": len(content)} for name, content in tensors]
        text = json.dumps(header).encode()
        return b"%d\n" % len(text) + text + b"".join(content for _, content in tensors)

    write("adapter-messages", "session",
          adapter_message(message="ready", engine="e", version="1", outputs=["y"])
          + adapter_message([("y", npy("<f4", [1, 2], bytes(8)))], message="result"))
    write("adapter-messages", "error", adapter_message(message="error", reason="no such model"))


def write_graphs():
    for name, step in [("ramp", 1), ("steps", 37), ("zeros", 0)]:
        content = bytes(index * step % 251 for index in range(96))
        write("graphs", name, content)
        write("operators", name, content)


def write_other_models():
    """A Core ML neural network and a network of Caffe of one activation each, and beginnings of files of some kinds."""

    def feature(name):
        return message((1, name), (3, message((5, message((1, varint(3)), (2, 65568))))))

    layer = message((1, "relu"), (2, "x"), (3, "y"), (130, message((10, b""))))
    description = message((1, feature("x")), (10, feature("y")))
    write("network", "relu", message((1, 1), (2, description), (500, message((1, layer)))))
    definition = b'''name: "n" input: "x" input_dim: 1 input_dim: 2 input_dim: 3 input_dim: 3
layer { name: "r" type: "ReLU" bottom: "x" top: "y" }
'''
    write("caffe", "relu", definition + b"\0" + message((1, "n")))
    write("kinds", "zip", b"PK\x03\x04" + bytes(26))
    write("kinds", "page", b"<!DOCTYPE html><html></html>")
    write("kinds", "pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")


if __name__ == "__main__":
    write_onnx()
    write_other_models()
    write_packages()
    write_npy()
    write_dat()
    write_images()
    write_documents()
    write_graphs()
