#!/usr/bin/env python3
"""Runs the workflow on repeated bundled frames, kills it midway, resumes it, and compares what it merges with one run.

    python3 validation/scale/check_workflow.py PROGRAM                # Snakemake's local executor
    python3 validation/scale/check_workflow.py PROGRAM --slurm        # Slurm: starts one on this machine, as root

Snakemake must be installed (validation/scale/requirements.txt); for --slurm also slurmctld, slurmd, munged and Snakemake's
plugin for Slurm. Two shards' programs are killed with SIGKILL midway, which Snakemake must make again by itself; then
Snakemake itself is killed, while shards run, and started again. Every file of the merged reports must be that of one run,
byte for byte, and the merge must end with one run's exit code.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from make_frames import make_frames
from one_machine_slurm import one_machine_slurm

SCALE = Path(__file__).resolve().parent
ROOT = SCALE.parent.parent
REPORTS = ["fp16_vs_fp32", "cpp_vs_reference"]
FILES = [f"{report}.json" for report in REPORTS] + ["junit.xml", "summary.md", "report.html", "frames.ndjson.gz"]
KILLED_SHARDS = 2
# Slurm is asked about jobs sooner than the plugin's default, which is kind to large clusters, and not through sacct, which
# needs an accounting database.
QUICK_ANSWERS = {
    "slurm": ["--slurm-init-seconds-before-status-checks", "5", "--slurm-status-command", "squeue"],
}
SECONDS_TO_WAIT = 600


def running_shards(place: Path) -> dict[int, int]:
    """The processes of the program that make shards in the directory, and each one's shard."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            ours = os.readlink(entry / "cwd") == str(place)
            # The shell that starts the program names it in one word.
            if ours and "--shard" in words and os.path.basename(words[0]) == "mtcnn-validate":
                found[int(entry.name)] = int(words[words.index("--shard") + 1].split("/")[0])
    return found


def finished_shards(place: Path) -> set[int]:
    """The shards with all their files."""
    return {int(file.parent.name) for file in place.glob("shards/*/shard.json")}


class Workflow:
    """The workflow in a directory of its own."""

    def __init__(self, place: Path, profile: str, settings: list[str]) -> None:
        self.place = place
        self.started: list[subprocess.Popen] = []
        self.command = [
            sys.executable, "-m", "snakemake", "--snakefile", str(SCALE / "Snakefile"), "--directory", str(place),
            "--workflow-profile", str(SCALE / "profiles" / profile), *QUICK_ANSWERS.get(profile, []),
            "--config", *settings,
        ]

    def start(self) -> subprocess.Popen:
        log = (self.place / "snakemake.log").open("ab")
        self.started.append(subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True))
        return self.started[-1]

    def stop(self) -> None:
        """Ends what still runs of it."""
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def unlock(self) -> None:
        """What a killed Snakemake leaves locked."""
        subprocess.run([*self.command, "--unlock"], check=True, capture_output=True)


def kill_two_shards(place: Path, snakemake: subprocess.Popen) -> set[int]:
    """Kills two shards' programs, each a tenth of a second into its work.

    - Returns: their numbers.
    """
    killed: set[int] = set()
    seen: dict[int, float] = {}
    end = time.monotonic() + SECONDS_TO_WAIT
    while len(killed) < KILLED_SHARDS:
        if snakemake.poll() is not None or time.monotonic() > end:
            raise SystemExit("the workflow ended before two of its shards could be killed")
        for process, shard in running_shards(place).items():
            first = seen.setdefault(process, time.monotonic())
            if shard not in killed and time.monotonic() - first > 0.1 and len(killed) < KILLED_SHARDS:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    killed.add(shard)
        time.sleep(0.01)
    return killed


def kill_snakemake(place: Path, snakemake: subprocess.Popen, count: int) -> int:
    """Kills Snakemake when some shards are done, others not, and one runs.

    - Returns: the number of shards that were done.
    """
    end = time.monotonic() + SECONDS_TO_WAIT
    while True:
        done = len(finished_shards(place))
        if snakemake.poll() is not None or done >= count or time.monotonic() > end:
            raise SystemExit("the workflow ended before Snakemake could be killed")
        if done >= count // 4 and running_shards(place):
            snakemake.kill()
            snakemake.wait()
            return done
        time.sleep(0.01)


def run_with_accidents(workflow: Workflow, run: Path, shards: int) -> None:
    """Runs the workflow, kills two of its shards and then Snakemake, and runs it to its end."""
    snakemake = workflow.start()
    killed = kill_two_shards(run, snakemake)
    print(f"killed the programs of shards {', '.join(map(str, sorted(killed)))} of {shards}", flush=True)
    done = kill_snakemake(run, snakemake, shards)
    print(f"killed Snakemake with {done} of {shards} shards done", flush=True)
    workflow.unlock()
    before = {shard: (run / f"shards/{shard}/shard.json").stat().st_mtime_ns for shard in finished_shards(run)}
    if workflow.start().wait() != 0:
        raise SystemExit(f"the resumed workflow failed:\n{(run / 'snakemake.log').read_text()[-4000:]}")
    kept = sum((run / f"shards/{shard}/shard.json").stat().st_mtime_ns == time for shard, time in before.items())
    print(f"resumed: {shards} shards done, {kept} of them from before", flush=True)
    if kept == 0:
        raise SystemExit("every shard was made again")


def check(program: Path, count: int, shards: int, profile: str, place: Path) -> None:
    """Makes one run and the workflow's, with its accidents, and compares them."""
    make_frames(count, place)
    frames, gold = place / "frames", place / "gold.json"
    inputs = [word for report in REPORTS for word in ["--only", report]] + ["--frames", frames, "--gold", gold, "--all-frames"]
    one = subprocess.run([program, *inputs, "--report", place / "one", "--quiet"], stdout=subprocess.DEVNULL)
    if one.returncode > 2:
        raise SystemExit(f"one run ended with {one.returncode}")

    # Frames as a list, which leads to the same names.
    listed = frames / "frames.txt"
    listed.write_text("".join(f"{path.relative_to(frames)}\n" for path in sorted(frames.rglob("*.jpg"))))
    run = place / f"run_{profile}"
    run.mkdir()
    workflow = Workflow(
        run, profile,
        [f"program={program}", f"frames={listed}", f"gold=['{gold}']", f"shards={shards}",
         "all_frames=true", "reports=[" + ",".join(REPORTS) + "]"])
    try:
        run_with_accidents(workflow, run, shards)
    finally:
        workflow.stop()
    differing = [file for file in FILES if (run / "merged" / file).read_bytes() != (place / "one" / file).read_bytes()]
    if differing:
        raise SystemExit(f"merged, these are not the bytes of one run: {', '.join(differing)}")
    status = int((run / "merged/exit_status").read_text())
    if status != one.returncode:
        raise SystemExit(f"the merge ended with {status}, one run with {one.returncode}")
    print(f"{profile}: {count} frames in {shards} shards, merged: {', '.join(FILES)} are those of one run, byte for byte")


@contextlib.contextmanager
def executor(slurm: bool, place: Path) -> Iterator[str]:
    """The profile to run with; Slurm runs meanwhile if asked for."""
    if not slurm:
        yield "local"
        return
    with one_machine_slurm(place):
        yield "slurm"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--frames", type=int, default=96)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument("--slurm", action="store_true", help="run with Slurm, started on this machine for the test")
    parser.add_argument("--keep", type=Path, help="the directory to work in, which is kept")
    arguments = parser.parse_args()
    # Whoever stops the check finds no Slurm of it left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    place = (arguments.keep or Path(tempfile.mkdtemp(prefix="workflow-"))).resolve()
    place.mkdir(parents=True, exist_ok=True)
    try:
        with executor(arguments.slurm, place) as profile:
            check(arguments.program.resolve(), arguments.frames, arguments.shards, profile, place)
    finally:
        if arguments.keep is None:
            shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
