#!/usr/bin/env python3
"""Runs every test of one build folder and every check, and counts them: the last line is 'N passed, N failed'.

usage: run_tests.py BUILD_FOLDER [--tests-only]; tests with the ctest label 'full' are left to ./dev check --full.
A GoogleTest binary counts by its cases, another ctest entry and a check count one each.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree as xml

import check_includes
import check_licences
import check_message_uses
import generate
import run_web
import tidy
from problem import ROOT, Problem
from test_case import Case

PARALLEL = 2
TIMEOUT_S = 600  # for one test binary
SLOWEST_SHOWN = 10
SLOW_S = 0.5  # faster ones are not worth a line


def gtest_cases(report):
    """The cases in one XML report of GoogleTest; None where the file is missing or cut short (a crash)."""
    try:
        root = xml.parse(report).getroot()
    except (OSError, xml.ParseError):
        return None
    cases = []
    for element in root.iter("testcase"):
        if element.get("status") == "notrun":
            continue
        failures = [failure.get("message") or failure.text or "" for failure in element.findall("failure")]
        skipped = element.find("skipped")
        outcome = "failed" if failures else "skipped" if skipped is not None else "passed"
        reason = skipped.get("message", "") if skipped is not None else ""
        cases.append(Case(f"{element.get('classname')}.{element.get('name')}", outcome,
                          float(element.get("time", 0)), "\n".join(failures) or reason))
    return cases


def cases_of_entry(name, status, seconds, reported):
    """What one ctest entry counts: its GoogleTest cases, or itself; a crash is one failure more."""
    if reported is None:
        outcome = {"run": "passed", "disabled": "skipped"}.get(status, "failed")
        return [Case(name, outcome, seconds, "" if outcome == "passed" else "see its output above")]
    failed = any(case.outcome == "failed" for case in reported)
    if status == "run" or failed:
        return reported
    return reported + [Case(name, "failed", seconds, "ended with an error outside its cases; see its output above")]


def ctest_commands(build):
    """ctest name -> program, of the tests that run here."""
    shown = subprocess.run(["ctest", "--test-dir", str(build), "-LE", "full", "--show-only=json-v1"],
                           capture_output=True, text=True, check=True)
    return {test["name"]: test["command"][0] for test in json.loads(shown.stdout)["tests"] if "command" in test}


def run_ctest(build):
    reports = build / "test-reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    junit = reports / "ctest.xml"
    programs = ctest_commands(build)
    environment = dict(os.environ, GTEST_OUTPUT=f"xml:{reports}/", GTEST_COLOR="no")
    subprocess.run(
        ["ctest", "--test-dir", str(build), "-LE", "full", "-j", str(PARALLEL), "--output-on-failure",
         "--timeout", str(TIMEOUT_S), "--output-junit", str(junit)],
        env=environment, stdin=subprocess.DEVNULL, check=False)
    if not junit.exists():
        return [Case("ctest", "failed", 0, "wrote no report")]
    cases = []
    for entry in xml.parse(junit).getroot().iter("testcase"):
        name = entry.get("name")
        program = pathlib.Path(programs.get(name, name)).name
        is_gtest = program.endswith("_test") and program.startswith("hinomi_")
        reported = gtest_cases(reports / f"{program}.xml") if is_gtest else None
        cases.extend(cases_of_entry(name, entry.get("status"), float(entry.get("time", 0)), reported))
    return cases


class CountingResult(unittest.TextTestResult):
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.cases = []

    def _add(self, test, outcome, text=""):
        self.cases.append(Case(test.id(), outcome, time.monotonic() - self.started, text))

    def startTest(self, test):
        self.started = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._add(test, "passed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._add(test, "failed", self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._add(test, "failed", self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._add(test, "skipped", reason)


def run_tool_tests():
    suite = unittest.defaultTestLoader.discover(str(ROOT / "tools"), pattern="*_test.py")
    with open(os.devnull, "w") as nowhere:
        runner = unittest.TextTestRunner(stream=nowhere, resultclass=CountingResult)
        return runner.run(suite).cases


def check_messages(build):
    compiler = build / "tools/message_compiler/hinomi_message_compiler"
    catalogues = sorted((ROOT / "content/messages").glob("*.yaml"))
    checked = subprocess.run([str(compiler), "--root", str(ROOT), *map(str, catalogues)],
                             capture_output=True, text=True, check=False)
    if checked.returncode == 0:
        return []
    return [Problem("content/messages", 0, checked.stderr.strip() or "the compiler failed", "see each line above")]


def run_checks(build):
    checks = {
        "check includes": lambda: check_includes.check(ROOT, build / "modules.tsv"),
        "check tidy": lambda: tidy.check(ROOT),
        "check licences": lambda: check_licences.check(ROOT),
        "check messages": lambda: check_messages(build),
        "check use of messages": lambda: check_message_uses.check(ROOT),
        "check generated files": lambda: list(generate.check(ROOT)),
    }
    cases = []
    for name, check in checks.items():
        started = time.monotonic()
        problems = check()
        outcome = "failed" if problems else "passed"
        cases.append(Case(name, outcome, time.monotonic() - started, "\n".join(map(str, problems))))
    return cases


def summary(cases):
    """The lines to print at the end; the very last is the count."""
    lines = []
    slowest = sorted((case for case in cases if case.seconds >= SLOW_S), key=lambda case: -case.seconds)
    if slowest:
        lines.append("Slowest:")
        lines.extend(f"  {case.seconds:7.2f} s  {case.name}" for case in slowest[:SLOWEST_SHOWN])
    for outcome in ("skipped", "failed"):
        for case in cases:
            if case.outcome == outcome:
                text = "\n    ".join(case.text.strip().splitlines())
                lines.append(f"{outcome.upper()}: {case.name}" + (f"\n    {text}" if text else ""))
    counts = {outcome: sum(case.outcome == outcome for case in cases) for outcome in ("passed", "failed", "skipped")}
    lines.append("{passed} passed, {failed} failed".format(**counts)
                 + (f", {counts['skipped']} skipped" if counts["skipped"] else ""))
    return lines


def main(arguments):
    tests_only = "--tests-only" in arguments
    folders = [argument for argument in arguments if not argument.startswith("--")]
    if len(folders) != 1:
        print("usage: run_tests.py BUILD_FOLDER [--tests-only]", file=sys.stderr)
        return 2
    build = pathlib.Path(folders[0]).resolve()
    print("\n== Tests", flush=True)
    cases = run_ctest(build)
    if not tests_only:
        print("\n== Checks", flush=True)
        cases += run_tool_tests() + run_checks(build)
        print("\n== Web interface", flush=True)
        cases += run_web.run(build)
    print("\n== Summary")
    print("\n".join(summary(cases)), flush=True)
    return 1 if not cases or any(case.outcome == "failed" for case in cases) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
