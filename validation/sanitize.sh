#!/bin/sh
# Runs tests under the sanitizers that the toolchain has: validation/sanitize.sh [FILTER], of the tests' names.
#
# address: all of Swift, C and C++. undefined: the kernels, with clang's -fsanitize=undefined, in every arithmetic and level
# that this processor has (validation/compare_levels.c); Swift's own traps overflow and bad conversions already.
# thread: Swift, C and C++; Synchronization.Mutex and Atomic of the Swift 6 standard library are not instrumented on Linux, so
# that ThreadSanitizer reports races behind a correct lock there: those are named in validation/thread_sanitizer.txt.
set -eu
cd "$(dirname "$0")/.."
filter=${1:-.}

runs() {
    echo 'print(1)' >"$work/probe.swift"
    swiftc -sanitize="$1" "$work/probe.swift" -o "$work/probe" >/dev/null 2>&1 && "$work/probe" >/dev/null 2>&1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== undefined behaviour, kernels"
clang++ -O1 -g -fsanitize=undefined -fno-sanitize-recover=all -ISources/VectorKernels/include \
    -x c validation/compare_levels.c -x c++ Sources/VectorKernels/*.cpp -lm -o "$work/levels"
"$work/levels"

for sanitizer in address thread; do
    echo "== $sanitizer"
    if ! runs "$sanitizer"; then
        echo "not run: this toolchain or machine has no $sanitizer sanitizer"
        continue
    fi
    # What lives as long as the process is no leak; libraries of the system keep their own.
    ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=suppressions=$PWD/validation/thread_sanitizer.txt \
        swift test --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" -Xcc -O1 --filter "$filter"
done
