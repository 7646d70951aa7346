#!/bin/sh
# Builds what is given to others: the program with Swift's library within it, its data, and the C libraries that it
# needs beside libc's. Usage: validation/release.sh [DIRECTORY]; the default is .build/release-files.
set -eu
cd "$(dirname "$0")/.."
out=${1:-.build/release-files}
validation/install_dependencies.sh
if [ "$(uname)" = Linux ]; then
    # Old tags: where the program looks for its libraries, these look for theirs.
    swift build -c release --product mtcnn-validate --static-swift-stdlib \
        -Xlinker -rpath -Xlinker "\$ORIGIN/../lib/mtcnn-validate" -Xlinker --disable-new-dtags
else
    swift build -c release --product mtcnn-validate
fi
program=$(swift build -c release --show-bin-path)/mtcnn-validate
name="mtcnn-validate-$("$program" --version)-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)"
rm -rf "${out:?}/$name"
mkdir -p "$out/$name"
validation/install.sh "$program" "$out/$name"
[ "$(uname)" != Linux ] || validation/collect_libraries.sh "$program" "$out/$name/lib/mtcnn-validate"
tar -C "$out" -czf "$out/$name.tar.gz" "$name"
(cd "$out" && { sha256sum "$name.tar.gz" 2>/dev/null || shasum -a 256 "$name.tar.gz"; } > "$name.tar.gz.sha256")
echo "$out/$name.tar.gz"
