#!/bin/sh
# Installs what the pages are checked with, where it is missing: Chromium, and axe-core as a Python package.
set -eu

if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null \
    && ! command -v google-chrome >/dev/null && ! command -v google-chrome-stable >/dev/null; then
    if command -v apt-get >/dev/null; then
        run=""
        [ "$(id -u)" -eq 0 ] || run=sudo
        $run apt-get update
        $run apt-get install --yes --no-install-recommends chromium fonts-dejavu-core
    else
        echo "Install Chromium, or let CHROMIUM name it." >&2
        exit 1
    fi
fi
set -- .build/page/axe_playwright_python-*.whl
[ -f "$1" ] || python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest .build/page \
    axe-playwright-python==0.1.8
