#!/usr/bin/env python3
"""Measures runs over many frames: processor time and peak memory of one frame more, and the sizes of what is written.

    python3 validation/scale/measure.py PROGRAM DIRECTORY 3000 100000        # makes the frames there first
    python3 validation/scale/measure.py PROGRAM DIRECTORY 100000 --part 3000  # the same in parts, and their merge

Processor time is that of all threads; it depends less on what else the machine does than the time that passes.
"""

import argparse
import multiprocessing
import os
import subprocess
from pathlib import Path

from make_frames import BUNDLED_FRAMES, BUNDLED_GOLD, make_frames
from split_frames import split_frames


def apart(function, *arguments) -> None:
    """Calls a function in a process of its own: the peak memory of a program includes that of the one that starts it."""
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    if process.exitcode != 0:
        raise SystemExit(f"{function.__name__} ended with {process.exitcode}")


def run(command: list[str | Path]) -> tuple[float, int]:
    """Runs a command. - Returns: its processor time in seconds, and its peak memory in bytes."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1, 2):
        raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def sizes(report: Path) -> str:
    return ", ".join(f"{file.name} {file.stat().st_size / 1e6:.2f} MB" for file in sorted(report.iterdir()))


def measure(program: Path, report: str, count: int, place: Path, options: list[str]) -> None:
    """One run over all frames."""
    out = place / f"out_{report}"
    seconds, memory = run(
        [program, "--only", report, "--frames", place / "frames", "--gold", place / "gold.json", "--report", out, *options])
    print(f"{report}: {count} frames: {seconds * 1e3 / count:.2f} ms a frame, {memory / 1e6:.1f} MB; {sizes(out)}", flush=True)


def measure_parts(program: Path, report: str, count: int, size: int, place: Path, options: list[str]) -> None:
    """The same run in parts, one after the other, and their merge."""
    parts = -(-count // size)
    apart(split_frames, place / "frames", [place / "gold.json"], parts, place / "parts")
    total, largest, places = 0.0, 0, []
    for part in range(1, parts + 1):
        given = place / "parts" / str(part)
        places.append(place / "shards" / str(part))
        seconds, memory = run(
            [program, "--only", report, "--shard", f"{part}/{parts}", "--frames", place / "frames", "--frame-list",
             given / "frames.txt", "--gold", given / "gold.json", "--report", places[-1], *options])
        total, largest = total + seconds, max(largest, memory)
    print(f"{report}: {count} frames in {parts} parts: {total * 1e3 / count:.2f} ms a frame, {largest / 1e6:.1f} MB at most; "
          f"of the last: {sizes(places[-1])}", flush=True)
    seconds, memory = run([program, "merge", *places, "--report", place / "merged"])
    print(f"{report}: merge of {parts} parts: {seconds:.1f} s, {memory / 1e6:.1f} MB; {sizes(place / 'merged')}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("directory", type=Path)
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--only", default="cpp_vs_reference", help="the report to make")
    parser.add_argument("--part", type=int, help="the number of frames of a part")
    parser.add_argument("--few", type=Path, default=BUNDLED_FRAMES, help="the directory of the frames to repeat")
    parser.add_argument("--gold", type=Path, default=BUNDLED_GOLD, help="the list of their faces")
    parser.add_argument("--options", default="", help="further options of the program")
    arguments = parser.parse_args()
    program, options = arguments.program.resolve(), arguments.options.split()
    for count in arguments.counts:
        place = arguments.directory / str(count)
        apart(make_frames, count, place, arguments.few, arguments.gold)
        if arguments.part:
            measure_parts(program, arguments.only, count, arguments.part, place, options)
        else:
            measure(program, arguments.only, count, place, options)


if __name__ == "__main__":
    main()
