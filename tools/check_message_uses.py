#!/usr/bin/env python3
"""Every message of content/messages is used somewhere in src/ or apps/: a text that nobody sees is still translated.

That a used message exists is the compiler's to say; what a message must hold, tools/message_compiler's.
"""
import re
import sys

from problem import ROOT, Problem, own_files, report

KEY = re.compile(r"^([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+):", re.MULTILINE)
USE = re.compile(r"\bmessages::(\w+)")


def keys(path, text):
    """(key, path, line) of every message in one catalogue."""
    for found in KEY.finditer(text):
        yield found.group(1), path, text.count("\n", 0, found.start()) + 1


def unused(defined, used):
    for key, path, line in defined:
        if key.replace(".", "_") not in used:
            yield Problem(path, line, f"message '{key}' is not used",
                          f"remove it, or call messages::{key.replace('.', '_')}")


def check(root):
    defined, used = [], set()
    for path in own_files(root):
        if path.startswith("content/messages/") and path.endswith(".yaml"):
            defined.extend(keys(path, (root / path).read_text()))
        elif path.startswith(("src/", "apps/")) and path.endswith((".cc", ".h")):
            used.update(USE.findall((root / path).read_text(errors="replace")))
    return list(unused(defined, used))


if __name__ == "__main__":
    sys.exit(report("check_message_uses", check(ROOT)))
