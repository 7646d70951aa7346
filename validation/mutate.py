#!/usr/bin/env python3
"""Mutation testing: changes one operator, constant or condition at a time, and says which changes no test notices.

    validation/mutate.py WORK [--count 500] [--seed 1] [--minutes 60]

All mutants are compiled at once. In WORK, a copy of the package with its build folder, each place of a change becomes
`mutant(ID, original, changed)`, which computes the one or the other by the variable MUTANT. Places that do not compile
are put back. The tests of the modules below run once with none changed, noting which places each suite reaches; then for
each mutant of a seeded draw the suites that reach it, until one fails. A mutant that nothing reaches, or that all of
them let pass, survives. WORK/mutants.json holds what became of each: a second call goes on from there.
"""

import argparse
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

# The modules that are changed, and the test targets that are fast enough to run for each mutant.
MODULES = ["Conformance", "Captures", "Detection", "mtcnn-validate"]
SUITES = ["ConformanceTests", "CapturesTests", "DetectionTests", "ReportingTests", "CommandTests"]

SWITCH = """import Foundation

private let active = ProcessInfo.processInfo.environment["MUTANT"].flatMap { Int($0) } ?? -1
private nonisolated(unsafe) let log = ProcessInfo.processInfo.environment["MUTANT_LOG"].flatMap { fopen($0, "a") }
private nonisolated(unsafe) var reached = [Bool](repeating: false, count: 100_000)
private let lock = NSLock()

func mutant<Value>(_ id: Int, _ original: @autoclosure () -> Value, _ changed: @autoclosure () -> Value) -> Value {
    if let log {
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
    skip = ("//", "case ", "import ", "@", "public init(", "init(", "func ", "public func ", "private func ", "#",
            "static let", "public static let", "private static let", "precondition")
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


def test(root, suite, environment, seconds):
    """Whether the suite passes; no answer in time is a failure, as an endless loop is."""
    # A session of its own: no terminal stops it, and with a mutant that never ends all its processes are ended.
    process = subprocess.Popen(
        ["swift", "test", "--skip-build", "--filter", f"^{suite}\\.", "--disable-xctest"], cwd=root,
        env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--suites", default=",".join(SUITES))
    parser.add_argument("--build", default="swift build --build-tests -Xcc -O2")
    options = parser.parse_args()
    root = options.work.resolve()
    kept = root / "mutants.json"
    suites = options.suites.split(",")
    end = time.monotonic() + 60 * options.minutes
    if kept.exists():
        state = json.loads(kept.read_text())
    else:
        found = find(root)
        mutants = draw(found, options.count, options.seed)
        print(f"{len(mutants)} of {len(found)} places", flush=True)
        compile_all(root, mutants, options.build.split())
        state = {"mutants": mutants, "reached": {}, "seconds": {}}
        kept.write_text(json.dumps(state, indent=1))
    for suite in suites:
        if suite in state["reached"]:
            continue
        log = root / f"reached-{suite}.txt"
        log.unlink(missing_ok=True)
        start = time.monotonic()
        if not test(root, suite, {"MUTANT_LOG": str(log)}, 1200):
            raise SystemExit(f"{suite} fails with nothing changed")
        state["seconds"][suite] = time.monotonic() - start
        state["reached"][suite] = sorted({int(line) for line in log.read_text().split()}) if log.exists() else []
        print(f"{suite}: {state['seconds'][suite]:.0f} s, reaches {len(state['reached'][suite])}", flush=True)
        kept.write_text(json.dumps(state, indent=1))
    fastest = sorted(suites, key=lambda suite: state["seconds"][suite])
    for mutant in state["mutants"]:
        if mutant["outcome"] is not None:
            continue
        if time.monotonic() > end:
            break
        reaching = [suite for suite in fastest if mutant["id"] in state["reached"][suite]]
        killer = next(
            (suite for suite in reaching
             if not test(root, suite, {"MUTANT": str(mutant["id"])}, 20 + 2 * state["seconds"][suite])), None)
        mutant["outcome"] = f"killed by {killer}" if killer else "survived" if reaching else "not reached"
        if not killer:
            print(f"{mutant['outcome']}: {mutant['file']}:{mutant['line'] + 1}: {mutant['original']} -> "
                  f"{mutant['changed']}", flush=True)
        kept.write_text(json.dumps(state, indent=1))
    judged = [m for m in state["mutants"] if m["outcome"] not in (None, "does not compile")]
    killed = [m for m in judged if m["outcome"].startswith("killed")]
    missed = len(judged) - len(killed)
    print(f"{len(judged)} mutants: {len(killed)} killed, {missed} not ({100 * missed / max(len(judged), 1):.1f} %)")


if __name__ == "__main__":
    main()
