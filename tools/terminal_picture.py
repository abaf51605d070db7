#!/usr/bin/env python3
"""Draws what a program printed in a terminal as an SVG picture, for the README.

usage: script -qc 'COMMAND' /dev/null | terminal_picture.py --columns 150 --rows 40 > docs/images/scan.svg
Knows the colours that the command line uses (SGR 0, 1, 2, 31, 33, 35, 36); other escapes are left out.
"""
import argparse
import html
import re
import sys
import unicodedata

COLOURS = {"31": "#ff7b72", "33": "#e3b341", "35": "#d2a8ff", "36": "#76e3ea"}
CELL = 8.4
LINE = 19


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def spans(line):
    """(text, colour, bold) pieces of a line."""
    style, bold, pieces = None, False, []
    for part in re.split(r"(\x1b\[[0-9;]*[A-Za-z])", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if code:
            for number in (code.group(1) or "0").split(";"):
                if number == "0":
                    style, bold = None, False
                elif number == "1":
                    bold = True
                elif number == "2":
                    style = "#8b949e"
                else:
                    style = COLOURS.get(number, style)
        elif part and not part.startswith("\x1b"):
            pieces.append((part, style, bold))
    return pieces


def picture(text, columns, rows):
    lines = [line.rsplit("\r", 1)[-1] for line in text.replace("\r\n", "\n").split("\n")][:rows]
    wide, high = columns * CELL + 32, len(lines) * LINE + 32
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high}" role="img">',
        f'<rect width="{wide:.0f}" height="{high}" rx="8" fill="#0d1117"/>',
        '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="#e6edf3" xml:space="preserve">',
    ]
    for row, line in enumerate(lines):
        x = 16.0
        for piece, colour, bold in spans(line):
            attributes = (f' fill="{colour}"' if colour else "") + (' font-weight="bold"' if bold else "")
            for part in re.split(r"( {2,})", piece):  # columns keep their place, whatever the font
                if part.strip():
                    out.append(f'<text x="{x:.1f}" y="{30 + row * LINE}"{attributes}>{html.escape(part.strip())}</text>')
                x += width(part) * CELL
    out.append("</g></svg>")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--columns", type=int, default=150)
    parser.add_argument("--rows", type=int, default=60)
    arguments = parser.parse_args()
    sys.stdout.write(picture(sys.stdin.read(), arguments.columns, arguments.rows))


if __name__ == "__main__":
    main()
