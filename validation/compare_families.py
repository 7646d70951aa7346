#!/usr/bin/env python3
"""How far apart the detectors that people run are, on the same networks and frames; Markdown on standard output.

    compare_families.py PROGRAM FRAMES...      with Python's standard library alone

First a table of the mean intersection over union of all faces, family against family, each with the boxes that it writes;
a face that only one of two detectors found counts as 0. Then what each rule alone is worth: what is left of OpenFace's own
faces where one rule has the value of another detector, with the faces that are lost and those that are new, worst first.
The smallest face is 20 pixels: for larger ones ipazc's detector finds nothing.
"""
import pathlib
import statistics
import subprocess
import sys
import tempfile

from face_lists import overlaps, read_faces

FAMILIES = ["openface", "classic", "facenet-pytorch", "mxnet", "mtcnn-runtime", "ipazc"]
SMALLEST_FACE = "20"


def comparison(expected, found):
    """The mean overlap of all faces, and how many only one side has."""
    paired = overlaps(expected, found)
    both = sum(value > 0 for value in paired)
    faces = [sum(map(len, side.values())) for side in (expected, found)]
    return statistics.fmean(paired), faces[0] - both, faces[1] - both


def main():
    program, frames = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "faces.json"

        def faces(*options):
            command = [program, "detect", *options, "--min-face-size", SMALLEST_FACE, "--json", str(path), *frames]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return read_faces(path)

        own = {family: faces("--rules", family) for family in FAMILIES}
        print("| | " + " | ".join(FAMILIES) + " |\n|---" + "|---" * len(FAMILIES) + "|")
        for family in FAMILIES:
            cells = [f"{comparison(own[family], own[other])[0]:.4f}" for other in FAMILIES]
            print(f"| {family} | " + " | ".join(cells) + " |")
        rules = subprocess.run([program, "detect", "--list-rules"], check=True, capture_output=True, text=True).stdout
        values = [line.split() for line in rules.splitlines()]
        columns = dict(zip(values[0], zip(*values[1:])))
        worth = []
        for place, rule in enumerate(columns["rule"]):
            known = columns["openface"][place]
            for value in sorted({columns[family][place] for family in FAMILIES} - {known}):
                changed = faces("--change", f"{rule}={value}")
                worth.append((*comparison(own["openface"], changed), f"{rule}={value}"))
        print("\n| OpenFace with | mean IoU with OpenFace's own faces | faces lost | faces new |\n|---|---|---|---|")
        for left, lost, new, change in sorted(worth):
            print(f"| `{change}` | {left:.4f} | {lost} | {new} |")


main()
