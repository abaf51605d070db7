#!/usr/bin/env python3
"""Writes the generated files that are committed; with --check says which are out of date. Never edit them by hand.

To add one: a function from the root to its text, and a line in GENERATED. What only a build needs (the
messages) is written by the build, not here.
"""
import sys

from check_licences import LIST, read_packages
from problem import ROOT, Problem, report

NOTICE_HEAD = """\
Hinomi
Copyright The Hinomi authors

Licensed under the Apache License, Version 2.0 (see LICENSE).

Hinomi's programs are linked against these libraries, which are installed as packages of the operating system
and are not part of this repository (package, licence, what for):

"""


def notice(root):
    packages, _ = read_packages((root / LIST).read_text())
    linked = sorted((p for p in packages if p.use == "link"), key=lambda p: p.name)
    return NOTICE_HEAD + "".join(f"- {p.name}: {p.licence}; {p.purpose}\n" for p in linked)


GENERATED = {"NOTICE": notice}


def check(root):
    for path, text_of in GENERATED.items():
        file = root / path
        if not file.exists() or file.read_text() != text_of(root):
            yield Problem(path, 0, "out of date", "run ./dev generate")


def main(arguments):
    if arguments == ["--check"]:
        return report("generate", list(check(ROOT)))
    if arguments:
        print("usage: ./dev generate [--check]", file=sys.stderr)
        return 2
    for problem in list(check(ROOT)):
        (ROOT / problem.path).write_text(GENERATED[problem.path](ROOT))
        print(f"{problem.path}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
