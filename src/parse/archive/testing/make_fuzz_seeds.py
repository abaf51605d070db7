#!/usr/bin/env python3
"""Writes the seeds of archive_fuzz into the folder given: one small input of each kind the target knows.

The first byte chooses the kind, as in archive_fuzz.cc.
"""
import bz2
import gzip
import io
import lzma
import pathlib
import sys
import tarfile
import zipfile

LINES = b'{"EventID":1,"Image":"x.exe"}\n' * 8
ARCHIVE, TAR_GZIP, GZIP, ZSTD, XZ, BZIP2 = (bytes([kind]) for kind in range(6))


def zip_of(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in (("a/b.json", LINES), ("c", b"x" * 300)):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return out.getvalue()


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("n" * 120)
        entry.size = len(LINES)
        archive.addfile(entry, io.BytesIO(LINES))
    return out.getvalue()


def zstd():
    """A frame of one raw block, then a skippable frame (RFC 8878); the standard library cannot compress."""
    block = (len(LINES) << 3 | 1).to_bytes(3, "little") + LINES
    return b"\x28\xB5\x2F\xFD\x20" + bytes([len(LINES)]) + block + b"\x50\x2A\x4D\x18\x02\0\0\0ab"


SEEDS = {
    "zip_stored": ARCHIVE + zip_of(zipfile.ZIP_STORED),
    "zip_deflated": ARCHIVE + zip_of(zipfile.ZIP_DEFLATED),
    "zip_bzip2": ARCHIVE + zip_of(zipfile.ZIP_BZIP2),
    "zip_lzma": ARCHIVE + zip_of(zipfile.ZIP_LZMA),
    "tar": ARCHIVE + tar(),
    "tar_gzip": TAR_GZIP + gzip.compress(tar(), mtime=0),
    "gzip_two_members": GZIP + gzip.compress(LINES, mtime=0) * 2,
    "zstd": ZSTD + zstd(),
    "xz": XZ + lzma.compress(LINES),
    "bzip2": BZIP2 + bz2.compress(LINES),
}

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in SEEDS.items():
        (folder / name).write_bytes(content)
