#!/bin/sh
# Copies the shared libraries that a program needs, but for those of libc. Usage: collect_libraries.sh PROGRAM DIRECTORY
set -eu
mkdir -p "$2"
ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | while read -r library; do
    case $(basename "$library") in
    libc.so.* | libm.so.* | libpthread.so.* | libdl.so.* | librt.so.* | ld-linux*) ;;
    *) cp -L "$library" "$2/" ;;
    esac
done
