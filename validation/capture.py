"""Records what an engine computes of a model, tensor by tensor, as a capture (CAPTURE_FORMAT.md).

Usage:
    python validation/capture.py ENGINE MODEL INPUTS OUT.h5 [--outputs-only 'outputs-*' ...]
    python validation/capture.py ENGINE MODEL --check

INPUTS is a folder with one file per case, recorded in the order of their names, or one such file:
    <case>.npy   the input of a model that has one input
    <case>.npz   the inputs of a model that has several, under their names
    <case>.txt   optional: where the inputs come from

Cases whose name matches --outputs-only hold the model's outputs and, where an output is made by a Softmax, that
Softmax's input; all others hold every tensor that the engine shows. --check says what can be recorded, and records
nothing.
"""

import argparse
import fnmatch
import pathlib
import sys

import numpy

import engines
from capture_file import CaptureError, CaptureWriter, Provenance, RecordedTensor
from engines import RecordingError


def case_files(place: pathlib.Path) -> list[pathlib.Path]:
    if place.is_file():
        return [place]
    paths = sorted((path for path in place.glob("*.np[yz]")), key=lambda path: path.stem)
    if not paths:
        raise RecordingError(f"{place}: no .npy or .npz files")
    for path, following in zip(paths, paths[1:]):
        if path.stem == following.stem:
            raise RecordingError(f"{place}: case {path.stem} is there twice")
    return paths


def read_inputs(path: pathlib.Path, input_names: list[str]) -> dict[str, numpy.ndarray]:
    """The arrays of a case in the model's order of inputs."""
    loaded = numpy.load(path, allow_pickle=False)
    if path.suffix == ".npy":
        if len(input_names) != 1:
            raise RecordingError(f"{path}: holds one array, the model's inputs are {input_names}")
        return {input_names[0]: loaded}
    with loaded:
        if sorted(loaded.files) != sorted(input_names):
            raise RecordingError(f"{path}: holds {sorted(loaded.files)}, the model's inputs are {input_names}")
        return {name: loaded[name] for name in input_names}


def record(engine, arguments: argparse.Namespace) -> int:
    """Writes the capture and returns the number of cases in it."""
    paths = case_files(arguments.inputs)
    provenance = Provenance(
        engine=arguments.engine,
        engine_version=engine.version,
        arithmetic=arguments.arithmetic or getattr(engine, "arithmetic", "fp32"),
        model_name=arguments.model.stem,
        model_sha256=engine.sha256,
        adapter=pathlib.Path(__file__).name,
        device=engine.device,
        notes=engine.notes,
    )
    with CaptureWriter(arguments.output, provenance) as capture:
        for path in paths:
            inputs = read_inputs(path, engine.inputs)
            description = path.with_suffix(".txt")
            source = description.read_text("utf-8").strip() if description.exists() else path.name
            only = any(fnmatch.fnmatchcase(path.stem, pattern) for pattern in arguments.outputs_only)
            try:
                made = engine.run(inputs, only)
            except RecordingError:
                raise
            except Exception as error:
                raise RecordingError(f"{arguments.model}: case {path.stem}: the engine failed: {error}") from error
            tensors = []
            for place, values in made.items():
                if not isinstance(values, (numpy.ndarray, numpy.generic)):
                    raise RecordingError(
                        f"{arguments.model}: case {path.stem}: {place.name} of {place.operator} is no tensor")
                tensors.append(RecordedTensor(place.name, place.operator, place.node, place.graph_output, values))
            capture.add_case(path.stem, source, inputs, tensors)
    return len(paths)


def main() -> int:
    listed = "\n".join(f"    {name:<15} {what}" for name, what in engines.ENGINES.items())
    parser = argparse.ArgumentParser(
        description=f"{__doc__}\nENGINE is one of\n{listed}", formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=engines.ENGINES, metavar="ENGINE")
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL")
    parser.add_argument("inputs", type=pathlib.Path, nargs="?", metavar="INPUTS")
    parser.add_argument("output", type=pathlib.Path, nargs="?", metavar="OUT.h5")
    parser.add_argument("--outputs-only", nargs="+", action="extend", default=[], metavar="PATTERN")
    parser.add_argument("--arithmetic", help="what the model computes in (default: what the engine says, or fp32)")
    parser.add_argument(
        "--compute-units", default="CPU_ONLY", choices=["ALL", "CPU_ONLY", "CPU_AND_GPU", "CPU_AND_NE"],
        help="of Core ML (default CPU_ONLY)")
    parser.add_argument("--check", action="store_true", help="say what can be recorded")
    arguments = parser.parse_args()
    if not arguments.check and arguments.output is None:
        parser.error("INPUTS and OUT.h5 are needed, or --check")
    try:
        engine = engines.engine(arguments.engine)(arguments.model, arguments)
        if arguments.check:
            tensors = f"up to {len(engine.places)} tensors" if hasattr(engine, "places") else "tensors"
            print(f"{arguments.model}: {tensors} of {', '.join(engine.inputs)} can be recorded")
            return 0
        count = record(engine, arguments)
    except (RecordingError, CaptureError, OSError) as error:
        print(f"capture.py: {error}", file=sys.stderr)
        return 65
    print(f"{arguments.output}: {count} cases, {arguments.output.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
