#!/bin/sh
# Make every fixture again that a script makes: the networks of the NCHW dialect, all
# captures, the float16 vectors and the manifest. Frames, gold, the bundled networks and
# what Core ML recorded are given and stay as they are.
#
#   validation/record_fixtures.sh [PYTHON]
#
# Makes .venv with the pinned packages if it is not there (PYTHON is what makes it, python3
# unless told). Writes the same bytes every time on one kind of processor; ONNX Runtime
# chooses its kernels by processor, so another kind may change the last bits of a recording.
set -eu
cd "$(dirname "$0")/.."

python=.venv/bin/python
[ -x "$python" ] || "${1:-python3}" -m venv .venv
"$python" -m pip install --quiet --disable-pip-version-check -r validation/requirements.txt

cases=$(mktemp -d)
trap 'rm -rf "$cases"' EXIT

# record DIALECT_FOLDER CASES: the three networks in Fixtures/models/DIALECT_FOLDER.
record() {
    for network in pnet rnet onet; do
        "$python" validation/capture.py onnxruntime "Fixtures/models/$1$network.onnx" "$2/$network" \
            "Fixtures/captures/$1$network.h5" --outputs-only '*_outputs_*'
    done
}

"$python" validation/make_inputs.py --fixtures Fixtures --check
"$python" validation/make_inputs.py --fixtures Fixtures --output "$cases/bundled"
record "" "$cases/bundled"

"$python" validation/make_nchw_dialect.py
"$python" validation/make_nchw_inputs.py "$cases/bundled" --output "$cases/nchw"
record nchw/ "$cases/nchw"

"$python" validation/make_float16_vectors.py
"$python" validation/make_manifest.py
