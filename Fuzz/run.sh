#!/bin/sh
# Fuzzes every reader and random graphs with libFuzzer: Fuzz/run.sh SECONDS [TARGET...]
#
# Each target runs SECONDS from its seeds in Fuzz/Corpus, and from what earlier runs found in Fuzz/Found, where it keeps
# what is new. SANITIZER=address builds and runs with AddressSanitizer. FUZZ_SEED draws the same inputs each time. Ends with
# the executions of each target; with 1 if a target crashed, took more than 5 seconds or 2 GiB for one input, or found a
# property that does not hold: the input then is printed and in Fuzz/Findings/TARGET, and `Fuzz TARGET FILE` of the build
# folder shows it again.
set -eu
cd "$(dirname "$0")"
seconds=${1:?how many seconds for each target}
shift

fail() {
    echo "fuzzing: $1" >&2
    exit 1
}

swift=$(command -v swift) || fail "there is no swift"
# Of Swift's own toolchain: Apple's and some distributions' come without.
runtimes=$(dirname "$(dirname "$(readlink -f "$swift" 2>/dev/null || echo "$swift")")")/lib
[ -n "$(find -L "$runtimes" -name 'libclang_rt.fuzzer*' 2>/dev/null | head -1)" ] ||
    fail "this Swift toolchain has no libFuzzer (libclang_rt.fuzzer in $runtimes): one from swift.org has"

sanitizers=fuzzer${SANITIZER:+,$SANITIZER}
folder=.build-${SANITIZER:-plain}
linker=""
[ "$(uname)" = Darwin ] || linker="-Xswiftc -use-ld=lld"
# Without what only a debugger reads, which takes time to build.
# shellcheck disable=SC2086
swift build -c release -debug-info-format none --scratch-path "$folder" $linker \
    -Xswiftc -enable-testing -Xswiftc -parse-as-library -Xswiftc "-sanitize=$sanitizers" \
    -Xcc "-fsanitize=fuzzer-no-link${SANITIZER:+,$SANITIZER}"
program=$folder/release/Fuzz

# Some targets write files, which a file system in memory takes faster.
[ ! -d /dev/shm ] || export TMPDIR=/dev/shm
# shellcheck disable=SC2046 # a name of a target is one word
[ $# -gt 0 ] || set -- $("$program" --list)
found=0
for target in "$@"; do
    [ -n "$(ls "Corpus/$target" 2>/dev/null)" ] || fail "$target has no seeds in Fuzz/Corpus"
    mkdir -p "Found/$target" "Findings/$target"
    log=Findings/$target.log
    status=0
    # The backtrace of Swift's own would hold a crash up for a second or more.
    SWIFT_BACKTRACE=enable=no "$program" "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=5 \
        ${FUZZ_SEED:+"-seed=$FUZZ_SEED"} -print_final_stats=1 -artifact_prefix="Findings/$target/" \
        "Found/$target" "Corpus/$target" >"$log" 2>&1 || status=$?
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    printf '%-18s %12s executions%s\n' "$target" "${count:-0}" "$([ "$status" -eq 0 ] || echo ": $(grep -m 1 -E \
        'ERROR|SUMMARY|does not hold' "$log" || echo "exit code $status"), see Fuzz/$log")"
    if [ "$status" -ne 0 ]; then
        found=1
        # Where the folder is gone afterwards, what was printed is all there is.
        sed -n -e '/does not hold/,/ERROR/p' -e '/^Base64/p' "$log" | cut -c 1-2000
    fi
done
exit "$found"
