#!/usr/bin/env python3
"""Runs the fuzz targets of build/fuzz one after the other and prints a table; exit code 0 = nothing was found.

A target's corpus grows in build/fuzz/corpus/<target>; tests/fuzz-seeds/<target> is read, never written. What a
target finds is kept in build/fuzz/found/<target>: make it a unit test first, then a seed.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

from problem import ROOT

MAX_INPUT_SECONDS = 10
MAX_SEED_SECONDS = 60
MAX_MEMORY_MIB = 2048


def command(binary, seconds, folders):
    return [str(binary), f"-max_total_time={seconds}", f"-timeout={MAX_INPUT_SECONDS}",
            f"-rss_limit_mb={MAX_MEMORY_MIB}", "-print_final_stats=1", f"-artifact_prefix={folders['found']}/",
            str(folders["corpus"]), *([str(folders["seeds"])] if folders["seeds"].is_dir() else [])]


def makes_seeds(binary):
    return binary.is_file() and b"HINOMI_FUZZ_SEEDS" in binary.read_bytes()


def figures(log):
    """(inputs run, inputs new to the corpus, edges covered) from libFuzzer's own log."""
    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", log)
    new = re.search(r"stat::new_units_added:\s*(\d+)", log)
    covered = re.findall(r"\bcov: (\d+)", log)
    return (int(runs.group(1)) if runs else 0, int(new.group(1)) if new else 0, int(covered[-1]) if covered else 0)


def run_target(binary, seconds, build):
    folders = {"corpus": build / "corpus" / binary.name, "found": build / "found" / binary.name,
               "seeds": ROOT / "tests/fuzz-seeds" / binary.name}
    for name in ("corpus", "found"):
        folders[name].mkdir(parents=True, exist_ok=True)
    # A target that makes its own seeds (binary formats) writes them when asked so, and ends.
    if makes_seeds(binary):
        subprocess.run([str(binary)], env={**os.environ, "HINOMI_FUZZ_SEEDS": str(folders["corpus"])}, check=False,
                       timeout=MAX_SEED_SECONDS, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = subprocess.run(command(binary, seconds, folders), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    log = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        print(log[-6000:])
    return done.returncode, figures(log), folders["found"]


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--target")
    options = parser.parse_args(arguments)
    folder = ROOT / "build/fuzz/fuzzers"
    binaries = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    if options.target:
        binaries = [path for path in binaries if path.name == options.target]
    if not binaries:
        print(f"fuzz: no target {options.target or ''} in {folder}. Remedy: name one that FUZZ lists in a module's "
              "CMakeLists.txt.", file=sys.stderr)
        return 2
    rows, failed = [], False
    for binary in binaries:
        print(f"{binary.name}: {options.seconds} s", flush=True)
        code, (runs, new, covered), found = run_target(binary, options.seconds, ROOT / "build/fuzz")
        failed = failed or code != 0
        rows.append((binary.name, f"{runs:,}", f"{new:,}", f"{covered:,}",
                     "clean" if code == 0 else f"FOUND, exit {code}, see {found.relative_to(ROOT)}"))
    print(f"\n{'target':<28}{'inputs':>14}{'new':>10}{'edges':>10}  result")
    for name, runs, new, covered, result in rows:
        print(f"{name:<28}{runs:>14}{new:>10}{covered:>10}  {result}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
