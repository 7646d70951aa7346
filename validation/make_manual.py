#!/usr/bin/env python3
"""Writes the manual page from the command's own help.

    mtcnn-validate --experimental-dump-help | validation/make_manual.py > mtcnn-validate.1
"""

import json
import re
import sys


def escaped(text):
    """Text as troff takes it: no line begins with a control character."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


def words(text):
    """A discussion's lines, of which blank ones part paragraphs."""
    return [escaped(re.sub(r"\s*\n\s*", " ", part.strip())) for part in re.split(r"\n\s*\n", text) if part.strip()]


def option(argument):
    names = ", ".join(("-" if name["kind"] == "short" else "--") + name["name"] for name in argument.get("names", []))
    value = argument.get("valueName", "")
    if argument["kind"] == "positional":
        return f"<{value}>" + (" ..." if argument.get("isRepeating") else "")
    return names + (f" <{value}>" if argument["kind"] == "option" else "")


def arguments(command):
    lines = []
    for argument in command.get("arguments", []):
        if not argument.get("shouldDisplay", True):
            continue
        default = argument.get("defaultValue")
        text = argument.get("abstract", "")
        if default and argument["kind"] == "option" and "efault" not in text:
            text += f" Default: {default}."
        lines += [".TP", f".B {escaped(option(argument))}", *(words(text) or ["\\&"])]
        lines += [line for part in words(argument.get("discussion", "")) for line in (".IP", part)]
    return lines


def main():
    command = json.load(sys.stdin)["command"]
    name = command["commandName"]
    shown = [part for part in command["subcommands"] if part.get("shouldDisplay", True) and part["commandName"] != "help"]
    lines = [f".TH {name.upper()} 1", ".SH NAME", f"{name} \\- {escaped(command['abstract'])}", ".SH SYNOPSIS",
             f".B {escaped(name)}", "[command] [options]", ".SH DESCRIPTION"]
    for part in words(command.get("discussion", "")):
        lines += [part, ".PP"]
    lines += ["Without a command, validate is meant.", ".SH COMMANDS"]
    for part in shown:
        lines += [f".SS {escaped(part['commandName'])}", escaped(part.get("abstract", ""))]
        lines += [line for text in words(part.get("discussion", "")) for line in (".PP", text)]
        lines += arguments(part)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
