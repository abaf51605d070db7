#!/usr/bin/env python3
"""Every #include "module/…" must be of the module itself or of one that it lists in DEPENDS.

Reads build/<preset>/modules.tsv, which hinomi_module writes: name, DEPENDS, DEPENDS of its tests. What a
dependency depends on does not count: who includes it lists it.
"""
import pathlib
import re
import sys

from problem import ROOT, Problem, own_files, report

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
SIDE_FILES = re.compile(r"_(test|fuzz|bench)\.cc$|/testing/")


class Module:
    def __init__(self, name, depends, test_depends):
        self.name = name
        self.depends = depends
        self.test_depends = test_depends


def read_modules(text):
    modules = {}
    for line in text.splitlines():
        fields = (line.split("\t") + ["", ""])[:3]
        if fields[0]:
            modules[fields[0]] = Module(fields[0], *({d for d in f.split(",") if d} for f in fields[1:]))
    return modules


def module_of(path, modules):
    """The module that holds `path` (relative to src/): the longest name that begins it."""
    parts = path.split("/")[:-1]
    while parts:
        name = "/".join(parts)
        if name in modules:
            return name
        parts.pop()
    return None


def check_order(modules):
    """CMake refuses a dependency declared later, so the list is free of cycles when this holds."""
    seen = set()
    for module in modules.values():
        for dependency in sorted(module.depends):
            if dependency not in seen:
                yield Problem("src/CMakeLists.txt", 0, f"module '{module.name}' depends on '{dependency}', "
                              "which is not above it", "move the shared part down, or let the two meet in flow/")
        seen.add(module.name)


def allowed(owner, path, modules):
    if owner is None:
        return set()
    module = modules[owner]
    side = module.test_depends if SIDE_FILES.search(path) else set()
    return {owner} | module.depends | side


def check_file(path, text, modules):
    """`path` is relative to the root: src/… or apps/…"""
    top, _, inner = path.partition("/")
    owner = module_of(inner, modules) if top == "src" else None
    if top == "src" and owner is None:
        yield Problem(path, 0, "belongs to no module", "declare it with hinomi_module in the CMakeLists.txt beside it")
        return
    for found in INCLUDE.finditer(text):
        target = found.group(1)
        line = text.count("\n", 0, found.start(1)) + 1
        wanted = module_of(target, modules)
        if ".." in target.split("/") or (wanted is None and top == "src"):
            yield Problem(path, line, f'"{target}" does not begin with the name of a module',
                          'write "module/file.h", or <…> for a library')
        elif top == "apps" and wanted not in (None, "app"):
            yield Problem(path, line, f"a program includes '{wanted}'", "programs use app/ only; move the work there")
        elif top == "src" and wanted not in allowed(owner, path, modules):
            yield Problem(path, line, f"module '{owner}' includes '{target}' but does not list '{wanted}'",
                          f"add '{wanted}' to DEPENDS in src/{owner}/CMakeLists.txt, or do without it")


def check(root, modules_tsv):
    modules = read_modules(modules_tsv.read_text())
    problems = list(check_order(modules))
    for path in own_files(root):
        if path.startswith(("src/", "apps/")) and path.endswith((".h", ".cc")):
            problems.extend(check_file(path, (root / path).read_text(errors="replace"), modules))
    return problems


if __name__ == "__main__":
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/dev")
    if not (build / "modules.tsv").exists():
        sys.exit(f"check_includes: no {build}/modules.tsv. Remedy: configure first, for example with ./dev test.")
    sys.exit(report("check_includes", check(ROOT, build / "modules.tsv")))
