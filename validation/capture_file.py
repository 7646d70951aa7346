"""Writes and reads captures, the HDF5 files that CAPTURE_FORMAT.md describes.

A module for the recording adapters in this folder, not a program:

    with CaptureWriter("out.h5", provenance) as capture:
        capture.add_case("zeros", "every value 0.0", inputs, tensors)
"""

import dataclasses
import hashlib
import pathlib
import re

import h5py
import numpy

SCHEMA = "mtcnn-validate/capture/1"
ELEMENT_TYPES = {"<f2", "<f4", "<f8", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4", "<u8", "|b1"}
CASE_NAME = re.compile(r"[A-Za-z0-9_-]+")


class CaptureError(Exception):
    """A capture that breaks the format; the text says which file and where in it."""


@dataclasses.dataclass(frozen=True)
class Provenance:
    """The root attributes: what computed the values, from which model."""

    engine: str
    engine_version: str
    arithmetic: str
    model_name: str
    model_sha256: str
    adapter: str
    device: str | None = None
    notes: str | None = None


@dataclasses.dataclass(frozen=True)
class RecordedTensor:
    """One tensor of a case, with the node that made it."""

    name: str
    operator: str
    node: str
    graph_output: bool
    values: numpy.ndarray


@dataclasses.dataclass(frozen=True)
class RecordedCase:
    """One run of the model as a capture holds it."""

    name: str
    source: str
    inputs: dict[str, numpy.ndarray]
    tensors: list[RecordedTensor]

    def values(self, tensor_name: str) -> numpy.ndarray:
        for tensor in self.tensors:
            if tensor.name == tensor_name:
                return tensor.values
        raise CaptureError(f"case {self.name}: no tensor {tensor_name!r}")


def file_sha256(path: str | pathlib.Path) -> str:
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def stored_form(values: numpy.ndarray, where: str) -> numpy.ndarray:
    """The array as it is stored: little-endian, row-major; booleans as h5py writes them."""
    values = numpy.asarray(values)
    values = values.astype(values.dtype.newbyteorder("<"), order="C")
    if values.dtype.str not in ELEMENT_TYPES:
        raise CaptureError(f"{where}: element type {values.dtype} is not one a capture can hold")
    return values


class CaptureWriter:
    """Writes one capture; a context manager, so that a half-written file is not left open."""

    def __init__(self, path: str | pathlib.Path, provenance: Provenance):
        self.path = str(path)
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        # This file format has checksums on its structure; a reader of older ones can crash on damage.
        self.file = h5py.File(path, "w", libver=("v110", "v110"), track_order=False)
        _write_text(self.file, "schema", SCHEMA)
        for name, value in dataclasses.asdict(provenance).items():
            if value is not None:
                _write_text(self.file, name, value)
        self.cases = self.file.create_group("cases")

    def __enter__(self) -> "CaptureWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def add_case(
        self,
        name: str,
        source: str,
        inputs: dict[str, numpy.ndarray],
        tensors: list[RecordedTensor],
    ) -> None:
        where = f"{self.path}: case {name}"
        if not CASE_NAME.fullmatch(name):
            raise CaptureError(f"{where}: a case name is ASCII letters, digits, - and _")
        if not inputs or not tensors:
            raise CaptureError(f"{where}: {len(inputs)} inputs and {len(tensors)} tensors, need both")
        group = self.cases.create_group(name)
        _write_text(group, "source", source)
        input_group = group.create_group("inputs")
        for index, (input_name, values) in enumerate(inputs.items()):
            stored = stored_form(values, f"{where}, input {input_name}")
            dataset = self._add_dataset(input_group, index, len(inputs), stored)
            _write_text(dataset, "name", input_name)
        tensor_group = group.create_group("tensors")
        for index, tensor in enumerate(tensors):
            stored = stored_form(tensor.values, f"{where}, tensor {tensor.name}")
            dataset = self._add_dataset(tensor_group, index, len(tensors), stored)
            _write_text(dataset, "name", tensor.name)
            _write_text(dataset, "operator", tensor.operator)
            _write_text(dataset, "node", tensor.node)
            dataset.attrs["graph_output"] = numpy.int32(tensor.graph_output)

    @staticmethod
    def _add_dataset(group: h5py.Group, index: int, count: int, values: numpy.ndarray) -> h5py.Dataset:
        digits = max(4, len(str(count - 1)))
        filters = {}
        if values.ndim > 0 and values.size > 0:
            filters = {"chunks": values.shape, "shuffle": True, "compression": "gzip", "compression_opts": 9}
        dataset = group.create_dataset(f"{index:0{digits}d}", data=values, track_times=False, **filters)
        _write_text(dataset, "sha256", hashlib.sha256(values.tobytes()).hexdigest())
        return dataset


def read_provenance(path: str | pathlib.Path) -> Provenance:
    """The root attributes of a capture."""
    with h5py.File(path, "r") as file:
        texts = {field.name: file.attrs.get(field.name) for field in dataclasses.fields(Provenance)}
    return Provenance(**{name: None if text is None else _text(text) for name, text in texts.items()})


def read_capture(path: str | pathlib.Path) -> list[RecordedCase]:
    """All cases of a capture, in order."""
    with h5py.File(path, "r") as file:
        schema = _text(file.attrs.get("schema", ""))
        if schema != SCHEMA:
            raise CaptureError(f"{path}: schema is {schema!r}, expected {SCHEMA!r}")
        cases = []
        for name in sorted(file["cases"]):
            group = file["cases"][name]
            inputs = {_text(group["inputs"][key].attrs["name"]): group["inputs"][key][()] for key in sorted(group["inputs"])}
            tensors = []
            for key in sorted(group["tensors"]):
                dataset = group["tensors"][key]
                tensors.append(
                    RecordedTensor(
                        name=_text(dataset.attrs["name"]),
                        operator=_text(dataset.attrs["operator"]),
                        node=_text(dataset.attrs["node"]),
                        graph_output=bool(dataset.attrs["graph_output"]),
                        values=numpy.asarray(dataset[()]),
                    )
                )
            cases.append(RecordedCase(name, _text(group.attrs["source"]), inputs, tensors))
    if not cases:
        raise CaptureError(f"{path}: no cases")
    return cases


def _write_text(place: h5py.HLObject, name: str, text: str) -> None:
    """Writes a string of fixed length. One of variable length would lie where HDF5 keeps no checksum."""
    encoded = text.encode("utf-8")
    kind = h5py.string_dtype("utf-8", max(len(encoded), 1))
    place.attrs.create(name, numpy.array(encoded, dtype=kind), dtype=kind)


def _text(value: str | bytes) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
