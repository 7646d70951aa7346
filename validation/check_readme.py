#!/usr/bin/env python3
"""Runs every command of a guide's console blocks and compares what it prints with what the guide shows.

    validation/check_readme.py PROGRAM [GUIDE...]

The default guide is README.md. A line "$ COMMAND" is run by the shell, with PROGRAM as mtcnn-validate, in a directory of
its own that holds links to what comes with the project; the lines up to the next command are its output. "..." stands for
any lines. Needs nothing beyond Python's standard library.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def commands(text):
    """The commands of the console blocks, each with its lines of output."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output.splitlines()


def matches(shown, printed):
    """Whether lines are those that a guide shows, among which "..." stands for any."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(matches(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and matches(shown[1:], printed[1:])


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    guides = [pathlib.Path(name) for name in sys.argv[2:]] or [ROOT / "README.md"]
    count = failures = 0
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        for name in ("Fixtures", "Reports", "Tests", "validation"):
            (directory / name).symlink_to(ROOT / name)
        (directory / "bin").mkdir()
        (directory / "bin/mtcnn-validate").symlink_to(program)
        environment = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"}
        environment["PATH"] = f"{directory / 'bin'}:{environment['PATH']}"
        for guide in guides:
            for command, shown in commands(guide.read_text()):
                done = subprocess.run(["/bin/sh", "-c", command], cwd=directory, env=environment, capture_output=True,
                                      text=True)
                printed = (done.stdout + done.stderr).splitlines()
                count += 1
                if not matches(shown, printed):
                    failures += 1
                    print(f"{guide.name}: $ {command}\nshows:\n  " + "\n  ".join(shown))
                    print("prints:\n  " + "\n  ".join(printed[:30]))
    print(f"{count - failures} of {count} commands print what the guide shows")
    sys.exit(1 if failures or not count else 0)


if __name__ == "__main__":
    main()
