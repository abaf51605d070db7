#!/usr/bin/env python3
"""House rules that no compiler knows; each problem names its remedy. docs/en/development.md explains them.

To add a rule: one function that takes a SourceFile or the list of files and yields Problems, one line in
FILE_RULES or TREE_RULES, one test in tidy_test.py that shows it can fail.
"""
import pathlib
import re
import sys

from problem import ROOT, Problem, own_files, report

MAX_LINES = 500
MAX_LINES_TEST = 900
MAX_FUNCTION_LINES = 80
MAX_BYTES = 1_000_000
CODE = (".h", ".cc")
LINE_LIMITED = (".h", ".cc", ".py", ".sh", ".cmake")
# Inputs of tests and fuzzers: kept byte by byte as they are.
DATA_FOLDERS = re.compile(r"^tests/(fuzz-seeds|golden|data)/|/testdata/")
BINARY_ALLOWED = re.compile(r"^tests/(fuzz-seeds|golden)/|^docs/.*\.png$")
TEST_FILE = re.compile(r"_(test|bench|fuzz)\.(cc|py)$|(^|/)testing/|^tests/")

# (pattern, where it applies, where it does not, problem, remedy); matched against code without comments and texts.
WORDS = [
    (r"\bstd::w?regex\b", r".*", None, "std::regex is slow and overflows the stack on long input",
     "use RE2 (query/) or write the match by hand"),
    (r"(?<!\w)v?sprintf\s*\(", r".*", None, "sprintf does not know the size of its buffer",
     "use fmt::format or std::to_chars"),
    (r"(?<![\w.>])(std::)?(strcpy|strcat|gets|strtok|atoi|atol|atof)\s*\(", r".*", None,
     "a C function that cannot report an error or a limit", "use std::string_view and std::from_chars"),
    (r"(?<![\w.>])(std::|::)?(system|popen)\s*\(", r".*", TEST_FILE, "a shell sees what we pass",
     "start programs through os/ with a list of arguments"),
    (r"(?<![\w.>])(std::)?s?rand\s*\(|\bstd::random_device\b", r"^src/(?!os/|app/)|^apps/", TEST_FILE,
     "hidden randomness", "take the source of randomness as a parameter"),
    (r"\bsystem_clock::now\s*\(", r"^src/(?!os/)|^apps/", None, "a hidden clock", "take the clock as a parameter"),
    (r"(?<![\w.>])(std::|::)?(secure_)?getenv\s*\(", r"^src/(?!os/|app/)", TEST_FILE, "a hidden setting",
     "read the environment in app/ and pass the value"),
    (r"\bstd::(cout|cerr|clog)\b", r"^src/(?!app/)", TEST_FILE, "printing below app/",
     "return the text, or take a sink as a parameter"),
    (r"\busing\s+namespace\b", r"\.h$", None, "a header opens a namespace for all who include it",
     "name what you use"),
    (r"\bnlohmann\b", r".*", None, "a second JSON library", "use parse/json to read and base/json_writer.h to write"),
    (r"\bsleep_(for|until)\s*\(|(?<![\w.>])u?sleep\s*\(", r"_test\.cc$", None,
     "a test that waits depends on the speed of the machine", "pass a clock, or wait for the event itself"),
]
WORDS = [(re.compile(p), re.compile(w), e, t, r) for p, w, e, t, r in WORDS]

OPEN_NOTE = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b(?!\(#\d+\))")
# Spelt so that this file does not hold what it looks for.
WORKPLACE = re.compile(r"(?<![\w.~-])/wor[k]/|\b(deb|security|archive|ports|snapshot|registry|proxy|repo1?|mirrors?)"
                       r"\.(debian|ubuntu|npmjs|golang|maven|yarnpkg|nodesource)\b")

# Order matters: raw texts and comments may hold quotes.
NOT_CODE = re.compile(
    r'R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r"|/\*.*?\*/"
    r"|//[^\n]*"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.DOTALL)


class SourceFile:
    """One text file: its path from the root, its text, its lines."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.is_code = path.endswith(CODE)
        self.is_test = bool(TEST_FILE.search(path))
        self.is_data = bool(DATA_FOLDERS.search(path))

    def problem(self, line, text, remedy):
        return Problem(self.path, line, text, remedy)


def without_comments_and_texts(text):
    """The code alone; every line stays where it was."""
    return NOT_CODE.sub(lambda found: "\n" * found.group().count("\n"), text)


def file_length(file):
    limit = MAX_LINES_TEST if file.is_test else MAX_LINES
    count = len(file.lines) - 1
    if file.path.endswith(LINE_LIMITED) and count > limit:
        yield file.problem(limit, f"{count} lines; the limit is {limit}", "split it by what changes together")


def function_length(file):
    """A function at column 0 (clang-format does not indent namespaces) from its '{' to its '}'."""
    if not file.is_code or file.is_test:
        return
    start = None
    for number, line in enumerate(without_comments_and_texts(file.text).split("\n"), 1):
        opens = re.match(r"\S.*\{\s*$", line) and not re.match(
            r"(inline )?namespace\b|class\b|struct\b|union\b|enum\b|extern\b|constexpr .*=|const .*=|static .*=", line)
        if opens:
            start = number
        elif line.startswith("}") and start is not None:
            if number - start - 1 > MAX_FUNCTION_LINES:
                yield file.problem(start, f"a function of {number - start - 1} lines; the limit is "
                                   f"{MAX_FUNCTION_LINES}", "give its steps names and make them functions")
            start = None


def words(file):
    if not file.is_code:
        return
    for number, line in enumerate(without_comments_and_texts(file.text).split("\n"), 1):
        for pattern, where, except_where, text, remedy in WORDS:
            if not where.search(file.path) or (except_where and except_where.search(file.path)):
                continue
            found = pattern.search(line)
            if found:
                yield file.problem(number, f"'{found.group().strip('( ')}': {text}", remedy)


def notes_and_places(file):
    for number, line in enumerate(file.lines, 1):
        found = OPEN_NOTE.search(line)
        if found and (file.is_code or file.path.endswith((".py", ".sh", ".cmake", ".txt", ".md"))):
            yield file.problem(number, f"{found.group()} without an issue", f"write {found.group()}(#123), or do it")
        if WORKPLACE.search(line):
            yield file.problem(number, "a path or host of one workplace",
                               "take it from a parameter or from the machine's own settings")


def header_form(file):
    if not file.path.endswith(".h"):
        return
    if "\n#pragma once\n" not in "\n" + file.text:
        yield file.problem(1, "no include guard", "write '#pragma once' below the opening comment")
    comment = []
    for line in file.lines:
        if not line.startswith("//"):
            break
        comment.append(line[2:].strip())
    if len(re.findall(r"[.!?:](?=\s|$)", " ".join(comment))) < 2:
        yield file.problem(1, "the header does not open with two sentences",
                           "say what it is, then when not to use it, in // lines at the top")


def white_space(file):
    if "\r" in file.text:
        yield file.problem(file.text[:file.text.index("\r")].count("\n") + 1, "a carriage return",
                           "end lines with a line feed alone")
    for number, line in enumerate(file.lines, 1):
        if line.endswith((" ", "\t")):
            yield file.problem(number, "blanks at the end of the line", "remove them")
    if file.text and not file.text.endswith("\n"):
        yield file.problem(len(file.lines), "no line feed at the end of the file", "add one")


def module_readmes(paths):
    """Every folder of src/ that has code and its own CMakeLists.txt is a module."""
    known = set(paths)
    for path in paths:
        folder = str(pathlib.PurePosixPath(path).parent)
        if not folder.startswith("src/") or not path.endswith("/CMakeLists.txt"):
            continue
        has_code = any(other.startswith(folder + "/") and other.endswith(CODE) for other in paths)
        if has_code and f"{folder}/README.md" not in known:
            yield Problem(folder, 0, "a module without README.md",
                          "say its purpose, main types, where to look, how to add one more")


def twin_documents(paths):
    known = set(paths)
    for one, other in (("docs/en/", "docs/ja/"), ("docs/ja/", "docs/en/")):
        for path in paths:
            if path.startswith(one) and path.endswith(".md") and other + path[len(one):] not in known:
                yield Problem(path, 0, f"no {other}{path[len(one):]}", "write it in the other language too")


def rule_companions(paths):
    known = set(paths)
    for path in paths:
        if not path.startswith("content/rules/") or not path.endswith(".yml"):
            continue
        if path.endswith((".ja.yml", ".test.yml")):
            stem = re.sub(r"\.(ja|test)\.yml$", "", path)
            if f"{stem}.yml" not in known:
                yield Problem(path, 0, f"belongs to no rule {stem}.yml", "rename it after its rule, or remove it")
            continue
        for ending, what in ((".ja.yml", "its Japanese text"), (".test.yml", "its examples")):
            companion = path[:-4] + ending
            if companion not in known:
                yield Problem(path, 0, f"no {companion}", f"put {what} there (./dev new rule shows the form)")


FILE_RULES = [file_length, function_length, words, notes_and_places, header_form, white_space]
TREE_RULES = [module_readmes, twin_documents, rule_companions]


def read(root, path):
    """The file as text, or the problem with reading it so; (None, None) for what is rightly binary."""
    raw = (root / path).read_bytes()
    if len(raw) >= MAX_BYTES:
        return None, Problem(path, 0, f"{len(raw):,} bytes; the limit is {MAX_BYTES:,}",
                             "generate it where it is needed, or keep it outside the repository")
    if BINARY_ALLOWED.search(path):
        return None, None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return None, Problem(path, 0, "a binary file", "generate it, or store it encoded with its origin beside it")
    return SourceFile(path, text), None


def check(root):
    paths = [path for path in own_files(root) if not path.startswith("third_party/")]
    problems = []
    for path in paths:
        file, problem = read(root, path)
        if problem:
            problems.append(problem)
        if file is None or file.is_data:
            continue
        for rule in FILE_RULES:
            problems.extend(rule(file))
    for rule in TREE_RULES:
        problems.extend(rule(paths))
    return problems


if __name__ == "__main__":
    sys.exit(report("tidy", check(ROOT)))
