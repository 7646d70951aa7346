#!/bin/sh
# Installs the C libraries that the package needs, where they are missing: with apt or with Homebrew.
set -eu

if command -v pkg-config >/dev/null && pkg-config --exists hdf5 json-c libturbojpeg libpng &&
    { [ "$(uname)" = Darwin ] || pkg-config --exists libcrypto; }; then
    exit 0
fi
if command -v apt-get >/dev/null; then
    run=""
    [ "$(id -u)" -eq 0 ] || run=sudo
    $run apt-get update
    $run apt-get install --yes --no-install-recommends \
        pkg-config libhdf5-dev libjson-c-dev libturbojpeg0-dev libpng-dev libssl-dev
elif command -v brew >/dev/null; then
    brew install pkgconf hdf5 json-c jpeg-turbo libpng
else
    echo "Install pkg-config and the libraries hdf5, json-c, libturbojpeg, libpng and libcrypto, with their headers." >&2
    exit 1
fi
