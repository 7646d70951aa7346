#!/usr/bin/env python3
"""Writes the manual page from the command's own help.

    mtcnn-validate --experimental-dump-help | validation/make_manual.py > mtcnn-validate.1
"""

import json
import re
import sys
import textwrap


def escaped(text):
    """Text as troff takes it: no line begins with a control character."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.split("\n"))


def filled(text):
    """A paragraph in lines of at most 80 bytes, as the tools for manual pages want them."""
    return escaped(textwrap.fill(text, 72, break_long_words=False, break_on_hyphens=False))


def discussion(text, paragraph=".PP"):
    """A discussion's lines: each is a paragraph, or an entry of a list, `name: what it is`."""
    lines = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        entry = re.match(r"([\w-]+): (.+)", line)
        lines += [".TP", f".B {escaped(entry[1])}", filled(entry[2])] if entry else [paragraph, filled(line)]
    return lines


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
        lines += [".TP", f".B {escaped(option(argument))}", filled(text) or "\\&"]
        lines += discussion(argument.get("discussion", ""), ".IP")
    return lines


def main():
    command = json.load(sys.stdin)["command"]
    name = command["commandName"]
    shown = [part for part in command["subcommands"] if part.get("shouldDisplay", True) and part["commandName"] != "help"]
    lines = [f".TH {name.upper()} 1", ".SH NAME", filled(f"{name} - {command['abstract']}"), ".SH SYNOPSIS",
             f".B {escaped(name)}", "[command] [options]", ".SH DESCRIPTION"]
    lines += [*discussion(command.get("discussion", ""))[1:], ".PP", "Without a command, validate is meant.", ".SH COMMANDS"]
    for part in shown:
        lines += [f".SS {escaped(part['commandName'])}", filled(part.get("abstract", ""))]
        lines += discussion(part.get("discussion", ""))
        lines += arguments(part)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
