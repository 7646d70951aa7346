"""What a script counted, as a page of Markdown that names the command.

A module for the scripts in this folder, not a program.
"""

import pathlib
import shlex
import sys


def table(header: list[str], rows: list) -> list[str]:
    """The lines of a table."""
    def line(cells) -> str:
        return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"

    return [line(header), "|" + "---|" * len(header), *map(line, rows)]


def write_tables(path: pathlib.Path, title: str, *parts: list[str]) -> None:
    """Writes parts, each as its lines, under a title; the script's first two arguments are named as PROGRAM and OUT."""
    options = " ".join(map(shlex.quote, sys.argv[3:]))
    command = f"python validation/{pathlib.Path(sys.argv[0]).name} PROGRAM OUT {options}".strip()
    lines = [f"# {title}", "", f"Written by `{command}`."]
    for part in parts:
        lines += ["", *part]
    path.write_text("\n".join(lines) + "\n")
