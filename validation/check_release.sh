#!/bin/sh
# Runs an archive of release.sh in a root that holds the archive, the C library's files that it needs, and nothing else:
# no shell, no /dev. Only /proc is there, as in every container: by it the loader knows where the program lies, and so its
# libraries. Usage: validation/check_release.sh ARCHIVE
set -eu
[ "$(uname)" = Linux ] || { echo "NOT RUN: the archive in a root of its own, which Linux alone has" >&2; exit 0; }
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root/opt" "$root/tmp" "$root/somewhere" "$root/proc"
tar -C "$root/opt" -xzf "$1"
name=$(ls "$root/opt")
program="/opt/$name/bin/mtcnn-validate"

# What ldd names outside the archive is the C library's.
ldd "$root$program" | grep -o '/[^ ]*' | grep -v "^$root" | sort -u > "$work/needed"
while read -r file; do
    case $(basename "$file") in
    ld-linux* | libc.so.* | libm.so.* | libmvec.so.* | libpthread.so.* | libdl.so.* | librt.so.* | libresolv.so.* | libutil.so.*)
        mkdir -p "$root$(dirname "$file")"
        cp -L "$file" "$root$file"
        ;;
    *) echo "$file is needed, and neither the C library's nor in the archive" >&2; exit 1 ;;
    esac
done < "$work/needed"
echo "beside the archive the root holds $(tr '\n' ' ' < "$work/needed")"

cp Tests/CommandTests/recorded/opencv5_rnet.h5 "$root/somewhere/"
enter="unshare --mount --pid --fork --mount-proc=$root/proc"
[ "$(id -u)" -eq 0 ] || enter="$enter --map-root-user"
failed=0
# Runs the program from the root, where none of its data lies: expect STATUS ARGUMENT...
expect() {
    wanted=$1
    shift
    status=0
    # shellcheck disable=SC2086
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin $enter chroot "$root" "$program" "$@" > "$work/output" 2>&1 || status=$?
    if [ "$status" -eq "$wanted" ]; then
        echo "mtcnn-validate $*: ended with $status"
    else
        echo "mtcnn-validate $*: ended with $status, not $wanted:" >&2
        cat "$work/output" >&2
        failed=1
    fi
}
share=/opt/$name/share/mtcnn-validate
model=$share/Fixtures/models/rnet.onnx
expect 0 --version
expect 0 --help
expect 0 --report /somewhere/out
for report in fp32_vs_onnx.json fp16_vs_fp32.json cpp_vs_reference.json junit.xml summary.md; do
    cmp "Reports/$report" "$root/somewhere/out/$report" || failed=1
done
expect 0 compare "$model" "$share/Fixtures/captures/rnet.h5" --page /somewhere/page.html
expect 1 explain "$model" /somewhere/opencv5_rnet.h5
expect 0 convert "$model" /somewhere/half.mlpackage --precision fp16
expect 0 detect "$share/Fixtures/frames/01_astronaut_close.jpg"
[ "$failed" -eq 0 ] && echo "$(basename "$1") runs with nothing but the C library and its own files"
