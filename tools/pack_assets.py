#!/usr/bin/env python3
"""Packs a folder of built web files into one file and a C++ index of it, for embedding into a program.

usage: pack_assets.py FOLDER PACK INDEX

PACK gets the bytes, INDEX the source that embeds PACK (.incbin) and defines hinomi::api::embedded_assets(). Each file
is stored as it is and, where that makes it smaller, as gzip and Brotli: FILE.gz and FILE.br beside it are taken if they
are there, otherwise they are made here (Brotli with the program of that name, if there is one). The same folder gives
the same bytes.
"""
import gzip
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml",
    ".png": "image/png", ".webp": "image/webp", ".ico": "image/x-icon", ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
}
COMPRESSIBLE = (".html", ".js", ".css", ".json", ".svg", ".txt", ".webmanifest")
# As Vite names its outputs: name-hash.ending.
HASHED = re.compile(r"^/assets/.*-[A-Za-z0-9_-]{8,}\.\w+$")
SAFE_PATH = re.compile(r"^/[A-Za-z0-9._/-]+$")
MAX_BYTES = 64 << 20  # of all files together
LEAST_GAIN = 64  # bytes: below it the plain form is served


def brotli(raw):
    """Brotli at its best, or None without the program."""
    if not shutil.which("brotli"):
        return None
    done = subprocess.run(["brotli", "--quality=11", "--lgwin=22", "--stdout", "-"], input=raw, capture_output=True,
                          check=False)
    return done.stdout if done.returncode == 0 else None


def forms_of(path, raw):
    """(gzip, brotli), each None where it does not help."""
    if path.suffix not in COMPRESSIBLE or path.name == "index.html":  # index.html differs with every answer
        return None, None
    forms = []
    for ending, make in ((".gz", lambda data: gzip.compress(data, 9, mtime=0)), (".br", brotli)):
        beside = path.with_name(path.name + ending)
        made = beside.read_bytes() if beside.exists() else make(raw)
        forms.append(made if made is not None and len(made) + LEAST_GAIN < len(raw) else None)
    return tuple(forms)


def files_of(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if path.suffix in (".gz", ".br") and path.with_suffix("").exists():
            continue
        if path.suffix == ".map":
            continue
        yield path


def pack(folder):
    """(bytes of the pack, [(path, type, etag, immutable, plain, gzip, brotli)]); places are (offset, size)."""
    packed, rows = bytearray(), []

    def place(raw):
        if raw is None:
            return (0, 0)
        packed.extend(raw)
        return (len(packed) - len(raw), len(raw))

    for path in files_of(folder):
        name = "/" + path.relative_to(folder).as_posix()
        if not SAFE_PATH.match(name):
            raise SystemExit(f"{path}: a name that cannot be served; use letters, digits, '.', '_' and '-'")
        if path.suffix not in TYPES:
            raise SystemExit(f"{path}: no media type for '{path.suffix}'; add it to TYPES in tools/pack_assets.py")
        raw = path.read_bytes()
        gzipped, brotlied = forms_of(path, raw)
        etag = '"' + hashlib.sha256(raw).hexdigest()[:32] + '"'
        rows.append((name, TYPES[path.suffix], etag, bool(HASHED.match(name)), place(raw), place(gzipped),
                     place(brotlied)))
        if len(packed) > MAX_BYTES:
            raise SystemExit(f"{folder}: more than {MAX_BYTES:,} bytes")
    rows.sort(key=lambda row: row[0])
    return bytes(packed), rows


def cpp_text(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def index_source(pack_path, rows):
    """The C++ source; `pack_path` is absolute."""
    lines = [
        "// Made by tools/pack_assets.py; never edited.",
        '#include "api/assets.h"', "", "#include <array>", "",
        'asm(".section .rodata\\n"', '    ".global hinomi_ui_pack\\n"', '    ".balign 16\\n"', '    "hinomi_ui_pack:\\n"',
        f'    ".incbin {cpp_text(cpp_text(str(pack_path)))[1:-1]}\\n"', '    ".byte 0\\n"', '    ".previous\\n");', "",
        'extern "C" const char hinomi_ui_pack[];', "", "namespace hinomi::api {", "",
        "std::span<const Asset> embedded_assets() noexcept {",
        "  const auto at = [](std::size_t offset, std::size_t size) {",
        "    return std::string_view(hinomi_ui_pack + offset, size);", "  };",
        f"  static const std::array<Asset, {len(rows)}> assets = {{{{",
    ]
    for name, kind, etag, immutable, plain, gzipped, brotlied in rows:
        places = ", ".join(f"at({offset}, {size})" for offset, size in (plain, gzipped, brotlied))
        lines.append(f"      {{{cpp_text(name)}, {cpp_text(kind)}, {cpp_text(etag)}, {str(immutable).lower()}, {places}}},")
    return "\n".join(lines + ["  }};", "  return assets;", "}", "", "}  // namespace hinomi::api", ""])


def main(arguments):
    if len(arguments) != 3:
        raise SystemExit(__doc__)
    folder, pack_path, index_path = (pathlib.Path(argument) for argument in arguments)
    packed, rows = pack(folder)
    if not any(row[0] == "/index.html" for row in rows):
        raise SystemExit(f"{folder}: no index.html; build the web part first")
    pack_path.write_bytes(packed)
    index_path.write_text(index_source(pack_path.resolve(), rows))


if __name__ == "__main__":
    main(sys.argv[1:])
