"""Faces as detectors give them: one list compared with another, and written in the form of a gold list.

A module for the scripts in this folder, not a program. A face is a dictionary with x, y, w and h; a list of faces is a
dictionary from an image's file name to its faces.
"""

import json
import pathlib


def overlap(one, other):
    """Intersection over union of two boxes."""
    across = min(one["x"] + one["w"], other["x"] + other["w"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["h"], other["y"] + other["h"]) - max(one["y"], other["y"])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / (one["w"] * one["h"] + other["w"] * other["h"] - across * down)


def overlaps(expected, found):
    """The overlap of each face of either list, paired greedily with what it overlaps most; 0 for one without a pair.

    Pairs below one half are no pairs.
    """
    results = []
    for file, faces in expected.items():
        left = list(found[file])
        for face in faces:
            best = max(left, key=lambda other: overlap(face, other), default=None)
            paired = best is not None and overlap(face, best) >= 0.5
            results.append(overlap(face, best) if paired else 0.0)
            if paired:
                left.remove(best)
        results += [0.0] * len(left)
    return results


def frames_that_differ(expected, found, least):
    """The images of which some face overlaps by less than `least`."""
    return [file for file in expected if min(overlaps({file: expected[file]}, found), default=1.0) < least]


def read_faces(path):
    return {image["file"]: image["faces"] for image in json.loads(pathlib.Path(path).read_text())["images"]}


def write_faces(path, faces, **settings):
    images = [{"file": file, "faces": found} for file, found in faces.items()]
    pathlib.Path(path).write_text(json.dumps({**settings, "images": images}, indent=1) + "\n")
