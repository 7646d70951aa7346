"""Plants faults in model files, has `explain --mend` undo them, and counts what conforms afterwards.

Usage:
    python validation/mend_faults.py PROGRAM OUT [--count 25] [--seed 1] [--table FILE]

Faults are planted in PNet, RNet and ONet by editing their ONNX files. Two of five are then converted to Core ML
packages: layer by layer, or operator by operator. A fault counts as undone where the mended file is written and
`compare` finds that it conforms to the right ONNX file. Exits with 1 if fewer than four of five are undone.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys

import numpy
import onnx

from edited_networks import edits
from numpy_network import FIXTURES
from result_table import table, write_tables

SHAPES = {"pnet": "1x24x24x3", "rnet": "1x24x24x3", "onet": "1x48x48x3"}
FORMS = ["onnx", "package of layers", "onnx", "package of operators", "onnx"]


def convert(program, path, form, network, to):
    if form == "onnx":
        return path
    shapes = ["--shapes", SHAPES[network]] if form == "package of operators" else []
    done = subprocess.run([program, "convert", path, to, "--precision", "fp32", *shapes], capture_output=True)
    return to if done.returncode == 0 else None


def planted(program, out, seed):
    """Model files with faults, of the three networks in turn, without end."""
    draw = numpy.random.default_rng(seed)
    models = {name: onnx.load(FIXTURES / "models" / f"{name}.onnx") for name in SHAPES}
    number = 0
    while True:
        queues = {name: list(edits(model, draw)) for name, model in models.items()}
        for queue in queues.values():
            draw.shuffle(queue)
        while any(queues.values()):
            for name, queue in queues.items():
                if not queue:
                    continue
                edit, form = queue.pop(), FORMS[number % len(FORMS)]
                path = out / "planted.onnx"
                onnx.save(edit.model, path)
                package = out / "planted.mlpackage"
                shutil.rmtree(package, ignore_errors=True)
                file = convert(program, path, form, name, package)
                if file is not None:
                    number += 1
                    yield name, edit, form, file


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=pathlib.Path, help="write a table of the faults here")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows, asked = [], 0
    for name, edit, form, file in planted(arguments.program, arguments.out, arguments.seed):
        right = FIXTURES / "models" / f"{name}.onnx"
        mended = arguments.out / f"mended{file.suffix}"
        shutil.rmtree(mended, ignore_errors=True)
        mended.unlink(missing_ok=True)
        judged = subprocess.run([arguments.program, "compare", right, file, "--no-diagnosis"], capture_output=True)
        if judged.returncode == 0:
            # What makes no difference is no fault.
            continue
        explained = subprocess.run(
            [arguments.program, "explain", right, file, "--mend", mended], capture_output=True, text=True)
        again = subprocess.run([arguments.program, "compare", right, mended, "--no-diagnosis"], capture_output=True)
        is_undone = explained.returncode == 0 and mended.exists() and again.returncode == 0
        said = next((line for line in explained.stdout.splitlines() if line.startswith("- ")), "-").removeprefix("- ")
        reason = "" if is_undone else explained.stderr.strip()[-200:]
        rows.append((name, form, edit.label, "undone" if is_undone else f"not undone: {reason}", said[:200]))
        print(" | ".join(rows[-1]), flush=True)
        if len(rows) == arguments.count:
            break
    undone = sum(row[3] == "undone" for row in rows)
    print(f"{undone} of {len(rows)} faults undone")
    if arguments.table:
        write_tables(
            arguments.table, "Faults in model files that were mended", [f"{undone} of {len(rows)} undone."],
            table(["network", "file", "planted", "outcome", "said"], rows))
    return 0 if undone * 5 >= 4 * len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
