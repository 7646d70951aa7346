#!/bin/sh
# Compares the vector kernels of every instruction set with the portable ones, bit for bit: those of this processor,
# and, where Debian's packages qemu-user-static, libc6-dev-arm64-cross and libstdc++-12-dev-arm64-cross are installed, those
# of an emulated arm64. Fails where that is not there, but for `--own`, which compares this processor's alone.
#
# Usage: validation/compare_levels.sh [--own]
set -eu
here=$(dirname "$0")
kernels=$here/../Sources/VectorKernels
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
    output=$1
    shift
    clang++ -O1 -I"$kernels/include" "$@" -x c "$here/compare_levels.c" -x c++ "$kernels"/*.cpp -lm -o "$output"
}

build "$work/own"
"$work/own"

cross=/usr/aarch64-linux-gnu
if [ "$(uname -m)" = aarch64 ] || [ "${1:-}" = --own ]; then
    exit 0
fi
if ! command -v qemu-aarch64-static >/dev/null || [ ! -e "$cross/include" ]; then
    echo "arm64 cannot be compared: install qemu-user-static, libc6-dev-arm64-cross and libstdc++-12-dev-arm64-cross; --own" \
        "leaves it out" >&2
    exit 1
fi
build "$work/arm64" --target=aarch64-linux-gnu -static -fuse-ld=lld -isystem "$cross/include" -L"$cross/lib" -B"$cross/lib"
qemu-aarch64-static "$work/arm64"
