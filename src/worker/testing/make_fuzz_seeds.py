#!/usr/bin/env python3
"""Writes the seeds of output_fuzz into the folder given: what workers write, whole and with one thing wrong.

The form is that of worker/protocol.h: length (u32), kind (u8), content; little-endian.
"""
import pathlib
import struct
import sys


def message(kind, content):
    return struct.pack("<IB", len(content), kind) + content


def text(value):
    return struct.pack("<I", len(value)) + value


HELLO = message(1, struct.pack("<II", 0x314E5748, 31))
INPUT = message(2, struct.pack("<IB", 0, 4) + text(b"!a.txt"))
RECORD = message(3, struct.pack("<BQ", 0, 1) + b"a line")
PROBLEM = message(4, struct.pack("<Q", 2) + text(b"damaged"))
INPUT_ENDS = message(5, struct.pack("<IBBQ", 0, 4, 2, 0) + text(b"!a.txt") + text(b""))
END = message(6, struct.pack("<QQ", 2, 1))

SEEDS = {
    "whole": HELLO + INPUT + RECORD + RECORD + PROBLEM + INPUT_ENDS + END,
    "empty_file": HELLO + INPUT_ENDS + message(6, struct.pack("<QQ", 0, 0)),
    "no_greeting": INPUT + RECORD,
    "lying_length": HELLO + INPUT + struct.pack("<IB", 0x7FFFFFFF, 3) + b"x" * 40,
    "lying_text": HELLO + message(2, struct.pack("<IBI", 0, 4, 0xFFFFFFFF) + b"x"),
    "wrong_count": HELLO + INPUT + RECORD + INPUT_ENDS + END,
}

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in SEEDS.items():
        (folder / name).write_bytes(content)
