"""Records the bundled networks with every engine that needs no Mac, and checks what the recordings hold.

Usage:
    python validation/check_engines.py [--binary .build/release/mtcnn-validate] [--output out/engines]

Each engine records each network's inputs, in the form that it takes: the ONNX files, or the same networks written for
ncnn, LiteRT and PyTorch. Every output must then lie within TOLERANCE of ONNX Runtime's, which the bundled captures
hold; but OpenCV 5's own choice of engine pads RNet's and ONet's first pools on the wrong side, and of it the program
must say that they do not conform. Where a package is not installed, its engine is left out, and said to be.

With --binary, every engine is then asked as it runs. `compare --engine` judges its answers for each network, and
`detect --engine` finds the faces of a frame: all must be right but for that engine of OpenCV's.

Exits with 1 if anything is otherwise.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx

from capture_file import read_capture

VALIDATION = pathlib.Path(__file__).resolve().parent
FIXTURES = VALIDATION.parent / "Fixtures"
NETWORKS = ["pnet", "rnet", "onet"]
TOLERANCE = 1e-4
# Of pixels and scores: rounding in float32 moves a box of some hundred pixels by less.
FACE_TOLERANCE = 0.01
FRAME = FIXTURES / "frames" / "24_tiny_faces.jpg"
# What does not conform, and must be found not to.
WRONG = {("opencv", "rnet"), ("opencv", "onet")}
ONNX = {"onnxruntime", "openvino", "opencv", "opencv-classic"}


def model(engine: str, network: str, folder: pathlib.Path) -> pathlib.Path:
    """The network in a form that the engine takes."""
    source = FIXTURES / "models" / f"{network}.onnx"
    if engine in ONNX:
        return source
    if engine == "torch":
        return VALIDATION / f"torch_network.py:{network}"
    path = folder / f"{network}{'.param' if engine == 'ncnn' else '.tflite'}"
    if engine == "ncnn":
        from ncnn_network import write_files

        write_files(onnx.load(str(source)), path)
    else:
        from tflite_network import write_network

        write_network(onnx.load(str(source)), path)
    return path


def write_inputs(engine: str, network: str, folder: pathlib.Path) -> list[str]:
    """The inputs of the bundled capture's first cases, as the engine takes them; gives the cases' names."""
    names = []
    for case in read_capture(FIXTURES / "captures" / f"{network}.h5")[:3]:
        (images,) = case.inputs.values()
        # ncnn takes one image, as planes of channels.
        images = images[:1].transpose(0, 3, 1, 2) if engine == "ncnn" else images
        numpy.save(folder / f"{case.name}.npy", images)
        names.append(case.name)
    return names


def largest_difference(engine: str, network: str, capture: pathlib.Path) -> float:
    """Of the outputs from ONNX Runtime's."""
    expected = {case.name: case for case in read_capture(FIXTURES / "captures" / f"{network}.h5")}
    largest = 0.0
    for case in read_capture(capture):
        wanted = [t.values for t in expected[case.name].tensors if t.graph_output]
        if engine == "ncnn":
            wanted = [values[0].transpose(2, 0, 1) if values.ndim == 4 else values[0] for values in wanted]
        given = [t.values for t in case.tensors if t.graph_output]
        if len(given) != len(wanted):
            return float("inf")
        for values in given:
            same = [numpy.abs(values - other).max() for other in wanted if other.shape == values.shape]
            largest = max(largest, float(min(same, default=float("inf"))))
    return largest


def faces(binary: str, engine: str) -> list[list[float]] | str:
    """The boxes and landmarks that an engine finds in a frame, or why it finds none."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "faces.json"
        done = subprocess.run(
            [binary, "detect", FRAME, "--engine", engine, "--python", sys.executable, "--json", file],
            capture_output=True, text=True)
        if done.returncode != 0:
            return done.stderr.strip()
        (image,) = json.loads(file.read_text())["images"]
    return [
        [face[key] for key in ("x", "y", "w", "h", "confidence")] + [n for point in face["landmarks"] for n in point]
        for face in image["faces"]
    ]


def check_live(binary: str) -> list[str]:
    """What is wrong with the faces that engines find as they run."""
    expected, faults = faces(binary, "builtin"), []
    for engine in ["onnxruntime", "openvino", "opencv", "opencv-classic", "litert", "ncnn"]:
        found = faces(binary, engine)
        if isinstance(found, str):
            if "has no module" not in found:
                faults.append(f"{engine}: {found}")
            print(f"{engine}: {found}")
            continue
        same_number = len(found) == len(expected)
        difference = numpy.abs(numpy.array(found) - numpy.array(expected)).max() if same_number else float("inf")
        print(f"{engine}: {len(found)} faces of {len(expected)}, numbers within {difference:.2g} of the built-in engine's")
        if (difference > FACE_TOLERANCE) != (engine == "opencv"):
            faults.append(f"{engine}: faces differ by {difference}")
        for network in NETWORKS:
            model = FIXTURES / "models" / f"{network}.onnx"
            compared = subprocess.run(
                [binary, "compare", model, model, "--engine", engine, "--python", sys.executable, "--no-diagnosis"],
                capture_output=True, text=True)
            print(f"{engine}, {network}: compare exits with {compared.returncode}")
            if compared.returncode != int((engine, network) in WRONG):
                faults.append(f"{engine}, {network}: {compared.stdout[:300]}{compared.stderr}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", help="compare with it as well what has the same tensors")
    parser.add_argument("--output", type=pathlib.Path, default=VALIDATION.parent / "out" / "engines")
    options = parser.parse_args()
    faults = []
    for engine in ["onnxruntime", "openvino", "opencv", "opencv-classic", "litert", "ncnn", "torch"]:
        for network in NETWORKS:
            capture = options.output / engine / f"{network}.h5"
            with tempfile.TemporaryDirectory() as temporary:
                folder = pathlib.Path(temporary)
                inputs = folder / "inputs"
                inputs.mkdir()
                write_inputs(engine, network, inputs)
                try:
                    path = model(engine, network, folder)
                except ModuleNotFoundError as error:
                    print(f"{engine}: left out, the package {error.name} is not installed")
                    break
                done = subprocess.run(
                    [sys.executable, VALIDATION / "capture.py", engine, path, inputs, capture],
                    capture_output=True, text=True)
            if "is not installed" in done.stderr:
                print(f"{engine}: left out, {done.stderr.strip()}")
                break
            if done.returncode != 0:
                faults.append(f"{engine}, {network}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
                continue
            difference = largest_difference(engine, network, capture)
            is_wrong = (engine, network) in WRONG
            tensors = len(read_capture(capture)[0].tensors)
            print(f"{engine}, {network}: {tensors} tensors, outputs within {difference:.2g} of ONNX Runtime's")
            if (difference > TOLERANCE) != is_wrong:
                faults.append(f"{engine}, {network}: outputs differ by {difference}")
            if options.binary and is_wrong:
                compared = subprocess.run(
                    [options.binary, "compare", FIXTURES / "captures" / f"{network}.h5", capture],
                    capture_output=True, text=True)
                if compared.returncode != 1 or "does not conform" not in compared.stdout:
                    faults.append(f"{engine}, {network}: compare says {compared.returncode}: {compared.stdout[:300]}")
    if options.binary:
        faults += check_live(options.binary)
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
