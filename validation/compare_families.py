#!/usr/bin/env python3
"""How far apart the detectors that people run are, on the same networks and frames; Markdown on standard output.

    compare_families.py PROGRAM FRAMES...      with Python's standard library alone

First a table of the mean intersection over union of all faces, family against family; a face that only one of two
detectors found counts as 0. Then what each rule alone is worth: the mean overlap that is left of a detector's own faces
where OpenFace's value of one rule replaces its own, over all detectors that have another value.
"""
import pathlib
import statistics
import subprocess
import sys
import tempfile

from face_lists import overlaps, read_faces

FAMILIES = ["openface", "classic", "facenet-pytorch", "mxnet", "mtcnn-runtime"]


def mean_overlap(expected, found):
    return statistics.fmean(overlaps(expected, found))


def main():
    program, frames = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "faces.json"

        def faces(*options):
            command = [program, "detect", *options, "--min-face-size", "40", "--json", str(path), *frames]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return read_faces(path)

        own = {family: faces("--rules", family) for family in FAMILIES}
        print("| | " + " | ".join(FAMILIES) + " |\n|---" + "|---" * len(FAMILIES) + "|")
        for family in FAMILIES:
            cells = [f"{mean_overlap(own[family], own[other]):.4f}" for other in FAMILIES]
            print(f"| {family} | " + " | ".join(cells) + " |")
        rules = subprocess.run([program, "detect", "--list-rules"], check=True, capture_output=True, text=True).stdout
        values = [line.split() for line in rules.splitlines()]
        place = {family: values[0].index(family) for family in FAMILIES}
        worth = {}
        for row in values[1:]:
            for family in FAMILIES[1:]:
                if row[place[family]] != row[place["openface"]]:
                    change = f"{row[0]}={row[place['openface']]}"
                    changed = faces("--rules", family, "--change", change)
                    worth.setdefault(row[0], {})[family] = mean_overlap(own[family], changed)
        print("\n| OpenFace's value of | " + " | ".join(FAMILIES[1:]) + " | mean |\n|---" + "|---" * len(FAMILIES) + "|")
        means = {rule: sum(left.values()) / len(left) for rule, left in worth.items()}
        for rule in sorted(means, key=means.get):
            cells = [f"{worth[rule][family]:.4f}" if family in worth[rule] else "" for family in FAMILIES[1:]]
            print(f"| `{rule}` | " + " | ".join(cells) + f" | {means[rule]:.4f} |")


main()
