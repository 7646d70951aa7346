#!/usr/bin/env python3
"""How far apart the detectors that people run are, on the same networks and frames; Markdown on standard output.

    compare_families.py PROGRAM FRAMES...      with Python's standard library alone

First a table of the mean intersection over union of all faces, family against family, each with the boxes that it writes;
a face that only one of two detectors found counts as 0. Then what each rule alone is worth: what is left of OpenFace's own
faces where one rule has the value of another detector, with the faces that are lost and those that are new, worst first.
The smallest face is 20 pixels: for larger ones ipazc's detector finds nothing.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

FAMILIES = ["openface", "classic", "facenet-pytorch", "mxnet", "mtcnn-runtime", "ipazc"]
SMALLEST_FACE = "20"


def overlap(one, other):
    across = min(one["x"] + one["w"], other["x"] + other["w"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["h"], other["y"] + other["h"]) - max(one["y"], other["y"])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (one["w"] * one["h"] + other["w"] * other["h"] - across * down)


def comparison(expected, found):
    """The mean overlap of all faces, each paired greedily with what it overlaps most, and how many only one side has.

    Pairs below one half are no pairs.
    """
    total, count, lost, new = 0.0, 0, 0, 0
    for file, faces in expected.items():
        left = list(found[file])
        for face in faces:
            best = max(left, key=lambda other: overlap(face, other), default=None)
            count += 1
            if best is not None and overlap(face, best) >= 0.5:
                total += overlap(face, best)
                left.remove(best)
            else:
                lost += 1
        count += len(left)
        new += len(left)
    return total / count, lost, new


def main():
    program, frames = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "faces.json"

        def faces(*options):
            command = [program, "detect", *options, "--min-face-size", SMALLEST_FACE, "--json", str(path), *frames]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return {image["file"]: image["faces"] for image in json.loads(path.read_text())["images"]}

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
