#!/usr/bin/env python3
"""Mutation testing: changes one operator, constant or condition at a time, and says which changes no test notices.

    validation/mutate.py WORK [--count 650] [--seed 1] [--minutes 60] [--workers 2]
    validation/mutate.py WORK --again [--measure PATTERN]

All mutants are compiled at once. In WORK, a copy of the package with its build folder, each place of a change becomes
`mutant(ID, original, changed)`, which computes the one or the other by the variable MUTANT. Places that do not compile
are put back. Each test of the targets below runs once by itself with nothing changed, noting which places it reaches
and how long it takes. Then, for each mutant of a seeded draw, the tests that reach it run, the fastest first, until one
fails. A mutant that nothing reaches, or that all of them let pass, survives. WORK/mutants.json holds what became of
each: a second call goes on from there. With --again the survivors are judged anew by the tests that WORK now has and
that they have not passed: those that are new to it, and those whose names match PATTERN, are measured first.
"""

import argparse
import concurrent.futures
import itertools
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import threading
import time

# The modules that are changed, and the test targets that judge them.
MODULES = ["Conformance", "FaceConformance", "Captures", "Detection", "mtcnn-validate"]
TARGETS = [
    "ConformanceTests", "FaceConformanceTests", "CapturesTests", "DetectionTests", "ReportingTests", "CommandTests",
    "DiagnosisTests", "ModelFormatsTests", "GateTests", "BenchmarkingTests", "OutsideEnginesTests"]

SWITCH = """import Foundation

private let active = ProcessInfo.processInfo.environment["MUTANT"].flatMap { Int($0) } ?? -1
private nonisolated(unsafe) let log = ProcessInfo.processInfo.environment["MUTANT_LOG"].flatMap { fopen($0, "a") }
private nonisolated(unsafe) let reached: UnsafeMutablePointer<Bool> = {
    let flags = UnsafeMutablePointer<Bool>.allocate(capacity: 100_000)
    flags.initialize(repeating: false, count: 100_000)
    return flags
}()
private let lock = NSLock()

func mutant<Value>(_ id: Int, _ original: @autoclosure () -> Value, _ changed: @autoclosure () -> Value) -> Value {
    if let log, !reached[id] {
        lock.lock()
        if !reached[id] {
            reached[id] = true
            fputs("\\(id)\\n", log)
            fflush(log)
        }
        lock.unlock()
    }
    return id == active ? changed() : original()
}
"""

OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
# An operand that stands for itself: a name or number with members, calls and subscripts without spaces in them.
OPERAND = r"[-\w.!]+(?:\([\w.: $]*\)|\[[\w.$]*\])*(?:\.\w+(?:\([\w.: $]*\))?)*"
BEFORE = r"(?:[({\[]|[{] |\bif |&& |\|\| |\bwhile |\bwhere |\breturn |\bguard |, |= |\? |: )"
AFTER = r"(?=\)| \}| \{| else|,| &&| \|\||$| \?| :)"
COMPARISON = re.compile(BEFORE + rf"({OPERAND}) (<=|>=|==|!=|<|>) ({OPERAND})" + AFTER)
CONDITION = re.compile(r"^(\s*(?:\} else )?(?:if|guard) )([^{]*?)( else \{.*| \{.*)$")
SUM = re.compile(rf"(?:[(\[]|, |= |\breturn |\.\.<)({OPERAND}) ([+-]) (1|2)(?=[)\],]| \}}|$)")
CONSTANT = re.compile(r"(?:\?\? |\(|[<>*/] |[<>]= )(\d+(?:\.\d+)?)(?=[), ]|$)")


def places(line):
    """The places of a line that can be changed: (start, end, original, changed)."""
    bare = line.strip()
    skip = ("//", "case ", "import ", "@", "public init(", "package init(", "init(", "func ", "public func ",
            "package func ", "private func ", "#", "static let", "public static let", "package static let", "private static let",
            "precondition")
    if not bare or bare.startswith(skip) or re.search(r'"|\btry\b|\bfunc\b|\bawait\b|~|`|\bsubscript\b', line):
        return
    for match in COMPARISON.finditer(line):
        left, operator, right = match.groups()
        if "nil" in (left, right):
            continue
        yield match.start(1), match.end(), line[match.start(1):match.end()], f"{left} {OTHER[operator]} {right}"
    match = CONDITION.match(line)
    if match and not re.search(r"\blet\b|\bvar\b|\bcase\b|,|#", match[2]):
        yield match.start(2), match.end(2), match[2], f"!({match[2]})"
    for match in SUM.finditer(line):
        left, operator, right = match.groups()
        start = match.start(1)
        yield start, match.end(), line[start:match.end()], f"{left} {'-' if operator == '+' else '+'} {right}"
    for match in CONSTANT.finditer(line):
        number = match[1]
        changed = str(float(number) * 0.75) if "." in number else str(int(number) + 1)
        yield match.start(1), match.end(1), number, changed


def find(root):
    """All places, the seeded draw's order being theirs; one at most in a line, for each line is rewritten once."""
    found = []
    for module in MODULES:
        for path in sorted((root / "Sources" / module).rglob("*.swift")):
            depth_of_text = False
            for number, line in enumerate(path.read_text().split("\n")):
                if '"""' in line:
                    depth_of_text ^= line.count('"""') % 2 == 1
                    continue
                if depth_of_text:
                    continue
                for start, end, original, changed in places(line):
                    if original == changed or "0.0" in (original, changed):
                        continue
                    found.append({
                        "file": str(path.relative_to(root)), "line": number, "start": start, "end": end,
                        "original": original, "changed": changed})
    return found


def draw(found, count, seed):
    chosen, taken = [], set()
    for place in random.Random(seed).sample(found, len(found)):
        if (place["file"], place["line"]) in taken or len(chosen) == count:
            continue
        taken.add((place["file"], place["line"]))
        chosen.append({"id": len(chosen), "outcome": None, **place})
    return chosen


def rewrite(root, sources, mutants):
    for file, text in sources.items():
        lines = text.split("\n")
        for mutant in mutants:
            if mutant["file"] == file and mutant["outcome"] != "does not compile":
                line = lines[mutant["line"]]
                call = f"mutant({mutant['id']}, {mutant['original']}, {mutant['changed']})"
                lines[mutant["line"]] = line[:mutant["start"]] + call + line[mutant["end"]:]
        path = root / file
        changed = "\n".join(lines)
        if path.read_text() != changed:
            path.write_text(changed)


def build(root, command):
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def compile_all(root, mutants, command):
    sources = {m["file"]: (root / m["file"]).read_text() for m in mutants}
    for module in MODULES:
        (root / "Sources" / module / "MutantSwitch.swift").write_text(SWITCH)
    for attempt in range(12):
        rewrite(root, sources, mutants)
        built, log = build(root, command)
        if built:
            return
        wrong = {(m[1], int(m[2]) - 1) for m in re.finditer(r"(Sources/[^\s:]+\.swift):(\d+):\d+: error", log)}
        bad = [m for m in mutants if (m["file"], m["line"]) in wrong and m["outcome"] is None]
        if not bad:
            # An error beside the place: give up the file.
            files = {file for file, _ in wrong}
            bad = [m for m in mutants if m["file"] in files and m["outcome"] is None]
        if not bad:
            raise SystemExit(log[-3000:])
        for mutant in bad:
            mutant["outcome"] = "does not compile"
        print(f"attempt {attempt + 1}: {len(bad)} places do not compile", flush=True)
    raise SystemExit("the mutants do not compile")


def run(root, tests, environment, seconds):
    """The tests' exit status, or None where they gave no answer in time."""
    binary = next((root / ".build" / "release").glob("*PackageTests.xctest"))
    filters = [part for name in tests for part in ("--filter", "^" + re.escape(name))]
    # A session of its own: no terminal stops it, and with a mutant that never ends all its processes are ended.
    process = subprocess.Popen(
        ["nice", "-n", "10", str(binary), "--testing-library", "swift-testing", *filters], cwd=root,
        env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


def names(root):
    binary = next((root / ".build" / "release").glob("*PackageTests.xctest"))
    listed = subprocess.run(
        [str(binary), "--testing-library", "swift-testing", "--list-tests"], cwd=root, capture_output=True, text=True)
    return [line for line in listed.stdout.splitlines() if line.split(".")[0] in TARGETS]


def measure(root, name, slowest):
    """Which places a test reaches, and in how many seconds; None where it fails with nothing changed, or is slow."""
    log = root / f"reached-{threading.get_ident()}.txt"
    log.unlink(missing_ok=True)
    start = time.monotonic()
    passed = run(root, [name], {"MUTANT_LOG": str(log)}, slowest) == 0
    seconds = time.monotonic() - start
    reached = sorted({int(line) for line in log.read_text().split()}) if log.exists() else []
    log.unlink(missing_ok=True)
    return {"seconds": seconds, "reached": reached if passed else None}


def judge(root, mutant, tests, most):
    """What becomes of a mutant: its tests run in ever larger batches, those that reach little and are fast first, until
    they have taken `most` seconds."""
    passed = mutant.setdefault("passed", [])
    reaching = [name for name, test in tests.items() if mutant["id"] in (test["reached"] or [])]
    if not reaching:
        return "not reached"
    reaching = [name for name in reaching if name not in passed]
    reaching.sort(key=lambda name: tests[name]["seconds"] * (1 + len(tests[name]["reached"]) / 50))
    batch, budget = [], 1.0
    sums = itertools.accumulate(tests[name]["seconds"] for name in reaching)
    reaching = [name for position, (name, sum) in enumerate(zip(reaching, sums)) if sum <= most or position == 0]
    for name in reaching:
        batch.append(name)
        expected = sum(tests[name]["seconds"] for name in batch)
        if expected >= budget or name == reaching[-1]:
            status = run(root, batch, {"MUTANT": str(mutant["id"])}, 30 + 8 * expected)
            if status != 0:
                how = "never ends" if status is None else "killed"
                return f"{how} by {batch[0]}" + (f" or {len(batch) - 1} others" if len(batch) > 1 else "")
            passed += batch
            batch, budget = [], budget * 2
    return "survived"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=650)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--slowest", type=float, default=40, help="tests that take more seconds judge nothing")
    parser.add_argument("--most", type=float, default=600, help="seconds of tests that a mutant is given")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--measure", default="^$", help="measure the tests of such names again")
    parser.add_argument("--build", default="swift build -c release --build-tests -Xswiftc -enable-testing")
    options = parser.parse_args()
    root = options.work.resolve()
    kept = root / "mutants.json"
    end = time.monotonic() + 60 * options.minutes
    if kept.exists():
        state = json.loads(kept.read_text())
    else:
        found = find(root)
        mutants = draw(found, options.count, options.seed)
        print(f"{len(mutants)} of {len(found)} places", flush=True)
        compile_all(root, mutants, options.build.split())
        state = {"mutants": mutants, "tests": {}}
    if options.again:
        built, log = build(root, options.build.split())
        if not built:
            raise SystemExit(log[-3000:])
        for mutant in state["mutants"]:
            if mutant["outcome"] in ("survived", "not reached"):
                mutant["outcome"] = None
    keep = threading.Lock()

    def save():
        with keep:
            kept.write_text(json.dumps(state, indent=1))

    listed = names(root)
    tests = state["tests"] = {name: test for name, test in state["tests"].items() if name in listed}
    missing = [name for name in listed if name not in tests or re.search(options.measure, name)]
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        for name, test in zip(missing, pool.map(lambda name: measure(root, name, options.slowest), missing)):
            with keep:
                tests[name] = test
                for mutant in state["mutants"]:
                    mutant["passed"] = [other for other in mutant.get("passed", []) if other != name]
            save()
            if test["reached"] is None:
                print(f"judges nothing: {name} ({test['seconds']:.0f} s)", flush=True)
    save()
    print(f"{len(tests)} tests, {sum(test['seconds'] for test in tests.values()):.0f} s", flush=True)

    def settle(mutant):
        if time.monotonic() > end:
            return
        outcome = judge(root, mutant, tests, options.most)
        with keep:
            mutant["outcome"] = outcome
        if outcome in ("survived", "not reached"):
            print(f"{outcome}: {mutant['file']}:{mutant['line'] + 1}: {mutant['original']} -> {mutant['changed']}",
                  flush=True)
        save()

    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        list(pool.map(settle, [mutant for mutant in state["mutants"] if mutant["outcome"] is None]))
    judged = [m for m in state["mutants"] if m["outcome"] not in (None, "does not compile")]
    missed = [m for m in judged if m["outcome"] in ("survived", "not reached")]
    print(f"{len(judged)} mutants: {len(judged) - len(missed)} killed, {len(missed)} not "
          f"({100 * len(missed) / max(len(judged), 1):.1f} %)")


if __name__ == "__main__":
    main()
