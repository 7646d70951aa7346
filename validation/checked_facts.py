"""What a script measures with the program, said as it is found, and counted where it is otherwise than it should be.

A module for the scripts in this folder, not a program.
"""

import pathlib
import subprocess


class Check:
    """The program, the folder for what is made, and what was found to be otherwise."""

    def __init__(self, binary: pathlib.Path, output: pathlib.Path):
        self.binary, self.output, self.faults = binary, output, []

    def say(self, fact: str, is_right: bool = True) -> None:
        print(("" if is_right else "FAULT ") + fact, flush=True)
        if not is_right:
            self.faults.append(fact)

    def run(self, *arguments: object, may_fail: bool = False) -> str:
        done = subprocess.run([str(self.binary), *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0 and not (may_fail and done.returncode in (1, 2)):
            raise SystemExit(f"{' '.join(map(str, arguments))}: exit code {done.returncode}: {done.stderr[-600:]}")
        return done.stdout
