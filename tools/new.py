#!/usr/bin/env python3
"""./dev new parser|module|rule NAME: the files of a new part, in their places, with tests that fail until filled in.

Never overwrites: a file that exists stops it before anything is written.
"""
import re
import sys
import uuid

from problem import ROOT

MODULE_NAME = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)?")
RULE_NAME = re.compile(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*")

HEADER = """\
// {title}: say here what this is, in one sentence.
// Say here when not to use it, and what to use then.
#pragma once

#include "base/result.h"

namespace hinomi::{namespace} {{

// TO{do}: the first function of the module; units, limits and errors belong in its comment.
[[nodiscard]] base::Result<void> {stem}();

}}  // namespace hinomi::{namespace}
"""

SOURCE = """\
#include "{path}/{stem}.h"

namespace hinomi::{namespace} {{

base::Result<void> {stem}() {{
  return base::Error{{base::ErrorCode::unsupported, "{stem} is not written yet", "write src/{path}/{stem}.cc", {{}}}};
}}

}}  // namespace hinomi::{namespace}
"""

TEST = """\
#include "{path}/{stem}.h"

#include <gtest/gtest.h>

namespace hinomi::{namespace} {{
namespace {{

TEST({title}, says_what_it_should_do) {{
  EXPECT_TRUE({stem}().has_value()) << "fill in src/{path}/{stem}.cc, then state here what it does";
}}

}}  // namespace
}}  // namespace hinomi::{namespace}
"""

PARSER_HEADER = """\
// {title}: say here which format this reads, with the standard and its version.
// Say here when not to use it; input is hostile, so every size is checked against the span and a named limit.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"

namespace hinomi::{namespace} {{

// Larger inputs are refused with limit_exceeded.
inline constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;

// TO{do}: give the record type, and say what each error means. Never reads outside `bytes`.
[[nodiscard]] base::Result<void> parse(std::span<const std::byte> bytes);

}}  // namespace hinomi::{namespace}
"""

PARSER_SOURCE = """\
#include "{path}/{stem}.h"

namespace hinomi::{namespace} {{

base::Result<void> parse(std::span<const std::byte> bytes) {{
  if (bytes.size() > kMaxBytes) {{
    return base::Error{{base::ErrorCode::limit_exceeded, "{stem} input is larger than 64 MiB", "split it", {{}}}};
  }}
  return base::Error{{base::ErrorCode::unsupported, "{stem} is not written yet", "write src/{path}/{stem}.cc", {{}}}};
}}

}}  // namespace hinomi::{namespace}
"""

PARSER_TEST = """\
#include "{path}/{stem}.h"

#include <gtest/gtest.h>

namespace hinomi::{namespace} {{
namespace {{

TEST({title}, reads_a_good_input) {{ FAIL() << "give a small input of our own and the records it holds"; }}

TEST({title}, refuses_every_truncation) {{ FAIL() << "cut the good input at every byte: an error, no crash"; }}

TEST({title}, refuses_input_over_the_limit) {{ FAIL() << "one byte over kMaxBytes"; }}

TEST({title}, agrees_with_an_independent_tool) {{ FAIL() << "name the tool, compare record by record"; }}

}}  // namespace
}}  // namespace hinomi::{namespace}
"""

PARSER_FUZZ = """\
#include <cstddef>
#include <cstdint>
#include <span>

#include "{path}/{stem}.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {{
  (void)hinomi::{namespace}::parse(std::as_bytes(std::span(data, size)));
  return 0;
}}
"""

README = """\
# {path}

Purpose: TO{do}: one or two sentences.

- Main types: `{stem}.h`
- Where to look: `{stem}_test.cc` shows the use.
- To add one more: TO{do}
"""

CMAKE = """\
hinomi_module({path}
  SOURCES {stem}.cc
  TESTS {stem}_test.cc{fuzz}
  DEPENDS base)
"""

RULE = """\
title: Say in one line what happened
id: {id}
status: experimental
description: Say what the rule sees and why it matters.
author: Hinomi
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    Image|endswith: 'not-filled-in-yet'
  condition: selection
falsepositives:
  - Name who does this rightly.
level: medium
tags:
  - attack.execution
hinomi:
  advice: Say what to check next.
"""

RULE_JA = """\
id: {id}
title: 何が起きたかを一行で書く
description: このルールが何を見つけ、なぜ重要かを書く。
falsepositives:
  - 正当にこれを行う人や処理を書く。
advice: 次に何を調べるかを書く。
"""

# Fails as it stands: the match does not match, and the near miss does.
RULE_TEST = """\
# content/rules/README.md tells the form. Replace both: an event that must match, and one that nearly does.
rule: {id}
match:
  - {{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Image": "C:\\\\fill\\\\in.exe"}}
near_miss:
  - {{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 1, "Image": "C:\\\\not-filled-in-yet"}}
"""


def words_for(path):
    stem = path.split("/")[-1]
    return {"path": path, "stem": stem, "namespace": path.replace("/", "::"), "do": "DO",
            "title": "".join(part.capitalize() for part in stem.split("_"))}


def with_line(text, new_line, before):
    """`text` with new_line above the first line that starts with `before`, or at the end."""
    lines = text.splitlines()
    at = next((i for i, line in enumerate(lines) if line.startswith(before)), len(lines))
    return "\n".join(lines[:at] + [new_line] + lines[at:]) + "\n"


def plan_code(root, path, templates, before):
    """path -> text of everything to write for a module."""
    words = words_for(path)
    files = {f"src/{path}/{name.format(**words)}": text.format(**words) for name, text in templates.items()}
    fuzz = f"\n  FUZZ {words['stem']}_fuzz.cc" if "{stem}_fuzz.cc" in templates else ""
    files[f"src/{path}/CMakeLists.txt"] = CMAKE.format(fuzz=fuzz, **words)
    layers = "src/CMakeLists.txt"
    return files, {layers: with_line((root / layers).read_text(), f"add_subdirectory({path})", before)}


def plan_module(root, name):
    templates = {"{stem}.h": HEADER, "{stem}.cc": SOURCE, "{stem}_test.cc": TEST, "README.md": README}
    return plan_code(root, name, templates, "add_subdirectory(flow)")


def plan_parser(root, name):
    templates = {"{stem}.h": PARSER_HEADER, "{stem}.cc": PARSER_SOURCE, "{stem}_test.cc": PARSER_TEST,
                 "{stem}_fuzz.cc": PARSER_FUZZ, "README.md": README}
    return plan_code(root, "parse/" + name.removeprefix("parse/"), templates, "add_subdirectory(event)")


def plan_rule(_root, name):
    base, id_ = f"content/rules/{name}", uuid.uuid4()
    texts = {".yml": RULE, ".ja.yml": RULE_JA, ".test.yml": RULE_TEST}
    return {base + ending: text.format(id=id_) for ending, text in texts.items()}, {}


KINDS = {"parser": (plan_parser, MODULE_NAME), "module": (plan_module, MODULE_NAME), "rule": (plan_rule, RULE_NAME)}


def create(root, kind, name):
    """Writes the files and returns their paths; ValueError says what is wrong with the request."""
    if kind not in KINDS:
        raise ValueError(f"'{kind}' is not one of parser, module, rule")
    plan, form = KINDS[kind]
    if not form.fullmatch(name):
        raise ValueError(f"'{name}' is not a name: lower-case words with '_', folders with '/'")
    files, changed = plan(root, name)
    for path in files:
        if (root / path).exists():
            raise ValueError(f"{path} exists already")
    for path, text in {**files, **changed}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return list(files) + list(changed)


def main(arguments):
    if len(arguments) != 2:
        print("usage: ./dev new parser|module|rule NAME", file=sys.stderr)
        return 2
    try:
        for path in create(ROOT, *arguments):
            print(path)
    except ValueError as error:
        print(f"new: {error}.", file=sys.stderr)
        return 2
    print("Fill them in; './dev test' fails until then. A module's place in src/CMakeLists.txt decides what it may use.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
