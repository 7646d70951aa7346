#!/bin/sh
# Copies the shared libraries that a program needs, but for those of the C library, and their licences where Debian's
# packages tell them. Usage: collect_libraries.sh PROGRAM DIRECTORY
#
# They are not linked into the program: Debian's HDF5 needs libcurl, which needs Kerberos, of which there is no static
# library. The C library is left out because its parts must be of one version with the system's loader.
set -eu
mkdir -p "$2"
ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | while read -r library; do
    case $(basename "$library") in
    libc.so.* | libm.so.* | libmvec.so.* | libpthread.so.* | libdl.so.* | librt.so.* | libresolv.so.* | libutil.so.* | \
        libanl.so.* | libnss_*.so.* | libthread_db.so.* | ld-linux*) continue ;;
    esac
    cp -L "$library" "$2/"
    command -v dpkg-query >/dev/null || continue
    # A package lists a file where it puts it, which may be above the link /lib to /usr/lib.
    for place in "$(readlink -f "$library")" "/usr$library" "$library"; do
        package=$(dpkg-query --search "$place" 2>/dev/null | sed -n '1s/:.*//p')
        [ -z "$package" ] || break
    done
    [ -z "$package" ] || [ ! -e "/usr/share/doc/$package/copyright" ] || {
        mkdir -p "$2/licences"
        cp -L "/usr/share/doc/$package/copyright" "$2/licences/$package.txt"
    }
done
