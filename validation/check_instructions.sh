#!/bin/sh
# Counts the instructions that finding faces takes, and fails where they are more than the counts kept in
# validation/instruction_counts.txt by more than is said there. Instructions, unlike time, are the same on a busy machine; valgrind's
# processor has AVX2 and no AVX-512, whatever the machine has.
#
# Usage: validation/check_instructions.sh PROGRAM [--record]
set -eu
program=$1
here=$(dirname "$0")
kept=$here/instruction_counts.txt
frames=$here/../Fixtures/frames

if ! command -v valgrind >/dev/null; then
    echo "instructions cannot be counted: install valgrind" >&2
    exit 1
fi

# Older versions of valgrind cannot read the debug information of Swift 6.
copy=$(mktemp)
trap 'rm -f "$copy"' EXIT
strip -o "$copy" "$program"
chmod +x "$copy"

count() {
    SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$copy" detect --threads 1 --models "$frames/../models" "$@" 2>&1 >/dev/null | sed -n 's/.*Collected : //p'
}

first=$(count "$frames/01_astronaut_close.jpg")
three=$(count "$frames/01_astronaut_close.jpg" "$frames/02_astronaut_close.jpg" "$frames/03_astronaut_close.jpg")
further=$(((three - first) / 2))
if [ "${2:-}" = --record ]; then
    # To start takes longer the more there is in the program.
    printf 'start_and_first_frame %s + 20 %%\nfurther_frame %s + 3 %%\n' "$first" "$further" >"$kept"
    exit 0
fi

status=0
compare() {
    limit=$(awk -v name="$1" '$1 == name { print int($2 * (1 + $4 / 100)) }' "$kept")
    echo "$1: $2 instructions, at most $limit"
    [ "$2" -le "$limit" ] || status=1
}
compare start_and_first_frame "$first"
compare further_frame "$further"
exit $status
