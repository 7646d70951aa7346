"""Splits frames, and the lists of their faces, into parts of the same size: what the workflow's shards take.

A part is a file frames.txt, with a frame's path on each line, and lists of faces that name these frames alone. One after
the other, the parts have the frames in the program's own order.
"""

import bisect
import json
import os
import unicodedata
from pathlib import Path

EXTENSIONS = {".jpg", ".jpeg", ".png"}


def order(name: str) -> tuple[int, str]:
    """The program's order of frames: a directory's own files first, then those below it, each by their characters."""
    return name.count("/"), unicodedata.normalize("NFC", name)


def frame_names(frames: Path) -> list[str]:
    """The frames of a directory, or those that a file names, in order."""
    if frames.is_dir():
        found = (Path(place) / file for place, _, files in os.walk(frames) for file in files)
        names = [path.relative_to(frames).as_posix() for path in found if path.suffix.lower() in EXTENSIONS]
    else:
        names = [line for line in frames.read_text().splitlines() if line]
    return sorted(names, key=order)


def split_gold(gold: Path, names: list[str], starts: list[int]) -> list[dict]:
    """The list of faces, for each part. A frame that is not there goes to the part where it would be."""
    document = json.loads(gold.read_text())
    if not isinstance(document, dict) or not isinstance(document.get("images"), list):
        raise SystemExit(f"{gold}: the workflow splits lists of the form {{\"images\": [{{\"file\": ...}}]}}, as `detect "
                         "--json` writes them")
    known = set(names)
    by_last: dict[str, list[str]] = {}
    for name in names:
        by_last.setdefault(name.rsplit("/", 1)[-1], []).append(name)
    first = [order(names[start]) for start in starts if start < len(names)]
    parts = [{**document, "images": []} for _ in starts]
    for image in document["images"]:
        meant = image["file"]
        alike = by_last.get(meant.replace("\\", "/").rsplit("/", 1)[-1], [])
        if meant not in known and len(alike) == 1:
            meant = alike[0]
        parts[max(0, bisect.bisect_right(first, order(meant)) - 1)]["images"].append(image)
    return parts


def split_frames(frames: Path, golds: list[Path], count: int, directory: Path) -> None:
    """Writes the parts 1 to `count` below a directory."""
    names = frame_names(frames)
    starts = [len(names) * part // count for part in range(count)]
    ends = [*starts[1:], len(names)]
    for part, (start, end) in enumerate(zip(starts, ends), 1):
        place = directory / str(part)
        place.mkdir(parents=True, exist_ok=True)
        (place / "frames.txt").write_text("".join(f"{name}\n" for name in names[start:end]))
    for gold in golds:
        for part, document in enumerate(split_gold(gold, names, starts), 1):
            (directory / str(part) / gold.name).write_text(json.dumps(document))
