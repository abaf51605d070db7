#!/usr/bin/env python3
"""Writes the seeds of recognise_fuzz into the folder given: one small input of each kind that is framed.

The first byte chooses the size of blocks, the second the type (0: the recognised one), as in recognise_fuzz.cc.
"""
import pathlib
import sys

INPUTS = {
    "lines": b'{"a":1}\n{"b":2}\n' * 10,
    "lines_then_pretty": b'{"a":1}\n{"b":2}\n{\n "c": [1,\n2]\n}\n[\n{"x":1},\n{"y":2}]\n',
    "array": b'[{"a":1},{"b":[]}]',
    "wrapper": b'{"Records":[{"a":1},{"b":2}]}',
    "syslog": b"<34>Oct 11 22:14:15 host su: failed\n" * 5,
    "audit": b"type=CWD msg=audit(1.2:3): cwd=/\n",
    "mark": b'\xef\xbb\xbf{"a":1}\n',
    "evtx": b"ElfFile\0" + bytes(4088) + b"ElfChnk\0" + bytes(200),
}
CHOICES = {"recognised": b"\x00\x00", "json_small_blocks": b"\x01\x03", "text_blocks": b"\x05\x01"}

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in INPUTS.items():
        for choice, front in CHOICES.items():
            (folder / f"{name}_{choice}").write_bytes(front + content)
