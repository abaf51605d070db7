#!/usr/bin/env python3
"""Counts the instructions that the scan takes for an event, and refuses more than the recorded figure.

usage: check_scan_cost.py SCAN_PASSES DATA SCRATCH    (the release build of tests/perf/scan_passes.cc)

valgrind counts; one pass and three passes over the same files differ by two passes without the start. The count does
not depend on the load of the machine nor, among processors with AVX2, on the machine; a compiler moves it by a few
per cent. Exit code 77, skipped, where valgrind, AVX2 or the data are not there.
"""
import pathlib
import re
import shutil
import subprocess
import sys

# g++ 12, Debian 12, 2026-11-25. Lower it with every improvement; raise it only with a reason in the commit.
INSTRUCTIONS_PER_EVENT = 42_200
MARGIN = 0.10
EVERY = 3  # of so many files one
PASSES = (1, 3)
SKIPPED = 77


def counted(output):
    """Events and instructions of one run, from what the program and callgrind print."""
    events = re.search(r"^(\d+) events", output, re.MULTILINE)
    instructions = re.search(r"Collected : (\d+)", output)
    if not events or not instructions:
        raise ValueError("no count in: " + output.strip()[-500:])
    return int(events.group(1)), int(instructions.group(1))


def per_event(first, last):
    """Instructions an event, from two runs of different length."""
    events = last[0] - first[0]
    if events <= 0:
        raise ValueError("the longer run saw no more events")
    return (last[1] - first[1]) / events


def judge(cost):
    """What is wrong with the cost, or None."""
    limit = INSTRUCTIONS_PER_EVENT * (1 + MARGIN)
    if cost <= limit:
        return None
    return (f"the scan takes {cost:,.0f} instructions for an event, {cost / INSTRUCTIONS_PER_EVENT - 1:.0%} more than "
            f"the {INSTRUCTIONS_PER_EVENT:,} recorded. Remedy: find what grew with valgrind --tool=callgrind on "
            "scan_passes, or record the new figure in tools/check_scan_cost.py with the reason")


def run(program, data, scratch, passes):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, data, scratch, str(passes),
               str(EVERY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(" ".join(command) + ": " + done.stderr.strip()[-500:])
    return counted(done.stdout + done.stderr)


def missing(data):
    """Why nothing can be counted here, or None."""
    if shutil.which("valgrind") is None:
        return "valgrind is not installed"
    if not pathlib.Path(data, "otrf").is_dir():
        return f"the public test data is not at {data}"
    cpu = pathlib.Path("/proc/cpuinfo")
    if not cpu.exists() or " avx2 " not in cpu.read_text():
        return "the processor has no AVX2, for which the figure was recorded"
    return None


def main(arguments):
    if len(arguments) != 3:
        print(__doc__.strip().splitlines()[2], file=sys.stderr)
        return 2
    reason = missing(arguments[1])
    if reason:
        print(f"SKIPPED: {reason}")
        return SKIPPED
    try:
        cost = per_event(*(run(*arguments, passes) for passes in PASSES))
    except ValueError as error:
        print(f"check_scan_cost: {error}")
        return 1
    problem = judge(cost)
    print(f"check_scan_cost: {problem}" if problem else f"{cost:,.0f} instructions an event")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
