#!/usr/bin/env python3
"""Every message of content/messages is used somewhere in src/, apps/ or web/src: a text that nobody sees is still
translated.

That a used message exists is the compiler's to say; what a message must hold, tools/message_compiler's.
"""
import re
import sys

from problem import ROOT, Problem, own_files, report

KEY = re.compile(r"^([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+):", re.MULTILINE)
USE = re.compile(r"\bmessages::(\w+)")
WEB_USE = re.compile(r"\b(?:t|text)\.(\w+)\b|\bmessages\.\w+\.(\w+)\b|'(\w+)' satisfies keyof Messages")


def keys(path, text):
    """(key, path, line) of every message in one catalogue."""
    for found in KEY.finditer(text):
        yield found.group(1), path, text.count("\n", 0, found.start()) + 1


def web_name(key):
    """scan.no_inputs -> scanNoInputs, the name in the generated TypeScript."""
    return re.sub(r"[._]([a-z0-9])", lambda found: found.group(1).upper(), key)


def unused(defined, used, used_in_web=frozenset()):
    """Who shows a message is decided by the name of its file, as in tools/message_compiler/audience.h."""
    for key, path, line in defined:
        name = path.rsplit("/", 1)[-1]
        in_web = web_name(key) in used_in_web and name.startswith(("web", "shared"))
        in_programs = key.replace(".", "_") in used and not name.startswith("web")
        if not in_web and not in_programs:
            call = f"call t.{web_name(key)}" if name.startswith("web") else f"call messages::{key.replace('.', '_')}"
            yield Problem(path, line, f"message '{key}' is not used", f"remove it, or {call}")


def check(root):
    defined, used, used_in_web = [], set(), set()
    for path in own_files(root):
        if path.startswith("content/messages/labels"):
            continue  # found by key; that each is of something declared is checked by src/app/registry_test.cc
        if path.startswith("content/messages/") and path.endswith(".yaml"):
            defined.extend(keys(path, (root / path).read_text()))
        elif path.startswith(("src/", "apps/")) and path.endswith((".cc", ".h")):
            used.update(USE.findall((root / path).read_text(errors="replace")))
        elif path.startswith("web/src/") and path.endswith((".ts", ".tsx")) and ".test." not in path:
            for found in WEB_USE.findall((root / path).read_text(errors="replace")):
                used_in_web.update(name for name in found if name)
    return list(unused(defined, used, used_in_web))


if __name__ == "__main__":
    sys.exit(report("check_message_uses", check(ROOT)))
