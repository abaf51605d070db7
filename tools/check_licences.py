#!/usr/bin/env python3
"""Everything we link against has a licence that fits Apache-2.0, and is listed in tools/packages.txt.

GPL and AGPL are for separate programs only. Also checks that every library CMake looks for is in the list, and that
the npm packages of the web interface may be used as they are (web/package-lock.json names their licences).
"""
import dataclasses
import json
import re
import sys

from problem import ROOT, Problem, own_files, report

LIST = "tools/packages.txt"
WEB_LOCK = "web/package-lock.json"
GROUPS = ("build", "test", "web", "check", "package", "speed", "fault")
USES = ("link", "program")
# Debian's libraries are linked dynamically, which is what the LGPL asks for.
LINKABLE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ICU",
    "ISC", "MIT", "PostgreSQL", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib", "blessing",
    "bzip2-1.0.6", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later",
    "GPL-3.0-or-later WITH GCC-exception-3.1",
}
# What goes into the browser, beside what may be linked: fonts. Nothing here asks for more than its notice, which
# web/notices.ts puts into licences.txt.
BUNDLED = LINKABLE | {"OFL-1.1"}
# Tools of the build and the tests, of which nothing is delivered.
BUILT_WITH = BUNDLED | {"MPL-2.0", "CC-BY-4.0", "BlueOak-1.0.0", "Python-2.0", "Artistic-2.0"}
LOOKUP = re.compile(r"\b(?:find_package\s*\(\s*([\w-]+)|pkg_check_modules\s*\(\s*\w+((?:\s+[\w.+<>=-]+)+)\s*\))")
LOOKUP_WORDS = {"REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL", "NO_CMAKE_PATH", "NO_CMAKE_ENVIRONMENT_PATH"}


@dataclasses.dataclass(frozen=True)
class Package:
    name: str
    group: str
    use: str
    licence: str
    found_by: tuple
    purpose: str
    line: int


def read_packages(text):
    """The packages of the list, and the problems with its form."""
    packages, problems = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 6 or not all(fields) or fields[1] not in GROUPS or fields[2] not in USES:
            problems.append(Problem(LIST, number, "not 'package | group | use | licence | found by | what for'",
                                    "fill in all six; the top of the file tells what each means"))
            continue
        found_by = () if fields[4] == "-" else tuple(name.strip() for name in fields[4].split(","))
        packages.append(Package(*fields[:4], found_by, fields[5], number))
    return packages, problems


def allows(allowed, licence):
    """SPDX without nesting: one alternative of OR must be allowed in all its AND parts."""
    return any(all(part.strip() in allowed for part in choice.split(" AND "))
               for choice in licence.strip("()").split(" OR "))


def may_link(licence):
    return allows(LINKABLE, licence)


def check_web_lock(lock):
    """Packages of npm: stricter for those that become a part of the interface."""
    for path, package in lock.get("packages", {}).items():
        if not path:
            continue
        name = path.rpartition("node_modules/")[2]
        licence = package.get("license") or "no licence"
        if not allows(BUILT_WITH if package.get("dev") else BUNDLED, str(licence)):
            use = "a tool of the build" if package.get("dev") else "part of the interface"
            yield Problem(WEB_LOCK, 0, f"'{name}', {use}, is under {licence}", "take another package")


def check_packages(packages):
    for package in packages:
        if package.use == "link" and not may_link(package.licence):
            yield Problem(LIST, package.line, f"'{package.name}' is linked under {package.licence}",
                          "use it as a separate program, or take another library")


def libraries_looked_for(text):
    """(name, line) of every library that a CMake file asks for."""
    code = re.sub(r"#[^\n]*", "", text)
    for found in LOOKUP.finditer(code):
        line = code.count("\n", 0, found.start()) + 1
        names = [found.group(1)] if found.group(1) else found.group(2).split()
        for name in names:
            if name not in LOOKUP_WORDS:
                yield re.split("[<>=]", name)[0], line


def check_lookups(path, text, packages):
    known = {name for package in packages for name in package.found_by}
    for name, line in libraries_looked_for(text):
        if name not in known:
            yield Problem(path, line, f"library '{name}' has no package in {LIST}",
                          "add its package there with licence and purpose ('found by' names it)")


def check(root):
    packages, problems = read_packages((root / LIST).read_text())
    problems.extend(check_packages(packages))
    if (root / WEB_LOCK).exists():
        problems.extend(check_web_lock(json.loads((root / WEB_LOCK).read_text())))
    for path in own_files(root):
        if path.endswith(("CMakeLists.txt", ".cmake")):
            problems.extend(check_lookups(path, (root / path).read_text(), packages))
    return problems


if __name__ == "__main__":
    sys.exit(report("check_licences", check(ROOT)))
