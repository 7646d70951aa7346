#!/bin/sh
# Installs a built program with its data, manual page and shell completions.
# Usage: validation/install.sh PROGRAM PREFIX
set -eu
program=$1
prefix=$2
cd "$(dirname "$0")/.."
share="$prefix/share/mtcnn-validate"

mkdir -p "$prefix/bin" "$share/validation" "$prefix/share/man/man1" "$prefix/share/bash-completion/completions" \
    "$prefix/share/zsh/site-functions" "$prefix/share/fish/vendor_completions.d"
# Under another name first: a program that runs is not written over.
cp "$program" "$prefix/bin/.mtcnn-validate.new"
mv "$prefix/bin/.mtcnn-validate.new" "$prefix/bin/mtcnn-validate"

rm -rf "$share/Fixtures"
cp -R Fixtures "$share/Fixtures"
for file in known_deviations.json schemas CAPTURE_FORMAT.md ENGINE_PROTOCOL.md capture.py capture_file.py \
    engine_adapter.py bench_engine.py engines requirements.txt requirements-engines.txt; do
    rm -rf "$share/validation/$file"
    cp -R "validation/$file" "$share/validation/$file"
done
find "$share" -name __pycache__ -prune -exec rm -rf {} +
cp LICENSE NOTICE "$share/"

installed="$prefix/bin/mtcnn-validate"
"$installed" --experimental-dump-help | python3 validation/make_manual.py > "$prefix/share/man/man1/mtcnn-validate.1"
"$installed" --generate-completion-script bash > "$prefix/share/bash-completion/completions/mtcnn-validate"
"$installed" --generate-completion-script zsh > "$prefix/share/zsh/site-functions/_mtcnn-validate"
"$installed" --generate-completion-script fish > "$prefix/share/fish/vendor_completions.d/mtcnn-validate.fish"
echo "installed $("$installed" --version) in $prefix"
