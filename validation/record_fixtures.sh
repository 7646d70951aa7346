#!/bin/sh
# Record the bundled captures again: Fixtures/captures/{pnet,rnet,onet}.h5.
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

"$python" validation/make_inputs.py --fixtures Fixtures --check
"$python" validation/make_inputs.py --fixtures Fixtures --output "$cases"
for network in pnet rnet onet; do
    "$python" validation/capture_onnxruntime.py "Fixtures/models/$network.onnx" "$cases/$network" \
        --outputs-only '*_outputs_*' --output "Fixtures/captures/$network.h5"
done
