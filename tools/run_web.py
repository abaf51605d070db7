"""Runs what tests the web interface: types, lint, unit tests (vitest), and the browser tests of tests/e2e.

A file of vitest counts by its cases, types and lint count one each. Needs node in PATH and web/node_modules, which
./dev test provides (tools/web.sh).
"""
import json
import os
import shutil
import subprocess
import time

from problem import ROOT
from test_case import Case

WEB = ROOT / "web"
TIMEOUT_S = 1200
STEPS = (("web types", "types"), ("web lint", "lint"))


def run_script(name, arguments=(), environment=None):
    """(exit code, output) of an npm script; a hanging one is ended."""
    try:
        done = subprocess.run(["npm", "run", "--silent", name, "--", *arguments], cwd=WEB, env=environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=TIMEOUT_S, check=False)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        return 1, f"{(late.stdout or b'').decode(errors='replace')}\nended after {TIMEOUT_S} s"


def step(name, script):
    started = time.monotonic()
    code, output = run_script(script)
    return Case(name, "passed" if code == 0 else "failed", time.monotonic() - started, "" if code == 0 else output)


def vitest_cases(report, label):
    """The cases of one JSON report; a file that could not be loaded is one failure."""
    cases = []
    for file in report["testResults"]:
        if not file["assertionResults"]:
            cases.append(Case(f"{label} {file['name']}", "failed", 0, file.get("message") or "holds no test"))
        for found in file["assertionResults"]:
            outcome = {"passed": "passed", "failed": "failed"}.get(found["status"], "skipped")
            cases.append(Case(f"{label} {found['fullName']}", outcome, (found.get("duration") or 0) / 1000,
                              "\n".join(found.get("failureMessages") or ())))
    return cases


def vitest(script, label, folder, environment):
    report = folder / f"{script}.json"
    report.unlink(missing_ok=True)
    code, output = run_script(script, ["--reporter=default", "--reporter=json", f"--outputFile.json={report}"],
                              environment)
    print(output, end="", flush=True)
    try:
        cases = vitest_cases(json.loads(report.read_text()), label)
    except (OSError, ValueError, KeyError):
        return [Case(label, "failed", 0, f"wrote no report (exit code {code})\n{output[-4000:]}")]
    if code != 0 and all(case.outcome != "failed" for case in cases):
        cases.append(Case(label, "failed", 0, "ended with an error outside its cases; see its output above"))
    return cases


def run(build):
    if not shutil.which("npm") or not (WEB / "node_modules").is_dir():
        return [Case("web", "skipped", 0, "no npm, or web/node_modules is absent; ./dev test provides both")]
    folder = build / "test-reports"
    folder.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, HINOMI_BUILD=str(build), HINOMI_ROOT=str(ROOT), NO_COLOR="1", CI="1")
    cases = [step(name, script) for name, script in STEPS]
    cases += vitest("unit", "web", folder, environment)
    return cases + vitest("e2e", "browser", folder, environment)
