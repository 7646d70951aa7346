"""Has coremltools' own loader infer every type of Core ML packages again, and compare it with what they declare.

Usage:
    python validation/check_packages.py PACKAGE.mlpackage...

Runs anywhere; nothing is predicted. Exit code 1 if a package is refused.
"""

import pathlib
import sys

import coremltools
from coremltools.converters.mil.frontend.milproto.load import load

def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 64
    refused = 0
    for path in paths:
        data = pathlib.Path(path) / "Data" / "com.apple.CoreML"
        try:
            specification = coremltools.models.utils.load_spec(path)
            program = load(specification, specification.specificationVersion, str(data / "weights"))
            operations = [operation for operation in program.functions["main"].operations if operation.op_type != "const"]
            print(f"{path}: accepted, {len(operations)} operations")
        except Exception as error:
            refused += 1
            print(f"{path}: REFUSED: {type(error).__name__}: {error}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
