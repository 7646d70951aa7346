"""Has coremltools' own loader infer every type of Core ML packages again, and compare it with what they declare.

Usage:
    python validation/check_packages.py PACKAGE.mlpackage...

Runs anywhere; nothing is predicted. Exit code 1 if a package is refused.
"""

import pathlib
import sys

import coremltools
from coremltools.converters.mil.frontend.milproto.load import load


def operations(package: str | pathlib.Path) -> int:
    """How many operations a package has that the loader accepts."""
    data = pathlib.Path(package) / "Data" / "com.apple.CoreML"
    specification = coremltools.models.utils.load_spec(str(package))
    program = load(specification, specification.specificationVersion, str(data / "weights"))
    return sum(operation.op_type != "const" for operation in program.functions["main"].operations)


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 64
    refused = 0
    for path in paths:
        try:
            print(f"{path}: accepted, {operations(path)} operations")
        except Exception as error:
            refused += 1
            print(f"{path}: REFUSED: {type(error).__name__}: {error}")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
