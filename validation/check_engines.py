"""Records the bundled networks with every engine that needs no Mac, and checks what the recordings hold.

Usage:
    python validation/check_engines.py [--binary .build/release/mtcnn-validate] [--output out/engines]

Each engine records each network's inputs, in the form that it takes: the ONNX files, or the same networks written for
ncnn, LiteRT and PyTorch. Every output must then lie within TOLERANCE of ONNX Runtime's, which the bundled captures
hold; but OpenCV 5's own choice of engine pads RNet's and ONet's first pools on the wrong side, and of it the program
must say that they do not conform. Where a package is not installed, its engine is left out, and said to be.

Exits with 1 if anything is otherwise.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy

from bench_engine import Network
from capture_file import read_capture

VALIDATION = pathlib.Path(__file__).resolve().parent
FIXTURES = VALIDATION.parent / "Fixtures"
NETWORKS = {"pnet": 12, "rnet": 24, "onet": 48}
TOLERANCE = 1e-4
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

        write_files(Network(source), path)
    else:
        from tflite_network import write_network

        write_network(source, NETWORKS[network], path)
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
            # There the networks end in logits, in place of the probabilities.
            logits = [t.values for t in expected[case.name].tensors if t.name == softmax_input(network)]
            logits = [values[0].transpose(2, 0, 1) if values.ndim == 4 else values[0] for values in logits]
            wanted = [values for values in wanted if 2 not in (values.shape[0],)] + logits
        given = [t.values for t in case.tensors if t.graph_output]
        if len(given) != len(wanted):
            return float("inf")
        for values in given:
            same = [numpy.abs(values - other).max() for other in wanted if other.shape == values.shape]
            largest = max(largest, float(min(same, default=float("inf"))))
    return largest


def softmax_input(network: str) -> str:
    import onnx

    nodes = onnx.load(str(FIXTURES / "models" / f"{network}.onnx")).graph.node
    return next(node.input[0] for node in nodes if node.op_type == "Softmax")


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
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
