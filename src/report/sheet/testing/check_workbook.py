#!/usr/bin/env python3
"""Reads a workbook with the standard library alone and prints what it holds; any damage is an exception."""
import sys
import xml.etree.ElementTree as tree
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

with zipfile.ZipFile(sys.argv[1]) as archive:
    if archive.testzip() is not None:
        sys.exit("a part is damaged")
    parts = {name: tree.fromstring(archive.read(name)) for name in archive.namelist()}

table = parts["xl/worksheets/sheet1.xml"]
print("rows", len(table.findall(f".//{MAIN}row")))
print("formulas", len(table.findall(f".//{MAIN}f")))
print("links", len(table.findall(f".//{MAIN}hyperlink")))
print("validations", len(table.findall(f".//{MAIN}dataValidation")))
print("comments", len(parts["xl/comments1.xml"].findall(f".//{MAIN}comment")))
print("frozen", table.find(f".//{MAIN}pane").get("ySplit"))
print("filter", table.find(f"{MAIN}autoFilter").get("ref"))
print("locked", table.find(f"{MAIN}sheetProtection").get("sheet"))
for sheet in parts["xl/workbook.xml"].findall(f".//{MAIN}sheet"):
    if sheet.get("state") == "hidden":
        print("hidden", sheet.get("name"))
