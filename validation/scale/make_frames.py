#!/usr/bin/env python3
"""Makes a directory of many frames, and the list of their faces, from a few: each frame is a link to one of them under a name
of its own, and its faces are those that the list gives to it.

    python3 validation/scale/make_frames.py COUNT DIRECTORY    # writes DIRECTORY/frames/ and DIRECTORY/gold.json
"""

import argparse
import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# A directory holds at most so many frames: file systems and listings become slow with more.
FRAMES_PER_DIRECTORY = 1000
BUNDLED_FRAMES = ROOT / "Fixtures" / "frames"
BUNDLED_GOLD = ROOT / "Fixtures" / "gold" / "openface_cpp_min60.json"


def make_frames(count: int, directory: Path, few: Path = BUNDLED_FRAMES, gold: Path = BUNDLED_GOLD) -> None:
    """Writes `count` frames below `directory/frames`, a thousand to a subdirectory, and the list `directory/gold.json`."""
    listed = json.loads(gold.read_text())
    images = []
    for number in range(count):
        image = listed["images"][number % len(listed["images"])]
        name = f"{number // FRAMES_PER_DIRECTORY:06d}/{number:08d}_{image['file']}"
        link = directory / "frames" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            os.symlink(few.resolve() / image["file"], link)
        images.append({**image, "file": name})
    listed["images"] = images
    (directory / "gold.json").write_text(json.dumps(listed))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--few", type=Path, default=BUNDLED_FRAMES, help="the directory of the frames to repeat")
    parser.add_argument("--gold", type=Path, default=BUNDLED_GOLD, help="the list of their faces")
    arguments = parser.parse_args()
    make_frames(arguments.count, arguments.directory, arguments.few, arguments.gold)


if __name__ == "__main__":
    main()
